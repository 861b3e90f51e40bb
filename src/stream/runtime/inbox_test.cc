#include "stream/runtime/inbox.h"

#include <gtest/gtest.h>

#include <thread>

namespace deltastream::stream {
namespace {

Message watermark(int64_t us) {
  Message message;
  message.kind = Message::Kind::kWatermark;
  message.watermark.us = us;
  return message;
}

Message barrier(int64_t epoch) {
  Message message;
  message.kind = Message::Kind::kBarrier;
  message.barrier.epoch = epoch;
  return message;
}

TEST(Inbox, AProducerWaitsWhileItsQueueIsFull) {
  constexpr size_t kCapacity = 3;
  Inbox inbox(1, kCapacity);
  std::atomic<int64_t> pushed{0};
  std::thread producer([&] {
    for (int64_t i = 1; i <= 100; i++) {
      ASSERT_TRUE(inbox.push(0, barrier(i)));
      pushed = i;
    }
  });
  for (int64_t i = 1; i <= 100; i++) {
    auto arrival = inbox.pop(Inbox::Wait::kYes);
    ASSERT_TRUE(arrival);
    EXPECT_EQ(arrival->message.barrier.epoch, i) << "in order";
    EXPECT_LE(pushed, i + static_cast<int64_t>(kCapacity)) << "never more than fits";
  }
  producer.join();
}

TEST(Inbox, ABlockedQueueIsPassedOverUntilAllAreUnblocked) {
  Inbox inbox(2, 4);
  inbox.push(0, barrier(1));
  inbox.push(0, barrier(2));
  inbox.push(1, barrier(7));
  inbox.block(0);
  auto only = inbox.pop(Inbox::Wait::kNo);
  ASSERT_TRUE(only);
  EXPECT_EQ(only->producer, 1u);
  EXPECT_FALSE(inbox.pop(Inbox::Wait::kNo));
  inbox.unblock_all();
  auto first = inbox.pop(Inbox::Wait::kNo);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->message.barrier.epoch, 1);
}

TEST(Inbox, OfWatermarksInARowTheLastStays) {
  Inbox inbox(1, 2);
  for (int64_t us = 1; us <= 50; us++) ASSERT_TRUE(inbox.push(0, watermark(us))) << "they never fill the queue";
  inbox.push(0, barrier(1));
  EXPECT_EQ(inbox.pop(Inbox::Wait::kNo)->message.watermark.us, 50);
  EXPECT_EQ(inbox.pop(Inbox::Wait::kNo)->message.kind, Message::Kind::kBarrier);
  EXPECT_FALSE(inbox.pop(Inbox::Wait::kNo));
}

TEST(Inbox, CancelLetsEverybodyGo) {
  Inbox full(1, 1), empty(1, 1);
  full.push(0, barrier(1));
  std::thread producer([&] { EXPECT_FALSE(full.push(0, barrier(2))); });
  std::thread consumer([&] { EXPECT_FALSE(empty.pop(Inbox::Wait::kYes)); });
  full.cancel();
  empty.cancel();
  producer.join();
  consumer.join();
}

TEST(Inbox, UsedChunksGoBackToTheirProducer) {
  Inbox inbox(2, 2);
  auto chunk = std::make_unique<DataChunk>();
  DataChunk* address = chunk.get();
  inbox.give_back(1, std::move(chunk));
  EXPECT_EQ(inbox.take_used(0), nullptr);
  EXPECT_EQ(inbox.take_used(1).get(), address);
  EXPECT_EQ(inbox.take_used(1), nullptr);
}

}  // namespace
}  // namespace deltastream::stream
