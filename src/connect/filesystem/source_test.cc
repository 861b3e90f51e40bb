#include <zlib.h>
#include <zstd.h>

#include "connect/test_tables.h"

namespace deltastream::connect {
namespace {

using stream::ReadState;

class FileSource : public testing::Test {
 protected:
  engine::TableDefinition table(const std::string& path, const std::string& format,
                                std::vector<std::pair<std::string, std::string>> more = {}) {
    more.insert(more.begin(), {{"connector", "filesystem"}, {"path", path}, {"format", format}});
    return test_table("src", {{"id", LogicalType::BIGINT}, {"v", LogicalType::VARCHAR}}, more);
  }
  void file(const std::string& name, const std::string& text) { write_text(folder_ / name, text); }
  Result<Rows> rows(const engine::TableDefinition& definition, size_t batch_rows = kChunkRows) {
    return read_table(definition, context(), batch_rows, &metrics_);
  }
  ConnectorContext context() {
    ConnectorContext result;
    result.base_folder = folder_.path();
    result.environment.logger = &logger_;
    return result;
  }
  void expect_rows(const engine::TableDefinition& definition, const Rows& expected) {
    for (size_t batch_rows : {size_t{1}, size_t{3}, kChunkRows}) {
      auto got = rows(definition, batch_rows);
      ASSERT_OK(got);
      EXPECT_EQ(*got, expected) << "batches of " << batch_rows;
    }
  }

