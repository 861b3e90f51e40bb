package deltastream.bench;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.SourceProvider;
import org.apache.flink.table.connector.source.abilities.SupportsProjectionPushDown;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;

/** The connector 'nexmark' with the options of deltastream's: the same events, made in process. */
public final class NexmarkTableFactory implements DynamicTableSourceFactory {
    private static final ConfigOption<Long> EVENTS = ConfigOptions.key("events.num").longType().noDefaultValue();
    private static final ConfigOption<Long> RATE = ConfigOptions.key("next-event.rate").longType().defaultValue(10_000L);
    private static final ConfigOption<String> BASE = ConfigOptions.key("base-time").stringType().defaultValue("2026-01-01 00:00:00");
    private static final ConfigOption<Long> SEED = ConfigOptions.key("seed").longType().defaultValue(0L);

    @Override
    public String factoryIdentifier() {
        return "nexmark";
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of(EVENTS);
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of(RATE, BASE, SEED);
    }

    @Override
    public DynamicTableSource createDynamicTableSource(Context context) {
        FactoryUtil.TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
        helper.validate();
        long base = LocalDateTime.parse(helper.getOptions().get(BASE).replace(' ', 'T')).toInstant(ZoneOffset.UTC).toEpochMilli();
        return new Source(context.getPhysicalRowDataType(), helper.getOptions().get(EVENTS), helper.getOptions().get(RATE), base, helper.getOptions().get(SEED));
    }

    private static final class Source implements ScanTableSource, SupportsProjectionPushDown {
        private final DataType physical;
        private final long events;
        private final long rate;
        private final long baseMs;
        private final long seed;
        private DataType produced;
        private List<NexmarkGenerator.Column> columns;

        Source(DataType physical, long events, long rate, long baseMs, long seed) {
            this.physical = physical;
            this.events = events;
            this.rate = rate;
            this.baseMs = baseMs;
            this.seed = seed;
            int[][] all = new int[physical.getLogicalType().getChildren().size()][];
            for (int i = 0; i < all.length; i++) {
                all[i] = new int[] {i};
            }
            applyProjection(all, physical);
        }

        @Override
        public boolean supportsNestedProjection() {
            return true;
        }

        @Override
        public void applyProjection(int[][] paths, DataType type) {
            columns = new ArrayList<>();
            for (int[] path : paths) {
                columns.add(column(path));
            }
            produced = type;
        }

        private NexmarkGenerator.Column column(int[] path) {
            LogicalType at = physical.getLogicalType();
            StringBuilder name = new StringBuilder();
            for (int index : path) {
                RowType row = (RowType) at;
                name.append(name.length() > 0 ? "." : "").append(row.getFieldNames().get(index));
                at = row.getTypeAt(index);
            }
            List<String> fields = at instanceof RowType row ? new ArrayList<>(row.getFieldNames()) : List.of();
            return new NexmarkGenerator.Column(name.toString(), fields);
        }

        @Override
        public ChangelogMode getChangelogMode() {
            return ChangelogMode.insertOnly();
        }

        @Override
        public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
            TypeInformation<RowData> type = context.createTypeInformation(produced);
            return SourceProvider.of(new DataGeneratorSource<>(new NexmarkGenerator(columns, seed, baseMs, rate), events, type));
        }

        @Override
        public DynamicTableSource copy() {
            Source copy = new Source(physical, events, rate, baseMs, seed);
            copy.produced = produced;
            copy.columns = columns;
            return copy;
        }

        @Override
        public String asSummaryString() {
            return "nexmark";
        }
    }
}
