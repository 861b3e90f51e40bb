// The scan over tables made by hand: what the log and the files say, as rows.
#include <chrono>

#include "engine/batch/session_testing.h"

namespace deltastream::engine {
namespace {

class DeltaScan : public SessionTest {
 protected:
  HandmadeTable table(const std::string& name) { return HandmadeTable(folder_ / name); }
  void copy(const HandmadeTable& into, const std::string& file, const std::string& sql) {
    std::filesystem::create_directories(std::filesystem::path(into.path() + "/" + file).parent_path());
    std::string done = rows("COPY (" + sql + ") TO '" + into.path() + "/" + file + "' (FORMAT parquet)");
    ASSERT_EQ(done.find(':'), std::string::npos) << done;
  }
  std::string scan(const HandmadeTable& table, const std::string& rest = "", const std::string& what = "*") {
    return rows("SELECT " + what + " FROM delta_scan('" + table.path() + "') " + rest);
  }
  TempFolder folder_;
};

std::string f(const std::string& name, const std::string& type, const std::string& metadata = "{}") { return HandmadeTable::field(name, type, metadata); }
std::string mapped(const std::string& name, const std::string& type, int id, const std::string& physical) {
  return f(name, type, fmt::format(R"({{"delta.columnMapping.id":{},"delta.columnMapping.physicalName":"{}"}})", id, physical));
}

TEST_F(DeltaScan, ColumnsComeFromTheTable) {
  auto t = table("t");
  copy(t, "1.parquet", "SELECT 1 AS a, 'x' AS extra, 10 AS b");
  copy(t, "2.parquet", "SELECT 20::BIGINT AS B, 2::TINYINT AS A");
  copy(t, "3.parquet", "SELECT 30 AS b");
  t.commit(0, HandmadeTable::head(f("a", "integer") + "," + f("b", "long") + "," + f("missing", "string")) + t.add("1.parquet") + t.add("2.parquet") + t.add("3.parquet"));
  EXPECT_EQ(scan(t, "ORDER BY b"), "1|10|NULL\n2|20|NULL\nNULL|30|NULL\n");
  EXPECT_EQ(scan(t, "WHERE a IS NULL", "b"), "30\n");
  EXPECT_EQ(scan(t, "WHERE missing IS NULL AND a = 2", "b"), "20\n");
}

constexpr char kNanos[] =
    R"({"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["timestampNanos","timestampNtz"],"writerFeatures":["timestampNanos","timestampNtz"]})";

TEST_F(DeltaScan, Nanoseconds) {
  auto t = table("nanos");
  copy(t, "ns.parquet", "SELECT 1 AS id, TIMESTAMP_NS '2020-01-01 00:00:00.123456789' AS n, TIMESTAMP_NS '1969-12-31 23:59:59.999999999' AS z");
  copy(t, "us.parquet", "SELECT 2 AS id, TIMESTAMP '2020-01-01 00:00:00.5' AS n, TIMESTAMPTZ '2020-01-01 00:00:00.25+00' AS z");
  t.commit(0, HandmadeTable::head(f("id", "integer") + "," + f("n", "timestamp_nanos_ntz") + "," + f("z", "timestamp_nanos") + "," + f("p", "timestamp_nanos"),
                                  R"(["p"])", "{}", kNanos) +
                  t.add("ns.parquet", R"({"p":"1970-01-01T00:00:00.123456789Z"})") + t.add("us.parquet", R"({"p":null})"));
  rows("SET TimeZone = 'America/New_York'");
  EXPECT_EQ(scan(t, "ORDER BY id"), "1|2020-01-01 00:00:00.123456789|1969-12-31 23:59:59.999999999|1970-01-01 00:00:00.123456789\n"
                                    "2|2020-01-01 00:00:00.5|2020-01-01 00:00:00.25|NULL\n");
  EXPECT_EQ(scan(t, "WHERE n = TIMESTAMP_NS '2020-01-01 00:00:00.123456789'", "id"), "1\n");
  EXPECT_EQ(scan(t, "WHERE z > TIMESTAMP_NS '2020-01-01 00:00:00.249999999'", "id"), "2\n");
}

// Writers of nanoseconds put them into tables of microseconds: the instant stays, whatever the session's zone is.
TEST_F(DeltaScan, NanosecondsInAColumnOfMicroseconds) {
  auto t = table("micros");
  copy(t, "ns.parquet", "SELECT TIMESTAMP_NS '2020-01-01 00:00:00.123456789' AS t");
  t.commit(0, HandmadeTable::head(f("t", "timestamp")) + t.add("ns.parquet"));
  rows("SET TimeZone = 'America/New_York'");
  EXPECT_EQ(scan(t, "", "epoch_us(t)"), "1577836800123456\n");
  EXPECT_EQ(scan(t, "WHERE t < TIMESTAMPTZ '2020-01-01 00:00:01+00'", "epoch_us(t)"), "1577836800123456\n");
}

