#include "common/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "common/temp_folder.h"

namespace deltastream {
namespace {

Files& files() { return system_files(); }

TEST(SystemFiles, WritesAndReadsAtOffsets) {
  TempFolder folder;
  auto file = files().open(folder / "a", OpenMode::kCreateNew);
  ASSERT_TRUE(file.ok());
  ASSERT_TRUE((*file)->append("hello ").ok());
  ASSERT_TRUE((*file)->append("world").ok());
  ASSERT_TRUE((*file)->sync().ok());
  EXPECT_EQ(*(*file)->size(), 11u);
  char buffer[32];
  EXPECT_EQ(*(*file)->read_at(6, buffer), 5u);
  EXPECT_EQ(std::string(buffer, 5), "world");
  EXPECT_EQ(*(*file)->read_at(100, buffer), 0u);
  ASSERT_TRUE((*file)->truncate(5).ok());
  EXPECT_EQ(*read_file(files(), folder / "a"), "hello");
}

TEST(SystemFiles, ModesMeanWhatTheySay) {
  TempFolder folder;
  EXPECT_EQ(files().open(folder / "a", OpenMode::kRead).error().kind(), ErrorKind::kNotFound);
  ASSERT_TRUE((*files().open(folder / "a", OpenMode::kAppend))->append("1").ok());
  ASSERT_TRUE((*files().open(folder / "a", OpenMode::kAppend))->append("2").ok());
  EXPECT_EQ(*read_file(files(), folder / "a"), "12");
  EXPECT_EQ(files().open(folder / "a", OpenMode::kCreateNew).error().kind(), ErrorKind::kAlreadyExists);
  ASSERT_TRUE((*files().open(folder / "a", OpenMode::kTruncate))->append("3").ok());
  EXPECT_EQ(*read_file(files(), folder / "a"), "3");
}

TEST(SystemFiles, LinkLosesWhenTheNameIsTaken) {
  TempFolder folder;
  ASSERT_TRUE(write_file_durably(files(), folder / "a", "a").ok());
  ASSERT_TRUE(write_file_durably(files(), folder / "b", "b").ok());
  EXPECT_EQ(files().link(folder / "a", folder / "b").error().kind(), ErrorKind::kAlreadyExists);
  EXPECT_EQ(*read_file(files(), folder / "b"), "b");
  ASSERT_TRUE(files().rename(folder / "a", folder / "b").ok());
  EXPECT_EQ(*read_file(files(), folder / "b"), "a");
  EXPECT_EQ(files().stat(folder / "a").error().kind(), ErrorKind::kNotFound);
}

TEST(SystemFiles, ListsNamesSizesAndFolders) {
  TempFolder folder;
  ASSERT_TRUE(files().make_directories(folder / "x/y/z").ok());
  ASSERT_TRUE(files().make_directories(folder / "x/y/z").ok());
  ASSERT_TRUE(write_file_durably(files(), folder / "x/f", "abc").ok());
  ASSERT_EQ(::symlink("nowhere", (folder / "x/dangling").c_str()), 0);
  auto entries = files().list(folder / "x");
  ASSERT_TRUE(entries.ok());
  std::sort(entries->begin(), entries->end(), [](auto& a, auto& b) { return a.name < b.name; });
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ((*entries)[0].name, "f");
  EXPECT_EQ((*entries)[0].stat.size, 3u);
  EXPECT_TRUE((*entries)[1].stat.is_directory);
  ASSERT_EQ(::symlink(folder.path().c_str(), (folder / "x/circle").c_str()), 0);
  auto names = files().list_names(folder / "x");
  ASSERT_TRUE(names.ok());
  std::sort(names->begin(), names->end(), [](auto& a, auto& b) { return a.name < b.name; });
  using Kind = DirectoryName::Kind;
  std::vector<std::pair<std::string, Kind>> seen, expected = {
      {"circle", Kind::kOther}, {"dangling", Kind::kOther}, {"f", Kind::kFile}, {"y", Kind::kDirectory}};
  for (auto& name : *names) seen.emplace_back(name.name, name.kind);
  EXPECT_EQ(seen, expected);
  EXPECT_EQ(files().list_names(folder / "nowhere").error().kind(), ErrorKind::kNotFound);
  EXPECT_EQ(files().list(folder / "nowhere").error().kind(), ErrorKind::kNotFound);
}

TEST(SystemFiles, AFileInTheWayOfAFolderIsReported) {
  TempFolder folder;
  ASSERT_TRUE(write_file_durably(files(), folder / "f", "").ok());
  EXPECT_FALSE(files().make_directories(folder / "f").ok());
  EXPECT_FALSE(files().make_directories(folder / "f/g").ok());
}

TEST(SystemFiles, ErrorsNameThePath) {
  TempFolder folder;
  auto missing = files().remove(folder / "missing");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().kind(), ErrorKind::kNotFound);
  EXPECT_NE(missing.error().message().find(folder / "missing"), std::string::npos);
}

TEST(WriteFileDurably, LeavesNoStagingFileBehind) {
  TempFolder folder;
  ASSERT_TRUE(files().make_directories(folder / "taken").ok());
  EXPECT_FALSE(write_file_durably(files(), folder / "taken", "x").ok());
  EXPECT_EQ(files().list(folder.path())->size(), 1u);
}

}  // namespace
}  // namespace deltastream
