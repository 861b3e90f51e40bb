// Data files of which anything may have changed: right rows or an error that names the file; never a crash, a hang or, where
// pages carry checksums or the length says it, wrong rows. DELTASTREAM_MUTATIONS sets how many are tried (400), and
// DELTASTREAM_MUTATED_FILES gives a folder of files with the same columns, of other writers, to start from.
#include <cstdlib>
#include <cstring>
#include <random>

#include "engine/batch/session_testing.h"
#include "format/parquet/file_builder_testing.h"

namespace deltastream::engine {
namespace {

std::string slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void spit(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

class DamagedFiles : public SessionTest {
 protected:
  std::string scan(const std::string& table, const std::string& rest = "") { return rows("SELECT * FROM delta_scan('" + table + "') " + rest); }

  // A table of one file with these bytes, whose log tells this size.
  HandmadeTable table(const std::string& bytes, const std::string& fields, uint64_t size) {
    HandmadeTable made(folder_ / fmt::format("t{}", number_++));
    spit(made.path() + "/f.parquet", bytes);
    made.commit(0, HandmadeTable::head(fields) +
                       fmt::format(R"({{"add":{{"path":"f.parquet","partitionValues":{{}},"size":{},"modificationTime":1,"dataChange":true}}}})", size) + "\n");
    return made;
  }

  // What DuckDB writes for the columns of kFields.
  std::string written(const std::string& options) {
    const std::string path = folder_ / "seed.parquet";
    std::string done = rows("COPY (SELECT i::INTEGER AS a, (i % 7)::VARCHAR || repeat('x', (i % 40)::INTEGER) AS s, i * 1.5 AS d, "
                            "CASE WHEN i % 3 = 0 THEN NULL ELSE {'x': i::BIGINT, 'y': [i::INTEGER, NULL]} END AS n, MAP {'k': i::INTEGER} AS m "
                            "FROM range(3000) r(i)) TO '" + path + "' (FORMAT parquet" + options + ")");
    EXPECT_EQ(done.find(':'), std::string::npos) << done;
    return slurp(path);
  }

  TempFolder folder_;
  int number_ = 0;
};

std::string f(const std::string& name, const std::string& type) { return HandmadeTable::field(name, type); }

const std::string kFields = f("a", "integer") + "," + f("s", "string") + "," + f("d", "double") + "," +
                            f("n", HandmadeTable::struct_type(f("x", "long") + "," + f("y", R"({"type":"array","elementType":"integer","containsNull":true})"))) + "," +
                            f("m", R"({"type":"map","keyType":"string","valueType":"integer","valueContainsNull":true})");

// Flips bits, writes bytes, copies parts over others, cuts; mostly in one place, and mostly where it matters.
std::string mutate(std::string bytes, std::mt19937_64& random) {
  auto below = [&](uint64_t n) { return n ? random() % n : 0; };
  uint32_t footer = 0;
  std::memcpy(&footer, bytes.data() + bytes.size() - 8, 4);
  for (uint64_t times = 1 + (below(4) == 0 ? below(8) : 0); times > 0; times--) {
    if (bytes.size() < 16) break;
    const uint64_t from = below(2) && footer < bytes.size() ? bytes.size() - 8 - std::min<uint64_t>(footer, bytes.size() - 8) : 0;
    const uint64_t at = from + below(bytes.size() - from);
    switch (below(6)) {
      case 0: case 1: bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8))); break;
      case 2: bytes[at] = static_cast<char>(below(256)); break;
      case 3: bytes[at] = below(2) ? '\xff' : '\x7f'; break;
      case 4: bytes.replace(at, std::min<uint64_t>(8, bytes.size() - at), bytes, below(bytes.size() - 8), std::min<uint64_t>(8, bytes.size() - at)); break;
      default: below(8) ? void(bytes[at]++) : bytes.resize(at); break;
    }
  }
  return bytes;
}

TEST_F(DamagedFiles, NoMutationCrashesOrHangs) {
  const char* count = std::getenv("DELTASTREAM_MUTATIONS");
  const char* more = std::getenv("DELTASTREAM_MUTATED_FILES");
  std::vector<std::string> seeds;
  for (const char* options : {", COMPRESSION snappy", ", COMPRESSION uncompressed, ROW_GROUP_SIZE 2048", ", COMPRESSION zstd, PARQUET_VERSION v2"}) seeds.push_back(written(options));
  if (more) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(more)) {
      if (entry.path().extension() == ".parquet") seeds.push_back(slurp(entry.path()));
    }
  }
  std::mt19937_64 random(20251125);
  int refused = 0;
  for (int i = 0; i < (count ? std::atoi(count) : 400); i++) {
    const std::string& seed = seeds[random() % seeds.size()];
    const std::string bytes = mutate(seed, random);
    spit(folder_ / "last.parquet", bytes);  // what a crash was about
    auto damaged = table(bytes, kFields, bytes.size());
    const char* rests[] = {"", "WHERE a > 1500", "WHERE s = '3xxx' OR d < 10", "WHERE n.x = 7"};
    auto result = session_->execute("SELECT * FROM delta_scan('" + damaged.path() + "') " + rests[random() % 4]);
    Result<DataChunk*> chunk = nullptr;
    while (result.ok() && (chunk = (*result)->next()).ok() && *chunk) {
    }
    const std::optional<Error> error = !result.ok() ? std::optional(result.error()) : !chunk.ok() ? std::optional(chunk.error()) : std::nullopt;
    if (error) {
      refused++;
      const bool known = error->kind() == ErrorKind::kCorrupt || error->kind() == ErrorKind::kUnsupported || error->kind() == ErrorKind::kResource ||
                         error->kind() == ErrorKind::kInvalidArgument;
      EXPECT_TRUE(known) << i << ": " << error->to_string();
      EXPECT_NE(error->to_string().find(damaged.path()), std::string::npos) << i << ": " << error->to_string();
      EXPECT_EQ(error->to_string().find("INTERNAL"), std::string::npos) << i << ": " << error->to_string();
    }
    std::filesystem::remove_all(damaged.path());
    // A session that DuckDB gave up answers nothing any more.
    ASSERT_EQ(rows("SELECT 1"), "1\n") << i;
  }
  EXPECT_GT(refused, 50);
}