// Shapes are the bytes that the protocol says they are, whether or not the file marks them.
TEST_F(DeltaScan, Shapes) {
  constexpr char kGeo[] = R"({"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["geospatial"],"writerFeatures":["geospatial"]})";
  auto t = table("shapes");
  const std::string point = "from_hex('0101000000000000000000F03F0000000000000040')";
  copy(t, "marked.parquet", "SELECT 1 AS id, ST_GeomFromWKB(" + point + ") AS g, " + point + " AS w");
  copy(t, "plain.parquet", "SELECT 2 AS id, " + point + " AS g, NULL::BLOB AS w");
  t.commit(0, HandmadeTable::head(f("id", "integer") + "," + f("g", "geometry(OGC:CRS84)") + "," + f("w", "geography(OGC:CRS84, spherical)"), "[]", "{}", kGeo) +
                  t.add("marked.parquet", "{}", HandmadeTable::stats(R"s({"numRecords":1,"minValues":{"g":"POINT(1 2)"},"maxValues":{"g":"POINT(1 2)"}})s")) +
                  t.add("plain.parquet"));
  EXPECT_EQ(scan(t, "ORDER BY id", "id, hex(g), hex(w)"),
            "1|0101000000000000000000F03F0000000000000040|0101000000000000000000F03F0000000000000040\n2|0101000000000000000000F03F0000000000000040|NULL\n");
  EXPECT_EQ(scan(t, "WHERE g = " + point, "count(*)"), "2\n");
}

TEST_F(DeltaScan, PartitionValuesAreThoseOfTheLog) {
  auto t = table("p");
  copy(t, "day=wrong/1.parquet", "SELECT 1 AS a, DATE '1999-01-01' AS day");
  copy(t, "2.parquet", "SELECT 2 AS a");
  t.commit(0, HandmadeTable::head(f("a", "integer") + "," + f("day", "date"), R"(["day"])") + t.add("day=wrong/1.parquet", R"({"day":"2020-02-29"})") +
                  t.add("2.parquet", R"({"day":null})"));
  EXPECT_EQ(scan(t, "ORDER BY a"), "1|2020-02-29\n2|NULL\n");
  EXPECT_EQ(scan(t, "WHERE day > DATE '2020-01-01'"), "1|2020-02-29\n");
  EXPECT_EQ(scan(t, "WHERE day IS NULL"), "2|NULL\n");
  EXPECT_NE(scan(t, "WHERE day IS NULL", "*").find("2|NULL"), std::string::npos);
  EXPECT_NE(rows("EXPLAIN SELECT * FROM delta_scan('" + t.path() + "') WHERE day = DATE '2020-02-29'").find("1 of 2 files"), std::string::npos);
}

