#pragma once
// Columns that must not be NULL, at any depth of structs, lists and maps. Pure functions.

#include <string>

#include "common/chunk.h"
#include "common/result.h"
#include "delta/schema.h"

namespace deltastream::delta {

// Whether the field, or one inside it, is not nullable.
bool forbids_nulls(const StructField& field);
// invalid argument naming the column for a NULL where none may be. A NULL struct, list or map has nothing inside.
Status check_nulls(const StructField& field, Vector& values, size_t count, const std::string& path);

}  // namespace deltastream::delta
