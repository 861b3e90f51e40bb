#include "engine/plan/sink_columns.h"

#include <algorithm>
#include <optional>

#include "common/suggest.h"
#include "engine/front/names.h"
#include "engine/plan/failure.h"
#include "engine/plan/not_null.h"
#include "engine/plan/row_casts.h"
#include "engine/script.h"

namespace deltastream::engine::plan {
namespace {

using duckdb::Expression;
using ExpressionPtr = duckdb::unique_ptr<Expression>;
using Id = LogicalTypeId;

// Where an integer type stands among its kin; types that Flink has not (the result of SUM, unsigned ones) stand as BIGINT.
std::optional<int> integer_rank(Id id) {
  switch (id) {
    case Id::TINYINT: return 1;
    case Id::SMALLINT: case Id::UTINYINT: return 2;
    case Id::INTEGER: case Id::USMALLINT: return 3;
    case Id::BIGINT: case Id::UINTEGER: case Id::UBIGINT: case Id::HUGEINT: case Id::UHUGEINT: return 4;
    default: return std::nullopt;
  }
}

// Fields go by position, whatever their names.
bool struct_casts(const LogicalType& from, const LogicalType& to) {
  const auto& a = duckdb::StructType::GetChildTypes(from);
  const auto& b = duckdb::StructType::GetChildTypes(to);
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); i++) {
    if (!casts_implicitly(a[i].second, b[i].second)) return false;
  }
  return true;
}

}  // namespace

bool casts_implicitly(const LogicalType& from, const LogicalType& to) {
  if (from == to || from.id() == Id::SQLNULL) return true;
  auto from_integer = integer_rank(from.id()), to_integer = integer_rank(to.id());
  if (from_integer && to_integer) return *from_integer <= *to_integer || from.id() == Id::HUGEINT;
  switch (to.id()) {
    case Id::DECIMAL: return from.IsNumeric();
    case Id::FLOAT: return from_integer || from.id() == Id::DECIMAL;
    case Id::DOUBLE: return from.IsNumeric();
    case Id::DATE: return from.id() == Id::TIMESTAMP;
    case Id::TIME: return from.id() == Id::TIMESTAMP;
    case Id::TIMESTAMP:
    case Id::TIMESTAMP_TZ: return from.id() == Id::TIMESTAMP || from.id() == Id::TIMESTAMP_TZ;
    case Id::VARCHAR: return from.id() == Id::VARCHAR || from.IsJSONType() || from.id() == Id::ENUM;
    case Id::STRUCT: return from.id() == Id::STRUCT && struct_casts(from, to);
    case Id::LIST: return from.id() == Id::LIST && casts_implicitly(duckdb::ListType::GetChildType(from), duckdb::ListType::GetChildType(to));
    case Id::MAP:
      return from.id() == Id::MAP && casts_implicitly(duckdb::MapType::KeyType(from), duckdb::MapType::KeyType(to)) &&
             casts_implicitly(duckdb::MapType::ValueType(from), duckdb::MapType::ValueType(to));
    default: return false;
  }
}

namespace {

// A constant goes into a narrower number where it fits: 7 into TINYINT, not 700.
std::optional<Value> fitting(duckdb::ClientContext& context, const Expression& expression, const LogicalType& to) {
  if (!expression.return_type.IsNumeric() || !to.IsNumeric() || !expression.IsFoldable()) return std::nullopt;
  Value value, cast, back;
  if (!duckdb::ExpressionExecutor::TryEvaluateScalar(context, expression, value)) return std::nullopt;
  std::string why;  // without it a cast that fails throws
  if (!value.DefaultTryCastAs(to, cast, &why, true) || !cast.DefaultTryCastAs(value.type(), back, &why, true)) return std::nullopt;
  if (!value.IsNull() && !duckdb::ValueOperations::Equals(value, back)) return std::nullopt;
  return cast;
}

class SinkCasts {
 public:
  SinkCasts(duckdb::ClientContext& context, const TableDefinition& table, const Places& places, size_t query)
      : context_(context), table_(table), places_(places), query_(query) {}