// The other files are not even there: whatever opened one would fail.
TEST_F(DeltaScan, OnlyFilesThatCanMatchAreOpened) {
  auto t = table("many");
  std::string commit = HandmadeTable::head(f("a", "integer") + "," + f("p", "integer"), R"(["p"])");
  for (int i = 0; i < 100; i++) {
    std::string file = fmt::format("{}.parquet", i);
    if (i == 42) {
      copy(t, file, "SELECT i::INTEGER AS a FROM range(420, 430) t(i)");
    } else {
      std::ofstream(t.path() + "/" + file);
    }
    commit += t.add(file, fmt::format(R"({{"p":"{}"}})", i % 2), fmt::format(R"(,"stats":"{{\"numRecords\":10,\"minValues\":{{\"a\":{}}},\"maxValues\":{{\"a\":{}}},\"nullCount\":{{\"a\":0}}}}")", i * 10, i * 10 + 9));
    if (i != 42) std::filesystem::remove(t.path() + "/" + file);
  }
  t.commit(0, commit);
  EXPECT_EQ(scan(t, "WHERE a = 423"), "423|0\n");
  EXPECT_EQ(scan(t, "WHERE a BETWEEN 425 AND 431 AND p = 0", "count(*)"), "5\n");
  EXPECT_EQ(scan(t, "WHERE a IN (17, 421) AND p = 0", "count(*)"), "1\n");
  EXPECT_EQ(scan(t, "JOIN (SELECT 424 AS wanted) ON a = wanted", "a"), "424\n");
  EXPECT_EQ(scan(t, "", "count(*), min(a), max(a)"), "1000|0|999\n") << "from the log alone";
  EXPECT_NE(rows("EXPLAIN SELECT * FROM delta_scan('" + t.path() + "') WHERE a = 423").find("1 of 100 files"), std::string::npos);
  EXPECT_EQ(failure("SELECT * FROM delta_scan('" + t.path() + "') WHERE a = 433").kind(), ErrorKind::kNotFound);
}

// What DuckDB may take for granted of a column: the log's bounds over all files that are read, and no more.
TEST_F(DeltaScan, StatisticsOfColumnsComeFromTheLog) {
  auto t = table("s");
  copy(t, "1.parquet", "SELECT 3 AS i, 1.5::DECIMAL(5,2) AS d, 'b' AS s, 1.0::DOUBLE AS f, NULL::INTEGER AS n, 1 AS unknown");
  copy(t, "2.parquet", "SELECT 9 AS i, -2.25::DECIMAL(5,2) AS d, 'a' AS s, 'nan'::DOUBLE AS f, 5 AS n, 100 AS unknown");
  auto stats = [](const std::string& bounds, const std::string& nulls) {
    std::string text = R"({"numRecords":1,)" + bounds + R"(,"nullCount":{"i":0,"d":0,"s":0,"f":0,"n":)" + nulls + "}}", escaped;
    for (char c : text) escaped += c == '"' ? "\\\"" : std::string(1, c);
    return R"(,"stats":")" + escaped + "\"";
  };
  t.commit(0, HandmadeTable::head(f("i", "integer") + "," + f("d", "decimal(5,2)") + "," + f("s", "string") + "," + f("f", "double") + "," + f("n", "integer") + "," +
                                      f("unknown", "integer") + "," + f("p", "integer"), R"(["p"])") +
                  t.add("1.parquet", R"({"p":"7"})", stats(R"("minValues":{"i":3,"d":1.50,"s":"b","f":1.0},"maxValues":{"i":3,"d":1.50,"s":"b","f":1.0})", "1")) +
                  t.add("2.parquet", R"({"p":null})", stats(R"("minValues":{"i":9,"d":-2.25,"s":"a","n":5},"maxValues":{"i":9,"d":-2.25,"s":"a","n":5})", "0")));
  auto known = [&](const std::string& column, const std::string& where = "") {
    return rows("SELECT DISTINCT stats(" + column + ") FROM delta_scan('" + t.path() + "') " + where);
  };
  auto says = [](const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; };
  for (const char* part : {"Min: 3", "Max: 9", "Has Null: false"}) EXPECT_TRUE(says(known("i"), part)) << known("i");
  for (const char* part : {"Min: -2.25", "Max: 1.50", "Has Null: false"}) EXPECT_TRUE(says(known("d"), part)) << known("d");
  for (const char* part : {"Min: 5", "Max: 5", "Has Null: true"}) EXPECT_TRUE(says(known("n"), part)) << known("n");
  for (const char* part : {"Min: 7", "Max: 7", "Has Null: true"}) EXPECT_TRUE(says(known("p"), part)) << known("p");
  EXPECT_TRUE(says(known("i", "WHERE p = 7"), "Max: 3")) << known("i", "WHERE p = 7");
  EXPECT_TRUE(says(known("s"), "Has Null: false")) << known("s");
  EXPECT_FALSE(says(known("s"), "Max: b")) << known("s");
  EXPECT_TRUE(says(known("f"), "Has Null: false") && !says(known("f"), "Max: 1.0")) << known("f");
  EXPECT_FALSE(says(known("unknown"), "Max: 1")) << known("unknown");
  EXPECT_EQ(scan(t, "WHERE f > 1.0", "i"), "9\n");
  EXPECT_EQ(scan(t, "ORDER BY i", "i * 2, d * 2, s || 'x', n IS NULL, unknown + 1"), "6|3.00|bx|true|2\n18|-4.50|ax|false|101\n");
  t.commit(1, t.add("1.parquet", R"({"p":"8"})", "", "./1.parquet"));
  EXPECT_FALSE(says(known("i"), "Max: 9") || says(known("i"), "Has Null: false")) << "a file without statistics: " << known("i");
}

TEST_F(DeltaScan, NamesWithBlanksPercentAndUnicode) {
  auto t = table("a b%20ü=x");
  copy(t, "d=ü %/f%41 1.parquet", "SELECT 1 AS a");
  t.commit(0, HandmadeTable::head(f("a", "integer") + "," + f("d", "string"), R"(["d"])") +
                  t.add("d=ü %/f%41 1.parquet", R"({"d":"ü %"})", "", "d=%C3%BC%20%25/f%2541%201.parquet"));
  EXPECT_EQ(scan(t), "1|ü %\n");
  EXPECT_EQ(rows("SELECT a FROM delta.`" + t.path() + "`"), "1\n");
}

TEST_F(DeltaScan, MappedColumnsByNameAtEveryLevel) {
  auto t = table("m");
  copy(t, "1.parquet",
       "SELECT 1 AS p1, {'p3': 5, 'p4': 'old'} AS p2, [{'p3': 7, 'unknown': 1}] AS p5, MAP {'k': {'p3': 9}} AS p6 UNION ALL SELECT NULL, NULL, NULL, NULL");
  std::string inner = HandmadeTable::struct_type(mapped("y", "string", 4, "p4") + "," + mapped("x", "integer", 3, "p3"));
  t.commit(0, HandmadeTable::head(mapped("one", "integer", 1, "p1") + "," + mapped("s", inner, 2, "p2") + "," +
                                      mapped("l", R"({"type":"array","elementType":)" + inner + R"(,"containsNull":true})", 5, "p5") + "," +
                                      mapped("m", R"({"type":"map","keyType":"string","valueType":)" + inner + R"(,"valueContainsNull":true})", 6, "p6"),
                                  "[]", R"({"delta.columnMapping.mode":"name"})", R"({"minReaderVersion":2,"minWriterVersion":5})") +
                  t.add("1.parquet"));
  EXPECT_EQ(scan(t, "WHERE one = 1"), "1|{'y': old, 'x': 5}|[{'y': NULL, 'x': 7}]|{k={'y': NULL, 'x': 9}}\n");
  EXPECT_EQ(scan(t, "WHERE s.x = 5", "s.y, m['k'].x"), "old|9\n");
  EXPECT_EQ(scan(t, "WHERE one IS NULL"), "NULL|NULL|NULL|NULL\n");
}

TEST_F(DeltaScan, MappedColumnsByIdAndFilesWithoutIds) {
  auto t = table("ids");
  rows("COPY (SELECT 1 AS strange, 2 AS names) TO '" + t.path() + "/1.parquet' (FORMAT parquet, FIELD_IDS {strange: 1, names: 2})");
  copy(t, "2.parquet", "SELECT 4 AS p2, 3 AS p1");
  t.commit(0, HandmadeTable::head(mapped("a", "integer", 1, "p1") + "," + mapped("b", "integer", 2, "p2") + "," + mapped("c", "integer", 3, "strange"), "[]",
                                  R"({"delta.columnMapping.mode":"id"})", R"({"minReaderVersion":2,"minWriterVersion":5})") +
                  t.add("1.parquet") + t.add("2.parquet"));
  EXPECT_EQ(scan(t, "ORDER BY a"), "1|2|NULL\n3|4|NULL\n");
}

TEST_F(DeltaScan, WidenedTypesAlsoInside) {
  auto t = table("w");
  copy(t, "old.parquet", "SELECT 5::TINYINT AS i, 0.1::FLOAT AS d, DATE '2020-01-01' AS t, 1.2::DECIMAL(3,1) AS m, [1::SMALLINT] AS l, 7::INTEGER AS n");
  copy(t, "new.parquet", "SELECT 3000000000 AS i, 0.1::DOUBLE AS d, TIMESTAMP '2020-01-01 05:00:00' AS t, 1.25::DECIMAL(5,2) AS m, [3000000000] AS l, 7.5::DOUBLE AS n");
  t.commit(0, HandmadeTable::head(f("i", "long") + "," + f("d", "double") + "," + f("t", "timestamp_ntz") + "," + f("m", "decimal(5,2)") + "," +
                                      f("l", R"({"type":"array","elementType":"long","containsNull":true})") + "," + f("n", "double"),
                                  "[]", "{}",
                                  R"({"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["typeWidening","timestampNtz"],"writerFeatures":["typeWidening","timestampNtz"]})") +
                  t.add("old.parquet") + t.add("new.parquet"));
  EXPECT_EQ(scan(t, "ORDER BY i", "i, t, m, l, n"), "5|2020-01-01 00:00:00|1.20|[1]|7.0\n3000000000|2020-01-01 05:00:00|1.25|[3000000000]|7.5\n");
  // Constants that the old type would round must not be rounded.
  EXPECT_EQ(scan(t, "WHERE d = 0.1::DOUBLE", "i"), "3000000000\n");
  EXPECT_EQ(scan(t, "WHERE d > 0.1::DOUBLE", "i"), "5\n");
  EXPECT_EQ(scan(t, "WHERE m >= 1.16::DECIMAL(5,2) AND m < 1.24::DECIMAL(5,2)", "i"), "5\n");
  EXPECT_EQ(scan(t, "WHERE t > TIMESTAMP '2019-12-31 23:00:00' AND t < TIMESTAMP '2020-01-01 01:00:00'", "i"), "5\n");
  EXPECT_EQ(scan(t, "WHERE n = 7.5", "i"), "3000000000\n");
  EXPECT_EQ(scan(t, "WHERE i IN (5, 3000000000)", "count(*)"), "2\n");
  EXPECT_EQ(scan(t, "WHERE i > 2000000000", "n"), "7.5\n");
  EXPECT_EQ(rows("SELECT n FROM delta_scan('" + t.path() + "') JOIN (VALUES (7.5), (8.0)) v(x) ON n = x"), "7.5\n");
}

TEST_F(DeltaScan, InstantsDoNotDependOnTheSessionsZone) {
  auto t = table("z");
  copy(t, "1.parquet", "SELECT TIMESTAMP '2020-06-01 12:00:00' AS moment, encode('ä') AS text, 'b' AS bytes");
  t.commit(0, HandmadeTable::head(f("moment", "timestamp") + "," + f("text", "string") + "," + f("bytes", "binary")) + t.add("1.parquet"));
  rows("SET TimeZone = 'America/New_York'");
  EXPECT_EQ(scan(t, "", "epoch(moment)::BIGINT, text, bytes"), "1591012800|ä|b\n");
}

TEST_F(DeltaScan, FilesAreSkippedByStatisticsAndByJoins) {
  auto t = table("s");
  std::string lines = HandmadeTable::head(f("k", "long") + "," + f("v", "string"));
  for (int i = 0; i < 10; i++) {
    std::string file = fmt::format("{}.parquet", i);
    copy(t, file, fmt::format("SELECT r AS k, 'v' || r AS v FROM range({}, {}) x(r)", i * 100, i * 100 + 100));
    lines += t.add(file, "{}", HandmadeTable::stats(fmt::format(R"({{"numRecords":100,"minValues":{{"k":{}}},"maxValues":{{"k":{}}},"nullCount":{{"k":0}}}})", i * 100, i * 100 + 99)));
  }
  t.commit(0, lines);
  EXPECT_EQ(scan(t, "WHERE k BETWEEN 250 AND 260", "count(*)"), "11\n");
  std::string plan = rows("EXPLAIN SELECT * FROM delta_scan('" + t.path() + "') WHERE k BETWEEN 250 AND 260");
  EXPECT_NE(plan.find("1 of 10 files"), std::string::npos) << plan;
  EXPECT_EQ(rows("EXPLAIN SELECT count(*) FROM delta_scan('" + t.path() + "')").find("DELTA_SCAN"), std::string::npos);
  EXPECT_EQ(scan(t, "", "count(*)"), "1000\n");
  // A file that no key of the join can match is not even opened.
  std::filesystem::remove(t.path() + "/9.parquet");
  EXPECT_EQ(rows("SELECT sum(k) FROM delta_scan('" + t.path() + "') JOIN (SELECT unnest([5, 17]) AS k) USING (k)"), "22\n");
  EXPECT_EQ(failure("SELECT max(v) FROM delta_scan('" + t.path() + "')").kind(), ErrorKind::kNotFound);
}

// By what the filter asks of partition columns, whatever it is, and by ranges that filters name in other words.
TEST_F(DeltaScan, FilesAreSkippedByFiltersOfEveryShape) {
  auto t = table("shapes");
  std::string lines = HandmadeTable::head(f("k", "long") + "," + f("n", "integer") + "," + f("name", "string") + "," + f("t", "timestamp_ntz") + "," + f("zoned", "timestamp") + "," +
                                              f("d", "date") + "," + f("p", "string"),
                                          R"(["d","p"])", "{}", R"({"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["timestampNtz"],"writerFeatures":["timestampNtz"]})");
  for (int i = 0; i < 10; i++) {
    std::string file = fmt::format("{}.parquet", i);
    copy(t, file, fmt::format("SELECT {0}::BIGINT AS k, {0}::INTEGER AS n, 'n{0}é' AS name, TIMESTAMP '202{0}-06-15 12:00:00' AS t, TIMESTAMPTZ '202{0}-06-15 12:00:00+00' AS zoned", i));
    lines += t.add(file, fmt::format(R"({{"d":"202{}-01-31","p":"{}"}})", i, i % 2 ? "odd" : "even"),
                   HandmadeTable::stats(fmt::format(R"({{"numRecords":1,"minValues":{{"k":{0},"n":{0},"name":"n{0}é","t":"202{0}-06-15T12:00:00.000","zoned":"202{0}-06-15T12:00:00.000Z"}},)"
                                                    R"("maxValues":{{"k":{0},"n":{0},"name":"n{0}é","t":"202{0}-06-15T12:00:00.000","zoned":"202{0}-06-15T12:00:00.000Z"}},)"
                                                    R"("nullCount":{{"k":0,"n":0,"name":0,"t":0,"zoned":0}}}})", i)));
  }
  t.commit(0, lines);
  struct Case {
    const char* filter;
    int files;
    const char* ks;
  };
  for (const Case& one : std::vector<Case>{{"year(d) = 2024", 1, "4"},
                                           {"date_part('month', d) = 2", 0, ""},
                                           {"strftime(d, '%Y') IN ('2021', '2022')", 2, "1,2"},
                                           {"d::VARCHAR LIKE '%3-01-31'", 1, "3"},
                                           {"d = '2025-01-31' OR d = '2026-01-31'", 2, "5,6"},
                                           {"NOT (p = 'odd') AND NOT (p = 'even' AND year(d) < 2028)", 1, "8"},
                                           {"upper(p) || year(d) = 'ODD2027'", 1, "7"},
                                           {"p NOT IN ('odd', 'none')", 5, "0,2,4,6,8"},
                                           {"d = '2025-01-31' OR k = 9", 2, "5,9"},
                                           {"(k < 1 AND p = 'even') OR (k > 8 AND p = 'even')", 1, "0"},
                                           {"k = 1 OR n = 3 OR name = 'n5é'", 3, "1,3,5"},
                                           {"k = 5.0", 1, "5"},
                                           {"k IN (5.0, 6.0)", 2, "5,6"},
                                           {"n = 5::DOUBLE", 1, "5"},
                                           {"name LIKE 'n7%'", 1, "7"},
                                           {"name LIKE 'n7_'", 1, "7"},
                                           {"starts_with(name, 'n7é')", 1, "7"},
                                           {"name ^@ 'x'", 0, ""},
                                           {"t::DATE = DATE '2023-06-15'", 1, "3"},
                                           {"year(t) = 2023", 1, "3"},
                                           {"year(t) > 2027", 2, "8,9"},
                                           {"year(t) <= 2020", 1, "0"},
                                           {"year(zoned) BETWEEN 2023 AND 2024", 2, "3,4"},
                                           {"zoned::DATE < DATE '2021-06-15'", 2, "0"},
                                           {"random() < 2 AND k = 1", 1, "1"},
                                           {"coalesce(k, 0) = 5", 10, "5"}}) {
    EXPECT_EQ(scan(t, std::string("WHERE ") + one.filter, "coalesce(string_agg(k, ',' ORDER BY k), '')"), std::string(one.ks) + "\n") << one.filter;
    std::string plan = rows("EXPLAIN SELECT * FROM delta_scan('" + t.path() + "') WHERE " + one.filter);
    // Where none is left, the plan has no scan.
    const bool told = one.files > 0 ? plan.find(fmt::format("{} of 10 files", one.files)) != std::string::npos : plan.find("10 of 10 files") == std::string::npos;
    EXPECT_TRUE(told) << one.filter << "\n" << plan;
  }
  EXPECT_EQ(failure("SELECT * FROM delta_scan('" + t.path() + "') WHERE p::INTEGER = 1").kind(), ErrorKind::kInvalidArgument) << "an error stays one";
}

