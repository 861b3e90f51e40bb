#include "cli/resume_command.h"

#include <gtest/gtest.h>

namespace deltastream::cli {
namespace {

TEST(ResumeCommand, RepeatsWhatWasGiven) {
  RunOptions options;
  options.file = "my pipeline.sql";
  EXPECT_EQ(resume_command(options), "deltastream run 'my pipeline.sql'");
  options.settings = {"pipeline.name=it's", "parallelism.default=2"};
  options.parallelism = 3;
  options.state_folder = "/var/lib/$state";
  options.fresh = true;
  EXPECT_EQ(resume_command(options),
            "deltastream run 'my pipeline.sql' --set 'pipeline.name=it'\\''s' --set parallelism.default=2 --parallelism 3 --state '/var/lib/$state'");
}

TEST(ResumeCommand, QuotesWhatAShellWouldTakeApart) {
  EXPECT_EQ(shell_quoted(""), "''");
  EXPECT_EQ(shell_quoted("a/b-c_1.sql"), "a/b-c_1.sql");
  EXPECT_EQ(shell_quoted("~x"), "'~x'");
  EXPECT_EQ(shell_quoted("a\nb"), "'a\nb'");
}

}  // namespace
}  // namespace deltastream::cli
