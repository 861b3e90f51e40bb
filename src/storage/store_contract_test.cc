// What every store must do, run against each of them. With DELTASTREAM_TEST_STORE = a location ("s3://bucket"), also against the
// server behind it, under a new name each time (tests/object_stores starts real servers and sets it).

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "common/temp_folder.h"
#include "storage/faulty.h"
#include "storage/stores.h"

namespace deltastream::storage {
namespace {

enum class Kind { kLocal, kMemory, kFaultyWithoutPlan, kGiven };

std::string kind_name_of(Kind kind) {
  static constexpr const char* kNames[] = {"Local", "Memory", "FaultyWithoutPlan", "Given"};
  return kNames[static_cast<int>(kind)];
}

class StoreContract : public testing::TestWithParam<Kind> {
 protected:
  StoreContract() {
    switch (GetParam()) {
      case Kind::kLocal: store_ = make_local_store(folder_ / "not/yet/there"); break;
      case Kind::kMemory: store_ = make_memory_store(); break;
      case Kind::kFaultyWithoutPlan: store_ = std::make_shared<FaultyStore>(make_memory_store()); break;
      case Kind::kGiven: {
        auto opened = open_store(std::string(std::getenv("DELTASTREAM_TEST_STORE")) + "/contract " + system_random().uuid());
        if (opened.ok()) store_ = *opened;
        break;
      }
    }
  }
  void SetUp() override { ASSERT_TRUE(store_) << "the store could not be opened"; }
  std::vector<std::string> names(const std::string& prefix, const std::string& start_at = "") {
    std::vector<std::string> result;
    auto listed = store_->list(prefix, start_at);
    EXPECT_TRUE(listed.ok());
    for (auto& meta : *listed) result.push_back(meta.path);
    return result;
  }