TEST_F(DeltaScan, DeletedRowsAreLeftOut) {
  auto t = table("dv");
  copy(t, "1.parquet", "SELECT r AS a FROM range(30) x(r)");
  // Rows 3, 4, 7, 11, 18 and 29 deleted: the example of the protocol.
  std::string inline_dv = R"(,"deletionVector":{"storageType":"i","pathOrInlineDv":"wi5b=000010000siXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L","sizeInBytes":40,"cardinality":6})";
  t.commit(0, HandmadeTable::head(f("a", "long"), "[]", "{}",
                                  R"({"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors"]})") +
                  t.add("1.parquet", "{}", inline_dv + HandmadeTable::stats(R"({"numRecords":30})")));
  EXPECT_EQ(scan(t, "WHERE a < 10"), "0\n1\n2\n5\n6\n8\n9\n");
  EXPECT_EQ(scan(t, "WHERE a > 2 AND a < 10", "a, _metadata.row_index"), "5|5\n6|6\n8|8\n9|9\n");
  EXPECT_EQ(scan(t, "WHERE a = 3"), "");
  // It deletes row 29, which a shorter file does not have: the vector is another file's.
  copy(t, "1.parquet", "SELECT r AS a FROM range(29) x(r)");
  t.commit(0, HandmadeTable::head(f("a", "long"), "[]", "{}",
                                  R"({"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors"]})") +
                  t.add("1.parquet", "{}", inline_dv));
  EXPECT_NE(failure("SELECT * FROM delta_scan('" + t.path() + "')").describe().find("names rows that the file does not have"), std::string::npos);
}

