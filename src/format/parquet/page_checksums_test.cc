// Every page that is written carries the checksum of its bytes, and the footer tells where the pages stand then.
#include "format/parquet/page_checksums.h"

#include <zlib.h>

#include "format/parquet/file_builder_testing.h"
#include "format/parquet/footer.h"
#include "format/parquet/metadata.h"
#include "format/parquet/pages.h"
#include "format/parquet/parquet_testing.h"
#include "format/parquet/thrift_walker.h"

namespace deltastream::format::parquet {
namespace {

const std::vector<Field> kFields = {{"n", LogicalType::BIGINT, true},
                                    {"s", LogicalType::VARCHAR, true},
                                    {"l", LogicalType::LIST(LogicalType::INTEGER), true}};

std::vector<Value> row(size_t i) {
  return {i % 7 == 0 ? Value(LogicalType::BIGINT) : Value::BIGINT(static_cast<int64_t>(i * i)), Value("text " + std::to_string(i % 50)),
          Value::LIST(LogicalType::INTEGER, i % 3 == 0 ? duckdb::vector<Value>() : duckdb::vector<Value>{Value::INTEGER(static_cast<int32_t>(i)), Value(LogicalType::INTEGER)})};
}

std::string written(const std::string& codec, size_t rows) {
  std::shared_ptr<storage::ObjectStore> store = storage::make_memory_store();
  ParquetWriteOptions options;
  options.codec = codec;
  options.row_group_rows = 4096;
  auto summary = write_file(*store, "f", kFields, rows, row, options);
  EXPECT_TRUE(summary.ok());
  auto bytes = store->get("f");
  EXPECT_TRUE(bytes.ok());
  EXPECT_EQ(summary->bytes, bytes->size());
  return *bytes;
}

Result<Rows> read(const std::string& bytes) {
  std::shared_ptr<storage::ObjectStore> store = storage::make_memory_store();
  EXPECT_TRUE(store->put("f", bytes).ok());
  return read_file(store, "f", whole(kFields));
}

struct Page {
  uint64_t at = 0, size = 0;
  int32_t type = -1;
};

// The pages of a chunk, each with a checksum that fits.
std::vector<Page> pages(const std::string& bytes, uint64_t at, uint64_t end) {
  std::vector<Page> found;
  while (at < end) {
    ThriftWalker walker(std::string_view(bytes).substr(at));
    int32_t type = -1, size = -1, crc = 0;
    bool has_crc = false;
    EXPECT_TRUE(walker.walk_struct([&](int16_t field, ThriftWalker::Wire wire) {
      if (field == 1) return walker.integer(type);
      if (field == 3) return walker.integer(size);
      if (field == 4) return has_crc = true, walker.integer(crc);
      return walker.skip_field(wire, 1);
    }));
    EXPECT_TRUE(has_crc) << at;
    at += walker.position();
    EXPECT_EQ(static_cast<uint32_t>(crc), crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data() + at), static_cast<size_t>(size)));
    found.push_back({at, static_cast<uint64_t>(size), type});
    at += static_cast<uint64_t>(size);
  }
  EXPECT_EQ(at, end);
  return found;
}

TEST(PageChecksums, StandInEveryPage) {
  for (const std::string codec : {"zstd", "snappy", "gzip", "lz4_raw", "none"}) {
    const std::string bytes = written(codec, 10000);
    auto length = footer_length(bytes, bytes.size(), "f");
    ASSERT_TRUE(length.ok());
    auto footer = parse_footer(std::string_view(bytes).substr(bytes.size() - *length), bytes.size(), "f");
    ASSERT_TRUE(footer.ok()) << footer.error().to_string();
    ASSERT_EQ((*footer)->row_groups.size(), 3u);
    uint64_t at = 4;
    size_t dictionaries = 0;
    for (const auto& group : (*footer)->row_groups) {
      EXPECT_EQ(group.file_offset, static_cast<int64_t>(at));
      int64_t compressed = 0, uncompressed = 0;
      for (const auto& column : group.columns) {
        const auto& chunk = column.meta_data;
        const auto size = static_cast<uint64_t>(chunk.total_compressed_size);
        const auto found = pages(bytes, at, at + size);
        ASSERT_FALSE(found.empty());
        EXPECT_EQ(chunk.__isset.dictionary_page_offset, found[0].type == 2);
        if (chunk.__isset.dictionary_page_offset) {
          dictionaries++;
          EXPECT_EQ(chunk.dictionary_page_offset, static_cast<int64_t>(at));
          ASSERT_GT(found.size(), 1u);
          EXPECT_EQ(chunk.data_page_offset, static_cast<int64_t>(found[0].at + found[0].size));
        } else {
          EXPECT_EQ(chunk.data_page_offset, static_cast<int64_t>(at));
        }
        at += size;
        compressed += chunk.total_compressed_size;
        uncompressed += chunk.total_uncompressed_size;
      }
      EXPECT_EQ(group.total_compressed_size, compressed);
      EXPECT_EQ(group.total_byte_size, uncompressed);
    }
    EXPECT_EQ(at, bytes.size() - *length);
    EXPECT_GT(dictionaries, 0u);
    auto rows = read(bytes);
    ASSERT_TRUE(rows.ok()) << rows.error().to_string();
    ASSERT_EQ(rows->size(), 10000u);
    for (size_t i = 0; i < rows->size(); i += 61) {
      for (size_t c = 0; c < kFields.size(); c++) ASSERT_EQ((*rows)[i][c].ToString(), row(i)[c].ToString()) << i;
    }
  }
}

