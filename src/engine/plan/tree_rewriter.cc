#include "engine/plan/tree_rewriter.h"

#include <algorithm>

#include "duckdb/parser/expression/list.hpp"
#include "duckdb/parser/parsed_expression_iterator.hpp"
#include "duckdb/parser/query_node/list.hpp"
#include "duckdb/parser/tableref/list.hpp"

#include "common/suggest.h"
#include "engine/front/names.h"
#include "engine/plan/failure.h"
#include "engine/plan/flink_functions.h"
#include "engine/plan/row_casts.h"
#include "engine/plan/text_functions.h"
#include "engine/plan/unnest_calls.h"
#include "engine/plan/window_calls.h"

namespace deltastream::engine::plan {
namespace {

using front::lower_case;

ParsedPtr column(const std::string& name) { return duckdb::make_uniq<duckdb::ColumnRefExpression>(name); }

// The name DuckDB would give the column, kept when rewriting changes the expression.
void keep_name(duckdb::ParsedExpression& changed, const std::string& name) {
  if (changed.GetAlias().empty() && changed.GetName() != name) changed.SetAlias(name);
}

}  // namespace

TreeRewriter::OpenText TreeRewriter::open(const std::string& sql, SourcePosition start) {
  OpenText text;
  text.base = places_.add(sql, start);
  auto rewritten = rewrite_query_text(sql, places_, text.base);
  if (!rewritten.ok()) fail(rewritten.error());
  text.rewritten = std::move(*rewritten);
  return text;
}

size_t TreeRewriter::relocated(duckdb::optional_idx location) const {
  if (!location.IsValid() || location.GetIndex() < text_->prefix) return text_->base;
  return text_->base + text_->rewritten.original_offset(location.GetIndex() - text_->prefix);
}

std::string TreeRewriter::show(duckdb::optional_idx location) const {
  return places_.show(location.IsValid() ? location.GetIndex() : text_->base);
}

namespace {

// 7 / 2 is 3, as in Flink.
duckdb::ParserOptions parser_options() {
  duckdb::ParserOptions options;
  options.integer_division = true;
  return options;
}

// Errors of DuckDB's parser, which know the place in the text as it was rewritten.
template <class Parse>
void parse_placed(const Places& places, const RewrittenText& text, size_t base, size_t prefix, const Parse& parse) {
  try {
    parse();
  } catch (const duckdb::Exception& exception) {
    duckdb::ErrorData data(exception);
    auto position = data.ExtraInfo().find("position");
    size_t at = position == data.ExtraInfo().end() ? 0 : std::stoull(position->second);
    size_t offset = at < prefix ? 0 : text.original_offset(at - prefix);
    fail(invalid_argument(fmt::format("{} at {}", data.RawMessage(), places.show(base + offset))));
  }
}

}  // namespace

// Options that stand behind another name than a table's would be lost.
void TreeRewriter::check_hints(const OpenText& text) const {
  for (const auto& [offset, options] : text.rewritten.table_hints) {
    if (used_hints_.count(text.base + offset) > 0) continue;
    fail(invalid_argument(fmt::format("a hint of options stands behind the name of a declared table, which this is not, at {}", places_.show(text.base + offset))));
  }
}

SelectPtr TreeRewriter::parse_select(const std::string& sql, SourcePosition start) {
  OpenText text = open(sql, start);
  SelectPtr result;
  parse_placed(places_, text.rewritten, text.base, 0, [&] {
    duckdb::Parser parser(parser_options());
    parser.ParseQuery(text.rewritten.sql);
    if (parser.statements.size() != 1 || parser.statements[0]->type != duckdb::StatementType::SELECT_STATEMENT) {
      fail(invalid_argument(fmt::format("expected one query (SELECT, WITH or VALUES) at {}", places_.show(text.base))));
    }
    result = duckdb::unique_ptr_cast<duckdb::SQLStatement, duckdb::SelectStatement>(std::move(parser.statements[0]));
  });
  const OpenText* outer = std::exchange(text_, &text);
  node(*result->node, {});
  text_ = outer;
  check_hints(text);
  return result;
}

ParsedPtr TreeRewriter::parse_expression(const std::string& sql, SourcePosition start) {
  OpenText text = open(sql, start);
  text.prefix = std::string_view("SELECT ").size();  // ParseExpressionList puts it in front
  duckdb::vector<ParsedPtr> list;
  parse_placed(places_, text.rewritten, text.base, text.prefix, [&] { list = duckdb::Parser::ParseExpressionList(text.rewritten.sql, parser_options()); });
  if (list.size() != 1) fail(invalid_argument(fmt::format("expected one expression at {}", places_.show(text.base))));
  const OpenText* outer = std::exchange(text_, &text);
  expression(list[0], {});
  text_ = outer;
  check_hints(text);
  return std::move(list[0]);
}

SelectPtr TreeRewriter::query(const std::string& sql, SourcePosition start) { return parse_select(sql, start); }

TableRefPtr TreeRewriter::source(const TableDefinition& definition) {
  auto table = std::make_shared<SourceTable>();
  table->definition = &definition;
  table->bounded = bounded_ && bounded_(definition);
  for (const ColumnDefinition& c : definition.columns) {
    if (c.kind != ColumnKind::kComputed) table->columns.push_back(&c);
  }
  tables_.tables.push_back(std::move(table));
  auto ref = duckdb::make_uniq<duckdb::TableFunctionRef>();
  duckdb::vector<ParsedPtr> arguments;
  arguments.push_back(duckdb::make_uniq<duckdb::ConstantExpression>(Value::UBIGINT(tables_.tables.size() - 1)));
  ref->function = duckdb::make_uniq<duckdb::FunctionExpression>(kSourceFunction, std::move(arguments));
  ref->alias = definition.name;
  return ref;
}

SelectPtr TreeRewriter::expression_over(const TableDefinition& definition, const std::string& sql, SourcePosition start) {
  auto select = duckdb::make_uniq<duckdb::SelectNode>();
  select->select_list.push_back(parse_expression(sql, start));
  select->from_table = source(definition);
  auto statement = duckdb::make_uniq<duckdb::SelectStatement>();
  statement->node = std::move(select);
  return statement;
}

SelectPtr TreeRewriter::table(const TableDefinition& definition) {
  auto select = duckdb::make_uniq<duckdb::SelectNode>();
  for (const ColumnDefinition& c : definition.columns) {
    ParsedPtr value = c.kind == ColumnKind::kComputed ? parse_expression(c.expression, c.position) : column(c.name);
    if (definition.watermark && front::lower_case(definition.watermark->column) == front::lower_case(c.name)) {
      duckdb::vector<ParsedPtr> arguments;
      arguments.push_back(std::move(value));
      value = duckdb::make_uniq<duckdb::FunctionExpression>(kRowtimeFunction, std::move(arguments));
    }
    value->SetAlias(c.name);
    select->select_list.push_back(std::move(value));
  }
  select->from_table = source(definition);
  auto statement = duckdb::make_uniq<duckdb::SelectStatement>();
  statement->node = std::move(select);
  return statement;
}

SelectPtr TreeRewriter::watermark(const TableDefinition& definition) {
  auto select = duckdb::make_uniq<duckdb::SelectNode>();
  select->select_list.push_back(parse_expression(definition.watermark->expression, definition.watermark->position));
  select->from_table = duckdb::make_uniq<duckdb::SubqueryRef>(table(definition), definition.name);
  auto statement = duckdb::make_uniq<duckdb::SelectStatement>();
  statement->node = std::move(select);
  return statement;
}

void TreeRewriter::node(duckdb::QueryNode& query, Names ctes) {
  for (auto& entry : query.cte_map.map) {
    if (entry.second->query->node->type == duckdb::QueryNodeType::RECURSIVE_CTE_NODE) {
      fail(unsupported(fmt::format("WITH RECURSIVE in the query at {}", show({}))));
    }
    node(*entry.second->query->node, ctes);
    entry.second->materialized = duckdb::CTEMaterialize::CTE_MATERIALIZE_NEVER;
    ctes.insert(lower_case(entry.first));
  }
  switch (query.type) {
    case duckdb::QueryNodeType::SELECT_NODE: select(query.Cast<duckdb::SelectNode>(), ctes); break;
    case duckdb::QueryNodeType::SET_OPERATION_NODE:
      set_operation(query.Cast<duckdb::SetOperationNode>());
      for (auto& child : query.Cast<duckdb::SetOperationNode>().children) node(*child, ctes);
      break;
    default: fail(unsupported(fmt::format("this kind of query at {}", show({}))));
  }
  modifiers(query, ctes);
}

void TreeRewriter::set_operation(const duckdb::SetOperationNode& node) const {
  if (node.setop_type == duckdb::SetOperationType::EXCEPT) fail(unsupported(fmt::format("EXCEPT over streams at {}", show({}))));
  if (node.setop_type == duckdb::SetOperationType::INTERSECT) fail(unsupported(fmt::format("INTERSECT over streams at {}", show({}))));
}

void TreeRewriter::modifiers(duckdb::QueryNode& query, const Names& ctes) {
  for (auto& modifier : query.modifiers) {
    if (modifier->type == duckdb::ResultModifierType::ORDER_MODIFIER) {
      auto location = modifier->Cast<duckdb::OrderModifier>().orders[0].expression->GetQueryLocation();
      fail(unsupported(fmt::format("ORDER BY over a stream (order the rows where they are read) at {}", places_.show(relocated(location)))));
    }
    if (modifier->type == duckdb::ResultModifierType::LIMIT_MODIFIER || modifier->type == duckdb::ResultModifierType::LIMIT_PERCENT_MODIFIER) {
      fail(unsupported(fmt::format("LIMIT over a stream at {}", show({}))));
    }
  }
  duckdb::ParsedExpressionIterator::EnumerateQueryNodeModifiers(query, [&](ParsedPtr& child) { expression(child, ctes); });
}

void TreeRewriter::select(duckdb::SelectNode& node, const Names& ctes) {
  lower_group_windows(node, [&](duckdb::optional_idx location) { return places_.show(relocated(location)); });
  if (node.from_table) reference(node.from_table, ctes);
  for (auto& item : node.select_list) {
    std::string name = item->GetName();
    expression(item, ctes);
    if (item->GetExpressionClass() != duckdb::ExpressionClass::STAR) keep_name(*item, name);
  }
  for (auto& group : node.groups.group_expressions) expression(group, ctes);
  for (ParsedPtr* clause : {&node.where_clause, &node.having, &node.qualify}) {
    if (*clause) expression(*clause, ctes);
  }
  if (node.sample) fail(unsupported(fmt::format("TABLESAMPLE at {}", show({}))));
}

void TreeRewriter::reference(TableRefPtr& ref, const Names& ctes) {
  ref->query_location = relocated(ref->query_location);
  switch (ref->type) {
    case duckdb::TableReferenceType::EMPTY_FROM: return;
    case duckdb::TableReferenceType::BASE_TABLE: {
      auto& base = ref->Cast<duckdb::BaseTableRef>();
      bool cte = base.schema_name.empty() && base.catalog_name.empty() && ctes.count(lower_case(base.table_name)) > 0;
      if (!cte) ref = base_table(*ref);
      return;
    }
    case duckdb::TableReferenceType::SUBQUERY: node(*ref->Cast<duckdb::SubqueryRef>().subquery->node, ctes); return;
    case duckdb::TableReferenceType::JOIN: {
      auto& join = ref->Cast<duckdb::JoinRef>();
      reference(join.left, ctes);
      reference(join.right, ctes);
      if (join.condition) expression(join.condition, ctes);
      keep_rows_of_left_unnest(join);
      if (join.ref_type == duckdb::JoinRefType::ASOF || join.ref_type == duckdb::JoinRefType::POSITIONAL) {
        fail(unsupported(fmt::format("ASOF and POSITIONAL joins at {}", show(ref->query_location))));
      }
      return;
    }
    case duckdb::TableReferenceType::EXPRESSION_LIST:
      for (auto& row : ref->Cast<duckdb::ExpressionListRef>().values) {
        for (auto& value : row) expression(value, ctes);
      }
      return;
    case duckdb::TableReferenceType::TABLE_FUNCTION:
      if (TableRefPtr replaced = table_function(*ref, ctes)) ref = std::move(replaced);
      return;
    default: fail(unsupported(fmt::format("this kind of table in FROM at {}", show(ref->query_location))));
  }
}

const TableDefinition& TreeRewriter::source_of(const TableDefinition& declared, const std::vector<TableOption>& options) {
  TableDefinition wanted = with_options(declared, options);
  auto same_options = [&](const TableDefinition& other) {
    return std::equal(wanted.options.begin(), wanted.options.end(), other.options.begin(), other.options.end(),
                      [](const TableOption& a, const TableOption& b) { return a.key == b.key && a.value == b.value; });
  };
  for (size_t number = 2;; number++) {
    auto [place, added] = sources_.try_emplace(wanted.name, wanted);
    if (added || same_options(place->second)) return place->second;
    wanted.name = fmt::format("{}-{}", declared.name, number);
  }
}

TableRefPtr TreeRewriter::base_table(duckdb::TableRef& ref) {
  auto& base = ref.Cast<duckdb::BaseTableRef>();
  bool known_schema = base.schema_name.empty() || lower_case(base.schema_name) == "default_database";
  bool known_catalog = base.catalog_name.empty() || lower_case(base.catalog_name) == "default_catalog";
  if (!known_schema || !known_catalog) {
    fail(unsupported(fmt::format("catalogs and databases (write the table's name alone) at {}", show(ref.query_location))));
  }
  const std::string& name = base.table_name;
  const auto options = text_->rewritten.table_hints.find(ref.query_location.IsValid() ? ref.query_location.GetIndex() - text_->base : SIZE_MAX);
  const bool hinted = options != text_->rewritten.table_hints.end();
  if (hinted) used_hints_.insert(text_->base + options->first);
  SelectPtr query;
  duckdb::vector<duckdb::string> renamed;
  if (const ViewDefinition* view = catalog_.find_view(name)) {
    std::string key = lower_case(name);
    if (std::find(open_views_.begin(), open_views_.end(), key) != open_views_.end()) {
      fail(invalid_argument(fmt::format("view '{}' reads itself at {}", name, show(ref.query_location))));
    }
    if (hinted) fail(invalid_argument(fmt::format("a hint of options on the view '{}', which has none (a table has) at {}", name, show(ref.query_location))));
    open_views_.push_back(key);
    query = parse_select(view->query, view->position);
    open_views_.pop_back();
    renamed.assign(view->columns.begin(), view->columns.end());
  } else if (const TableDefinition* definition = catalog_.find_table(name)) {
    query = table(source_of(*definition, hinted ? options->second : std::vector<TableOption>()));
  } else {
    std::vector<std::string> names;
    for (const auto& [key, t] : catalog_.tables()) names.push_back(t.name);
    for (const auto& [key, v] : catalog_.views()) names.push_back(v.name);
    std::string near = nearest_name(name, names);
    std::string hint = near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near);
    fail(not_found(fmt::format("there is no table or view '{}'{} at {}", name, hint, show(ref.query_location))));
  }
  if (!ref.column_name_alias.empty()) renamed = ref.column_name_alias;
  auto subquery = duckdb::make_uniq<duckdb::SubqueryRef>(std::move(query), ref.alias.empty() ? name : ref.alias);
  subquery->column_name_alias = std::move(renamed);
  subquery->query_location = ref.query_location;
  return subquery;
}

