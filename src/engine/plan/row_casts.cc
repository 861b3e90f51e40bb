#include "engine/plan/row_casts.h"

#include "duckdb/parser/expression/function_expression.hpp"

#include "engine/front/names.h"
#include "engine/plan/text_functions.h"

namespace deltastream::engine::plan {
namespace {

using ExpressionPtr = duckdb::unique_ptr<duckdb::Expression>;

constexpr const char* kWithoutNames = "__without_field_names";

LogicalType unnamed(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::STRUCT: {
      duckdb::child_list_t<LogicalType> fields;
      for (const auto& [name, field] : duckdb::StructType::GetChildTypes(type)) fields.emplace_back("", unnamed(field));
      return LogicalType::STRUCT(std::move(fields));
    }
    case LogicalTypeId::LIST: return LogicalType::LIST(unnamed(duckdb::ListType::GetChildType(type)));
    case LogicalTypeId::MAP: return LogicalType::MAP(unnamed(duckdb::MapType::KeyType(type)), unnamed(duckdb::MapType::ValueType(type)));
    default: return type;
  }
}

// Whether DuckDB's cast by name is the one by position.
bool same_names(const LogicalType& from, const LogicalType& to) {
  if (from.id() != to.id()) return true;
  switch (from.id()) {
    case LogicalTypeId::STRUCT: {
      const auto& a = duckdb::StructType::GetChildTypes(from);
      const auto& b = duckdb::StructType::GetChildTypes(to);
      if (a.size() != b.size()) return false;
      for (size_t i = 0; i < a.size(); i++) {
        if (front::lower_case(a[i].first) != front::lower_case(b[i].first) || !same_names(a[i].second, b[i].second)) return false;
      }
      return true;
    }
    case LogicalTypeId::LIST: return same_names(duckdb::ListType::GetChildType(from), duckdb::ListType::GetChildType(to));
    case LogicalTypeId::MAP:
      return same_names(duckdb::MapType::KeyType(from), duckdb::MapType::KeyType(to)) &&
             same_names(duckdb::MapType::ValueType(from), duckdb::MapType::ValueType(to));
    default: return true;
  }
}

duckdb::unique_ptr<duckdb::FunctionData> bind(duckdb::ClientContext&, duckdb::ScalarFunction& function,
                                              duckdb::vector<ExpressionPtr>& arguments) {
  function.arguments[0] = arguments[0]->return_type;
  function.SetReturnType(unnamed(arguments[0]->return_type));
  return nullptr;
}

ExpressionPtr replaced(duckdb::FunctionBindExpressionInput& input) {
  ExpressionPtr& row = input.children[0];
  LogicalType type = unnamed(row->return_type);
  return duckdb::BoundCastExpression::AddCastToType(input.context, std::move(row), type);
}

void never_called(DataChunk&, duckdb::ExpressionState&, Vector&) { throw duckdb::InternalException("%s is replaced when it is bound", kWithoutNames); }

}  // namespace

void cast_rows_by_position(duckdb::CastExpression& cast) {
  // The type is not bound yet; a type without rows that has the word in it loses nothing.
  if (cast.cast_type.ToString().find("STRUCT") == std::string::npos) return;
  duckdb::vector<duckdb::unique_ptr<duckdb::ParsedExpression>> row;
  const auto location = cast.child->GetQueryLocation();
  row.push_back(std::move(cast.child));
  cast.child = duckdb::make_uniq<duckdb::FunctionExpression>(kWithoutNames, std::move(row));
  cast.child->SetQueryLocation(location);
}

ExpressionPtr without_field_names(duckdb::ClientContext& context, ExpressionPtr expression, const LogicalType& to) {
  if (same_names(expression->return_type, to)) return expression;
  LogicalType type = unnamed(expression->return_type);
  return duckdb::BoundCastExpression::AddCastToType(context, std::move(expression), type);
}

void register_row_casts(duckdb::DatabaseInstance& database) {
  duckdb::ScalarFunction function(kWithoutNames, {LogicalType::ANY}, LogicalType::ANY, never_called, bind);
  function.SetBindExpressionCallback(replaced);
  register_scalar_function(database, std::move(function));
}

}  // namespace deltastream::engine::plan