TEST(PageChecksums, AnyFlippedBitOfThePagesIsFound) {
  const std::string whole = written("zstd", 3000);
  auto length = footer_length(whole, whole.size(), "f");
  ASSERT_TRUE(length.ok());
  auto expected = read(whole);
  ASSERT_TRUE(expected.ok());
  size_t refused = 0, tried = 0;
  for (size_t at = 4; at < whole.size() - *length; at += 37) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
    auto rows = read(damaged);
    tried++;
    refused += !rows.ok();
    if (!rows.ok()) continue;
    // What nobody reads of a header.
    for (size_t i = 0; i < rows->size(); i++) ASSERT_EQ((*rows)[i][0].ToString() + (*rows)[i][1].ToString() + (*rows)[i][2].ToString(),
                                                        (*expected)[i][0].ToString() + (*expected)[i][1].ToString() + (*expected)[i][2].ToString()) << at;
  }
  EXPECT_GT(refused, tried * 9 / 10);
}

TEST(PageChecksums, PiecesOfAnySize) {
  const std::string whole = [] {
    std::string values;
    for (int64_t i = 0; i < 300; i++) values += plain<int64_t>({i});
    FileBuilder builder(1);
    builder.add(FileBuilder::leaf("n", pq::Type::INT64, pq::FieldRepetitionType::REQUIRED));
    builder.row_group(300, {{pq::Type::INT64, values, {}, {}}}).row_group(300, {{pq::Type::INT64, values, {}, {}}});
    return builder.finish();
  }();
  auto length = footer_length(whole, whole.size(), "f");
  ASSERT_TRUE(length.ok());
  std::string first;
  for (size_t piece : {size_t{1}, size_t{7}, size_t{1000}, whole.size()}) {
    std::shared_ptr<storage::ObjectStore> store = storage::make_memory_store();
    auto sink = store->open_writer("f");
    ASSERT_TRUE(sink.ok());
    PageChecksumWriter writer(**sink);
    writer.end_pages(whole.size() - *length);
    for (size_t at = 0; at < whole.size(); at += piece) ASSERT_TRUE(writer.append(std::string_view(whole).substr(at, piece)).ok());
    ASSERT_TRUE(writer.finish().ok());
    ASSERT_TRUE((*sink)->finish().ok());
    auto bytes = store->get("f");
    ASSERT_TRUE(bytes.ok());
    if (first.empty()) first = *bytes;
    EXPECT_EQ(*bytes, first) << piece;
    auto rows = read_file(store, "f", {{{"n"}, LogicalType::BIGINT}});
    ASSERT_TRUE(rows.ok()) << rows.error().to_string();
    EXPECT_EQ(rows->size(), 600u);
  }
  EXPECT_GT(first.size(), whole.size());
}

TEST(PageChecksums, AFileCutAmidAPageIsOurMistake) {
  std::shared_ptr<storage::ObjectStore> store = storage::make_memory_store();
  auto sink = store->open_writer("f");
  ASSERT_TRUE(sink.ok());
  PageChecksumWriter writer(**sink);
  ASSERT_TRUE(writer.append(std::string("PAR1\x15\x00", 6)).ok());
  auto status = writer.finish();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), ErrorKind::kInternal);
}

}  // namespace
}  // namespace deltastream::format::parquet
