#include "storage/cached/read_cache.h"

#include <gtest/gtest.h>

#include "storage/stores.h"

namespace deltastream::storage {
namespace {

std::string text_of(const std::shared_ptr<ObjectStore>& store, const std::string& path, uint64_t offset, size_t size) {
  std::string buffer(size, '\0');
  auto status = store->get_range(path, offset, buffer);
  return status.ok() ? buffer : status.error().to_string();
}

TEST(ReadCache, WhatWasReadIsNotAskedForAgain) {
  auto inner = make_memory_store();
  auto cache = std::make_shared<ReadCache>(1000);
  auto store = make_cached_store(inner, cache);
  ASSERT_TRUE(inner->put("a", "0123456789").ok());
  EXPECT_EQ(text_of(store, "a", 2, 5), "23456");
  ASSERT_TRUE(inner->put("a", "##########").ok());  // behind its back: what is read twice shows that it is held
  EXPECT_EQ(text_of(store, "a", 2, 5), "23456");
  EXPECT_EQ(text_of(store, "a", 3, 2), "34") << "a part of it";
  EXPECT_EQ(text_of(store, "a", 2, 6), "######") << "more than is held is read";
  EXPECT_EQ(cache->held_bytes(), 6u) << "and kept once";
}

TEST(ReadCache, WritesAndRemovesForget) {
  auto store = make_cached_store(make_memory_store(), std::make_shared<ReadCache>(1000));
  ASSERT_TRUE(store->put("a", "first").ok());
  EXPECT_EQ(text_of(store, "a", 0, 5), "first");
  ASSERT_TRUE(store->put("a", "again").ok());
  EXPECT_EQ(text_of(store, "a", 0, 5), "again");
  ASSERT_TRUE(store->remove("a").ok());
  EXPECT_NE(text_of(store, "a", 0, 5), "again");
}

TEST(ReadCache, StaysWithinItsBudget) {
  auto inner = make_memory_store();
  auto cache = std::make_shared<ReadCache>(100);
  auto store = make_cached_store(inner, cache);
  for (int i = 0; i < 50; i++) {
    const std::string path = "f" + std::to_string(i);
    ASSERT_TRUE(inner->put(path, std::string(20, static_cast<char>('A' + i % 26))).ok());
    text_of(store, path, 0, 20);
    text_of(store, "f0", 0, 20);  // used again and again: it stays
    EXPECT_LE(cache->held_bytes(), 100u);
  }
  ASSERT_TRUE(inner->put("f0", std::string(20, '#')).ok());
  EXPECT_EQ(text_of(store, "f0", 0, 20), std::string(20, 'A'));
  ASSERT_TRUE(inner->put("large", std::string(60, 'x')).ok());
  text_of(store, "large", 0, 60);
  EXPECT_EQ(text_of(store, "f0", 0, 20), std::string(20, 'A')) << "a large piece passes by";
}

}  // namespace
}  // namespace deltastream::storage