TableRefPtr TreeRewriter::table_function(duckdb::TableRef& ref, const Names& ctes) {
  auto& call = ref.Cast<duckdb::TableFunctionRef>();
  if (call.function->GetExpressionClass() != duckdb::ExpressionClass::FUNCTION) {
    fail(unsupported(fmt::format("{} as a table at {}", call.function->ToString(), show(ref.query_location))));
  }
  auto& function = call.function->Cast<duckdb::FunctionExpression>();
  std::string name = lower_case(function.function_name);
  if (name == "unnest") {
    expression(call.function, ctes);
    return unnest_fields(call);
  }
  if (is_window_call(name)) {
    for (auto& argument : function.children) {
      argument->SetQueryLocation(relocated(argument->GetQueryLocation()));
      if (argument->GetExpressionClass() == duckdb::ExpressionClass::SUBQUERY) {
        node(*argument->Cast<duckdb::SubqueryExpression>().subquery->node, ctes);
      }
    }
    return window_query(call, [&](duckdb::optional_idx location) { return show(location); });
  }
  fail(unsupported(fmt::format("the table function {} (UNNEST, TUMBLE, HOP and CUMULATE are) at {}", function.function_name, show(ref.query_location))));
}

// IS JSON comes as IS NULL (query_text.h) and is never NULL itself: NULL is no JSON.
void TreeRewriter::json_test(ParsedPtr& item) const {
  const bool is = item->GetExpressionType() == duckdb::ExpressionType::OPERATOR_IS_NULL;
  if ((!is && item->GetExpressionType() != duckdb::ExpressionType::OPERATOR_IS_NOT_NULL) || !item->GetQueryLocation().IsValid()) return;
  const size_t place = item->GetQueryLocation().GetIndex() - std::min(text_->prefix, item->GetQueryLocation().GetIndex());
  const auto& tests = text_->rewritten.json_tests;
  const auto test = std::lower_bound(tests.begin(), tests.end(), place, [](const auto& one, size_t wanted) { return one.first < wanted; });
  if (test == tests.end() || test->first != place) return;
  duckdb::vector<ParsedPtr> arguments;
  arguments.push_back(std::move(item->Cast<duckdb::OperatorExpression>().children[0]));
  arguments.push_back(duckdb::make_uniq<duckdb::ConstantExpression>(test->second ? Value::INTEGER(static_cast<int32_t>(*test->second)) : Value(LogicalType::INTEGER)));
  ParsedPtr call = duckdb::make_uniq<duckdb::FunctionExpression>(kIsJson, std::move(arguments));
  if (!is) call = duckdb::make_uniq<duckdb::OperatorExpression>(duckdb::ExpressionType::OPERATOR_NOT, std::move(call));
  call->SetAlias(item->GetAlias());
  call->SetQueryLocation(item->GetQueryLocation());
  item = std::move(call);
}

