#include "format/parquet/levels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <random>
#include <string>

#include "format/parquet/file_builder_testing.h"

namespace deltastream::format::parquet {
namespace {

// Levels in runs and packed sets, as the draw has it, and what they are.
struct Encoded {
  std::string bytes;
  std::vector<uint8_t> levels;
};

Encoded encode(std::mt19937_64& random, uint8_t highest, int parts) {
  const auto width = static_cast<unsigned>(std::bit_width(highest));
  Encoded made;
  auto header = [&](uint32_t value) {
    for (; value >= 0x80; value >>= 7) made.bytes += static_cast<char>(value | 0x80);
    made.bytes += static_cast<char>(value);
  };
  for (int part = 0; part < parts; part++) {
    if (random() % 2) {
      const auto count = static_cast<uint32_t>(random() % 300);
      const auto level = static_cast<uint8_t>(random() % (highest + 1));
      header(count << 1);
      made.bytes += static_cast<char>(level);
      made.levels.insert(made.levels.end(), count, level);
    } else {
      const auto sets = static_cast<uint32_t>(random() % 20);
      header(sets << 1 | 1);
      for (uint32_t set = 0; set < sets; set++) {
        uint64_t word = 0;
        for (unsigned i = 0; i < 8; i++) {
          made.levels.push_back(static_cast<uint8_t>(random() % (highest + 1)));
          word |= static_cast<uint64_t>(made.levels.back()) << (i * width);
        }
        made.bytes.append(reinterpret_cast<const char*>(&word), width);
      }
    }
  }
  return made;
}

TEST(Levels, AreCountedAsTheyAre) {
  std::mt19937_64 random(7);
  for (uint8_t highest : {1, 2, 3, 4, 5, 7, 8, 15, 100, 255}) {
    for (int i = 0; i < 200; i++) {
      const Encoded made = encode(random, highest, 1 + i % 7);
      if (made.levels.empty()) continue;
      const size_t count = 1 + random() % made.levels.size();
      const auto found = walk_levels(made.bytes, count, highest);
      ASSERT_TRUE(found) << int{highest} << " " << i;
      EXPECT_EQ(found->first, made.levels[0]);
      EXPECT_EQ(found->zeros, static_cast<uint64_t>(std::count(made.levels.begin(), made.levels.begin() + static_cast<int64_t>(count), 0)));
      EXPECT_TRUE(are_levels(made.bytes, count, highest));
      EXPECT_FALSE(walk_levels(made.bytes, made.levels.size() + 1, highest));
      EXPECT_FALSE(are_levels(made.bytes, made.levels.size() + 1, highest));
    }
  }
}

TEST(Levels, NoneIsHigherThanAllowed) {
  EXPECT_TRUE(walk_levels(std::string("\x04\x02", 2), 2, 2));
  EXPECT_FALSE(walk_levels(std::string("\x04\x03", 2), 2, 2));        // a run
  EXPECT_TRUE(walk_levels(std::string("\x03\xaa\x2a", 3), 7, 2));     // packed; what follows the last is not looked at
  EXPECT_FALSE(walk_levels(std::string("\x03\xaa\xea", 3), 8, 2));
  EXPECT_FALSE(are_levels(std::string("\x03\xaa\xea", 3), 8, 2));
  EXPECT_TRUE(are_levels(std::string("\x03\xaa\xea", 3), 8, 3));
  EXPECT_FALSE(walk_levels(std::string("\x04\x02", 2), 2, 1));        // wider than its bits
}

TEST(Levels, EndEarlyOrNever) {
  EXPECT_FALSE(walk_levels("", 1, 1));
  EXPECT_FALSE(walk_levels(std::string(1000, '\0'), 1, 1));           // runs of none
  EXPECT_FALSE(walk_levels(std::string(1000, '\x01'), 1, 1));         // sets of none
  EXPECT_FALSE(walk_levels(std::string("\x02", 1), 1, 1));            // a run without its level
  EXPECT_FALSE(walk_levels(std::string(10, '\xff'), 1, 1));           // a header without end
  EXPECT_FALSE(walk_levels(std::string("\x05\xff", 2), 9, 1));        // two sets, one is there
  EXPECT_TRUE(walk_levels(std::string("\x05\xff", 2), 8, 1));
}

TEST(Levels, OfTheLeavesOfASchema) {
  constexpr auto kRequired = pq::FieldRepetitionType::REQUIRED;
  constexpr auto kOptional = pq::FieldRepetitionType::OPTIONAL;
  constexpr auto kRepeated = pq::FieldRepetitionType::REPEATED;
  std::vector<pq::SchemaElement> schema = {FileBuilder::group("root", 3, kRepeated),  // what a root says of itself is not heeded
                                           FileBuilder::leaf("a", pq::Type::INT32, kRequired),
                                           FileBuilder::group("m", 1, kOptional),
                                           FileBuilder::group("key_value", 2, kRepeated),
                                           FileBuilder::leaf("key", pq::Type::INT32, kRequired),
                                           FileBuilder::group("value", 1, kOptional),
                                           FileBuilder::leaf("array", pq::Type::INT32, kRepeated),
                                           FileBuilder::leaf("b", pq::Type::INT32, kOptional)};
  const auto leaves = leaf_levels(schema);
  ASSERT_TRUE(leaves);
  std::vector<std::array<int, 3>> shown;
  for (const LeafLevels& leaf : *leaves) shown.push_back({leaf.repetition, leaf.definition, leaf.repeated});
  EXPECT_EQ(shown, (std::vector<std::array<int, 3>>{{0, 0, 0}, {1, 2, 3}, {2, 4, 6}, {0, 1, 0}}));
}

}  // namespace
}  // namespace deltastream::format::parquet
