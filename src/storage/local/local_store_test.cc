#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "common/faulty_files.h"
#include "common/temp_folder.h"
#include "storage/object_path.h"
#include "storage/stores.h"

namespace deltastream::storage {
namespace {

size_t files_under(const std::string& folder) {
  size_t count = 0;
  for (auto& entry : std::filesystem::recursive_directory_iterator(folder)) count += entry.is_regular_file();
  return count;
}

std::string fault_name(Fault fault) {
  static constexpr const char* kNames[] = {"None", "IoError", "NoSpace", "ShortWrite", "FailedSync", "AnswerLost", "Delay", "Kill"};
  return kNames[static_cast<int>(fault)];
}

class LocalStoreFaults : public testing::TestWithParam<Fault> {
 protected:
  // Fails the n-th system call for n = 1 … until `write` gets through, and holds what is left against whole-or-nothing.
  void loop(const std::function<Status(ObjectStore&)>& write, bool target_exists) {
    bool succeeded = false;
    uint64_t n = 1;
    for (; !succeeded; n++) {
      ASSERT_LT(n, 50u);
      TempFolder folder;
      if (target_exists) {
        ASSERT_TRUE(make_local_store(folder.path())->put("d/x", "old").ok());
      }
      FaultyFiles files(system_files());
      Environment environment;
      environment.files = &files;
      files.faults().set({.fault = GetParam(), .at = n});
      auto store = make_local_store(folder.path(), environment);
      auto status = write(*store);
      // Cleaning up is best effort: an injected failure of its own is no failure of the write.
      succeeded = files.faults().struck() == 0;
      if (succeeded) {
        EXPECT_TRUE(status.ok()) << status.error().to_string();
      }
      check(folder.path(), status, target_exists, n, files.faults().calls("remove") > 0);
    }
    EXPECT_GT(n, 6u) << "open, append, sync, publish, sync of the folder at least";
  }

  static void check(const std::string& folder, const Status& status, bool target_exists, uint64_t n, bool removed) {
    auto store = make_local_store(folder);
    auto now = store->get("d/x");
    if (status.ok()) {
      ASSERT_TRUE(now.ok()) << n;
      EXPECT_EQ(*now, "new content") << n;
    } else if (now.ok() && *now != (target_exists ? "old" : "")) {
      EXPECT_EQ(*now, "new content") << "torn at call " << n;
      EXPECT_TRUE(status.error().kind() == ErrorKind::kCommitStateUnknown || GetParam() == Fault::kAnswerLost)
          << n << ": it stands, so the error must not deny it: " << status.error().to_string();
    } else if (!now.ok()) {
      EXPECT_FALSE(target_exists) << n;
      EXPECT_EQ(now.error().kind(), ErrorKind::kNotFound);
    }
    auto listed = store->list("");
    ASSERT_TRUE(listed.ok());
    EXPECT_EQ(listed->size(), now.ok() ? 1u : 0u) << "no staging name is ever listed";
    // A staging name stays behind only where its removal, or the open that made it, is what failed.
    if (files_under(folder) > listed->size()) {
      EXPECT_TRUE(removed || GetParam() == Fault::kAnswerLost) << n;
    }
  }
};

Status write_in_pieces(ObjectStore& store) {
  DS_ASSIGN_OR_RETURN(auto writer, store.open_writer("d/x"));
  DS_RETURN_IF_ERROR(writer->append("new "));
  DS_RETURN_IF_ERROR(writer->append("content"));
  auto finished = writer->finish();
  if (!finished.ok()) return std::move(finished).error();
  return {};
}

TEST_P(LocalStoreFaults, PutIsWholeOrAbsent) {
  loop([](ObjectStore& store) { return store.put("d/x", "new content"); }, true);
}
TEST_P(LocalStoreFaults, PutIfAbsentIsWholeOrAbsent) {
  loop([](ObjectStore& store) { return store.put_if_absent("d/x", "new content"); }, false);
}
TEST_P(LocalStoreFaults, AWriterIsWholeOrAbsent) {
  loop(write_in_pieces, true);
  loop(write_in_pieces, false);
}

INSTANTIATE_TEST_SUITE_P(Faults, LocalStoreFaults,
                         testing::Values(Fault::kIoError, Fault::kNoSpace, Fault::kShortWrite, Fault::kFailedSync, Fault::kAnswerLost),
                         [](const auto& param) { return fault_name(param.param); });

TEST(LocalStore, AKillAtAnyCallLeavesTheOldOrTheNew) {
  bool survived = false;
  for (uint64_t n = 1; !survived; n++) {
    ASSERT_LT(n, 50u);
    TempFolder folder;
    ASSERT_TRUE(make_local_store(folder.path())->put("d/x", "old").ok());
    pid_t child = ::fork();
    if (child == 0) {
      FaultyFiles files(system_files());
      Environment environment;
      environment.files = &files;
      files.faults().set({.fault = Fault::kKill, .at = n});
      _exit(make_local_store(folder.path(), environment)->put("d/x", "new").ok() ? 0 : 1);
    }
    int ended = 0;
    ASSERT_EQ(::waitpid(child, &ended, 0), child);
    survived = WIFEXITED(ended);
    if (!survived) {
      ASSERT_EQ(WTERMSIG(ended), SIGKILL);
    }
    auto store = make_local_store(folder.path());
    std::string now = *store->get("d/x");
    EXPECT_TRUE(now == "new" || (!survived && now == "old")) << n << " " << now;
    EXPECT_EQ(store->list("")->size(), 1u);
    ASSERT_TRUE(store->put("d/x", "next").ok()) << "the way is free after any crash";
  }
}

TEST(LocalStore, EverythingIsSyncedBeforeItIsAcknowledged) {
  TempFolder folder;
  FaultyFiles files(system_files());
  Environment environment;
  environment.files = &files;
  auto store = make_local_store(folder.path(), environment);
  for (int i = 0; i < 3; i++) {
    files.faults().set({});
    Status status = i == 0 ? store->put("a", "x") : i == 1 ? store->put_if_absent("b", "x") : write_in_pieces(*store);
    ASSERT_TRUE(status.ok());
    EXPECT_EQ(files.faults().calls("sync"), 1u);
    EXPECT_EQ(files.faults().calls("sync_directory"), 1u);
  }
}

TEST(LocalStore, AFolderThatCannotBeSyncedLeavesTheOutcomeOpen) {
  TempFolder folder;
  FaultyFiles files(system_files());
  Environment environment;
  environment.files = &files;
  files.faults().set({.fault = Fault::kFailedSync, .at = 1, .operation = "sync_directory"});
  auto status = make_local_store(folder.path(), environment)->put_if_absent("a", "x");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), ErrorKind::kCommitStateUnknown);
}

