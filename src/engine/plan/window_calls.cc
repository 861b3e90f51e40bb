#include "engine/plan/window_calls.h"

#include "common/chunk.h"

#include <map>
#include <optional>
#include <set>

#include "duckdb/parser/expression/list.hpp"
#include "duckdb/parser/parsed_expression_iterator.hpp"
#include "duckdb/parser/tableref/list.hpp"

#include "engine/front/names.h"
#include "engine/plan/failure.h"
#include "engine/plan/window_functions.h"

namespace deltastream::engine::plan {
namespace {

using front::lower_case;
using ParsedPtr = duckdb::unique_ptr<duckdb::ParsedExpression>;
using Arguments = duckdb::vector<ParsedPtr>;

struct Window {
  std::string kind;   // lower case
  ParsedPtr time;
  int64_t size = 0;
  int64_t step = 0;   // slide of HOP, step of CUMULATE
  int64_t offset = 0;
};

template <class... Children>
ParsedPtr call(const std::string& name, Children... children) {
  Arguments arguments;
  (arguments.push_back(std::move(children)), ...);
  return duckdb::make_uniq<duckdb::FunctionExpression>(name, std::move(arguments));
}
ParsedPtr number(int64_t value) { return duckdb::make_uniq<duckdb::ConstantExpression>(Value::BIGINT(value)); }
ParsedPtr named(ParsedPtr expression, const std::string& name) {
  expression->SetAlias(name);
  return expression;
}

ParsedPtr window_start(const Window& w) { return call(kTumbleStart, w.time->Copy(), number(w.size), number(w.offset)); }
ParsedPtr window_end(const Window& w) { return call(kTumbleEnd, w.time->Copy(), number(w.size), number(w.offset)); }
ParsedPtr windows_of(const Window& w) {
  return call(w.kind == "hop" ? kHopWindows : kCumulateWindows, w.time->Copy(), number(w.step), number(w.size), number(w.offset));
}

int64_t microseconds(const duckdb::ParsedExpression& argument, const std::string& what, const ShowPlace& show) {
  const duckdb::ParsedExpression* constant = &argument;
  if (argument.GetExpressionClass() == duckdb::ExpressionClass::CAST) constant = argument.Cast<duckdb::CastExpression>().child.get();
  Value value;
  std::string why;  // without it a cast that fails throws
  bool interval = constant->GetExpressionClass() == duckdb::ExpressionClass::CONSTANT &&
                  constant->Cast<duckdb::ConstantExpression>().value.DefaultTryCastAs(LogicalType::INTERVAL, value, &why) && !value.IsNull();
  if (!interval) {
    fail(invalid_argument(fmt::format("the {} of a window is written as INTERVAL '…' unit, not {} at {}", what, argument.ToString(), show(argument.GetQueryLocation()))));
  }
  auto parts = value.GetValue<duckdb::interval_t>();
  if (parts.months != 0) {
    fail(unsupported(fmt::format("windows of months and years (their length differs) at {}", show(argument.GetQueryLocation()))));
  }
  return parts.days * duckdb::Interval::MICROS_PER_DAY + parts.micros;
}

void check_window(const Window& w, const std::string& place) {
  if (w.size <= 0 || (w.kind != "tumble" && w.step <= 0)) fail(invalid_argument(fmt::format("a window must be longer than nothing at {}", place)));
  if (w.kind != "tumble" && w.size % w.step != 0) {
    fail(invalid_argument(fmt::format("the size of the window is no multiple of its {} at {}", w.kind == "hop" ? "slide" : "step", place)));
  }
}

void refuse_session(const std::string& kind, const std::string& place) {
  if (kind == "session") fail(unsupported(fmt::format("SESSION windows (TUMBLE, HOP and CUMULATE are) at {}", place)));
}

// Names of the arguments behind DATA and TIMECOL, in their order.
std::vector<std::string> interval_names(const std::string& kind) {
  if (kind == "tumble") return {"size", "offset"};
  return {kind == "hop" ? "slide" : "step", "size", "offset"};
}

void set_interval(Window& w, const std::string& name, int64_t value) {
  if (name == "size") w.size = value;
  if (name == "slide" || name == "step") w.step = value;
  if (name == "offset") w.offset = value;
}

duckdb::unique_ptr<duckdb::SubqueryRef> subquery(duckdb::unique_ptr<duckdb::SelectNode> node, const std::string& alias) {
  auto statement = duckdb::make_uniq<duckdb::SelectStatement>();
  statement->node = std::move(node);
  return duckdb::make_uniq<duckdb::SubqueryRef>(std::move(statement), alias);
}

ParsedPtr field(const std::vector<std::string>& path) {
  return duckdb::make_uniq<duckdb::ColumnRefExpression>(duckdb::vector<duckdb::string>(path.begin(), path.end()));
}

}  // namespace

bool is_window_call(const std::string& name) { return name == "tumble" || name == "hop" || name == "cumulate" || name == "session"; }

duckdb::unique_ptr<duckdb::TableRef> window_query(duckdb::TableFunctionRef& ref, const ShowPlace& show) {
  auto& function = ref.function->Cast<duckdb::FunctionExpression>();
  Window window;
  window.kind = lower_case(function.function_name);
  std::string place = show(ref.query_location);
  refuse_session(window.kind, place);
  std::vector<std::string> names = {"data", "timecol"};
  for (std::string& name : interval_names(window.kind)) names.push_back(std::move(name));
  std::map<std::string, duckdb::ParsedExpression*> given;
  for (size_t i = 0; i < function.children.size(); i++) {
    std::string name = lower_case(function.children[i]->GetAlias());
    if (name.empty() && i < names.size()) name = names[i];
    if (std::find(names.begin(), names.end(), name) == names.end() || given.count(name) > 0) {
      fail(invalid_argument(fmt::format("{} takes {} at {}", function.function_name, fmt::join(names, ", "), place)));
    }
    given[name] = function.children[i].get();
  }
  for (size_t i = 0; i + 1 < names.size(); i++) {
    if (given.count(names[i]) == 0) fail(invalid_argument(fmt::format("{} lacks its argument {} at {}", function.function_name, names[i], place)));
  }
  if (given["data"]->GetExpressionClass() != duckdb::ExpressionClass::SUBQUERY) {
    fail(invalid_argument(fmt::format("the first argument of {} is TABLE name at {}", function.function_name, place)));
  }
  auto* descriptor = given["timecol"];
  bool described = descriptor->GetExpressionClass() == duckdb::ExpressionClass::FUNCTION &&
                   lower_case(descriptor->Cast<duckdb::FunctionExpression>().function_name) == "descriptor" &&
                   descriptor->Cast<duckdb::FunctionExpression>().children.size() == 1;
  if (!described) fail(invalid_argument(fmt::format("the time column of {} is written as DESCRIPTOR(column) at {}", function.function_name, place)));
  window.time = descriptor->Cast<duckdb::FunctionExpression>().children[0]->Copy();
  window.time->SetQueryLocation(ref.query_location);
  for (const auto& [name, argument] : given) {
    if (name != "data" && name != "timecol") set_interval(window, name, microseconds(*argument, name, show));
  }
  check_window(window, place);

  auto rows = duckdb::make_uniq<duckdb::SubqueryRef>(std::move(given["data"]->Cast<duckdb::SubqueryExpression>().subquery), "__rows");
  auto select = duckdb::make_uniq<duckdb::SelectNode>();
  auto star = duckdb::make_uniq<duckdb::StarExpression>();
  if (window.kind == "tumble") {
    select->select_list.push_back(std::move(star));
    select->select_list.push_back(named(window_start(window), "window_start"));
    select->select_list.push_back(named(window_end(window), "window_end"));
    select->select_list.push_back(named(call(kWindowTime, window.time->Copy(), window_end(window)), "window_time"));
    select->from_table = std::move(rows);
  } else {
    auto expanded = duckdb::make_uniq<duckdb::SelectNode>();
    expanded->select_list.push_back(duckdb::make_uniq<duckdb::StarExpression>());
    expanded->select_list.push_back(named(call("unnest", windows_of(window)), "__window"));
    expanded->from_table = std::move(rows);
    star->exclude_list.insert(duckdb::QualifiedColumnName("__window"));
    select->select_list.push_back(std::move(star));
    select->select_list.push_back(named(field({"__window", "window_start"}), "window_start"));
    select->select_list.push_back(named(field({"__window", "window_end"}), "window_end"));
    select->select_list.push_back(named(call(kWindowTime, window.time->Copy(), field({"__window", "window_end"})), "window_time"));
    select->from_table = subquery(std::move(expanded), "__expanded");
  }
  auto result = subquery(std::move(select), ref.alias.empty() ? "__windowed" : ref.alias);
  result->column_name_alias = ref.column_name_alias;
  result->query_location = ref.query_location;
  return result;
}

namespace {

// A call like TUMBLE(ts, INTERVAL '1' MINUTE) or HOP(ts, slide, size).
Window group_window(const duckdb::FunctionExpression& function, const ShowPlace& show) {
  Window window;
  window.kind = lower_case(function.function_name);
  std::string place = show(function.GetQueryLocation());
  refuse_session(window.kind, place);
  size_t count = window.kind == "tumble" ? 2 : 3;
  if (function.children.size() != count || window.kind == "cumulate") {
    fail(invalid_argument(fmt::format("{} in GROUP BY takes a time column and {} at {}", function.function_name, count == 2 ? "a size" : "a slide and a size", place)));
  }
  window.time = function.children[0]->Copy();
  if (count == 3) window.step = microseconds(*function.children[1], "slide", show);
  window.size = microseconds(*function.children[count - 1], "size", show);
  check_window(window, place);
  return window;
}

// TUMBLE_START and its kin for the window of the GROUP BY.
ParsedPtr auxiliary(const duckdb::FunctionExpression& function, const Window& window, const ShowPlace& show) {
  std::string name = lower_case(function.function_name);
  if (name.rfind(window.kind + "_", 0) != 0) return nullptr;
  std::string part = name.substr(window.kind.size() + 1);
  bool tumble = window.kind == "tumble";
  auto start = [&] { return tumble ? window_start(window) : field({"__window", "window_start"}); };
  auto end = [&] { return tumble ? window_end(window) : field({"__window", "window_end"}); };
  if (part == "start") return start();
  if (part == "end") return end();
  if (part == "rowtime") return call(kWindowTime, window.time->Copy(), end());
  if (part == "proctime") fail(unsupported(fmt::format("processing time at {}", show(function.GetQueryLocation()))));
  return nullptr;
}

void replace_auxiliaries(ParsedPtr& expression, const Window& window, const ShowPlace& show) {
  if (expression->GetExpressionClass() == duckdb::ExpressionClass::FUNCTION) {
    if (ParsedPtr replaced = auxiliary(expression->Cast<duckdb::FunctionExpression>(), window, show)) {
      replaced->SetAlias(expression->GetAlias().empty() ? lower_case(expression->Cast<duckdb::FunctionExpression>().function_name) : expression->GetAlias());
      replaced->SetQueryLocation(expression->GetQueryLocation());
      expression = std::move(replaced);
      return;
    }
  }
  duckdb::ParsedExpressionIterator::EnumerateChildren(*expression, [&](ParsedPtr& child) { replace_auxiliaries(child, window, show); });
}

// FROM t → FROM (SELECT *, UNNEST(windows) AS __window FROM t) AS t
void multiply_rows(duckdb::SelectNode& node, const Window& window, const ShowPlace& show) {
  if (!node.from_table || node.from_table->type == duckdb::TableReferenceType::JOIN) {
    fail(unsupported(fmt::format("HOP in GROUP BY over a join (put the join into a subquery or view) at {}", show(window.time->GetQueryLocation()))));
  }
  std::string alias = node.from_table->alias;
  if (alias.empty() && node.from_table->type == duckdb::TableReferenceType::BASE_TABLE) alias = node.from_table->Cast<duckdb::BaseTableRef>().table_name;
  auto multiplied = duckdb::make_uniq<duckdb::SelectNode>();
  multiplied->select_list.push_back(duckdb::make_uniq<duckdb::StarExpression>());
  multiplied->select_list.push_back(named(call("unnest", windows_of(window)), "__window"));
  multiplied->from_table = std::move(node.from_table);
  node.from_table = subquery(std::move(multiplied), alias);
}

}  // namespace

void lower_group_windows(duckdb::SelectNode& node, const ShowPlace& show) {
  auto& groups = node.groups.group_expressions;
  std::optional<size_t> place;
  for (size_t i = 0; i < groups.size(); i++) {
    bool found = groups[i]->GetExpressionClass() == duckdb::ExpressionClass::FUNCTION &&
                 is_window_call(lower_case(groups[i]->Cast<duckdb::FunctionExpression>().function_name));
    if (!found) continue;
    if (place) fail(unsupported(fmt::format("two windows in one GROUP BY at {}", show(groups[i]->GetQueryLocation()))));
    place = i;
  }
  if (!place) return;
  Window window = group_window(groups[*place]->Cast<duckdb::FunctionExpression>(), show);
  bool tumble = window.kind == "tumble";
  ParsedPtr end = tumble ? window_end(window) : field({"__window", "window_end"});
  groups[*place] = tumble ? window_start(window) : field({"__window", "window_start"});
  groups.push_back(call(kWindowTime, window.time->Copy(), end->Copy()));
  groups.push_back(std::move(end));
  for (auto& set : node.groups.grouping_sets) {
    if (set.count(*place) == 0) continue;
    set.insert(groups.size() - 2);
    set.insert(groups.size() - 1);
  }
  for (auto& item : node.select_list) replace_auxiliaries(item, window, show);
  if (node.having) replace_auxiliaries(node.having, window, show);
  if (!tumble) multiply_rows(node, window, show);
}

}  // namespace deltastream::engine::plan