TEST_F(DamagedFiles, CutAtEveryPlaceIsRefused) {
  const std::string whole = written("");
  for (size_t length = 0; length < whole.size(); length += 1 + whole.size() / 60) {
    auto damaged = table(whole.substr(0, length), kFields, length);
    Error error = failure("SELECT * FROM delta_scan('" + damaged.path() + "')");
    EXPECT_EQ(error.kind(), ErrorKind::kCorrupt) << length << error.to_string();
    EXPECT_NE(error.to_string().find("f.parquet"), std::string::npos) << error.to_string();
  }
}

TEST_F(DamagedFiles, AFlippedBitUnderAChecksum) {
  namespace parquet = format::parquet;
  namespace pq = parquet::pq;
  parquet::FileBuilder builder(1);
  builder.checksums = true;
  builder.add(parquet::FileBuilder::leaf("a", pq::Type::INT32, pq::FieldRepetitionType::REQUIRED));
  builder.row_group(3, {{pq::Type::INT32, parquet::plain<int32_t>({1000, 2000, 3000}), {}, {}}});
  std::string bytes = builder.finish();
  EXPECT_EQ(rows("SELECT sum(a) FROM delta_scan('" + table(bytes, f("a", "integer"), bytes.size()).path() + "')"), "6000\n");
  const size_t value = bytes.find(parquet::plain<int32_t>({2000}));
  ASSERT_NE(value, std::string::npos);
  bytes[value] = static_cast<char>(bytes[value] ^ 1);
  auto damaged = table(bytes, f("a", "integer"), bytes.size());
  const std::string sum = "SELECT sum(a) FROM delta_scan('" + damaged.path() + "')";
  Error error = failure(sum);
  EXPECT_EQ(error.kind(), ErrorKind::kCorrupt);
  EXPECT_NE(error.to_string().find("f.parquet' does not fit its checksum"), std::string::npos) << error.to_string();
  EXPECT_NE(error.to_string().find("at version 0"), std::string::npos) << error.to_string();
  // Who must have what is left of the rows can.
  rows("SET verify_page_checksums = false");
  EXPECT_EQ(rows(sum), "6001\n");
}

// Without a checksum: as many lists as rows, with a filter (whose path in DuckDB counts nothing) and without.
TEST_F(DamagedFiles, ListsThatDoNotAddUpToTheRows) {
  namespace parquet = format::parquet;
  namespace pq = parquet::pq;
  const std::string fields = f("a", "integer") + "," + f("l", R"({"type":"array","elementType":"integer","containsNull":true})");
  auto scanned = [&](std::vector<uint8_t> repeated, const std::string& rest) {
    parquet::FileBuilder builder(2);
    builder.add(parquet::FileBuilder::leaf("a", pq::Type::INT32, pq::FieldRepetitionType::REQUIRED))
        .add(parquet::FileBuilder::group("l", 1, pq::FieldRepetitionType::OPTIONAL, pq::ConvertedType::LIST))
        .add(parquet::FileBuilder::group("list", 1, pq::FieldRepetitionType::REPEATED))
        .add(parquet::FileBuilder::leaf("element", pq::Type::INT32, pq::FieldRepetitionType::OPTIONAL));
    builder.row_group(3, {{pq::Type::INT32, parquet::plain<int32_t>({1, 2, 3}), {}, {}},
                          {pq::Type::INT32, parquet::plain<int32_t>({10, 20, 30, 40}), {3, 3, 3, 3}, std::move(repeated)}});
    const std::string bytes = builder.finish();
    return table(bytes, fields, bytes.size()).path() + "') " + rest;
  };
  for (const std::string rest : {"", "WHERE a > 1", "WHERE l IS NOT NULL", "WHERE l[1] = 10"}) {
    EXPECT_EQ(rows("SELECT count(*) FROM delta_scan('" + scanned({0, 1, 0, 0}, rest)), rest.empty() || rest.ends_with("NULL") ? "3\n" : rest.ends_with("10") ? "1\n" : "2\n");
    for (const std::vector<uint8_t>& repeated : {std::vector<uint8_t>{0, 1, 1, 0}, {0, 0, 0, 0}, {1, 0, 0, 0}}) {
      Error error = failure("SELECT * FROM delta_scan('" + scanned(repeated, rest));
      EXPECT_EQ(error.kind(), ErrorKind::kCorrupt) << error.to_string();
      EXPECT_NE(error.to_string().find("f.parquet'"), std::string::npos) << error.to_string();
    }
  }
}

TEST_F(DamagedFiles, AFileOfAnotherLengthThanTheLogSays) {
  const std::string whole = written("");
  auto other = table(whole, kFields, whole.size() + 1);
  Error error = failure("SELECT count(a) FROM delta_scan('" + other.path() + "')");
  EXPECT_EQ(error.kind(), ErrorKind::kCorrupt);
  EXPECT_NE(error.to_string().find(fmt::format("{} bytes, the log says {}", whole.size(), whole.size() + 1)), std::string::npos) << error.to_string();
  // A log that does not know is believed nothing.
  EXPECT_EQ(rows("SELECT count(a) FROM delta_scan('" + table(whole, kFields, 0).path() + "')"), "3000\n");
}

}  // namespace
}  // namespace deltastream::engine
