#include "delta/file_set.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace deltastream::delta {
namespace {

using Change = FileSet::Change;

FileView file(std::string_view path, int64_t size = 1) {
  FileView view;
  view.path = path;
  view.size = size;
  return view;
}

FileView with_vector(std::string_view path, std::string_view vector, std::optional<int32_t> offset = std::nullopt) {
  FileView view = file(path);
  view.deletion_vector = {'u', vector, offset, 40, 6};
  return view;
}

TEST(FileSet, KeepsEveryFieldAsItWas) {
  FileView plain = file("p", 0);
  plain.has_size = false;
  FileView full = file("path", INT64_MAX);
  full.partition_values = R"({"p":"1"})";
  full.stats = R"({"numRecords":1})";
  full.tags = R"({"t":"x"})";
  full.clustering_provider = "liquid";
  full.time = INT64_MIN;
  full.base_row_id = -1;
  full.default_row_commit_version = 1ll << 40;
  full.deletion_vector = {'p', "vector", INT32_MIN, INT32_MAX, INT64_MIN};
  FileSet set;
  set.insert(plain);
  set.insert(full);
  std::vector<Add> adds;
  ASSERT_TRUE(set.for_each([&](const FileView& view) -> Status {
    EXPECT_EQ(view.has_size, view.path != "p");
    DS_ASSIGN_OR_RETURN(Add add, to_add(view));
    adds.push_back(std::move(add));
    return {};
  }).ok());
  EXPECT_EQ(adds.at(0), *to_add(plain));
  EXPECT_EQ(adds.at(1), *to_add(full));
}

TEST(FileSet, AppendedFilesAreThereOnceIndexed) {
  FileSet set;
  std::vector<std::string> paths;
  for (int i = 0; i < 5000; i++) paths.push_back("part-" + std::to_string(i) + "-0f8f.parquet");
  set.insert(file("first", 7));
  for (const auto& path : paths) set.append(file(path));
  set.index();
  EXPECT_EQ(set.size(), 5001u);
  for (const auto& path : paths) ASSERT_TRUE(set.contains(file(path)));
  EXPECT_FALSE(set.contains(file("part-5000-0f8f.parquet")));
  set.append(with_vector("a", "v"));
  set.append(file("a%20b", 20));
  set.append(file("a b", 30));
  set.append(file("first", 40));
  set.append(with_vector("a", "w"));
  set.index();
  EXPECT_EQ(set.size(), 5004u);
  EXPECT_EQ(set.total_bytes(), 5000u + 40 + 1 + 30 + 1) << "the later ones count";
  EXPECT_EQ(set.get(file("a b"))->size, 30);
  EXPECT_EQ(set.erase(file("first")), Change::kReplaced);
  EXPECT_EQ(set.insert(file("last")), Change::kNew);
  EXPECT_EQ(set.size(), 5004u);
  set.index();
  EXPECT_EQ(set.size(), 5004u);
}

TEST(FileSet, TheFirstOrTheLastMentionCounts) {
  FileSet set;
  set.first_counts();
  EXPECT_EQ(set.insert(file("a")), Change::kNew);
  EXPECT_EQ(set.insert(file("a", 9)), Change::kTwice);
  EXPECT_EQ(set.erase(file("a")), Change::kTwice);
  EXPECT_EQ(set.total_bytes(), 1u);
  set.first_counts();
  EXPECT_EQ(set.insert(file("a", 5)), Change::kReplaced) << "what was there before";
  EXPECT_EQ(set.insert(file("a", 6)), Change::kTwice);
  set.last_counts();
  EXPECT_EQ(set.insert(file("a", 7)), Change::kReplaced);
  EXPECT_EQ(set.size(), 1u);
  EXPECT_EQ(set.total_bytes(), 7u);
  EXPECT_EQ(set.erase(file("a")), Change::kReplaced);
  EXPECT_EQ(set.erase(file("a")), Change::kNew);
  EXPECT_EQ(set.total_bytes(), 0u);
}

TEST(FileSet, TheVectorIsPartOfTheKey) {
  FileSet set;
  set.insert(file("a"));
  EXPECT_FALSE(set.contains(with_vector("a", "v")));
  set.insert(with_vector("a", "v"));
  EXPECT_FALSE(set.contains(with_vector("a", "v", 0)));
  EXPECT_TRUE(set.contains(with_vector("a", "v")));
  EXPECT_EQ(set.size(), 2u);
}

TEST(FileSet, AgreesWithAPlainSetUnderChange) {
  std::mt19937 random(7);
  FileSet set;
  std::set<std::string> expected;
  for (int commit = 0; commit < 400; commit++) {
    commit % 2 ? set.first_counts() : set.last_counts();
    std::set<std::string> touched;
    for (int i = 0; i < 50; i++) {
      std::string path = "part-" + std::to_string(random() % 3000) + ".parquet";
      if (!touched.insert(path).second) continue;
      bool was_there = expected.count(path) > 0;
      if (random() % 2) {
        EXPECT_EQ(set.insert(file(path)), was_there ? Change::kReplaced : Change::kNew);
        expected.insert(path);
      } else {
        EXPECT_EQ(set.erase(file(path)), was_there ? Change::kReplaced : Change::kNew);
        expected.erase(path);
      }
    }
    ASSERT_EQ(set.size(), expected.size());
  }
  std::set<std::string> found;
  ASSERT_TRUE(set.for_each([&](const FileView& view) -> Status {
    found.emplace(view.path);
    return {};
  }).ok());
  EXPECT_EQ(found, expected);
  EXPECT_LT(set.memory_bytes(), 4u << 20) << "what is gone is given back";
}

TEST(FileSet, AnErrorEndsTheWalk) {
  FileSet set;
  set.insert(file("a"));
  set.insert(file("b"));
  int seen = 0;
  auto walked = set.for_each([&](const FileView&) -> Status {
    seen++;
    return cancelled("enough");
  });
  EXPECT_EQ(walked.error().kind(), ErrorKind::kCancelled);
  EXPECT_EQ(seen, 1);
}

}  // namespace
}  // namespace deltastream::delta
