#include "common/list_entries.h"

#include <cstring>

namespace deltastream {

size_t share_list_entries(Vector& source, Vector& target, size_t rows) {
  source.Flatten(rows);
  const size_t elements = duckdb::ListVector::GetListSize(source);
  duckdb::ListVector::Reserve(target, elements);
  duckdb::ListVector::SetListSize(target, elements);
  std::memcpy(duckdb::FlatVector::GetData(target), duckdb::FlatVector::GetData(source), rows * sizeof(duckdb::list_entry_t));
  duckdb::FlatVector::SetValidity(target, duckdb::FlatVector::Validity(source));
  return elements;
}

}  // namespace deltastream