TEST_F(DeltaScan, CountsWithoutReadingOnlyWhatTheLogKnows) {
  auto t = table("c");
  copy(t, "1.parquet", "SELECT 1 AS a UNION ALL SELECT 2");
  copy(t, "2.parquet", "SELECT 3 AS a");
  t.commit(0, HandmadeTable::head(f("a", "integer")) + t.add("1.parquet", "{}", HandmadeTable::stats(R"({"numRecords":2})")) + t.add("2.parquet"));
  EXPECT_EQ(scan(t, "", "count(*)"), "3\n");
  EXPECT_EQ(scan(t, "WHERE a > 1", "count(*)"), "2\n");
  EXPECT_EQ(scan(t, "LIMIT 0", "count(*)"), "");
}

TEST_F(DeltaScan, BoundsComeFromTheLogWhereTheyAreExact) {
  auto t = table("b");
  copy(t, "1.parquet", "SELECT * FROM (VALUES (1, 1.5, 'aaaaaaaaaaaa'), (NULL, 2.5, 'b')) v(i, d, s)");
  copy(t, "2.parquet", "SELECT 7 AS i, 9.5 AS d, 'c' AS s");
  // Bounds that no row has: what is answered from them is seen.
  auto stats = [](int rows, const char* bounds) { return HandmadeTable::stats(fmt::format(R"({{"numRecords":{},{}}})", rows, bounds)); };
  std::string first = stats(2, R"("minValues":{"i":-100,"d":-9,"s":"a"},"maxValues":{"i":1,"d":99,"s":"z"},"nullCount":{"i":1})");
  std::string second = stats(1, R"("minValues":{"i":7},"maxValues":{"i":100},"nullCount":{"i":0})");
  std::string head = HandmadeTable::head(f("i", "integer") + "," + f("d", "double") + "," + f("s", "string") + "," + f("p", "date"), R"(["p"])");
  t.commit(0, head + t.add("1.parquet", R"({"p":"2020-01-01"})", first) + t.add("2.parquet", R"({"p":"2021-01-01"})", second));
  EXPECT_EQ(scan(t, "", "min(i), max(i), count(*), max(p)"), "-100|100|3|2021-01-01\n");
  EXPECT_EQ(scan(t, "", "max(d), min(s)"), "9.5|aaaaaaaaaaaa\n");
  EXPECT_EQ(scan(t, "WHERE p = DATE '2020-01-01'", "max(i)"), "1\n");
  EXPECT_EQ(scan(t, "WHERE i >= 7", "count(*)"), "1\n");
  EXPECT_EQ(scan(t, "WHERE d > 2", "min(i), count(*)"), "7|2\n");
  EXPECT_EQ(scan(t, "", "max(abs(i))"), "7\n");
  // Where bounds may be wide, the rows are read.
  auto wide = table("wide");
  copy(wide, "1.parquet", "SELECT 1 AS i");
  wide.commit(0, HandmadeTable::head(f("i", "integer")) + wide.add("1.parquet", "{}", stats(1, R"("tightBounds":false,"minValues":{"i":-5},"maxValues":{"i":5})")));
  EXPECT_EQ(scan(wide, "", "min(i)"), "1\n");
}

