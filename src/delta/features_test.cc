#include "delta/features.h"

#include <gtest/gtest.h>

#include <set>

#include "delta/schema.h"

namespace deltastream::delta {
namespace {

Protocol listed(std::vector<std::string> reader, std::vector<std::string> writer) { return {3, 7, std::move(reader), std::move(writer)}; }
Protocol writer_only(std::vector<std::string> writer) { return {1, 7, {}, std::move(writer)}; }
Protocol legacy(int32_t reader, int32_t writer) { return {reader, writer, {}, {}}; }

// A protocol that supports exactly this feature and what it requires.
Protocol protocol_with(const TableFeature& feature) {
  StringMap configuration{{"delta.feature." + std::string(feature.name), "supported"}};
  return protocol_for_new_table({}, configuration).value();
}

TEST(FeatureTable, HasEveryNameOnceAndRequirementsThatExist) {
  std::set<std::string_view> names;
  for (const auto& feature : table_features()) {
    EXPECT_TRUE(names.insert(feature.name).second) << feature.name;
    EXPECT_EQ(find_feature(feature.name), &feature);
    EXPECT_EQ(check_protocol(protocol_with(feature)).ok(), true) << feature.name;
    EXPECT_TRUE(supports(protocol_with(feature), feature.name)) << feature.name;
    for (std::string_view rest = feature.requirement; !rest.empty();) {
      size_t comma = std::min(rest.find(','), rest.size());
      EXPECT_TRUE(find_feature(rest.substr(0, comma))) << feature.name;
      EXPECT_TRUE(supports(protocol_with(feature), rest.substr(0, comma))) << feature.name;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  EXPECT_EQ(find_feature("timeTravelMachine"), nullptr);
}

TEST(FeatureTable, RefusesByNameWhateverARowDoesNotOffer) {
  for (const auto& feature : table_features()) {
    auto read = check_readable(protocol_with(feature), "file:/t at version 3");
    EXPECT_EQ(read.ok(), feature.read && !feature.by_catalog) << feature.name;
    EXPECT_EQ(check_readable(protocol_with(feature), "t", LogAccess::kByCatalog).ok(), feature.read) << feature.name;
    auto write = check_writable(protocol_with(feature), {}, {}, "file:/t at version 3");
    bool writable = feature.read && (feature.write == WriteSupport::kFull || (feature.write == WriteSupport::kWhenInactive && feature.active));
    EXPECT_EQ(write.ok(), writable) << feature.name;
    if (write.ok()) continue;
    EXPECT_EQ(write.error().kind(), ErrorKind::kUnsupported);
    EXPECT_NE(write.error().describe().find("file:/t at version 3"), std::string::npos);
    EXPECT_NE(write.error().describe().find("'" + std::string(feature.name) + "'"), std::string::npos) << write.error().describe();
  }
}

TEST(Features, LegacyVersionsImplyWhatTheyAlwaysDid) {
  EXPECT_TRUE(supports(legacy(1, 2), "appendOnly"));
  EXPECT_FALSE(supports(legacy(1, 2), "changeDataFeed"));
  EXPECT_TRUE(supports(legacy(1, 4), "changeDataFeed"));
  EXPECT_FALSE(supports(legacy(1, 6), "columnMapping"));
  EXPECT_TRUE(supports(legacy(2, 5), "columnMapping"));
  EXPECT_FALSE(supports(legacy(2, 6), "deletionVectors"));
  EXPECT_FALSE(supports(writer_only({}), "appendOnly")) << "version 7 implies nothing";
}

TEST(Features, ChecksVersionsAgainstLists) {
  EXPECT_TRUE(check_protocol(legacy(1, 2)).ok());
  EXPECT_TRUE(check_protocol(writer_only({"appendOnly"})).ok());
  EXPECT_TRUE(check_protocol({2, 7, {}, {{"columnMapping"}}}).ok());
  EXPECT_TRUE(check_protocol(listed({}, {"columnMapping", "icebergCompatV1"})).ok()) << "as Delta 3.1 leaves it";
  EXPECT_TRUE(supports(listed({}, {"columnMapping", "icebergCompatV1"}), "columnMapping"));
  EXPECT_TRUE(check_protocol(listed({"deletionVectors"}, {"deletionVectors", "futureWriterFeature"})).ok());
  const Protocol broken[] = {
      legacy(0, 2),
      legacy(1, 0),
      legacy(3, 7),
      legacy(1, 7),
      {3, 6, {{}}, {}},
      {2, 7, {{}}, {{}}},
      {1, 6, {}, {{}}},
      listed({"deletionVectors"}, {}),
      listed({"appendOnly"}, {"appendOnly"}),
      listed({}, {"deletionVectors"}),
      writer_only({"v2Checkpoint"}),
      writer_only({"columnMapping"}),
  };
  for (const auto& protocol : broken) {
    auto status = check_protocol(protocol);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().kind(), ErrorKind::kCorrupt) << status.error().describe();
  }
  EXPECT_EQ(check_protocol(legacy(4, 7)).error().kind(), ErrorKind::kUnsupported);
}

TEST(Features, NewerWriterVersionsAreRead) {
  for (const Protocol& protocol : {legacy(1, 8), legacy(2, 9), Protocol{3, 8, {{"deletionVectors"}}, {{"deletionVectors", "future"}}}}) {
    EXPECT_TRUE(check_readable(protocol, "t").ok());
    auto write = check_writable(protocol, {}, {}, "t");
    ASSERT_FALSE(write.ok());
    EXPECT_EQ(write.error().kind(), ErrorKind::kUnsupported);
    EXPECT_NE(write.error().describe().find("it can only be read"), std::string::npos) << write.error().describe();
  }
  EXPECT_TRUE(supports(legacy(2, 8), "columnMapping"));
  EXPECT_EQ(check_readable({3, 8, {{"future"}}, {{"future"}}}, "t").error().kind(), ErrorKind::kUnsupported);
}

TEST(Features, RefusesUnknownNames) {
  auto reader = listed({"quantumFiles"}, {"quantumFiles"});
  EXPECT_EQ(check_readable(reader, "t").error().describe(), "t needs the table feature 'quantumFiles', which this version does not know");
  auto writer = writer_only({"quantumWrites"});
  EXPECT_TRUE(check_readable(writer, "t").ok());
  EXPECT_EQ(check_writable(writer, {}, {}, "t").error().kind(), ErrorKind::kUnsupported);
}

TEST(Features, CatalogManagedTablesAreNotReadByPath) {
  auto status = check_readable(protocol_with(*find_feature("catalogManaged")), "file:/t at version 3");
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().describe().find("catalog holds its newest commits"), std::string::npos);
}

TEST(Features, WritesInactiveFeaturesOnly) {
  Schema schema;
  schema.fields.push_back({"a", {}, true, {}});
  schema.fields[0].type.primitive = "long";
  EXPECT_TRUE(check_writable(legacy(1, 6), {}, schema, "t").ok());
  Metadata constrained;
  constrained.configuration["delta.constraints.positive"] = "a > 0";
  EXPECT_NE(check_writable(legacy(1, 3), constrained, schema, "t").error().describe().find("'checkConstraints'"), std::string::npos);
  schema.fields[0].metadata.push_back({"delta.identity.start", "1"});
  EXPECT_NE(check_writable(legacy(1, 6), {}, schema, "t").error().describe().find("'identityColumns'"), std::string::npos);
  // Nested fields count as well.
  Schema outer;
  outer.fields.push_back({"s", {}, true, {}});
  outer.fields[0].type.kind = DataType::Kind::kStruct;
  outer.fields[0].type.fields = schema.fields;
  outer.fields[0].type.fields[0].metadata = {{"delta.invariants", "\"{}\""}};
  EXPECT_NE(check_writable(legacy(1, 2), {}, outer, "t").error().describe().find("'invariants'"), std::string::npos);
}

TEST(NewTable, GetsTheSmallestProtocol) {
  StringMap none{{"my.key", "1"}};
  EXPECT_EQ(protocol_for_new_table({}, none).value(), legacy(1, 2));
  EXPECT_EQ(none, (StringMap{{"my.key", "1"}}));
  StringMap append_only{{"delta.appendOnly", "true"}};
  EXPECT_EQ(protocol_for_new_table({}, append_only).value(), legacy(1, 2));
  StringMap ict{{"delta.enableInCommitTimestamps", "true"}};
  EXPECT_EQ(protocol_for_new_table({}, ict).value(), writer_only({"appendOnly", "inCommitTimestamp", "invariants"}));
  StringMap rows{{"delta.enableRowTracking", "true"}};
  EXPECT_EQ(protocol_for_new_table({}, rows).value(), writer_only({"appendOnly", "domainMetadata", "invariants", "rowTracking"}));
}

TEST(NewTable, ListsWhatItsTypesAndPropertiesNeed) {
  Schema schema;
  schema.fields.push_back({"t", {}, true, {}});
  schema.fields[0].type.primitive = "timestamp_ntz";
  StringMap named{{"delta.feature.vacuumProtocolCheck", "supported"}, {"delta.checkpointPolicy", "v2"}};
  auto protocol = protocol_for_new_table(schema, named).value();
  EXPECT_EQ(protocol, listed({"timestampNtz", "v2Checkpoint", "vacuumProtocolCheck"},
                             {"appendOnly", "invariants", "timestampNtz", "v2Checkpoint", "vacuumProtocolCheck"}));
  EXPECT_EQ(named, (StringMap{{"delta.checkpointPolicy", "v2"}})) << "the feature's property is not kept";
}

TEST(NewTable, HonoursVersionsAskedFor) {
  StringMap four{{"delta.minWriterVersion", "4"}, {"delta.enableChangeDataFeed", "true"}};
  EXPECT_EQ(protocol_for_new_table({}, four).value(), legacy(1, 4));
  EXPECT_TRUE(four.count("delta.enableChangeDataFeed"));
  EXPECT_FALSE(four.count("delta.minWriterVersion"));
  StringMap mapped{{"delta.minReaderVersion", "2"}, {"delta.minWriterVersion", "5"}, {"delta.columnMapping.mode", "name"}};
  EXPECT_EQ(protocol_for_new_table({}, mapped).value(), legacy(2, 5));
  StringMap wrong{{"delta.minWriterVersion", "99"}};
  EXPECT_EQ(protocol_for_new_table({}, wrong).error().kind(), ErrorKind::kInvalidArgument);
  StringMap unknown{{"delta.feature.quantumFiles", "supported"}};
  EXPECT_EQ(protocol_for_new_table({}, unknown).error().kind(), ErrorKind::kUnsupported);
  StringMap off{{"delta.feature.deletionVectors", "off"}};
  EXPECT_EQ(protocol_for_new_table({}, off).error().kind(), ErrorKind::kInvalidArgument);
}

}  // namespace
}  // namespace deltastream::delta
