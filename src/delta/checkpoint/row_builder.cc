#include "delta/checkpoint/row_builder.h"

#include "delta/json/json_scan.h"

namespace deltastream::delta {
namespace {

using duckdb::FlatVector;
using duckdb::ListVector;

duckdb::string_t copied(Vector& vector, std::string_view text) { return duckdb::StringVector::AddStringOrBlob(vector, text.data(), text.size()); }

// Adds an entry at the end of a list vector's child and returns its place.
size_t grow(Vector& list) {
  size_t size = ListVector::GetListSize(list);
  ListVector::Reserve(list, size + 1);
  ListVector::SetListSize(list, size + 1);
  return size;
}

void set_list(Vector& list, size_t row, size_t offset) {
  FlatVector::Validity(list).SetValid(row);
  FlatVector::GetData<duckdb::list_entry_t>(list)[row] = {offset, ListVector::GetListSize(list) - offset};
}

void add_entry(Vector& map, std::string_view key, const std::optional<std::string_view>& value) {
  size_t at = grow(map);
  Vector& keys = duckdb::MapVector::GetKeys(map);
  Vector& values = duckdb::MapVector::GetValues(map);
  FlatVector::GetData<duckdb::string_t>(keys)[at] = copied(keys, key);
  if (value) {
    FlatVector::Validity(values).SetValid(at);
    FlatVector::GetData<duckdb::string_t>(values)[at] = copied(values, *value);
  } else {
    FlatVector::SetNull(values, at, true);
  }
}

}  // namespace

StructRow::StructRow(Vector& vector, size_t row) : vector_(vector), row_(row) {
  FlatVector::SetNull(vector, row, true);  // with all that is inside
  FlatVector::Validity(vector).SetValid(row);
}

Vector& StructRow::field(std::string_view name) {
  const auto& children = duckdb::StructType::GetChildTypes(vector_.GetType());
  while (children[next_ % children.size()].first != name) next_++;
  return *duckdb::StructVector::GetEntries(vector_)[next_ % children.size()];
}

void StructRow::text(std::string_view name, std::string_view value) {
  Vector& target = field(name);
  FlatVector::Validity(target).SetValid(row_);
  FlatVector::GetData<duckdb::string_t>(target)[row_] = copied(target, value);
}

void StructRow::text_view(std::string_view name, std::string_view value) {
  Vector& target = field(name);
  FlatVector::Validity(target).SetValid(row_);
  FlatVector::GetData<duckdb::string_t>(target)[row_] = duckdb::string_t(value.data(), static_cast<uint32_t>(value.size()));
}

void StructRow::number(std::string_view name, int64_t value) {
  Vector& target = field(name);
  FlatVector::Validity(target).SetValid(row_);
  if (target.GetType().id() == LogicalTypeId::INTEGER) {
    FlatVector::GetData<int32_t>(target)[row_] = static_cast<int32_t>(value);
  } else {
    FlatVector::GetData<int64_t>(target)[row_] = value;
  }
}

void StructRow::flag(std::string_view name, bool value) {
  Vector& target = field(name);
  FlatVector::Validity(target).SetValid(row_);
  FlatVector::GetData<bool>(target)[row_] = value;
}

void StructRow::texts(std::string_view name, const std::vector<std::string>& values) {
  Vector& list = field(name);
  size_t offset = ListVector::GetListSize(list);
  for (const auto& value : values) {
    size_t at = grow(list);
    Vector& elements = ListVector::GetEntry(list);
    FlatVector::GetData<duckdb::string_t>(elements)[at] = copied(elements, value);
  }
  set_list(list, row_, offset);
}

void StructRow::map(std::string_view name, const StringMap& values) {
  Vector& target = field(name);
  size_t offset = ListVector::GetListSize(target);
  for (const auto& [key, value] : values) add_entry(target, key, value);
  set_list(target, row_, offset);
}

Status StructRow::map(std::string_view name, std::string_view json) {
  Vector& target = field(name);
  size_t offset = ListVector::GetListSize(target);
  bool readable = true;
  bool whole = json.empty() || json_members(json, [&](std::string_view raw_key, std::string_view raw_value) {
                 auto key = json_text("\"" + std::string(raw_key) + "\"");
                 auto value = json_text(raw_value);
                 readable = key.has_value();
                 const bool is_null = raw_value == "null";
                 if (readable) add_entry(target, *key, is_null ? std::nullopt : std::optional(value ? std::string_view(*value) : raw_value));
                 return readable;
               });
  set_list(target, row_, offset);
  if (whole && readable) return {};
  return corrupt("'" + std::string(json) + "' is no JSON object of texts");
}

void StructRow::value(std::string_view name, const Value& value) { field(name).SetValue(row_, value); }

StructRow StructRow::child(std::string_view name) { return StructRow(field(name), row_); }

}  // namespace deltastream::delta
