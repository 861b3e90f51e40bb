#pragma once
// What UNNEST is given so that each element becomes the columns that Flink makes of it: arrays and maps → arrays of rows.

namespace duckdb {
class DatabaseInstance;
}

namespace deltastream::engine::plan {

// (collection, name): an array of ROWs stays, a map gives its keys and values, anything else a ROW of one field of that name.
inline constexpr const char* kElementRows = "__element_rows";
// The same with one field more, ORDINALITY: the place of the element from 1.
inline constexpr const char* kNumberedRows = "__numbered_rows";
// (collection): an array of ROWs of one field gives an array of that field; the others stay, a map as an array of key and value.
inline constexpr const char* kSingleFields = "__single_fields";

void register_unnest_functions(duckdb::DatabaseInstance& database);

}  // namespace deltastream::engine::plan
