#include "common/faulty_files.h"

#include <gtest/gtest.h>

#include <csignal>

#include "common/temp_folder.h"

namespace deltastream {
namespace {

TEST(FaultyFiles, StrikesTheNthCallOnly) {
  TempFolder folder;
  FaultyFiles files(system_files());
  files.faults().set({.fault = Fault::kIoError, .at = 2});
  EXPECT_TRUE(files.stat(folder.path()).ok());
  auto struck = files.stat(folder.path());
  ASSERT_FALSE(struck.ok());
  EXPECT_EQ(struck.error().kind(), ErrorKind::kUnavailable);
  EXPECT_NE(struck.error().describe().find("injected"), std::string::npos);
  EXPECT_TRUE(files.stat(folder.path()).ok());
  EXPECT_EQ(files.faults().calls(), 3u);
  EXPECT_EQ(files.faults().struck(), 1u);
}

TEST(FaultyFiles, CountsOneOperationAndGoesOnFailing) {
  TempFolder folder;
  FaultyFiles files(system_files());
  files.faults().set({.fault = Fault::kNoSpace, .at = 2, .operation = "append", .from_then_on = true});
  auto file = files.open(folder / "a", OpenMode::kCreateNew);
  ASSERT_TRUE(file.ok());
  EXPECT_TRUE((*file)->append("1").ok());
  EXPECT_EQ((*file)->append("2").error().kind(), ErrorKind::kResource);
  EXPECT_EQ((*file)->append("3").error().kind(), ErrorKind::kResource);
  EXPECT_TRUE((*file)->sync().ok());
  EXPECT_EQ(*read_file(system_files(), folder / "a"), "1");
  EXPECT_EQ(files.faults().calls("append"), 3u);
}

TEST(FaultyFiles, AShortWriteLeavesHalf) {
  TempFolder folder;
  FaultyFiles files(system_files());
  files.faults().set({.fault = Fault::kShortWrite, .at = 1, .operation = "append"});
  auto file = files.open(folder / "a", OpenMode::kCreateNew);
  EXPECT_EQ((*file)->append("12345678").error().kind(), ErrorKind::kResource);
  EXPECT_EQ(*read_file(system_files(), folder / "a"), "1234");
}

TEST(FaultyFiles, ALostAnswerHasItsEffect) {
  TempFolder folder;
  FaultyFiles files(system_files());
  ASSERT_TRUE(write_file_durably(files, folder / "a", "x").ok());
  files.faults().set({.fault = Fault::kAnswerLost, .at = 1});
  EXPECT_FALSE(files.rename(folder / "a", folder / "b").ok());
  EXPECT_EQ(*read_file(files, folder / "b"), "x");
}

TEST(FaultyFiles, ADelayMovesTheInjectedClock) {
  TempFolder folder;
  ManualClock clock;
  FaultyFiles files(system_files(), &clock);
  files.faults().set({.fault = Fault::kDelay, .at = 1, .delay_us = 500});
  EXPECT_TRUE(files.stat(folder.path()).ok());
  EXPECT_EQ(clock.now_us(), 500);
}

TEST(FaultyFiles, AKillEndsTheProcessBeforeTheEffect) {
  TempFolder folder;
  FaultyFiles files(system_files());
  files.faults().set({.fault = Fault::kKill, .at = 1, .operation = "open"});
  EXPECT_EXIT((void)files.open(folder / "a", OpenMode::kCreateNew), testing::KilledBySignal(SIGKILL), "");
  EXPECT_FALSE(system_files().stat(folder / "a").ok());
}

TEST(WriteFileDurably, LeavesTheOldOrTheNewContentWhateverFails) {
  for (Fault fault : {Fault::kIoError, Fault::kNoSpace, Fault::kShortWrite, Fault::kFailedSync, Fault::kAnswerLost}) {
    bool succeeded = false;
    for (uint64_t n = 1; !succeeded; n++) {
      ASSERT_LT(n, 20u);
      TempFolder folder;
      ASSERT_TRUE(write_file_durably(system_files(), folder / "a", "old").ok());
      FaultyFiles files(system_files());
      files.faults().set({.fault = fault, .at = n});
      succeeded = write_file_durably(files, folder / "a", "new").ok();
      std::string content = *read_file(system_files(), folder / "a");
      EXPECT_TRUE(content == "new" || (!succeeded && content == "old")) << n << " " << content;
      EXPECT_EQ(system_files().list(folder.path())->size(), 1u) << n;
      EXPECT_EQ(succeeded, files.faults().struck() == 0);
    }
  }
}

}  // namespace
}  // namespace deltastream
