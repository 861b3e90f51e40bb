#include "cli/shell_commands.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "common/files.h"

namespace deltastream::cli {
namespace {

TEST(ShellCommands, TheManualHasTheTable) {
  const std::string file = (std::filesystem::path(__FILE__).parent_path() / "../../docs/batch_sql.md").string();
  auto manual = read_file(system_files(), file);
  ASSERT_TRUE(manual.ok()) << manual.error().to_string();
  EXPECT_NE(manual->find(shell_commands_as_markdown()), std::string::npos) << "put this into docs/batch_sql.md:\n" << shell_commands_as_markdown();
}

TEST(ShellCommands, WhatIsWrongIsSaid) {
  auto session = engine::BatchSession::create();
  ASSERT_TRUE(session.ok());
  ResultLook look;
  for (const char* line : {"\\nothing", "\\format xml", "\\maxrows many", "\\timing perhaps", "\\q now", "\\i", "\\"}) {
    auto done = run_shell_command(**session, look, line);
    ASSERT_FALSE(done.ok()) << line;
    EXPECT_EQ(done.error().kind(), ErrorKind::kInvalidArgument) << line;
  }
  EXPECT_EQ(run_shell_command(**session, look, "\\i /nowhere/at/all.sql").error().kind(), ErrorKind::kNotFound);
}

TEST(ShellCommands, SettingsStay) {
  auto session = engine::BatchSession::create();
  ASSERT_TRUE(session.ok());
  ResultLook look;
  for (const char* line : {"\\format csv", "\\maxrows 7;", ".timer on", "\\x"}) ASSERT_TRUE(run_shell_command(**session, look, line).ok()) << line;
  EXPECT_EQ(look.format, "record");
  EXPECT_EQ(look.most_rows, 7u);
  EXPECT_TRUE(look.timing);
  EXPECT_EQ(*run_shell_command(**session, look, "\\q"), ShellNext::kLeave);
}

}  // namespace
}  // namespace deltastream::cli
