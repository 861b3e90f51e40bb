#include "common/exception.h"

#include <gtest/gtest.h>

#include "common/chunk.h"
#include "duckdb/common/exception.hpp"
#include "duckdb/common/exception/conversion_exception.hpp"

namespace deltastream {
namespace {

Status run(void (*body)()) {
  DS_TRY_DUCKDB(body());
  return {};
}

TEST(ErrorFromException, KeepsTheKindAndTheText) {
  struct {
    void (*body)();
    ErrorKind kind;
  } cases[] = {
      {[] { throw duckdb::InvalidInputException("the text"); }, ErrorKind::kInvalidArgument},
      {[] { throw duckdb::ConversionException("the text"); }, ErrorKind::kInvalidArgument},
      {[] { throw duckdb::NotImplementedException("the text"); }, ErrorKind::kUnsupported},
      {[] { throw duckdb::OutOfMemoryException("the text"); }, ErrorKind::kResource},
      {[] { throw duckdb::PermissionException("the text"); }, ErrorKind::kPermission},
      {[] { throw duckdb::IOException("the text"); }, ErrorKind::kUnavailable},
      {[] { throw duckdb::InternalException("the text"); }, ErrorKind::kInternal},
      {[] { throw std::bad_alloc(); }, ErrorKind::kResource},
  };
  for (const auto& c : cases) {
    auto status = run(c.body);
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().kind(), c.kind) << status.error().to_string();
    EXPECT_EQ(status.error().message().find("exception_type"), std::string::npos) << "the JSON envelope is taken off";
  }
  EXPECT_NE(run(cases[0].body).error().message().find("the text"), std::string::npos);
  EXPECT_TRUE(run([] {}).ok());
}

TEST(ErrorFromException, HoldsForDuckdbsOwnCode) {
  auto status = run([] { duckdb::Value("no number").DefaultCastAs(LogicalType::INTEGER); });
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().kind(), ErrorKind::kInvalidArgument);
}

}  // namespace
}  // namespace deltastream
