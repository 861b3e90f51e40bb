#include "cli/output.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "common/files.h"
#include "common/temp_folder.h"

namespace deltastream::cli {
namespace {

TEST(Output, FileAppearsWholeAtFinish) {
  TempFolder folder;
  const std::string path = folder.path() + "/result.csv";
  ASSERT_TRUE(system_files().open(path, OpenMode::kTruncate).ok());
  auto output = open_output(path);
  ASSERT_TRUE(output.ok());
  ASSERT_TRUE((*output)->append("new").ok());
  EXPECT_EQ(*read_file(system_files(), path), "");
  ASSERT_TRUE((*output)->finish().ok());
  EXPECT_EQ(*read_file(system_files(), path), "new");
}

TEST(Output, NothingIsLeftWithoutFinish) {
  TempFolder folder;
  {
    auto output = open_output(folder.path() + "/result.csv");
    ASSERT_TRUE(output.ok());
    ASSERT_TRUE((*output)->append("half").ok());
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Output, FolderIsRefused) {
  TempFolder folder;
  auto output = open_output(folder.path());
  ASSERT_FALSE(output.ok());
  EXPECT_EQ(output.error().kind(), ErrorKind::kInvalidArgument);
}

}  // namespace
}  // namespace deltastream::cli
