package deltastream.bench;

import java.io.Serializable;
import java.util.List;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.connector.datagen.source.GeneratorFunction;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;

/** Makes the columns that a query asks for, down to the fields of the nested rows. */
public final class NexmarkGenerator implements GeneratorFunction<Long, RowData> {
    /** A column asked for: "bid.price", "event_type", or a whole row ("bid") with its fields. */
    public record Column(String path, List<String> fields) implements Serializable {}

    private interface Maker {
        Object make(long n);
    }

    private final List<Column> columns;
    private final long seed;
    private final long baseMs;
    private final long rate;
    private transient Maker[] makers;

    public NexmarkGenerator(List<Column> columns, long seed, long baseMs, long rate) {
        this.columns = columns;
        this.seed = seed;
        this.baseMs = baseMs;
        this.rate = rate;
    }

    @Override
    public void open(SourceReaderContext context) {
        Nexmark events = new Nexmark(seed, baseMs, rate);
        makers = columns.stream().map(column -> maker(events, column)).toArray(Maker[]::new);
    }

    @Override
    public RowData map(Long n) {
        GenericRowData row = new GenericRowData(makers.length);
        for (int i = 0; i < makers.length; i++) {
            row.setField(i, makers[i].make(n));
        }
        return row;
    }

    private static Maker maker(Nexmark events, Column column) {
        if (column.path().equals("event_type")) {
            return n -> Nexmark.type(n);
        }
        int dot = column.path().indexOf('.');
        String group = dot < 0 ? column.path() : column.path().substring(0, dot);
        int type = switch (group) {
            case "person" -> Nexmark.PERSON;
            case "auction" -> Nexmark.AUCTION;
            case "bid" -> Nexmark.BID;
            default -> throw new IllegalArgumentException("nexmark events have no column " + group);
        };
        if (dot >= 0) {
            Maker leaf = leaf(events, column.path());
            return n -> Nexmark.type(n) == type ? leaf.make(n) : null;
        }
        Maker[] leaves = column.fields().stream().map(field -> leaf(events, group + "." + field)).toArray(Maker[]::new);
        return n -> {
            if (Nexmark.type(n) != type) {
                return null;
            }
            GenericRowData row = new GenericRowData(leaves.length);
            for (int i = 0; i < leaves.length; i++) {
                row.setField(i, leaves[i].make(n));
            }
            return row;
        };
    }

    private static Maker leaf(Nexmark events, String path) {
        return switch (path) {
            case "person.id" -> events::personId;
            case "person.name" -> n -> StringData.fromString(events.personName(n));
            case "person.emailAddress" -> n -> StringData.fromString(events.personMail(n));
            case "person.creditCard" -> n -> StringData.fromString(events.personCard(n));
            case "person.city" -> n -> StringData.fromString(events.personCity(n));
            case "person.state" -> n -> StringData.fromString(events.personState(n));
            case "person.extra" -> n -> StringData.fromString(events.personExtra(n));
            case "auction.id" -> events::auctionId;
            case "auction.itemName" -> n -> StringData.fromString(events.itemName(n));
            case "auction.description" -> n -> StringData.fromString(events.description(n));
            case "auction.initialBid" -> events::initialBid;
            case "auction.reserve" -> events::reserve;
            case "auction.expires" -> n -> TimestampData.fromEpochMillis(events.expires(n));
            case "auction.seller" -> events::seller;
            case "auction.category" -> events::category;
            case "auction.extra" -> n -> StringData.fromString(events.auctionExtra(n));
            case "bid.auction" -> events::bidAuction;
            case "bid.bidder" -> events::bidBidder;
            case "bid.price" -> events::bidPrice;
            case "bid.channel" -> n -> StringData.fromString(events.channel(n));
            case "bid.url" -> n -> StringData.fromString(events.bidUrl(n));
            case "bid.extra" -> n -> StringData.fromString(events.bidExtra(n));
            case "person.dateTime", "auction.dateTime", "bid.dateTime" -> n -> TimestampData.fromEpochMillis(events.time(n));
            default -> throw new IllegalArgumentException("nexmark events have no column " + path);
        };
    }
}