  // The column of the query for each column of the table; none: NULL.
  std::vector<std::optional<size_t>> match(const InsertStatement& insert, const std::vector<Field>& fields, size_t given) const {
    std::vector<std::optional<size_t>> from(fields.size());
    std::vector<size_t> wanted;  // what the query gives, in its order
    const std::vector<bool> constant = constants(insert, fields);
    for (size_t i = 0; i < fields.size() && insert.columns.empty(); i++) {
      if (!constant[i]) wanted.push_back(i);
    }
    for (const std::string& name : insert.columns) wanted.push_back(find(name, fields));
    const size_t expected = wanted.size();
    if (given != expected) {
      std::string listed = insert.columns.empty() ? fmt::format("table '{}' has", table_.name) : fmt::format("the list of columns of '{}' has", table_.name);
      if (insert.columns.empty() && !insert.partition.empty()) listed = fmt::format("beside PARTITION (…) table '{}' has", table_.name);
      fail(invalid_argument(fmt::format("{} {} column{}, the query gives {} at {}", listed, expected, expected == 1 ? "" : "s", given, places_.show(query_))));
    }
    for (size_t i = 0; i < expected; i++) {
      const size_t column = wanted[i];
      if (from[column] || constant[column]) fail(invalid_argument(fmt::format("INSERT INTO {} names the column '{}' twice", table_.name, fields[column].name)));
      from[column] = i;
    }
    for (size_t i = 0; i < fields.size(); i++) {
      if (!from[i] && !constant[i] && !fields[i].nullable) fail(invalid_argument(fmt::format("INSERT INTO {} leaves out the column '{}', which is NOT NULL", table_.name, fields[i].name)));
    }
    return from;
  }

  // The value that PARTITION gives the column; none: another column.
  std::optional<Value> constant(const InsertStatement& insert, const Field& field) const {
    for (const PartitionValue& given : insert.partition) {
      if (front::lower_case(given.column) != front::lower_case(field.name)) continue;
      Value value;
      std::string why;  // without it a cast that fails throws
      if (given.value.DefaultTryCastAs(field.type, value, &why)) return value;
      fail(invalid_argument(fmt::format("PARTITION gives the column '{}' of table '{}' the value '{}', which is no {} (line {}, column {})", field.name, table_.name,
                                        given.value.ToString(), type_to_flink(field.type), given.position.line, given.position.column)));
    }
    return std::nullopt;
  }

  ExpressionPtr cast(ExpressionPtr expression, const Field& field) const {
    if (expression->return_type == field.type) return expression;
    if (auto value = fitting(context_, *expression, field.type)) return duckdb::make_uniq<duckdb::BoundConstantExpression>(std::move(*value));
    check(*expression, expression->return_type, field);
    return duckdb::BoundCastExpression::AddCastToType(context_, without_field_names(context_, std::move(expression), field.type), field.type);
  }

  // The values of INSERT … VALUES, each for itself.
  void cast_values(duckdb::LogicalExpressionGet& get, size_t column, const Field& field) const {
    for (auto& row : get.expressions) {
      // The binder has already given all rows one type; what was written stands below that cast.
      if (row[column]->GetExpressionClass() == duckdb::ExpressionClass::BOUND_CAST && !row[column]->Cast<duckdb::BoundCastExpression>().try_cast) {
        auto& inner = row[column]->Cast<duckdb::BoundCastExpression>().child;
        if (casts_implicitly(inner->return_type, field.type) && inner->return_type != row[column]->return_type) row[column] = std::move(inner);
      }
      row[column] = cast(std::move(row[column]), field);
    }
    get.expr_types[column] = field.type;
  }

 private:
  // Which columns PARTITION gives.
  std::vector<bool> constants(const InsertStatement& insert, const std::vector<Field>& fields) const {
    std::vector<bool> given(fields.size());
    std::vector<std::string> partitions = table_.partitioned_by;
    if (const TableOption* option = table_.find_option("partitions")) {
      for (duckdb::string name : duckdb::StringUtil::Split(option->value, ',')) {
        duckdb::StringUtil::Trim(name);
        partitions.push_back(std::move(name));
      }
    }
    for (const PartitionValue& value : insert.partition) {
      const size_t column = find(value.column, fields);
      const std::string name = front::lower_case(value.column);
      const bool partition = std::any_of(partitions.begin(), partitions.end(), [&](const std::string& one) { return front::lower_case(one) == name; });
      const std::string place = fmt::format("(line {}, column {})", value.position.line, value.position.column);
      if (!partition) fail(invalid_argument(fmt::format("PARTITION names the column '{}', by which table '{}' is not partitioned {}", value.column, table_.name, place)));
      if (given[column]) fail(invalid_argument(fmt::format("PARTITION names the column '{}' twice {}", value.column, place)));
      given[column] = true;
    }
    return given;
  }