// x BETWEEN SYMMETRIC a AND b: the bounds may stand in either order.
void TreeRewriter::symmetric_between(ParsedPtr& item) const {
  const bool negated = item->GetExpressionType() == duckdb::ExpressionType::OPERATOR_NOT;
  ParsedPtr& test = negated ? item->Cast<duckdb::OperatorExpression>().children[0] : item;
  if (test->GetExpressionType() != duckdb::ExpressionType::COMPARE_BETWEEN || !item->GetQueryLocation().IsValid()) return;
  const size_t place = item->GetQueryLocation().GetIndex() - std::min(text_->prefix, item->GetQueryLocation().GetIndex());
  if (text_->rewritten.symmetric.count(place) == 0) return;
  auto turned = test->Copy();
  auto& between = turned->Cast<duckdb::BetweenExpression>();
  std::swap(between.lower, between.upper);
  const std::string alias = test->GetAlias();
  const auto location = item->GetQueryLocation();
  test = duckdb::make_uniq<duckdb::ConjunctionExpression>(duckdb::ExpressionType::CONJUNCTION_OR, std::move(test), std::move(turned));
  test->SetAlias(alias);
  test->SetQueryLocation(location);
}

void TreeRewriter::expression(ParsedPtr& item, const Names& ctes) {
  if (item->GetExpressionClass() == duckdb::ExpressionClass::SUBQUERY) {
    auto& subquery = item->Cast<duckdb::SubqueryExpression>();
    node(*subquery.subquery->node, ctes);
    if (subquery.child) expression(subquery.child, ctes);
    item->SetQueryLocation(relocated(item->GetQueryLocation()));
    return;
  }
  if (item->GetExpressionClass() == duckdb::ExpressionClass::WINDOW) {
    fail(unsupported(fmt::format("OVER windows (ROW_NUMBER, RANK, SUM(…) OVER …) at {}", places_.show(relocated(item->GetQueryLocation())))));
  }
  duckdb::ParsedExpressionIterator::EnumerateChildren(*item, [&](ParsedPtr& child) { expression(child, ctes); });
  json_test(item);
  symmetric_between(item);
  if (item->GetExpressionClass() == duckdb::ExpressionClass::CAST) cast_rows_by_position(item->Cast<duckdb::CastExpression>());
  item->SetQueryLocation(relocated(item->GetQueryLocation()));
  if (item->GetExpressionClass() == duckdb::ExpressionClass::FUNCTION) {
    rewrite_function(item, [&](duckdb::optional_idx location) { return show(location); });
  }
}

}  // namespace deltastream::engine::plan
