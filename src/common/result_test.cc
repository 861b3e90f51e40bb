#include "common/result.h"

#include <cerrno>
#include <gtest/gtest.h>

namespace deltastream {
namespace {

Result<int> half(int n) {
  if (n % 2) return invalid_argument("odd");
  return n / 2;
}

Result<int> quarter(int n) {
  DS_ASSIGN_OR_RETURN(int first, half(n));
  auto second = half(first).context("second half");
  DS_RETURN_IF_ERROR(second);
  return *second;
}

TEST(Result, CarriesTheValueThroughTheMacros) { EXPECT_EQ(*quarter(8), 2); }

TEST(Result, GathersContextOnTheWayUp) {
  auto result = quarter(6);
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().to_string(), "invalid argument: second half: odd");
}

TEST(Result, TurnsErrnoIntoAKindWithThePath) {
  Error error = error_from_errno(ENOSPC, "write to", "/x/y");
  EXPECT_EQ(error.kind(), ErrorKind::kResource);
  EXPECT_NE(error.message().find("/x/y"), std::string::npos);
}

}  // namespace
}  // namespace deltastream