  TempFolder folder_;
  stream::EndpointMetrics metrics_;
  RecordingLogger logger_;
};

TEST_F(FileSource, JsonLinesOfOneFile) {
  file("in.json", "{\"id\":1,\"v\":\"a\"}\n\n{\"id\":2}\r\n  \n{\"id\":3,\"v\":\"c\"}");
  expect_rows(table("in.json", "json"), {"1|a", "2|NULL", "3|c"});
  EXPECT_EQ(metrics_.rows.load(), 9u);
  EXPECT_EQ(metrics_.bytes.load(), 3u * std::filesystem::file_size(folder_ / "in.json"));
}

TEST_F(FileSource, AFolderIsReadInOrderWithoutHiddenNames) {
  file("in/b.json", "{\"id\":2}");
  file("in/a.json", "{\"id\":1}");
  file("in/sub/c.json", "{\"id\":3}");
  file("in/.hidden.json", "{\"id\":9}");
  file("in/_part.json", "{\"id\":9}");
  file("in/_deltastream/x.json", "{\"id\":9}");
  file("in/empty.json", "");
  expect_rows(table("in", "json"), {"1|NULL", "2|NULL", "3|NULL"});
  expect_rows(table("file://" + (folder_ / "in"), "json"), {"1|NULL", "2|NULL", "3|NULL"});
}

TEST_F(FileSource, GlobsAndPatternsChoose) {
  file("2023/a.json", "{\"id\":1}");
  file("2024/a.json", "{\"id\":2}");
  file("2024/deep/b.json", "{\"id\":3}");
  file("2024/b.txt", "{\"id\":4}");
  expect_rows(table("2024/*.json", "json"), {"2|NULL"});
  expect_rows(table("202[34]/a.json", "json"), {"1|NULL", "2|NULL"});
  expect_rows(table("**/*.json", "json"), {"1|NULL", "2|NULL", "3|NULL"});
  expect_rows(table("2024/**", "json"), {"2|NULL", "4|NULL", "3|NULL"});
  expect_rows(table("202?/x*", "json"), {});
  expect_rows(table(".", "json", {{"source.path.regex-pattern", ".*/b\\.(json|txt)"}}), {"4|NULL", "3|NULL"});
  EXPECT_ERROR(rows(table(".", "json", {{"source.path.regex-pattern", "("}})), ErrorKind::kInvalidArgument, "source.path.regex-pattern");
}

TEST_F(FileSource, WhatIsNotThereIsNamed) {
  EXPECT_ERROR(rows(table("nowhere.json", "json")), ErrorKind::kNotFound, "nowhere.json", "'src'");
  EXPECT_ERROR(rows(table("s3://bucket/x", "json")), ErrorKind::kUnsupported, "s3", "'src'");
}

TEST_F(FileSource, CsvWithQuotesAndLineEndsInThem) {
  file("in.csv", "1,plain\n2,\"with, comma\"\n\n3,\"two\nlines\"\n4,d\n");
  expect_rows(table("in.csv", "csv"), {"1|plain", "2|with, comma", "3|two\nlines", "4|d"});
}

TEST_F(FileSource, CsvHeadersGiveTheOrder) {
  file("a.csv", "\xEF\xBB\xBFv;other;ID\nx;0;1\ny;0;2\n");
  expect_rows(table("a.csv", "csv", {{"csv.header", "true"}, {"csv.field-delimiter", ";"}}), {"1|x", "2|y"});
  file("first.csv", "some title\n1,a\n");
  expect_rows(table("first.csv", "csv", {{"csv.ignore-first-line", "true"}}), {"1|a"});
  file("b.csv", "id,w\n1,x\n");
  EXPECT_ERROR(rows(table("b.csv", "csv", {{"csv.header", "true"}})), ErrorKind::kInvalidArgument, "b.csv", "'v'", "id, w");
  file("c.csv", "");
  expect_rows(table("c.csv", "csv", {{"csv.header", "true"}}), {});
}

TEST_F(FileSource, MalformedRecordsStopTheJobWithTheirPlace) {
  file("in.json", "{\"id\":1}\n{\"id\":\n{\"id\":3}\n");
  EXPECT_ERROR(rows(table("in.json", "json")), ErrorKind::kCorrupt, "in.json", "byte 9", "line 2", "'json.ignore-parse-errors' = 'true'");
  EXPECT_EQ(metrics_.malformed.load(), 1u);
}

TEST_F(FileSource, OrAreCountedLoggedAndLeftOut) {
  std::string text;
  for (int i = 0; i < 50; i++) text += "no json\n{\"id\":" + std::to_string(i) + "}\n";
  file("in.json", text);
  auto got = rows(table("in.json", "json", {{"json.ignore-parse-errors", "true"}}));
  ASSERT_OK(got);
  EXPECT_EQ(got->size(), 50u);
  EXPECT_EQ(metrics_.malformed.load(), 50u);
  EXPECT_EQ(logger_.lines().size(), 10u);
  EXPECT_NE(logger_.lines()[1].find("line 3"), std::string::npos) << logger_.lines()[1];
}

std::string gzip(const std::string& text) {
  std::string out(text.size() + 200, 0);
  z_stream z{};
  deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), 0);
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

TEST_F(FileSource, CompressedFilesOfSeveralParts) {
  file("a.json.gz", gzip("{\"id\":1}\n{\"i") + gzip("d\":2}\n"));
  file("b.json.zst", zstd("{\"id\":3}\n") + zstd("{\"id\":4}\n"));
  expect_rows(table("*.json.*", "json"), {"1|NULL", "2|NULL", "3|NULL", "4|NULL"});
  std::string whole = gzip("{\"id\":1}\n{\"id\":2}\n");
  file("cut.json.gz", whole.substr(0, whole.size() - 9));
  EXPECT_ERROR(rows(table("cut.json.gz", "json")), ErrorKind::kCorrupt, "cut.json.gz", "too early");
  file("no.json.zst", "this is no zstd");
  EXPECT_ERROR(rows(table("no.json.zst", "json")), ErrorKind::kCorrupt, "no.json.zst");
}

TEST_F(FileSource, EveryPositionResumesAtTheNextRow) {
  std::string lines, csv = "id,v\n";
  Rows expected;
  for (int i = 0; i < 40; i++) {
    std::string id = std::to_string(i);
    lines += "{\"id\":" + id + ",\"v\":\"" + std::string(static_cast<size_t>(i), 'x') + "\"}\n";
    csv += id + ",\"" + std::string(static_cast<size_t>(i), 'x') + "\n\"\n";
  }
  file("in.json", lines);
  file("in.json.gz", gzip(lines));
  file("in.csv", csv);
  file("in.csv.zst", zstd(csv));
  for (std::string name : {"in.json", "in.json.gz", "in.csv", "in.csv.zst"}) {
    auto definition = name.find("json") != std::string::npos ? table(name, "json") : table(name, "csv", {{"csv.header", "true"}});
    auto source = make_source(definition, context());
    ASSERT_OK(source);
    stream::SourceRequest request{all_columns(definition), 7, nullptr};
    ASSERT_OK((*source)->open(request));
    auto splits = (*source)->discover();
    ASSERT_OK(splits);
    ASSERT_EQ(splits->size(), 1u);
    auto whole = read_split(**source, splits->front(), request);
    ASSERT_OK(whole);
    ASSERT_EQ(whole->size(), 40u) << name;
    for (size_t reads = 0; reads < 8; reads++) {
      stream::SplitPosition position;
      auto first = read_split(**source, splits->front(), request, std::nullopt, &position, reads);
      ASSERT_OK(first);
      auto rest = read_split(**source, splits->front(), request, position);
      ASSERT_OK(rest);
      first->insert(first->end(), rest->begin(), rest->end());
      EXPECT_EQ(*first, *whole) << name << " after " << reads << " reads";
    }
  }
}

TEST_F(FileSource, ARecordLargerThanTheBufferIsWhole) {
  std::string big(1 << 20, 'x');
  file("in.json", "{\"id\":1,\"v\":\"" + big + "\"}\n{\"id\":2}\n");
  expect_rows(table("in.json", "json"), {"1|" + big, "2|NULL"});
}

TEST_F(FileSource, AFileThatShrankIsRefusedAndAFinishedOneMayBeGone) {
  file("in.json", "{\"id\":1}\n{\"id\":2}\n");
  auto definition = table("in.json", "json");
  auto source = make_source(definition, context());
  ASSERT_OK(source);
  stream::SourceRequest request{all_columns(definition), 1, nullptr};
  ASSERT_OK((*source)->open(request));
  auto splits = (*source)->discover();
  ASSERT_OK(splits);
  stream::SplitPosition middle, end;
  ASSERT_OK(read_split(**source, splits->front(), request, std::nullopt, &middle, 2));
  ASSERT_OK(read_split(**source, splits->front(), request, std::nullopt, &end));
  file("in.json", "{}\n");
  EXPECT_ERROR(read_split(**source, splits->front(), request, middle), ErrorKind::kCorrupt, "in.json", "shrunk");
  std::filesystem::remove(folder_ / "in.json");
  EXPECT_ERROR(read_split(**source, splits->front(), request, middle), ErrorKind::kNotFound, "in.json");
  auto nothing = read_split(**source, splits->front(), request, end);
  ASSERT_OK(nothing);
  EXPECT_TRUE(nothing->empty());
}

TEST_F(FileSource, AWatchedFolderFindsNewFiles) {
  file("in/a.json", "{\"id\":1}");
  auto definition = table("in", "json", {{"source.monitor-interval", "20 ms"}});
  auto source = make_source(definition, context());
  ASSERT_OK(source);
  EXPECT_FALSE((*source)->bounded());
  EXPECT_EQ((*source)->discovery_interval_us(), 20'000);
  ASSERT_OK((*source)->open({all_columns(definition), kChunkRows, nullptr}));
  EXPECT_EQ((*source)->discover()->size(), 1u);
  file("in/b.json", "{\"id\":2}");
  auto splits = (*source)->discover();
  ASSERT_OK(splits);
  ASSERT_EQ(splits->size(), 2u);
  EXPECT_EQ((*splits)[1].id, "b.json");
}

TEST_F(FileSource, MetadataAndPartitionColumns) {
  file("in/day=2024-01-02/kind=a%2Fb/x.json", "{\"id\":7}");
  file("in/day=2024-01-03/kind=__HIVE_DEFAULT_PARTITION__/y.json", "{\"id\":8}");
  auto definition = table("in", "json");
  definition.columns.push_back(definition.columns[1]);
  definition.columns[2].name = "day";
  definition.columns[2].type = LogicalType::DATE;
  definition.columns.push_back(definition.columns[1]);
  definition.columns[3].name = "kind";
  definition.partitioned_by = {"day", "kind"};
  engine::ColumnDefinition name;
  name.kind = engine::ColumnKind::kMetadata;
  name.name = "n";
  name.metadata_key = "file.name";
  name.type = LogicalType::VARCHAR;
  definition.columns.push_back(name);
  name.metadata_key = "file.size";
  name.type = LogicalType::INTEGER;
  definition.columns.push_back(name);
  expect_rows(definition, {"7|NULL|2024-01-02|a/b|x.json|8", "8|NULL|2024-01-03|NULL|y.json|8"});
  definition.columns.back().metadata_key = "file.sise";
  EXPECT_ERROR(rows(definition), ErrorKind::kNotFound, "file.sise", "did you mean 'file.size'?");
  definition.columns.pop_back();
  file("in/z.json", "{\"id\":9}");
  EXPECT_ERROR(rows(definition), ErrorKind::kCorrupt, "z.json", "day");
}

}  // namespace
}  // namespace deltastream::connect