  TempFolder folder_;
  std::shared_ptr<ObjectStore> store_;
};

using Names = std::vector<std::string>;

TEST_P(StoreContract, GivesBackWhatWasPut) {
  std::string bytes("a\0b\xff", 4);
  ASSERT_TRUE(store_->put("x/y", bytes).ok());
  EXPECT_EQ(*store_->get("x/y"), bytes);
  auto meta = store_->head("x/y");
  ASSERT_TRUE(meta.ok());
  EXPECT_EQ(meta->path, "x/y");
  EXPECT_EQ(meta->size, 4u);
  EXPECT_GT(meta->modified_ms, 1'600'000'000'000);
  ASSERT_TRUE(store_->put("x/y", "").ok());
  EXPECT_EQ(*store_->get("x/y"), "");
}

TEST_P(StoreContract, WhatIsNotThereIsNotFound) {
  EXPECT_EQ(store_->get("a").error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(store_->head("a/b").error().kind(), ErrorKind::kNotFound);
  char byte;
  EXPECT_EQ(store_->get_range("a", 0, {&byte, 1}).error().kind(), ErrorKind::kNotFound);
  EXPECT_TRUE(store_->remove("a").ok());
  EXPECT_EQ(names("a/"), Names{});
}

TEST_P(StoreContract, AFolderIsNoObject) {
  ASSERT_TRUE(store_->put("folder/a", "1").ok());
  EXPECT_EQ(store_->get("folder").error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(store_->head("folder").error().kind(), ErrorKind::kNotFound);
  EXPECT_TRUE(store_->remove("folder").ok());
  EXPECT_EQ(*store_->get("folder/a"), "1");
}

TEST_P(StoreContract, RangesAreExact) {
  ASSERT_TRUE(store_->put("a", "0123456789").ok());
  char buffer[4];
  ASSERT_TRUE(store_->get_range("a", 6, buffer).ok());
  EXPECT_EQ(std::string(buffer, 4), "6789");
  EXPECT_TRUE(store_->get_range("a", 10, {}).ok());
  auto past = store_->get_range("a", 7, buffer);
  ASSERT_FALSE(past.ok());
  EXPECT_EQ(past.error().kind(), ErrorKind::kCorrupt);
  EXPECT_NE(past.error().message().find("byte 10"), std::string::npos) << past.error().message();
}

TEST_P(StoreContract, PutIfAbsentKeepsTheFirst) {
  ASSERT_TRUE(store_->put_if_absent("log/0", "first").ok());
  EXPECT_EQ(store_->put_if_absent("log/0", "second").error().kind(), ErrorKind::kAlreadyExists);
  EXPECT_EQ(*store_->get("log/0"), "first");
  EXPECT_EQ(names(""), Names{"log/0"});
}

TEST_P(StoreContract, OneOfManyRacersWins) {
  for (int round = 0; round < 20; round++) {
    const std::string key = "log/" + std::to_string(round);
    std::atomic<int> ready{0}, winners{0}, losers{0};
    std::atomic<int> winner{-1};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; i++) {
      threads.emplace_back([&, i] {
        ready++;
        while (ready < 8) std::this_thread::yield();
        auto status = store_->put_if_absent(key, std::to_string(i));
        if (status.ok()) {
          winners++;
          winner = i;
        } else if (status.error().kind() == ErrorKind::kAlreadyExists) {
          losers++;
        }
      });
    }
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(winners, 1);
    EXPECT_EQ(losers, 7);
    EXPECT_EQ(*store_->get(key), std::to_string(winner));
  }
}

TEST_P(StoreContract, ListsInByteOrderFromAStart) {
  for (const char* path : {"t/a-b", "t/a/2", "t/a/1", "t/a.x", "t/ab", "t/b", "u", "T/z", "t/a0"}) ASSERT_TRUE(store_->put(path, "x").ok());
  // '-' < '.' < '/' < '0' < 'b': a folder's content does not stand where its name alone would.
  EXPECT_EQ(names("t/"), (Names{"t/a-b", "t/a.x", "t/a/1", "t/a/2", "t/a0", "t/ab", "t/b"}));
  EXPECT_EQ(names("t/a"), (Names{"t/a-b", "t/a.x", "t/a/1", "t/a/2", "t/a0", "t/ab"}));
  EXPECT_EQ(names("t/a/"), (Names{"t/a/1", "t/a/2"}));
  EXPECT_EQ(names("t/", "t/a/2"), (Names{"t/a/2", "t/a0", "t/ab", "t/b"}));
  EXPECT_EQ(names("t/", "t/a/15"), (Names{"t/a/2", "t/a0", "t/ab", "t/b"}));
  EXPECT_EQ(names("t/", "a"), names("t/"));
  EXPECT_EQ(names("t/", "z"), Names{});
  EXPECT_EQ(names("", "t/b"), (Names{"t/b", "u"}));
  EXPECT_EQ(names("").size(), 9u);
  EXPECT_EQ(names("t"), names("t/"));
  auto listed = store_->list("u");
  EXPECT_EQ(listed->front().size, 1u);
}

TEST_P(StoreContract, TakesPathsLiterally) {
  for (const char* path : {"a%20b", "p=x y/ü", "..a", "a..", ".hidden", "_x"}) {
    ASSERT_TRUE(store_->put(path, path).ok()) << path;
    EXPECT_EQ(*store_->get(path), path);
  }
  EXPECT_EQ(names("").size(), 6u);
}

TEST_P(StoreContract, RefusesPathsThatLeaveTheRoot) {
  for (const char* path : {"..", "../x", "a/../../x", "a/..", "/etc/passwd", "/"}) {
    EXPECT_EQ(store_->get(path).error().kind(), ErrorKind::kPermission) << path;
    EXPECT_EQ(store_->head(path).error().kind(), ErrorKind::kPermission) << path;
    EXPECT_EQ(store_->put(path, "x").error().kind(), ErrorKind::kPermission) << path;
    EXPECT_EQ(store_->put_if_absent(path, "x").error().kind(), ErrorKind::kPermission) << path;
    EXPECT_EQ(store_->open_writer(path).error().kind(), ErrorKind::kPermission) << path;
    EXPECT_EQ(store_->remove(path).error().kind(), ErrorKind::kPermission) << path;
    EXPECT_EQ(store_->list(path).error().kind(), ErrorKind::kPermission) << path;
    char byte;
    EXPECT_EQ(store_->get_range(path, 0, {&byte, 1}).error().kind(), ErrorKind::kPermission) << path;
  }
}

TEST_P(StoreContract, RefusesPathsThatNameNothing) {
  for (const std::string& path : {std::string(), std::string("a/"), std::string("a//b"), std::string("."), std::string("a/./b"),
                                  std::string("a\0b", 3), std::string("x/.staging-1")}) {
    EXPECT_EQ(store_->put(path, "x").error().kind(), ErrorKind::kInvalidArgument) << path;
    EXPECT_EQ(store_->get(path).error().kind(), ErrorKind::kInvalidArgument) << path;
  }
}

TEST_P(StoreContract, AWriterShowsNothingBeforeItsEnd) {
  auto writer = store_->open_writer("d/big");
  ASSERT_TRUE(writer.ok());
  std::string expected;
  for (int i = 0; i < 200; i++) {
    std::string piece(i * 97 % 9000, static_cast<char>('a' + i % 26));
    ASSERT_TRUE((*writer)->append(piece).ok());
    expected += piece;
  }
  std::string large(600'000, 'L');
  ASSERT_TRUE((*writer)->append(large).ok());
  ASSERT_TRUE((*writer)->append("end").ok());
  expected += large + "end";
  EXPECT_EQ(store_->get("d/big").error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(names(""), Names{});
  auto meta = (*writer)->finish();
  ASSERT_TRUE(meta.ok());
  EXPECT_EQ(meta->path, "d/big");
  EXPECT_EQ(meta->size, expected.size());
  EXPECT_EQ(*store_->get("d/big"), expected);
  EXPECT_EQ(meta->modified_ms, store_->head("d/big")->modified_ms);
  EXPECT_EQ((*writer)->finish().error().kind(), ErrorKind::kInternal) << "a second end publishes nothing";
}

TEST_P(StoreContract, AWriterThatIsDroppedLeavesNothing) {
  {
    auto writer = store_->open_writer("d/x");
    ASSERT_TRUE((*writer)->append(std::string(700'000, 'x')).ok());
  }
  EXPECT_EQ(names(""), Names{});
  EXPECT_EQ(store_->head("d/x").error().kind(), ErrorKind::kNotFound);
}

TEST_P(StoreContract, RemovedIsGone) {
  ASSERT_TRUE(store_->put("a/b", "x").ok());
  ASSERT_TRUE(store_->remove("a/b").ok());
  EXPECT_EQ(store_->get("a/b").error().kind(), ErrorKind::kNotFound);
  EXPECT_TRUE(store_->put_if_absent("a/b", "y").ok());
}

std::vector<Kind> kinds() {
  std::vector<Kind> all = {Kind::kLocal, Kind::kMemory, Kind::kFaultyWithoutPlan};
  if (std::getenv("DELTASTREAM_TEST_STORE")) all.push_back(Kind::kGiven);
  return all;
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreContract, testing::ValuesIn(kinds()), [](const auto& param) { return kind_name_of(param.param); });

}  // namespace
}  // namespace deltastream::storage