TEST(LocalStore, AFullDiskIsAResourceErrorThatNamesThePath) {
  TempFolder folder;
  FaultyFiles files(system_files());
  Environment environment;
  environment.files = &files;
  files.faults().set({.fault = Fault::kNoSpace, .at = 1, .operation = "append", .from_then_on = true});
  auto store = make_local_store(folder.path(), environment);
  for (const Status& status : {store->put("a", "x"), store->put_if_absent("b", "x"), write_in_pieces(*store)}) {
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().kind(), ErrorKind::kResource);
    EXPECT_NE(status.error().message().find(folder.path()), std::string::npos) << status.error().to_string();
  }
  EXPECT_EQ(files_under(folder.path()), 0u);
}

TEST(LocalStore, AStartExcludesWithoutALookAtTheFile) {
  TempFolder folder;
  for (int i = 0; i < 100; i++) {
    ASSERT_TRUE(write_file_durably(system_files(), folder / ("0" + std::to_string(100 + i) + ".json"), "{}").ok());
  }
  FaultyFiles files(system_files());
  Environment environment;
  environment.files = &files;
  auto listed = make_local_store(folder.path(), environment)->list("0", "0197");
  ASSERT_TRUE(listed.ok());
  EXPECT_EQ(listed->size(), 3u);
  EXPECT_EQ(files.faults().calls("list_names"), 1u);
  EXPECT_EQ(files.faults().calls("stat"), 3u);
}

TEST(LocalStore, AStartInAFolderOrBesideIt) {
  TempFolder folder;
  auto store = make_local_store(folder.path());
  for (const char* path : {"a", "b/a", "b/c/d", "b-c", "b.c", "b0", "c/x"}) ASSERT_TRUE(store->put(path, "").ok());
  auto from = [&](const char* start) {
    std::string paths;
    auto listed = store->list("", start);
    for (const auto& object : *listed) paths += object.path + " ";
    return paths;
  };
  EXPECT_EQ(from(""), "a b-c b.c b/a b/c/d b0 c/x ");
  EXPECT_EQ(from("b"), "b-c b.c b/a b/c/d b0 c/x ");
  EXPECT_EQ(from("b-d"), "b.c b/a b/c/d b0 c/x ") << "'/' comes after '-' and '.'";
  EXPECT_EQ(from("b/"), "b/a b/c/d b0 c/x ");
  EXPECT_EQ(from("b/b"), "b/c/d b0 c/x ");
  EXPECT_EQ(from("b/c/e"), "b0 c/x ");
  EXPECT_EQ(from("b00"), "c/x ");
}

TEST(LocalStore, EntersOnlyTheFoldersThatThePrefixAllows) {
  TempFolder folder;
  auto plain = make_local_store(folder.path());
  for (const char* path : {"t/_delta_log/0", "t/p=1/a", "t/p=2/a", "u/a"}) ASSERT_TRUE(plain->put(path, "").ok());
  FaultyFiles files(system_files());
  Environment environment;
  environment.files = &files;
  EXPECT_EQ(make_local_store(folder.path(), environment)->list("t/p=", "t/p=2/")->size(), 1u);
  EXPECT_EQ(files.faults().calls("list_names"), 2u) << "t and t/p=2";
}

