#pragma once
// The table of features as the manual shows it. Pure function.

#include <string>

namespace deltastream::delta {

// docs/table_features.md is this text; a test compares.
std::string table_features_as_markdown();

}  // namespace deltastream::delta