TEST_F(DeltaScan, RowIdsStayWithTheirRows) {
  auto t = table("r");
  copy(t, "1.parquet", "SELECT 1 AS a UNION ALL SELECT 2");
  copy(t, "2.parquet", "SELECT * FROM (VALUES (3, 100, 1), (4, NULL, NULL)) x(a, \"_id\", \"_cv\")");
  t.commit(0, HandmadeTable::head(f("a", "integer"), "[]",
                                  R"({"delta.enableRowTracking":"true","delta.rowTracking.materializedRowIdColumnName":"_id","delta.rowTracking.materializedRowCommitVersionColumnName":"_cv"})",
                                  R"({"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["rowTracking","domainMetadata"]})") +
                  t.add("1.parquet", "{}", R"(,"baseRowId":10,"defaultRowCommitVersion":0)") + t.add("2.parquet", "{}", R"(,"baseRowId":20,"defaultRowCommitVersion":5)"));
  EXPECT_EQ(scan(t, "ORDER BY a", "a, _metadata.row_id, _metadata.row_commit_version"), "1|10|0\n2|11|0\n3|100|1\n4|21|5\n");
  EXPECT_EQ(scan(t, "WHERE _metadata.row_id = 11", "a"), "2\n");
  EXPECT_EQ(scan(t, "ORDER BY a LIMIT 1", "_metadata.file_name, _metadata.file_modification_time = TIMESTAMPTZ '2023-11-14 22:13:20+00', filename"),
            "1.parquet|true|" + t.path() + "/1.parquet\n");
  EXPECT_EQ(scan(t, "ORDER BY 1 LIMIT 1"), "1\n");
}