TEST(LocalStore, ListingEndsThoughLinksLeadInACircle) {
  TempFolder folder;
  auto store = make_local_store(folder.path());
  ASSERT_TRUE(store->put("a/x", "1").ok());
  ASSERT_EQ(::symlink("..", (folder / "a/up").c_str()), 0);
  ASSERT_EQ(::symlink("x", (folder / "a/y").c_str()), 0);
  auto listed = store->list("");
  ASSERT_TRUE(listed.ok());
  ASSERT_EQ(listed->size(), 2u);
  EXPECT_EQ((*listed)[1].path, "a/y");
}

TEST(LocalStore, ReportsAFolderUnderTheObjectsName) {
  TempFolder folder;
  auto store = make_local_store(folder.path());
  ASSERT_TRUE(store->put("d/x/y", "1").ok());
  EXPECT_EQ(store->put("d/x", "2").error().kind(), ErrorKind::kInvalidArgument);
  EXPECT_EQ(store->put_if_absent("d/x", "2").error().kind(), ErrorKind::kAlreadyExists);
  EXPECT_EQ(write_in_pieces(*store).error().kind(), ErrorKind::kInvalidArgument);
  EXPECT_EQ(files_under(folder.path()), 1u);
}

TEST(LocalStore, NeitherWaitsForAPipeNorReadsADevice) {
  TempFolder folder;
  auto store = make_local_store(folder.path());
  ASSERT_EQ(::mkfifo((folder.path() + "/pipe").c_str(), 0600), 0);
  std::filesystem::create_symlink("/dev/zero", folder.path() + "/zeros");
  for (const char* name : {"pipe", "zeros"}) {
    char byte = 0;
    EXPECT_EQ(store->get(name).error().kind(), ErrorKind::kCorrupt);
    EXPECT_EQ(store->get_range(name, 0, {&byte, 1}).error().kind(), ErrorKind::kCorrupt);
  }
}

TEST(LocalStore, TellsFoldersFromObjects) {
  TempFolder folder;
  auto store = make_local_store(folder.path());
  ASSERT_TRUE(store->put("a/b", "x").ok());
  EXPECT_TRUE(store->is_folder("a"));
  EXPECT_FALSE(store->is_folder("a/b"));
  EXPECT_FALSE(store->is_folder("c"));
}

TEST(LocalStore, ReportsAFileWhereAFolderIsNeeded) {
  TempFolder folder;
  auto store = make_local_store(folder.path());
  ASSERT_TRUE(store->put("d", "1").ok());
  auto status = store->put_if_absent("d/x", "2");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), ErrorKind::kInvalidArgument) << "already exists would read as a lost race: " << status.error().to_string();
  EXPECT_EQ(store->get("d/x").error().kind(), ErrorKind::kNotFound);
  EXPECT_TRUE(store->list("d/")->empty());
}

TEST(LocalStore, ARepeatedSeedDoesNotPassForALostRace) {
  TempFolder folder;
  auto first = seeded_random(1), second = seeded_random(1);
  Environment environment;
  environment.random = first.get();
  auto writer = make_local_store(folder.path(), environment)->open_writer("a");
  ASSERT_TRUE(writer.ok());
  environment.random = second.get();
  EXPECT_TRUE(make_local_store(folder.path(), environment)->put_if_absent("b", "x").ok());
  ASSERT_TRUE((*writer)->append("y").ok());
  EXPECT_TRUE((*writer)->finish().ok());
}

TEST(LocalStore, StagingNamesOfOthersAreNotListed) {
  TempFolder folder;
  ASSERT_TRUE(write_file_durably(system_files(), folder / (std::string(kStagingPrefix) + "left"), "x").ok());
  EXPECT_TRUE(make_local_store(folder.path())->list("")->empty());
}

// Root passes every permission check, so the test steps down to another user in a child.
TEST(LocalStore, AReadOnlyFolderIsAPermissionError) {
  TempFolder folder;
  ASSERT_EQ(::chmod(folder.path().c_str(), 0555), 0);
  pid_t child = ::fork();
  if (child == 0) {
    if (::geteuid() == 0 && ::setuid(65534) != 0) _exit(100);
    auto store = make_local_store(folder.path());
    bool refused = true;
    for (const Status& status : {store->put("a", "x"), store->put_if_absent("a", "x"), store->put("d/a", "x"), write_in_pieces(*store)}) {
      refused = refused && !status.ok() && status.error().kind() == ErrorKind::kPermission &&
                status.error().message().find(folder.path()) != std::string::npos;
    }
    _exit(refused ? 0 : 1);
  }
  int ended = 0;
  ASSERT_EQ(::waitpid(child, &ended, 0), child);
  ASSERT_TRUE(WIFEXITED(ended));
  EXPECT_EQ(WEXITSTATUS(ended), 0);
  ::chmod(folder.path().c_str(), 0755);
}

}  // namespace
}  // namespace deltastream::storage
