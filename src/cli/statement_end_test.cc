#include "cli/statement_end.h"

#include <gtest/gtest.h>

namespace deltastream::cli {
namespace {

TEST(StatementEnd, ASemicolonOutsideOfQuotesAndComments) {
  EXPECT_TRUE(end_of_text("SELECT 1;").complete);
  EXPECT_TRUE(end_of_text("SELECT 1; -- done").complete);
  EXPECT_TRUE(end_of_text("SELECT ';' ; \n").complete);
  EXPECT_TRUE(end_of_text("SELECT $$;'$$, $t$ $$ $t$, a$b;").complete);
  EXPECT_FALSE(end_of_text("SELECT 1").complete);
  EXPECT_FALSE(end_of_text("SELECT ';").complete);
  EXPECT_FALSE(end_of_text("SELECT 1 -- ;").complete);
  EXPECT_FALSE(end_of_text("SELECT 1 /* ; ").complete);
  EXPECT_FALSE(end_of_text("SELECT 1; SELECT 2").complete);
  EXPECT_FALSE(end_of_text("SELECT $t$ ; $$;").complete);
}

TEST(StatementEnd, TellsTheQuoteThatIsOpen) {
  EXPECT_EQ(end_of_text("SELECT 'it''s', 'op").quote, '\'');
  EXPECT_EQ(end_of_text("SELECT 'it''s', 'op").opened, 16u);
  EXPECT_EQ(end_of_text("FROM delta.`/la").quote, '`');
  EXPECT_EQ(end_of_text("SELECT $1, 'x'").quote, 0);
  EXPECT_TRUE(end_of_text("SELECT /* 'x").comment);
}

}  // namespace
}  // namespace deltastream::cli
