#include <algorithm>
#include <filesystem>
#include <sstream>

#include "connect/test_tables.h"

namespace deltastream::connect {
namespace {

engine::TableDefinition files_with(const std::vector<std::pair<std::string, std::string>>& more) {
  std::vector<std::pair<std::string, std::string>> options = {{"connector", "filesystem"}, {"path", "in"}, {"format", "json"}};
  options.insert(options.end(), more.begin(), more.end());
  return test_table("orders", {{"id", LogicalType::BIGINT}}, options);
}

TEST(Options, KnownOnesAreTypedAndHaveDefaults) {
  auto options = validate_options(
      files_with({{"source.monitor-interval", "1 min"}, {"sink.rolling-policy.file-size", "2 mb"}, {"csv.header", "TRUE"}}));
  ASSERT_OK(options);
  EXPECT_EQ(options->duration_us("source.monitor-interval"), 60'000'000);
  EXPECT_EQ(options->memory_bytes("sink.rolling-policy.file-size"), 2 << 20);
  EXPECT_TRUE(options->boolean("csv.header"));
  EXPECT_FALSE(options->boolean("json.ignore-parse-errors"));
  EXPECT_EQ(options->get("csv.field-delimiter"), ",");
  EXPECT_TRUE(options->has("path"));
  EXPECT_FALSE(options->has("csv.field-delimiter"));
}

TEST(Options, DefaultFileSizeIsAMemorySize) {
  auto options = validate_options(files_with({}));
  ASSERT_OK(options);
  EXPECT_EQ(options->memory_bytes("sink.rolling-policy.file-size"), 128 << 20);
}

TEST(Options, AnUnknownOneNamesTableOptionPlaceAndTheNearest) {
  EXPECT_ERROR(validate_options(files_with({{"source.monitor.interval", "1 s"}})), ErrorKind::kInvalidArgument, "'orders'",
               "line 5, column 3", "'source.monitor.interval'", "did you mean 'source.monitor-interval'?");
}

TEST(Options, WhatOtherProgramsCallAnOptionIsTold) {
  for (const auto& [key, instead] : std::vector<std::pair<std::string, std::string>>{
           {"ignoreDeletes", "'skipChangeCommits' = 'true'"}, {"maxFilesPerTrigger", "'execution.checkpointing.interval'"}, {"timestampAsOf", "'timestamp'"}}) {
    EXPECT_ERROR(validate_options(test_table("t", {}, {{"connector", "delta"}, {"path", "x"}, {key, "1"}})), ErrorKind::kInvalidArgument, key, instead);
  }
}

TEST(Options, ValuesThatDoNotFitSayWhatDoes) {
  EXPECT_ERROR(validate_options(files_with({{"source.monitor-interval", "soon"}})), ErrorKind::kInvalidArgument, "source.monitor-interval",
               "soon", "10 s");
  EXPECT_ERROR(validate_options(files_with({{"csv.header", "yes"}})), ErrorKind::kInvalidArgument, "csv.header", "'true' or 'false'",
               "'yes'");
  EXPECT_ERROR(validate_options(files_with({{"sink.rolling-policy.file-size", "big"}})), ErrorKind::kInvalidArgument, "memory size",
               "'big'");
  auto misspelt = test_table("orders", {}, {{"connector", "filesystem"}, {"path", "in"}, {"format", "jsno"}});
  EXPECT_ERROR(validate_options(misspelt), ErrorKind::kInvalidArgument, "csv, json, parquet", "'jsno'", "did you mean 'json'?");
}

TEST(Options, RequiredAndDoubleOnes) {
  EXPECT_ERROR(validate_options(test_table("orders", {}, {{"connector", "filesystem"}, {"format", "json"}})), ErrorKind::kInvalidArgument,
               "orders", "'path'");
  EXPECT_ERROR(validate_options(files_with({{"path", "other"}})), ErrorKind::kInvalidArgument, "'path'", "twice");
}

TEST(Options, UnknownConnectorsNameTheNearest) {
  EXPECT_ERROR(find_connector(test_table("t", {}, {{"connector", "filesystm"}})), ErrorKind::kInvalidArgument, "filesystm",
               "did you mean 'filesystem'?");
  EXPECT_ERROR(find_connector(test_table("t", {}, {{"path", "x"}})), ErrorKind::kInvalidArgument, "'connector' is missing", "filesystem");
}

TEST(Options, AConnectorWithoutTheRoleIsRefused) {
  ConnectorContext context;
  EXPECT_ERROR(make_source(test_table("t", {}, {{"connector", "print"}}), context), ErrorKind::kUnsupported, "'t'", "'print' is no source");
  EXPECT_ERROR(is_bounded(test_table("t", {}, {{"connector", "blackhole"}})), ErrorKind::kUnsupported, "no source");
}

TEST(Options, BoundedSources) {
  auto bounded = is_bounded(files_with({}));
  ASSERT_OK(bounded);
  EXPECT_TRUE(*bounded);
  auto watched = is_bounded(files_with({{"source.monitor-interval", "1 s"}}));
  ASSERT_OK(watched);
  EXPECT_FALSE(*watched);
}

TEST(Connectors, AreSortedDescribedAndUsable) {
  std::string_view last;
  for (const Connector& connector : connectors()) {
    EXPECT_LT(last, connector.name);
    last = connector.name;
    EXPECT_FALSE(connector.help.empty());
    EXPECT_FALSE(connector.guarantee.empty());
    EXPECT_TRUE(connector.make_source || connector.make_sink) << connector.name;
    EXPECT_EQ(connector.make_source == nullptr, connector.bounded == nullptr) << connector.name;
    for (const OptionRow& row : connector.options) {
      EXPECT_FALSE(row.help.empty()) << row.key;
      EXPECT_EQ(row.type == OptionType::kEnum, !row.values.empty()) << row.key;
      EXPECT_FALSE(row.required && !row.default_value.empty()) << row.key;
    }
    for (const auto& other : connector.elsewhere) {
      EXPECT_FALSE(other.hint.empty()) << other.key;
      EXPECT_TRUE(std::none_of(connector.options.begin(), connector.options.end(), [&](const OptionRow& row) { return row.key == other.key; })) << other.key;
    }
  }
}

// DELTASTREAM_WRITE_DOCS=1 writes the page instead.
TEST(Connectors, TheManualIsMadeFromTheRows) {
  std::string file = (std::filesystem::path(__FILE__).parent_path() / "../../docs/connectors.md").string();
  if (std::getenv("DELTASTREAM_WRITE_DOCS")) std::ofstream(file) << options_as_markdown();
  std::stringstream written;
  written << std::ifstream(file).rdbuf();
  EXPECT_EQ(written.str(), options_as_markdown()) << "run test_connect with DELTASTREAM_WRITE_DOCS=1";
}

}  // namespace
}  // namespace deltastream::connect
