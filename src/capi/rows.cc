// Rows as Arrow streams: scans, changes and queries go through one batch session each, which the stream keeps alive.

#include <fmt/format.h>

#include <memory>

#include "capi/error.h"
#include "capi/table.h"
#include "engine/batch.h"
#include "format/arrow_stream.h"

namespace deltastream::capi {
namespace {

// Goes when the stream is released.
struct RunningQuery {
  std::unique_ptr<engine::BatchSession> session;
  std::unique_ptr<engine::BatchResult> result;
};

Status export_query(const std::string& sql, ArrowArrayStream* stream) {
  auto query = std::make_shared<RunningQuery>();
  DS_ASSIGN_OR_RETURN(query->session, engine::BatchSession::create());
  DS_ASSIGN_OR_RETURN(auto statements, query->session->split(sql));
  if (statements.size() != 1) return invalid_argument(fmt::format("one statement is expected, not {}", statements.size()));
  DS_ASSIGN_OR_RETURN(query->result, query->session->execute(statements[0], engine::VariantForm::kParts));
  const std::vector<Field> columns = query->result->columns();
  auto source = [query](DataChunk& out) -> Status {
    DS_ASSIGN_OR_RETURN(DataChunk * rows, query->result->next());
    if (rows) out.Reference(*rows);
    return {};
  };
  return format::export_arrow_stream(columns, std::move(source), stream);
}

// ", catalog_version => 7, …" for a table that was opened with its catalog's answer.
std::string catalog_parameters(const ds_table& table) {
  if (table.catalog_version < 0) return "";
  std::string commits;
  for (const std::string& commit : table.catalog_commits) commits += (commits.empty() ? "" : ", ") + sql_literal(commit);
  return fmt::format(", catalog_version => {}, catalog_commits => [{}]::VARCHAR[]", table.catalog_version, commits);
}

Result<std::string> scan_sql(const ds_table& table, const ds_scan_options* options) {
  const ds_scan_options given = DS_SCAN_OPTIONS_INIT;
  const ds_scan_options& wanted = options && options->struct_size >= sizeof(ds_scan_options) ? *options : given;
  if (options && options->struct_size < sizeof(ds_scan_options)) return invalid_argument("struct_size of ds_scan_options is too small: use DS_SCAN_OPTIONS_INIT");
  std::string names = wanted.columns && wanted.column_count > 0 ? "" : "*";
  for (size_t i = 0; wanted.columns && i < wanted.column_count; i++) {
    DS_RETURN_IF_ERROR(require(wanted.columns[i], "columns"));
    const std::string name = wanted.columns[i];
    if (!table.snapshot.schema().find(name) && name != "_metadata") return invalid_argument(fmt::format("{} has no column '{}'", table.snapshot.where(), name));
    names += (i > 0 ? ", " : "") + sql_identifier(name);
  }
  std::string sql =
      fmt::format("SELECT {} FROM delta_scan({}, version => {}{})", names, sql_literal(table.location), table.snapshot.version(), catalog_parameters(table));
  // On lines of its own: a comment in the predicate ends with it.
  if (wanted.predicate) sql += fmt::format(" WHERE (\n{}\n)", wanted.predicate);
  if (wanted.limit >= 0) sql += fmt::format(" LIMIT {}", wanted.limit);
  return sql;
}

Status export_schema(const ds_table& table, ArrowSchema* out) {
  DS_ASSIGN_OR_RETURN(auto columns, table.snapshot.schema().to_fields());
  ArrowArrayStream stream = {};
  DS_RETURN_IF_ERROR(format::export_arrow_stream(columns, [](DataChunk&) { return Status(); }, &stream));
  const int code = stream.get_schema(&stream, out);
  std::string message = code == 0 ? "" : stream.get_last_error(&stream);
  stream.release(&stream);
  return code == 0 ? Status() : Status(internal("the schema has no Arrow form: " + message));
}

}  // namespace
}  // namespace deltastream::capi

using namespace deltastream;

extern "C" {

ds_error* ds_table_schema(const ds_table* table, struct ArrowSchema* schema) {
  return capi::guarded([&]() -> Status {
    DS_RETURN_IF_ERROR(capi::require(table, "table"));
    DS_RETURN_IF_ERROR(capi::require(schema, "schema"));
    return capi::export_schema(*table, schema);
  });
}

ds_error* ds_table_scan(const ds_table* table, const ds_scan_options* options, struct ArrowArrayStream* stream) {
  return capi::guarded([&]() -> Status {
    DS_RETURN_IF_ERROR(capi::require(table, "table"));
    DS_RETURN_IF_ERROR(capi::require(stream, "stream"));
    DS_ASSIGN_OR_RETURN(std::string sql, capi::scan_sql(*table, options));
    auto status = capi::export_query(sql, stream);
    // The place that such an error shows lies in a statement that the caller has not written.
    const bool about_predicate = !status.ok() && status.error().kind() == ErrorKind::kInvalidArgument && options && options->predicate;
    return about_predicate ? std::move(status).context(fmt::format("the predicate '{}'", options->predicate)) : std::move(status);
  });
}

ds_error* ds_table_changes(const char* location, int64_t from, int64_t to, struct ArrowArrayStream* stream) {
  return capi::guarded([&]() -> Status {
    DS_RETURN_IF_ERROR(capi::require(location, "location"));
    DS_RETURN_IF_ERROR(capi::require(stream, "stream"));
    std::string end = to < 0 ? "" : fmt::format(", {}", to);
    return capi::export_query(fmt::format("SELECT * FROM table_changes({}, {}{})", capi::sql_literal(location), from, end), stream);
  });
}

ds_error* ds_table_changes_between(const ds_table* table, int64_t from, int64_t to, struct ArrowArrayStream* stream) {
  return capi::guarded([&]() -> Status {
    DS_RETURN_IF_ERROR(capi::require(table, "table"));
    DS_RETURN_IF_ERROR(capi::require(stream, "stream"));
    return capi::export_query(fmt::format("SELECT * FROM table_changes({}, {}, {}{})", capi::sql_literal(table->location), from,
                                          to < 0 ? table->snapshot.version() : to, capi::catalog_parameters(*table)),
                              stream);
  });
}

ds_error* ds_query(const char* sql, struct ArrowArrayStream* stream) {
  return capi::guarded([&]() -> Status {
    DS_RETURN_IF_ERROR(capi::require(sql, "sql"));
    DS_RETURN_IF_ERROR(capi::require(stream, "stream"));
    return capi::export_query(sql, stream);
  });
}

}
