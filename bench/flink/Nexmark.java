package deltastream.bench;

/** Nexmark events as pure functions of (seed, number); the formulas stand in src/connect/nexmark/events.h. */
final class Nexmark {
    static final long GOLDEN = 0x9E3779B97F4A7C15L;
    static final int PERSON = 0;
    static final int AUCTION = 1;
    static final int BID = 2;

    private static final int LETTERS = 1 << 20;
    private static final int COLD_CHANNELS = 10_000;
    private static final String[] FIRST_NAMES = {
        "Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate", "Julie", "Sarah", "Deiter", "Walter"
    };
    private static final String[] LAST_NAMES = {"Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith", "Jones", "Noris"};
    private static final String[] CITIES = {
        "Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland", "Bend", "Redmond", "Seattle", "Kent", "Cheyenne"
    };
    private static final String[] STATES = {"AZ", "CA", "ID", "OR", "WA", "WY"};
    private static final String[] HOT_CHANNELS = {"Google", "Facebook", "Baidu", "Apple"};

    private static final String SHARED = sharedLetters();
    private static final String[] CHANNELS = new String[COLD_CHANNELS + HOT_CHANNELS.length];
    private static final String[] URLS = new String[CHANNELS.length];

    static {
        for (int i = 0; i < CHANNELS.length; i++) {
            CHANNELS[i] = i < COLD_CHANNELS ? "channel-" + i : HOT_CHANNELS[i - COLD_CHANNELS];
            URLS[i] = url(i);
        }
    }

    private final long[] keys = new long[20];
    private final long baseMs;
    private final long rate;

    Nexmark(long seed, long baseMs, long rate) {
        for (int field = 0; field < keys.length; field++) {
            keys[field] = mix(seed + (field + 1) * GOLDEN);
        }
        this.baseMs = baseMs;
        this.rate = rate;
    }

    static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    private long draw(int field, long n) {
        return mix(keys[field] + n * GOLDEN);
    }

    private static long high(long d) {
        return d >>> 32;
    }

    private static long low(long d) {
        return d & 0xFFFFFFFFL;
    }

    private static long pick(long u, long m) {
        return (u * m) >>> 32;
    }

    private static String sharedLetters() {
        char[] text = new char[LETTERS];
        for (int i = 0; i < LETTERS / 8; i++) {
            long bits = mix((i + 1) * GOLDEN);
            for (int j = 0; j < 8; j++) {
                text[8 * i + j] = (char) ('a' + (((bits >>> (8 * j)) & 255) * 26 >> 8));
            }
        }
        return new String(text);
    }

    private static String string(long d, int max, char special) {
        int length = 3 + (int) pick(high(d), max - 3);
        char[] text = new char[length];
        for (int i = 1; i <= length; i++) {
            long c = mix(d + i * GOLDEN);
            text[i - 1] = pick(high(c), 13) == 0 ? special : (char) ('a' + pick(low(c), 26));
        }
        String result = new String(text);
        return special == ' ' ? result.strip() : result;
    }

    private static String url(int u) {
        StringBuilder url = new StringBuilder("https://www.nexmark.com/");
        for (int part = 0; part < 3; part++) {
            url.append(string(mix((4L * u + part) * GOLDEN), 5, '_')).append('/');
        }
        url.append("item.htm?query=1");
        if (u < COLD_CHANNELS && pick(low(mix((4L * u + 3) * GOLDEN)), 10) != 0) {
            url.append("&channel_id=").append(Math.abs((long) Integer.reverse(u)));
        }
        return url.toString();
    }

    private static long price(long d) {
        long x = (high(d) * 1337584924L) >>> 32;
        long k = x >>> 26;
        long y = (x & ((1 << 26) - 1)) << 4;
        long p = 235034;
        for (long c : new long[] {1332662, 10391904, 59577687, 257943463, 744261074, 1073741824}) {
            p = ((p * y) >>> 30) + c;
        }
        return (((100 * p) << k) + (1 << 29)) >>> 30;
    }