TEST_F(DeltaScan, VersionsAndTimes) {
  auto t = table("v");
  copy(t, "1.parquet", "SELECT 1 AS a");
  copy(t, "2.parquet", "SELECT 2 AS a");
  t.commit(0, HandmadeTable::head(f("a", "integer")) + t.add("1.parquet"));
  t.commit(1, t.add("2.parquet"));
  using namespace std::chrono;
  auto file_time = [&](int version, sys_seconds at) {
    std::filesystem::last_write_time(fmt::format("{}/_delta_log/{:020}.json", t.path(), version), file_clock::from_sys(at));
  };
  file_time(0, sys_seconds(seconds(1577836800)));
  file_time(1, sys_seconds(seconds(1609459200)));
  EXPECT_EQ(rows("SELECT * FROM delta_scan('" + t.path() + "', version => 0)"), "1\n");
  EXPECT_EQ(rows("SELECT * FROM delta.`" + t.path() + "` VERSION AS OF 0"), "1\n");
  EXPECT_EQ(rows("SELECT * FROM delta.`" + t.path() + "` TIMESTAMP AS OF '2020-06-01 00:00:00+00'"), "1\n");
  EXPECT_EQ(rows("SELECT count(*) FROM delta_scan('" + t.path() + "', timestamp => '2021-06-01')"), "2\n");
  EXPECT_EQ(failure("SELECT * FROM delta_scan('" + t.path() + "', version => 7)").kind(), ErrorKind::kNotFound);
  EXPECT_EQ(failure("SELECT * FROM delta_scan('" + t.path() + "', timestamp => '2019-06-01')").kind(), ErrorKind::kNotFound);
  EXPECT_EQ(failure("SELECT * FROM delta_scan('" + t.path() + "', version => 0, timestamp => '2021-06-01')").kind(), ErrorKind::kInvalidArgument);
}

