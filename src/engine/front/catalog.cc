#include "engine/catalog.h"

#include <fmt/format.h>

#include "common/suggest.h"
#include "engine/front/names.h"
#include "engine/front/token.h"

namespace deltastream::engine {
namespace {

template <class T>
const T* find_in(const std::map<std::string, T>& entries, const std::string& name) {
  auto found = entries.find(front::lower_case(name));
  return found == entries.end() ? nullptr : &found->second;
}

template <class T>
Error missing(const std::map<std::string, T>& entries, std::string_view what, const std::string& name) {
  std::vector<std::string> known;
  for (const auto& [key, entry] : entries) known.push_back(entry.name);
  std::string nearest = nearest_name(name, known);
  return not_found(fmt::format("{} '{}'{}", what, name, nearest.empty() ? " is not declared" : fmt::format(" is not declared (did you mean '{}'?)", nearest)));
}

}  // namespace

const ColumnDefinition* TableDefinition::find_column(const std::string& column) const {
  for (const ColumnDefinition& candidate : columns) {
    if (front::same_word(candidate.name, column)) return &candidate;
  }
  return nullptr;
}

const TableOption* TableDefinition::find_option(const std::string& key) const {
  for (const TableOption& option : options) {
    if (option.key == key) return &option;
  }
  return nullptr;
}

std::vector<Field> TableDefinition::physical_fields() const {
  std::vector<Field> fields;
  for (const ColumnDefinition& column : columns) {
    bool written = column.kind == ColumnKind::kPhysical || (column.kind == ColumnKind::kMetadata && !column.metadata_virtual);
    if (written) fields.push_back({column.name, column.type, column.nullable});
  }
  return fields;
}

TableDefinition with_options(TableDefinition table, const std::vector<TableOption>& options) {
  for (const TableOption& option : options) {
    auto own = std::find_if(table.options.begin(), table.options.end(), [&](const TableOption& one) { return one.key == option.key; });
    if (own != table.options.end()) {
      *own = option;
    } else {
      table.options.push_back(option);
    }
  }
  return table;
}

Status Catalog::add_table(TableDefinition table, bool if_not_exists) {
  if (find_table(table.name) && if_not_exists) return {};
  if (find_table(table.name) || find_view(table.name)) {
    return already_exists(fmt::format("a table or view '{}' is already declared (line {})", table.name, table.position.line));
  }
  std::string key = front::lower_case(table.name);
  tables_.emplace(std::move(key), std::move(table));
  return {};
}

Status Catalog::add_view(ViewDefinition view, bool if_not_exists) {
  if (find_view(view.name) && if_not_exists) return {};
  if (find_table(view.name) || find_view(view.name)) {
    return already_exists(fmt::format("a table or view '{}' is already declared (line {})", view.name, view.position.line));
  }
  std::string key = front::lower_case(view.name);
  views_.emplace(std::move(key), std::move(view));
  return {};
}

Status Catalog::drop_table(const std::string& name, bool if_exists) {
  if (tables_.erase(front::lower_case(name)) > 0 || if_exists) return {};
  return missing_table(name);
}

Status Catalog::drop_view(const std::string& name, bool if_exists) {
  if (views_.erase(front::lower_case(name)) > 0 || if_exists) return {};
  return missing_view(name);
}

const TableDefinition* Catalog::find_table(const std::string& name) const { return find_in(tables_, name); }
const ViewDefinition* Catalog::find_view(const std::string& name) const { return find_in(views_, name); }

Result<const TableDefinition*> Catalog::table(const std::string& name) const {
  if (const TableDefinition* table = find_table(name)) return table;
  return missing_table(name);
}

Result<const ViewDefinition*> Catalog::view(const std::string& name) const {
  if (const ViewDefinition* view = find_view(name)) return view;
  return missing_view(name);
}

Error Catalog::missing_table(const std::string& name) const {
  if (find_view(name)) return not_found(fmt::format("'{}' is a view, not a table", name));
  return missing(tables_, "table", name);
}

Error Catalog::missing_view(const std::string& name) const {
  if (find_table(name)) return not_found(fmt::format("'{}' is a table, not a view", name));
  return missing(views_, "view", name);
}

}  // namespace deltastream::engine
