#include "delta/log/action_parser.h"

#include <gtest/gtest.h>

#include "delta/log/log_file_reader.h"
#include "delta/log/table_testing.h"

namespace deltastream::delta {
namespace {

class Recorder final : public ActionHandler {
 public:
  explicit Recorder(bool files = true) : files_(files) {}
  bool wants_files() const override { return files_; }
  Status on_add(const FileView& file) override { return note("add", std::string(file.path) + "|" + std::string(file.partition_values) + "|" + std::string(file.stats)); }
  Status on_remove(const FileView& file) override { return note("remove", std::string(file.path) + "|" + std::to_string(file.has_size)); }
  Status on_cdc(const FileView& file) override { return note("cdc", std::string(file.path)); }
  Status on_protocol(Protocol protocol) override { return note("protocol", std::to_string(protocol.min_reader_version)); }
  Status on_txn(Txn txn) override { return note("txn", txn.app_id + std::to_string(txn.version)); }
  Status on_commit_info(CommitInfo info) override { return note("info", info.operation); }
  Status on_sidecar(Sidecar sidecar) override { return note("sidecar", sidecar.path); }
  std::string text;

 private:
  Status note(const char* what, const std::string& value) {
    text += std::string(what) + " " + value + ";";
    return {};
  }
  bool files_;
};

std::string parsed(std::string_view lines, bool files = true) {
  Recorder recorder(files);
  ActionParser parser;
  auto done = parser.parse(lines, recorder);
  return done.ok() ? recorder.text : std::string(kind_name(done.error().kind())) + ": " + done.error().describe();
}

TEST(ActionParser, ActionsInAnyShapeOfLine) {
  EXPECT_EQ(parsed(add_line("a%20b", 1, R"("stats":"{\"numRecords\":1}")", R"("p":"x\"y")")), R"(add a%20b|{"p":"x\"y"}|{"numRecords":1};)");
  EXPECT_EQ(parsed(" { \"txn\" : { \"version\" : 3 , \"appId\" : \"A\" } } \r\n\n   \n" + protocol_line()), "txn A3;protocol 1;");
  EXPECT_EQ(parsed(R"({"add":null,"remove":{"path":"x","dataChange":true,"size":null},"new":{"x":[1]}})"), "remove x|0;");
  EXPECT_EQ(parsed(R"({"cdc":{"path":"c","partitionValues":{},"size":1,"dataChange":false}})"), "cdc c;");
  EXPECT_EQ(parsed(R"({"sidecar":{"path":"s","sizeInBytes":1}})"), "sidecar s;");
  EXPECT_EQ(parsed(R"({"commitInfo":{"operation":"X","timestamp":"odd","operationParameters":7,"readVersion":{},"isBlindAppend":"yes"}})"), "info X;");
}

TEST(ActionParser, FilesAreSteppedOverUnread) {
  std::string lines = add_line("a") + "\n" + remove_line("b") + "\n" + R"( {"add":{"path":"spaced"}})" + "\n" + protocol_line() + "\n";
  EXPECT_EQ(parsed(lines, false), "protocol 1;");
  EXPECT_EQ(parsed(add_line("a") + " \t\r\n" + remove_line("b") + "\t", false), "");  // blanks of JSON, as they may be
  EXPECT_NE(parsed(add_line("a").substr(0, 30), false).find("corrupt"), std::string::npos);
}

TEST(ActionParser, EveryCutIsCorrupt) {
  std::string line = add_line("a", 1, R"("stats":"{\"n\":1}","tags":{"t":null},"deletionVector":{"storageType":"u","pathOrInlineDv":"x","sizeInBytes":4,"cardinality":1})");
  for (size_t i = 1; i < line.size(); i++) EXPECT_EQ(parsed(line.substr(0, i)).substr(0, 16), "corrupt: line 1:") << i;
}

TEST(ActionParser, WhatIsWrongIsNamed) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"add":{"path":"x"}})", "action 'add', field 'size': is missing"},
      {R"({"add":{"size":1}})", "field 'path': is missing"},
      {R"({"add":{"path":5}})", "action 'add', field 'size': is missing"},
      {R"({"add":{"path":x}})", "action 'add', field 'path': a value is expected"},
      {R"({"add":{"path":"x","size":"1"}})", "field 'size': a whole number is expected"},
      {R"({"add":{"path":"x","size":1,"deletionVector":{"offset":3000000000}}})", "field 'deletionVector.offset': the number does not fit"},
      {R"({"add":{"path":"x","size":1,"deletionVector":{"storageType":"uu"}}})", "field 'deletionVector': its storage type is none of u, i and p"},
      {R"({"add":{"path":"x","size":1,"deletionVector":{"pathOrInlineDv":"v","sizeInBytes":4,"cardinality":1}}})", "its storage type is none"},
      {R"({"add":{"path":"x","size":1,"deletionVector":{"storageType":"u","sizeInBytes":4,"cardinality":1}}})", "it has no path"},
      {R"({"add":{"path":"x","size":1,"deletionVector":{"storageType":"u","pathOrInlineDv":"v","cardinality":1}}})", "its size is no size"},
      {R"({"add":{"path":"x","size":1,"deletionVector":{"storageType":"u","pathOrInlineDv":"v","sizeInBytes":4}}})", "its cardinality is no count"},
      {R"({"remove":{"path":"x","deletionVector":{"storageType":"u","pathOrInlineDv":"v","offset":-1,"sizeInBytes":4,"cardinality":1}}})", "its offset is negative"},
      {R"({"add":{"path":"x","size":1,"partitionValues":[]}})", "field 'partitionValues': an object is expected"},
      {R"({"protocol":{"minReaderVersion":1}})", "field 'minWriterVersion': is missing"},
      {R"({"txn":{"appId":"a"}} y)", "there is text after the action"},
      {R"([1])", "an object is expected"},
      {std::string("\0", 1), "an object is expected"},
      {"{\"txn\":{\"appId\":\"\xff\"}}", "no UTF-8"},
  };
  for (const auto& [line, message] : cases) EXPECT_NE(parsed(line).find(message), std::string::npos) << line << " → " << parsed(line);
  EXPECT_NE(parsed(protocol_line() + "\n\n" + R"({"add":{"path":"x"}})").find("line 3"), std::string::npos);
}

TEST(ActionParser, OtherValuesStandForTheirText) {
  EXPECT_EQ(parsed(R"({"add":{"path":5,"size":1,"partitionValues":{"p":5,"q":true},"stats":{"numRecords":1, "maxValues":{}}}})"),
            R"(add 5|{"p":5,"q":true}|{"numRecords":1, "maxValues":{}};)");
  auto values = parse_partition_values(R"({"a":5,"b":true,"c":null,"d":"x","e":"\ud83d"})");
  ASSERT_TRUE(values.ok()) << values.error().describe();
  EXPECT_EQ(*values, (PartitionValues{{"a", "5"}, {"b", "true"}, {"c", std::nullopt}, {"d", "x"}, {"e", "?"}}));
  for (const char* broken : {"5", "[]", "{", R"({"a":x})", R"({"a":"b"}])"}) EXPECT_FALSE(parse_partition_values(broken).ok()) << broken;
}

TEST(ActionParser, HalfACharacterCostsTheStatisticsAndNoMore) {
  EXPECT_EQ(parsed(R"({"commitInfo":{"userMetadata":"\ud83d","operation":"\udc00X"}})"), "info ?X;");
  EXPECT_EQ(parsed(R"({"add":{"path":"x","size":1,"stats":"{\"maxValues\":{\"s\":\"\ud83d\"}}"}})"), "add x||;");
}

TEST(ActionParser, AVectorThatSaysNothingIsNone) {
  EXPECT_EQ(parsed(R"({"add":{"path":"x","size":1,"deletionVector":{}}})"), "add x||;");
  EXPECT_EQ(parsed(R"({"add":{"path":"x","size":1,"deletionVector":{"storageType":null,"offset":null}}})"), "add x||;");
}

TEST(ActionParser, TheMarkOfUtf8MayStandBeforeIt) {
  EXPECT_EQ(parsed("\xef\xbb\xbf" + protocol_line() + "\n"), "protocol 1;");
  EXPECT_NE(parsed(protocol_line() + "\n\xef\xbb\xbf" + protocol_line()).find("line 2"), std::string::npos);
}

TEST(ActionParser, ObjectsGoOverLines) {
  const std::string text = "{\n  \"txn\": {\n \"appId\": \"a}\\\"{\",\r\n\t\"version\": 3\n  }\n}\n{ \r\n\"protocol\":{\"minReaderVersion\":1,\n\"minWriterVersion\":2}}\n" + add_line("a") + "\n";
  EXPECT_EQ(parsed(text), R"(txn a}"{3;protocol 1;add a|{}|;)");
  EXPECT_EQ(parsed(text, false), R"(txn a}"{3;protocol 1;)");
  for (size_t i = 1; i < text.find("}\n{"); i++) EXPECT_EQ(parsed(text.substr(0, i)).substr(0, 8), "corrupt:") << i;
  EXPECT_NE(parsed(text + "{broken").find("line 11: "), std::string::npos) << parsed(text + "{broken");
  EXPECT_NE(parsed("{\n\"txn\":{\"appId\":\"a\"}} y").find("text after the action"), std::string::npos);
}

TEST(ActionParser, AnActionMayEndInX) {
  const std::string lines = "{\"commitInfo\":{\"operation\":\"X\"}}x\n" + add_line("a") + "x \r\n" + protocol_line() + "x";
  EXPECT_EQ(parsed(lines), "info X;add a|{}|;protocol 1;");
  EXPECT_EQ(parsed(lines, false), "info X;protocol 1;");
  for (const char* rest : {"y", "xx", "x{\"remove\":{\"path\":\"a\"}}", "]"}) EXPECT_NE(parsed(protocol_line() + rest).find("text after the action"), std::string::npos) << rest;
  EXPECT_NE(parsed(add_line("a") + "y", false).find("ends in the middle"), std::string::npos);
}

TEST(LogFileReader, LargeFilesComeInPieces) {
  TestTable table;
  // Lines of very different lengths, one longer than a piece.
  std::string lines;
  std::string expected;
  for (int i = 0; i < 300; i++) {
    std::string path(static_cast<size_t>(i == 150 ? 5'000'000 : i * 200 + 1), 'x');
    lines += add_line(path) + "\n";
    expected += "add " + path + "|{}|;";
  }
  lines += R"({"txn":{"appId":"a","version":1}})";  // no line end
  table.put("log", lines);
  Recorder recorder;
  ActionParser parser;
  auto meta = table.store->head("log");
  ASSERT_TRUE(meta.ok());
  ASSERT_TRUE(read_log_file(*table.store, *meta, parser, recorder).ok());
  EXPECT_TRUE(recorder.text == expected + "txn a1;");
  table.put("log", lines + "\n{broken");
  meta = table.store->head("log");
  Recorder again;
  auto broken = read_log_file(*table.store, *meta, parser, again);
  ASSERT_FALSE(broken.ok());
  EXPECT_NE(broken.error().describe().find("log: line 302"), std::string::npos) << broken.error().describe();
}

}  // namespace
}  // namespace deltastream::delta
