// Any bytes as a pipeline file: an error or statements, never a crash. What is accepted keeps its places inside the text,
// its own text parses again, and its types survive the way to Flink's spelling and back.
#include <cstdint>
#include <string_view>

#include "engine/script.h"
#include "require.h"

using namespace deltastream;
using fuzz::require;

namespace {

void check_table(const engine::CreateTableStatement& create, engine::Catalog& catalog) {
  for (const engine::ColumnDefinition& column : create.table.columns) {
    if (column.kind == engine::ColumnKind::kComputed) continue;
    auto again = engine::parse_type(engine::type_to_flink(column.type));
    require(again.ok() && again->type == column.type);
  }
  auto table = engine::resolve_like(create, catalog);
  if (table.ok()) (void)catalog.add_table(*table, create.if_not_exists).ok();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  auto statements = engine::parse_script(text);
  if (!statements.ok()) {
    require(!statements.error().message().empty());
    return 0;
  }
  engine::Catalog catalog;
  for (const engine::Statement& statement : *statements) {
    require(statement.position.line > 0 && !engine::show_place(text, statement.position).empty());
    auto again = engine::parse_script(statement.text);
    require(again.ok() && again->size() == 1 && again->front().body.index() == statement.body.index());
    if (const auto* create = std::get_if<engine::CreateTableStatement>(&statement.body)) check_table(*create, catalog);
  }
  return 0;
}
