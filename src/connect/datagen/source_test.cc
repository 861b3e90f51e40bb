#include "connect/test_tables.h"

namespace deltastream::connect {
namespace {

using Columns = std::vector<std::pair<std::string, LogicalType>>;
using Given = std::vector<std::pair<std::string, std::string>>;

engine::TableDefinition table(const Columns& columns, Given options) {
  options.insert(options.begin(), {"connector", "datagen"});
  options.push_back({"rows-per-second", "0"});
  return test_table("gen", columns, options);
}

TEST(Datagen, ASequenceGivesEachNumberOnceWhateverTheParallelismAndBatchSize) {
  for (std::string splits : {"1", "3", "8"}) {
    auto definition = table({{"id", LogicalType::BIGINT}, {"text", LogicalType::VARCHAR}, {"price", LogicalType::DECIMAL(6, 2)}},
                            {{"fields.id.kind", "sequence"},
                             {"fields.id.start", "-5"},
                             {"fields.id.end", "94"},
                             {"fields.text.kind", "sequence"},
                             {"fields.text.start", "1"},
                             {"fields.text.end", "1000"},
                             {"fields.price.kind", "sequence"},
                             {"fields.price.start", "0"},
                             {"fields.price.end", "99"},
                             {"scan.parallelism", splits}});
    auto rows = read_table(definition, {}, 7);
    ASSERT_OK(rows);
    std::sort(rows->begin(), rows->end());
    Rows expected;
    for (int i = 0; i < 100; i++) expected.push_back(std::to_string(i - 5) + "|" + std::to_string(i + 1) + "|" + std::to_string(i) + ".00");
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(*rows, expected);
    EXPECT_TRUE(*is_bounded(definition));
  }
}

TEST(Datagen, ARowIsAFunctionOfSeedAndNumber) {
  const Columns columns = {{"a", LogicalType::INTEGER}, {"b", LogicalType::VARCHAR}, {"c", LogicalType::DOUBLE}};
  auto whole = read_table(table(columns, {{"number-of-rows", "5000"}}), {});
  ASSERT_OK(whole);
  ASSERT_EQ(whole->size(), 5000u);
  auto definition = table(columns, {{"number-of-rows", "5000"}});
  auto source = make_source(definition, {});
  ASSERT_OK(source);
  stream::SourceRequest request{all_columns(definition), 100, nullptr};
  ASSERT_OK((*source)->open(request));
  auto rest = read_split(**source, (*source)->discover()->front(), request, stream::SplitPosition{1234, ""});
  ASSERT_OK(rest);
  EXPECT_EQ(*rest, Rows(whole->begin() + 1234, whole->end()));
  auto other = read_table(table(columns, {{"number-of-rows", "5000"}, {"seed", "1"}}), {});
  ASSERT_OK(other);
  EXPECT_NE(*other, *whole);
}

TEST(Datagen, BoundsLengthsAndNulls) {
  auto definition = table({{"small", LogicalType::TINYINT},
                           {"price", LogicalType::DECIMAL(10, 2)},
                           {"ratio", LogicalType::FLOAT},
                           {"code", LogicalType::VARCHAR},
                           {"often", LogicalType::INTEGER}},
                          {{"number-of-rows", "4000"},
                           {"fields.small.min", "-3"},
                           {"fields.small.max", "3"},
                           {"fields.price.min", "9.50"},
                           {"fields.price.max", "10.25"},
                           {"fields.ratio.max", "1"},
                           {"fields.code.length", "20"},
                           {"fields.code.var-len", "true"},
                           {"fields.often.null-rate", "0.25"}});
  auto source = make_source(definition, {});
  ASSERT_OK(source);
  stream::SourceRequest request{all_columns(definition), kChunkRows, nullptr};
  ASSERT_OK((*source)->open(request));
  auto reader = (*source)->open_split((*source)->discover()->front(), std::nullopt);
  ASSERT_OK(reader);
  auto chunk = chunk_for(request.columns);
  std::set<int> small, lengths;
  size_t nulls = 0, rows = 0;
  for (auto state = stream::ReadState::kData; state != stream::ReadState::kEnd;) {
    auto read = (*reader)->read(*chunk);
    ASSERT_OK(read);
    state = *read;
    for (duckdb::idx_t r = 0; r < chunk->size(); r++, rows++) {
      small.insert(chunk->GetValue(0, r).GetValue<int8_t>());
      const double price = chunk->GetValue(1, r).GetValue<double>(), ratio = chunk->GetValue(2, r).GetValue<double>();
      EXPECT_TRUE(price >= 9.5 && price <= 10.25) << price;
      EXPECT_TRUE(ratio >= 0 && ratio <= 1) << ratio;
      lengths.insert(static_cast<int>(chunk->GetValue(3, r).ToString().size()));
      nulls += chunk->GetValue(4, r).IsNull();
    }
  }
  EXPECT_EQ(rows, 4000u);
  EXPECT_EQ(small, (std::set<int>{-3, -2, -1, 0, 1, 2, 3}));
  EXPECT_EQ(*lengths.begin(), 1);
  EXPECT_EQ(*lengths.rbegin(), 20);
  EXPECT_GT(nulls, 900u);
  EXPECT_LT(nulls, 1100u);
}

TEST(Datagen, RowsAndTheirFieldsAreTheSameValues) {
  auto row = LogicalType::STRUCT({{"x", LogicalType::INTEGER}, {"y", LogicalType::VARCHAR}});
  auto definition = table({{"r", row}}, {{"number-of-rows", "3"}, {"fields.r.x.min", "1"}, {"fields.r.x.max", "9"}, {"fields.r.y.length", "2"}});
  auto source = make_source(definition, {});
  ASSERT_OK(source);
  stream::SourceRequest request{{{{"r"}, row}, {{"r", "x"}, LogicalType::INTEGER}}, kChunkRows, nullptr};
  ASSERT_OK((*source)->open(request));
  auto rows = read_split(**source, (*source)->discover()->front(), request);
  ASSERT_OK(rows);
  ASSERT_EQ(rows->size(), 3u);
  for (const std::string& text : *rows) EXPECT_NE(text.find("'x': " + text.substr(text.size() - 1) + ","), std::string::npos) << text;
}

TEST(Datagen, TimesAreThePresent) {
  ManualClock clock(1'700'000'000'000'000);
  ConnectorContext context;
  context.environment.clock = &clock;
  auto rows = read_table(table({{"ts", LogicalType::TIMESTAMP}, {"day", LogicalType::DATE}}, {{"number-of-rows", "1"}}), context);
  ASSERT_OK(rows);
  EXPECT_EQ(*rows, (Rows{"2023-11-14 22:13:20|2023-11-14"}));
}

TEST(Datagen, OptionsThatDoNotFitAreRefused) {
  const Columns columns = {{"id", LogicalType::BIGINT}, {"list", LogicalType::LIST(LogicalType::INTEGER)}};
  auto refused = [&](const Given& options) { return make_source(table(columns, options), {}); };
  EXPECT_ERROR(refused({{"fields.idd.min", "1"}}), ErrorKind::kInvalidArgument, "'gen'", "idd", "did you mean 'id'?");
  EXPECT_ERROR(refused({{"fields.id.minimum", "1"}}), ErrorKind::kInvalidArgument, "fields.id.minimum");
  EXPECT_ERROR(refused({{"fields.id.kind", "sequence"}}), ErrorKind::kInvalidArgument, "fields.id.start");
  EXPECT_ERROR(refused({{"fields.id.null-rate", "2"}}), ErrorKind::kInvalidArgument, "null-rate");
  EXPECT_ERROR(read_table(table({{"id", LogicalType::TINYINT}}, {{"fields.id.max", "300"}}), {}), ErrorKind::kInvalidArgument, "300", "TINYINT");
  EXPECT_ERROR(read_table(table(columns, {{"number-of-rows", "1"}}), {}), ErrorKind::kUnsupported, "list");
}

}  // namespace
}  // namespace deltastream::connect