  size_t find(const std::string& name, const std::vector<Field>& fields) const {
    std::vector<std::string> names;
    for (size_t i = 0; i < fields.size(); i++) {
      if (front::lower_case(fields[i].name) == front::lower_case(name)) return i;
      names.push_back(fields[i].name);
    }
    std::string near = nearest_name(name, names);
    std::string hint = near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near);
    fail(invalid_argument(fmt::format("table '{}' has no column '{}' to insert into{}", table_.name, name, hint)));
  }

  void check(const Expression& expression, const LogicalType& from, const Field& field) const {
    if (casts_implicitly(from, field.type)) return;
    size_t place = expression.GetQueryLocation().IsValid() ? expression.GetQueryLocation().GetIndex() : query_;
    std::string to = type_to_flink(field.type);
    fail(invalid_argument(fmt::format("column '{}' of table '{}' is {}, the query gives {} (CAST(… AS {}) converts) at {}", field.name, table_.name, to,
                                      type_to_flink(from), to, places_.show(place))));
  }

  duckdb::ClientContext& context_;
  const TableDefinition& table_;
  const Places& places_;
  size_t query_;
};

// The VALUES list below a query that is nothing else.
duckdb::LogicalExpressionGet* plain_values(duckdb::LogicalOperator& root) {
  if (root.type != duckdb::LogicalOperatorType::LOGICAL_PROJECTION) return nullptr;
  bool values = root.children[0]->type == duckdb::LogicalOperatorType::LOGICAL_EXPRESSION_GET;
  return values ? &root.children[0]->Cast<duckdb::LogicalExpressionGet>() : nullptr;
}

}  // namespace

void cast_to_sink(duckdb::Planner& planner, duckdb::ClientContext& context, const InsertStatement& insert, const TableDefinition& table,
                  const Places& places, size_t query) {
  SinkCasts casts(context, table, places, query);
  std::vector<Field> fields = table.physical_fields();
  auto from = casts.match(insert, fields, planner.types.size());
  duckdb::unique_ptr<duckdb::LogicalOperator> root = std::move(planner.plan);
  duckdb::LogicalExpressionGet* values = plain_values(*root);
  bool projection = root->type == duckdb::LogicalOperatorType::LOGICAL_PROJECTION;
  auto bindings = root->GetColumnBindings();
  duckdb::vector<ExpressionPtr> expressions;
  for (size_t i = 0; i < fields.size(); i++) {
    if (!from[i]) {
      expressions.push_back(duckdb::make_uniq<duckdb::BoundConstantExpression>(casts.constant(insert, fields[i]).value_or(Value(fields[i].type))));
      continue;
    }
    ExpressionPtr column;
    if (projection) {
      column = root->expressions[*from[i]]->Copy();
    } else {
      column = duckdb::make_uniq<duckdb::BoundColumnRefExpression>(planner.types[*from[i]], bindings[*from[i]]);
    }
    if (values && column->GetExpressionClass() == duckdb::ExpressionClass::BOUND_COLUMN_REF) {
      auto& reference = column->Cast<duckdb::BoundColumnRefExpression>();
      casts.cast_values(*values, reference.binding.column_index, fields[i]);
      reference.return_type = fields[i].type;
    }
    ExpressionPtr cast = casts.cast(std::move(column), fields[i]);
    if (!fields[i].nullable) {
      cast = not_null(std::move(cast), fmt::format("column '{}' of table '{}' is NOT NULL, a row of the query has NULL", fields[i].name, table.name));
    }
    expressions.push_back(std::move(cast));
  }
  auto sink = duckdb::make_uniq<duckdb::LogicalProjection>(planner.binder->GenerateTableIndex(), std::move(expressions));
  sink->children.push_back(projection ? std::move(root->children[0]) : std::move(root));
  planner.plan = std::move(sink);
}

}  // namespace deltastream::engine::plan
