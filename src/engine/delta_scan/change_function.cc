#include "engine/delta_scan/change_function.h"

#include "duckdb/main/extension/extension_loader.hpp"
#include "engine/attach/folder_catalog.h"
#include "engine/batch/errors.h"
#include "engine/delta_scan/catalog_answer.h"
#include "engine/delta_scan/change_set.h"
#include "engine/delta_scan/scan_function.h"

namespace deltastream::engine {
namespace {

ChangeBound bound_of(duckdb::ClientContext& context, const Value& value) {
  if (value.IsNull()) batch::throw_error(invalid_argument("a bound of table_changes is null"));
  ChangeBound bound;
  if (value.type().IsIntegral()) {
    bound.version = value.DefaultCastAs(LogicalType::BIGINT).GetValue<int64_t>();
  } else {
    Value time;
    std::string why;
    if (!value.TryCastAs(context, LogicalType::TIMESTAMP_TZ, time, &why) || time.IsNull()) {
      batch::throw_error(invalid_argument("a bound of table_changes is a version or a time like '2026-01-31 12:00:00+00', not '" + value.ToString() + "'"));
    }
    bound.timestamp_us = time.GetValue<duckdb::timestamp_tz_t>().value;
  }
  return bound;
}

duckdb::unique_ptr<duckdb::FunctionData> bind(duckdb::ClientContext& context, duckdb::TableFunctionBindInput& input, duckdb::vector<LogicalType>& types,
                                              duckdb::vector<std::string>& names) {
  if (input.inputs[0].IsNull()) batch::throw_error(invalid_argument("table_changes needs the path or the name of a table"));
  std::string target = duckdb::StringValue::Get(input.inputs[0]);
  auto attached = target.find('/') == std::string::npos ? attached_location(context, target) : std::nullopt;
  std::optional<ChangeBound> to;
  if (input.inputs.size() > 2) to = bound_of(context, input.inputs[2]);
  ChangeRange range{bound_of(context, input.inputs[1]), to, catalog_answer(input.named_parameters)};
  auto changes = std::make_shared<const ChangeSet>(batch::value_or_throw(read_changes(scan_access(*input.info), attached.value_or(target), std::move(range))));
  return bind_scan_target(context, input, {changes->table, changes, nullptr}, types, names);
}

}  // namespace

void register_table_changes(duckdb::ExtensionLoader& loader, std::shared_ptr<const TableAccess> access) {
  duckdb::TableFunctionSet set("table_changes");
  for (duckdb::vector<LogicalType> arguments : {duckdb::vector<LogicalType>{LogicalType::VARCHAR, LogicalType::ANY},
                                                duckdb::vector<LogicalType>{LogicalType::VARCHAR, LogicalType::ANY, LogicalType::ANY}}) {
    auto function = make_scan_function(loader, access, "table_changes", std::move(arguments), bind);
    add_catalog_parameters(function);
    set.AddFunction(std::move(function));
  }
  loader.RegisterFunction(std::move(set));
}

}  // namespace deltastream::engine