    private static String extra(long d, int current, int average) {
        if (current > average) {
            return "";
        }
        int wanted = average - current;
        int spread = (2 * wanted + 5) / 10;
        int length = spread == 0 ? wanted : wanted - spread + (int) pick(high(d), 2L * spread);
        int at = (int) pick(low(d), LETTERS - length);
        return SHARED.substring(at, at + length);
    }

    private static long lastPerson(long n) {
        return n / 50;
    }

    private static long lastAuction(long n) {
        return n / 50 * 3 + Math.min(n % 50, 3) - 1;
    }

    private static long personNear(long last, long d) {
        long active = Math.min(last + 1, 1000);
        return last + 1 - active + pick(low(d), active + 10);
    }

    private static long auctionNear(long last, long d) {
        long lowest = Math.max(last - 100, 0);
        return lowest + pick(low(d), last - lowest + 11);
    }

    static int type(long n) {
        long r = n % 50;
        return r == 0 ? PERSON : r <= 3 ? AUCTION : BID;
    }

    long time(long n) {
        return baseMs + n * 1000 / rate;
    }

    long personId(long n) {
        return 1000 + lastPerson(n);
    }

    String personName(long n) {
        long d = draw(0, n);
        return FIRST_NAMES[(int) pick(low(d), FIRST_NAMES.length)] + " " + LAST_NAMES[(int) pick(high(d), LAST_NAMES.length)];
    }

    String personMail(long n) {
        return string(draw(1, n), 7, ' ') + "@" + string(draw(2, n), 5, ' ') + ".com";
    }

    String personCard(long n) {
        long a = draw(3, n);
        long b = draw(4, n);
        return String.format("%04d %04d %04d %04d", pick(low(a), 10_000), pick(high(a), 10_000), pick(low(b), 10_000), pick(high(b), 10_000));
    }

    String personCity(long n) {
        return CITIES[(int) pick(low(draw(5, n)), CITIES.length)];
    }

    String personState(long n) {
        return STATES[(int) pick(high(draw(5, n)), STATES.length)];
    }

    String personExtra(long n) {
        int length = personName(n).length() + personMail(n).length() + personCard(n).length() + personCity(n).length() + personState(n).length();
        return extra(draw(6, n), 8 + length, 200);
    }

    long auctionId(long n) {
        return 1000 + lastAuction(n);
    }

    String itemName(long n) {
        return string(draw(7, n), 20, ' ');
    }

    String description(long n) {
        return string(draw(8, n), 100, ' ');
    }

    long initialBid(long n) {
        return price(draw(9, n));
    }

    long reserve(long n) {
        return price(draw(9, n)) + price(draw(10, n));
    }

    long expires(long n) {
        long now = time(n);
        long horizon = time(n + 1666) - now;
        return now + 1 + Long.remainderUnsigned(draw(11, n), Math.max(2 * horizon, 1));
    }

    long seller(long n) {
        long d = draw(12, n);
        long last = lastPerson(n);
        return 1000 + (d >>> 62 != 0 ? last / 100 * 100 : personNear(last, d));
    }

    long category(long n) {
        return 10 + pick(low(draw(13, n)), 5);
    }

    String auctionExtra(long n) {
        return extra(draw(14, n), 48 + itemName(n).length() + description(n).length(), 500);
    }

    long bidAuction(long n) {
        long d = draw(15, n);
        long last = lastAuction(n);
        return 1000 + (d >>> 63 == 0 ? last / 100 * 100 : auctionNear(last, d));
    }

    long bidBidder(long n) {
        long d = draw(16, n);
        long last = lastPerson(n);
        return 1000 + (d >>> 62 != 0 ? last / 100 * 100 + 1 : personNear(last, d));
    }

    long bidPrice(long n) {
        return price(draw(17, n));
    }

    private int channelNumber(long n) {
        long d = draw(18, n);
        return (int) (d >>> 63 == 0 ? COLD_CHANNELS + pick(low(d), HOT_CHANNELS.length) : pick(low(d), COLD_CHANNELS));
    }

    String channel(long n) {
        return CHANNELS[channelNumber(n)];
    }

    String bidUrl(long n) {
        return URLS[channelNumber(n)];
    }

    String bidExtra(long n) {
        return extra(draw(19, n), 32, 100);
    }
}