TEST_F(DeltaScan, ANewFileOfTheSameNameIsReadAnew) {
  auto t = table("again");
  std::string query = "SELECT * FROM delta_scan('" + t.path() + "')";
  copy(t, "1.parquet", "SELECT 1 AS a");
  t.commit(0, HandmadeTable::head(f("a", "integer")) + t.add("1.parquet"));
  EXPECT_EQ(rows(query), "1\n");
  std::filesystem::remove_all(t.path());
  auto other = table("again");
  copy(other, "1.parquet", "SELECT 2222 AS a, 'other' AS b");
  other.commit(0, HandmadeTable::head(f("a", "integer")) + other.add("1.parquet"));
  EXPECT_EQ(rows(query), "2222\n");
}

TEST_F(DeltaScan, BrokenThingsAreNamed) {
  EXPECT_EQ(failure("SELECT * FROM delta_scan('" + (folder_ / "nothing") + "')").kind(), ErrorKind::kNotFound);
  auto t = table("broken");
  copy(t, "1.parquet", "SELECT r AS a FROM range(100000) x(r)");
  t.commit(0, HandmadeTable::head(f("a", "long")) + t.add("1.parquet"));
  std::filesystem::resize_file(t.path() + "/1.parquet", 1000);
  Error error = failure("SELECT sum(a) FROM delta_scan('" + t.path() + "')");
  EXPECT_EQ(error.kind(), ErrorKind::kCorrupt) << error.to_string();
  EXPECT_NE(error.message().find("1.parquet"), std::string::npos) << error.message();
  EXPECT_NE(error.message().find("version 0"), std::string::npos) << error.message();
  EXPECT_EQ(error.message().find("deltastream-object"), std::string::npos) << error.message();
}

TEST_F(DeltaScan, FilesOutsideOfGrantedRootsAreRefused) {
  auto outside = table("outside");
  copy(outside, "1.parquet", "SELECT 1 AS a");
  auto clone = table("granted/clone");
  clone.commit(0, HandmadeTable::head(f("a", "integer")) +
                      R"({"add":{"path":"file://)" + outside.path() + R"(/1.parquet","partitionValues":{},"size":0,"modificationTime":1,"dataChange":true}})");
  EXPECT_EQ(scan(clone), "1\n");
  session_ = BatchSession::create(BatchOptions{{folder_ / "granted"}}).value();
  EXPECT_EQ(failure("SELECT * FROM delta_scan('" + clone.path() + "')").kind(), ErrorKind::kPermission);
  EXPECT_EQ(failure("SELECT * FROM delta_scan('" + outside.path() + "')").kind(), ErrorKind::kPermission);
  EXPECT_EQ(rows("SELECT count(*) FROM delta_history('" + clone.path() + "')"), "1\n");
  EXPECT_EQ(failure("FROM '" + outside.path() + "'").kind(), ErrorKind::kPermission);
  EXPECT_EQ(failure("FROM '" + (folder_ / "none") + "'").kind(), ErrorKind::kPermission) << "not even whether it is there is told";
}

TEST_F(DeltaScan, FilesBelowGrantedRootsAreRead) {
  auto t = table("granted/t");
  copy(t, "1.parquet", "SELECT 1 AS a");
  t.commit(0, HandmadeTable::head(f("a", "integer")) + t.add("1.parquet"));
  auto clone = table("clones/clone");
  clone.commit(0, HandmadeTable::head(f("a", "integer")) + t.add("1.parquet", "{}", "", "file://" + t.path() + "/1.parquet"));
  session_ = BatchSession::create(BatchOptions{{folder_ / "granted/", folder_ / "clones"}}).value();
  EXPECT_EQ(scan(t), "1\n");
  EXPECT_EQ(rows("FROM '" + clone.path() + "'"), "1\n");
  EXPECT_EQ(rows("ATTACH '" + (folder_ / "granted") + "' AS lake (TYPE deltastream)"), "");
  EXPECT_EQ(rows("FROM lake.t"), "1\n");
  EXPECT_EQ(rows("FROM '" + t.path() + "/*.parquet'"), "1\n");
}

}  // namespace
}  // namespace deltastream::engine
