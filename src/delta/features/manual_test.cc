#include "delta/features/manual.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "common/files.h"

namespace deltastream::delta {
namespace {

TEST(FeatureManual, HoldsTheTable) {
  const std::string file = (std::filesystem::path(__FILE__).parent_path() / "../../../docs/table_features.md").string();
  auto manual = read_file(system_files(), file);
  ASSERT_TRUE(manual.ok()) << manual.error().describe();
  EXPECT_NE(manual->find(table_features_as_markdown()), std::string::npos) << "put this into docs/table_features.md:\n" << table_features_as_markdown();
}

}  // namespace
}  // namespace deltastream::delta
