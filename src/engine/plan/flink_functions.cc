#include "engine/plan/flink_functions.h"

#include "common/chunk.h"

#include <algorithm>
#include <map>
#include <set>

#include "duckdb/parser/expression/list.hpp"
#include "duckdb/parser/parsed_expression_iterator.hpp"

#include "engine/front/names.h"
#include "engine/plan/date_pattern.h"
#include "engine/plan/failure.h"
#include "engine/plan/literal_pattern.h"
#include "engine/plan/text_functions.h"

namespace deltastream::engine::plan {
namespace {

using front::lower_case;
using ParsedPtr = duckdb::unique_ptr<duckdb::ParsedExpression>;
using Show = std::function<std::string(duckdb::optional_idx)>;

constexpr FlinkFunction kFunctions[] = {
    // Text
    {"CHAR_LENGTH", "text", "CAST(length($1) AS INTEGER)", "number of characters"},
    {"CHARACTER_LENGTH", "text", "CAST(length($1) AS INTEGER)", "number of characters"},
    {"COUNT_CHAR", "text, character", "__count_char($1, $2)", "how often the character occurs (Nexmark's function)"},
    {"ASCII", "text", "CAST(ascii($1) AS INTEGER)", "code of the first character"},
    {"INSTR", "text, part", "CAST(strpos($1, $2) AS INTEGER)", "position of the part from 1, or 0"},
    {"POSITION", "text, part", "CAST(strpos($1, $2) AS INTEGER)", "POSITION(part IN text): position from 1, or 0"},
    {"LOCATE", "part, text", "CAST(strpos($2, $1) AS INTEGER)", "position of the part from 1, or 0"},
    {"LOCATE", "part, text, from",
     "CAST(CASE WHEN strpos(substring($2, $3), $1) = 0 THEN 0 ELSE strpos(substring($2, $3), $1) + $3 - 1 END AS INTEGER)",
     "position at or after `from`, or 0"},
    {"OVERLAY", "text, part, from", "substring($1, 1, $3 - 1) || $2 || substring($1, $3 + length($2))", "OVERLAY(text PLACING part FROM from): the part in the place of as many characters"},
    {"OVERLAY", "text, part, from, count", "substring($1, 1, $3 - 1) || $2 || substring($1, $3 + $4)", "OVERLAY(text PLACING part FROM from FOR count)"},
    {"CHR", "code", "chr(CAST($1 % 256 AS INTEGER))", "the character with that code, modulo 256"},
    {"SPLIT_INDEX", "text, separator, index", "__split_index($1, $2, $3)", "the piece with that index from 0, or NULL"},
    {"STARTSWITH", "text, part", "starts_with($1, $2)", "whether the text begins with the part"},
    {"ENDSWITH", "text, part", "ends_with($1, $2)", "whether the text ends with the part"},
    {"BTRIM", "text", "trim($1)", "without blanks at both ends"},
    {"BTRIM", "text, characters", "trim($1, $2)", "without these characters at both ends"},
    {"TO_BASE64", "text", "to_base64(encode($1))", "the text's bytes in base 64"},
    {"FROM_BASE64", "text", "decode(from_base64($1))", "text from base 64"},
    {"ENCODE", "text, charset", "CASE WHEN upper($2) IN ('UTF-8', 'UTF8') THEN encode($1) ELSE error('ENCODE: only UTF-8') END", "bytes of the text; UTF-8 only"},
    {"DECODE", "bytes, charset", "CASE WHEN upper($2) IN ('UTF-8', 'UTF8') THEN decode($1) ELSE error('DECODE: only UTF-8') END", "text of the bytes; UTF-8 only"},
    {"UUID", "", "CAST(gen_random_uuid() AS VARCHAR)", "a random UUID"},
    {"SHA2", "text, 256", "CASE WHEN $2 = 256 THEN sha256($1) ELSE error('SHA2: only 256 bits') END", "SHA-256 in hexadecimal"},
    {"REGEXP", "text, pattern", "regexp_matches($1, $2)", "whether the pattern occurs in the text"},
    {"REGEXP_REPLACE", "text, pattern, replacement", "regexp_replace($1, $2, __java_replacement($3), 'g')", "every match replaced; $1 … are groups"},
    {"REGEXP_EXTRACT", "text, pattern", "regexp_extract_all($1, $2, 0)[1]", "the first match, or NULL"},
    {"REGEXP_EXTRACT", "text, pattern, group", "regexp_extract_all($1, $2, $3)[1]", "a group of the first match, or NULL"},
    {"REGEXP_COUNT", "text, pattern", "CAST(length(regexp_extract_all($1, $2)) AS INTEGER)", "how often the pattern occurs"},
    {"REGEXP_SUBSTR", "text, pattern", "regexp_extract_all($1, $2, 0)[1]", "the first match, or NULL"},
    {"INITCAP", "text", R"(array_to_string(list_transform(regexp_extract_all(lower($1), '[\pL\pN]+|[^\pL\pN]+'), __x -> upper(__x[1]) || __x[2:]), ''))",
     "the first letter of each word in upper case, the others in lower case"},
    {"IS_ALPHA", "text", "coalesce(regexp_full_match($1, '\\pL+'), false)", "whether all characters are letters"},
    {"IS_DECIMAL", "text", "coalesce(regexp_full_match($1, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?'), false)", "whether the text is a number"},
    {"IS_DIGIT", "text", "coalesce(regexp_full_match($1, '\\p{Nd}+'), false)", "whether all characters are digits"},
    {"URL_ENCODE", "text", "replace(replace(replace(url_encode($1), '%20', '+'), '%2A', '*'), '~', '%7E')", "as a form of the web sends it"},
    {"URL_DECODE", "text", "url_decode(replace($1, '+', ' '))", "the text that URL_ENCODE was given"},
    {"PARSE_URL", "url, part",
     "CASE $2 WHEN 'PROTOCOL' THEN regexp_extract_all($1, '^([^:/?#]+):', 1)[1] "
     "WHEN 'AUTHORITY' THEN regexp_extract_all($1, '^[^:/?#]+://([^/?#]*)', 1)[1] "
     "WHEN 'USERINFO' THEN regexp_extract_all($1, '^[^:/?#]+://([^/?#@]*)@', 1)[1] "
     "WHEN 'HOST' THEN regexp_extract_all($1, '^[^:/?#]+://(?:[^/?#@]*@)?([^/?#:]*)', 1)[1] "
     "WHEN 'PATH' THEN regexp_extract_all($1, '^[^:/?#]+://[^/?#]*([^?#]*)', 1)[1] "
     "WHEN 'QUERY' THEN regexp_extract_all($1, '^[^?#]*\\?([^#]*)', 1)[1] "
     "WHEN 'FILE' THEN regexp_extract_all($1, '^[^:/?#]+://[^/?#]*([^#]*)', 1)[1] "
     "WHEN 'REF' THEN regexp_extract_all($1, '#(.*)$', 1)[1] END",
     "PROTOCOL, AUTHORITY, USERINFO, HOST, PATH, QUERY, FILE or REF of the URL, or NULL"},
    {"PARSE_URL", "url, 'QUERY', key",
     "CASE WHEN $2 = 'QUERY' THEN regexp_extract_all($1, '^[^?#]*\\?(?:[^#]*&)?' || regexp_escape($3) || '=([^&#]*)', 1)[1] END",
     "the value of a key in the query of the URL, or NULL"},
    // Numbers
    {"LOG", "x", "ln($1)", "natural logarithm"},
    {"E", "", "exp(1)", "the constant e"},
    {"RAND", "", "random()", "random number from 0 to 1"},
    {"RAND_INTEGER", "bound", "CAST(floor(random() * $1) AS INTEGER)", "random integer from 0 to bound - 1"},
    {"TRUNCATE", "x, digits", "CASE WHEN $1 < 0 THEN -floor(-$1 * power(10, $2)) / power(10, $2) ELSE floor($1 * power(10, $2)) / power(10, $2) END",
     "cut after that many digits"},
    {"TRUNCATE", "x", "trunc($1)", "cut to a whole number"},
    // Time
    {"TO_TIMESTAMP", "text", "TRY_CAST($1 AS TIMESTAMP)", "TIMESTAMP from 'yyyy-MM-dd HH:mm:ss', or NULL"},
    {"TO_TIMESTAMP", "text, pattern", "try_strptime($1, __strftime_pattern($2))", "TIMESTAMP by a Java pattern, or NULL"},
    {"TO_TIMESTAMP_LTZ", "number", "make_timestamptz(CAST($1 AS BIGINT) * 1000)", "TIMESTAMP_LTZ from milliseconds since 1970"},
    {"TO_TIMESTAMP_LTZ", "number, precision", "make_timestamptz(CAST($1 AS BIGINT) * CASE $2 WHEN 0 THEN 1000000 WHEN 3 THEN 1000 END)",
     "TIMESTAMP_LTZ from seconds (precision 0) or milliseconds (3)"},
    {"TO_DATE", "text", "TRY_CAST($1 AS DATE)", "DATE from 'yyyy-MM-dd', or NULL"},
    {"TO_DATE", "text, pattern", "CAST(try_strptime($1, __strftime_pattern($2)) AS DATE)", "DATE by a Java pattern, or NULL"},
    {"DATE_FORMAT", "time, pattern", "strftime(__time_of($1), __strftime_pattern($2))", "text by a Java pattern; a TIMESTAMP_LTZ in the local zone; a text is taken for a TIMESTAMP"},
    {"UNIX_TIMESTAMP", "text", "CAST(epoch(CAST(CAST($1 AS TIMESTAMP) AS TIMESTAMP WITH TIME ZONE)) AS BIGINT)", "seconds since 1970 of a local time"},
    {"UNIX_TIMESTAMP", "text, pattern", "CAST(epoch(CAST(try_strptime($1, __strftime_pattern($2)) AS TIMESTAMP WITH TIME ZONE)) AS BIGINT)", "the same by a Java pattern, or NULL"},
    {"FROM_UNIXTIME", "seconds", "strftime(make_timestamptz(CAST($1 AS BIGINT) * 1000000), '%Y-%m-%d %H:%M:%S')", "local time as text"},
    {"FROM_UNIXTIME", "seconds, pattern", "strftime(make_timestamptz(CAST($1 AS BIGINT) * 1000000), __strftime_pattern($2))", "local time by a Java pattern"},
    {"CONVERT_TZ", "text, from, to", "strftime(timezone($3, timezone($2, CAST($1 AS TIMESTAMP))), '%Y-%m-%d %H:%M:%S')", "a time of one zone in another"},
    {"DAYOFMONTH", "time", "day($1)", "1 to 31"},
    {"DAYOFWEEK", "time", "dayofweek($1) + 1", "1 (Sunday) to 7"},
    {"FLOOR", "time, 'unit'", "date_trunc($2, $1)", "FLOOR(time TO unit)"},
    {"CEIL", "time, 'unit'", "CASE WHEN date_trunc($2, $1) = $1 THEN $1 ELSE date_trunc($2, $1) + CAST('1 ' || $2 AS INTERVAL) END", "CEIL(time TO unit)"},
    {"CEILING", "time, 'unit'", "CASE WHEN date_trunc($2, $1) = $1 THEN $1 ELSE date_trunc($2, $1) + CAST('1 ' || $2 AS INTERVAL) END", "CEILING(time TO unit)"},
    {"CURRENT_TIMESTAMP", "", "__now()", "the present, at each row"},
    {"NOW", "", "__now()", "the present, at each row"},
    {"CURRENT_ROW_TIMESTAMP", "", "__now()", "the present, at each row"},
    {"LOCALTIMESTAMP", "", "CAST(__now() AS TIMESTAMP)", "the present as local time"},
    {"CURRENT_DATE", "", "CAST(__now() AS DATE)", "today in the local zone"},
    {"UNIX_TIMESTAMP", "", "CAST(floor(epoch(__now())) AS BIGINT)", "seconds since 1970"},
    // Collections and JSON
    {"CARDINALITY", "collection", "__cardinality($1)", "number of elements of an array or map"},
    {"ELEMENT", "array", "$1[1]", "the only element"},
    {"ARRAY_JOIN", "array, separator", "array_to_string($1, $2)", "elements as one text"},
    {"ARRAY_REMOVE", "array, value", "list_filter($1, __x -> __x IS DISTINCT FROM $2)", "without that value"},
    {"ARRAY_EXCEPT", "array, array", "list_filter($1, (__x, __i) -> NOT coalesce(list_contains($2, __x), false) AND list_position($1, __x) = __i)", "elements of the first that the second has not, each once"},
    {"ARRAY_UNION", "array, array", "list_distinct(list_concat($1, $2))", "elements of both, each once"},
    {"ARRAY_PREPEND", "array, value", "list_prepend($2, $1)", "with the value before the first element"},
    {"ARRAY_MAX", "array", "list_max($1)", "the largest element"},
    {"ARRAY_MIN", "array", "list_min($1)", "the smallest element"},
    {"ARRAY_SORT", "array", "list_sort($1)", "the elements in order"},
    {"MAP_FROM_ARRAYS", "keys, values", "map($1, $2)", "a map"},
    {"MAP_UNION", "map, map", "map_concat($1, $2)", "entries of both; of a key in both, the second's"},
    {"STR_TO_MAP", "text",
     "map_from_entries(list_transform(string_split($1, ','), __x -> struct_pack(k := string_split(__x, '=')[1], v := string_split(__x, '=')[2])))",
     "a map from 'k=v,k=v'"},
    {"STR_TO_MAP", "text, separator, equals",
     "map_from_entries(list_transform(string_split($1, $2), __x -> struct_pack(k := string_split(__x, $3)[1], v := string_split(__x, $3)[2])))",
     "a map from entries with these separators"},
    {"JSON_STRING", "x", "CAST(to_json($1) AS VARCHAR)", "the value as JSON"},
    {"JSON_VALUE", "json, path", "CASE WHEN json_type($1, $2) IN ('OBJECT', 'ARRAY') THEN NULL ELSE json_extract_string($1, $2) END", "a scalar as text; NULL for objects, arrays and what is absent"},
    {"JSON_QUERY", "json, path", "CASE WHEN json_type($1, $2) IN ('OBJECT', 'ARRAY') THEN CAST(json_extract($1, $2) AS VARCHAR) END", "an object or array as JSON text"},
    {"JSON_EXISTS", "json, path", "json_exists($1, $2)", "whether the path exists"},
    {"JSON_UNQUOTE", "text", "CASE WHEN json_valid($1) AND json_type($1) = 'VARCHAR' THEN json_extract_string($1, '$') ELSE $1 END", "the text that a JSON string holds; other text as it is"},
    // Aggregates: DISTINCT, FILTER and ORDER BY are kept
    {"LISTAGG", "text", "string_agg($1, ',')", "texts joined by commas"},
    {"LISTAGG", "text, separator", "string_agg($1, $2)", "texts joined by the separator"},
    {"JSON_OBJECTAGG", "key, value", "json_group_object($1, $2)", "JSON_OBJECTAGG(KEY key VALUE value): an object of all rows"},
    {"FIRST_VALUE", "x", "first($1)", "the first value"},
    {"LAST_VALUE", "x", "last($1)", "the last value"},
    {"PERCENTILE", "x, p", "quantile_cont($1, $2)", "the value below which the share p (0 to 1) of the values lies, between two by their distance"},
};

// Functions of Flink that mean nothing here.
const std::map<std::string, const char*>& refused() {
  static const std::map<std::string, const char*> names = {
      {"proctime", "processing time (declare an event time with WATERMARK FOR)"},
      {"current_watermark", "CURRENT_WATERMARK"},
      {"descriptor", "DESCRIPTOR outside of a window function"},
      {"read_text", "reading files in an expression"},
      {"read_blob", "reading files in an expression"},
  };
  return names;
}

using Templates = std::map<std::string, std::map<size_t, std::pair<const FlinkFunction*, ParsedPtr>>>;

size_t argument_count(const FlinkFunction& function) {
  std::string arguments = function.arguments;
  return arguments.empty() ? 0 : static_cast<size_t>(std::count(arguments.begin(), arguments.end(), ',')) + 1;
}

const Templates& templates() {
  static const Templates parsed = [] {
    Templates result;
    for (const FlinkFunction& function : kFunctions) {
      auto list = duckdb::Parser::ParseExpressionList(function.sql);
      result[lower_case(function.name)][argument_count(function)] = {&function, std::move(list[0])};
    }
    return result;
  }();
  return parsed;
}

void fill(ParsedPtr& expression, const duckdb::vector<ParsedPtr>& arguments, duckdb::optional_idx location) {
  expression->SetQueryLocation(location);
  if (expression->GetExpressionClass() == duckdb::ExpressionClass::PARAMETER) {
    size_t index = std::stoul(expression->Cast<duckdb::ParameterExpression>().identifier) - 1;
    expression = arguments[index]->Copy();
    return;
  }
  duckdb::ParsedExpressionIterator::EnumerateChildren(*expression, [&](ParsedPtr& child) { fill(child, arguments, location); });
}

const std::string* constant_text(const duckdb::ParsedExpression& expression) {
  if (expression.GetExpressionClass() != duckdb::ExpressionClass::CONSTANT) return nullptr;
  const Value& value = expression.Cast<duckdb::ConstantExpression>().value;
  return value.type().id() == LogicalTypeId::VARCHAR && !value.IsNull() ? &duckdb::StringValue::Get(value) : nullptr;
}

// '$1' of Java is '\1' here.
std::string replacement(const std::string& java) {
  std::string result;
  for (size_t i = 0; i < java.size(); i++) {
    if (java[i] == '$' && i + 1 < java.size() && java[i + 1] >= '0' && java[i + 1] <= '9') {
      result += '\\';
    } else if (java[i] == '\\' && i + 1 < java.size()) {
      i++;
      if (java[i] == '\\') result += "\\";
      result += java[i];
    } else {
      result += java[i];
    }
  }
  return result;
}

// Patterns are translated while planning, so they are constants.
void translate_patterns(ParsedPtr& expression, const Show& show) {
  duckdb::ParsedExpressionIterator::EnumerateChildren(*expression, [&](ParsedPtr& child) { translate_patterns(child, show); });
  if (expression->GetExpressionClass() != duckdb::ExpressionClass::FUNCTION) return;
  auto& call = expression->Cast<duckdb::FunctionExpression>();
  bool pattern = call.function_name == "__strftime_pattern";
  if (!pattern && call.function_name != "__java_replacement") return;
  const std::string* text = constant_text(*call.children[0]);
  if (!text) fail(unsupported(fmt::format("a {} that is no constant text at {}", pattern ? "pattern" : "replacement", show(call.GetQueryLocation()))));
  std::string translated;
  if (pattern) {
    auto result = strftime_pattern(*text);
    if (!result.ok()) fail(Error(result.error().kind(), fmt::format("{} at {}", result.error().message(), show(call.GetQueryLocation()))));
    translated = std::move(*result);
  } else {
    translated = replacement(*text);
  }
  expression = duckdb::make_uniq<duckdb::ConstantExpression>(Value(translated));
}

std::string unit_name(const duckdb::ParsedExpression& argument, const Show& show) {
  std::string name;
  if (argument.GetExpressionClass() == duckdb::ExpressionClass::COLUMN_REF) name = lower_case(argument.Cast<duckdb::ColumnRefExpression>().column_names.back());
  static const std::set<std::string> units = {"second", "minute", "hour", "day", "week", "month", "quarter", "year"};
  if (units.count(name) == 0) {
    fail(invalid_argument(fmt::format("{} is no unit of time (SECOND, MINUTE, HOUR, DAY, WEEK, MONTH, QUARTER, YEAR) at {}", argument.ToString(), show(argument.GetQueryLocation()))));
  }
  return name;
}

ParsedPtr parse(const std::string& sql) { return std::move(duckdb::Parser::ParseExpressionList(sql)[0]); }

// Functions whose first argument is a unit, MAP[…], REGEXP_EXTRACT by a pattern that is hardly one, ELT, and those that are NULL when
// an argument is: CONCAT, GREATEST, LEAST.
ParsedPtr special(duckdb::FunctionExpression& call, const std::string& name, const Show& show) {
  if ((name == "timestampdiff" || name == "timestampadd") && call.children.size() == 3) {
    std::string unit = unit_name(*call.children[0], show);
    std::string sql = name == "timestampdiff" ? fmt::format("CAST(date_sub('{}', $2, $3) AS INTEGER)", unit)
                                              : fmt::format("$3 + $2 * INTERVAL '1 {}'", unit);
    ParsedPtr result = parse(sql);
    fill(result, call.children, call.GetQueryLocation());
    return result;
  }
  if (name == "__map_of") {  // MAP[key, value, …]
    if (call.children.size() % 2 != 0) fail(invalid_argument(fmt::format("MAP[…] holds keys and values in turn at {}", show(call.GetQueryLocation()))));
    duckdb::vector<ParsedPtr> keys, values, lists;
    for (size_t i = 0; i < call.children.size(); i++) (i % 2 == 0 ? keys : values).push_back(std::move(call.children[i]));
    lists.push_back(duckdb::make_uniq<duckdb::FunctionExpression>("list_value", std::move(keys)));
    lists.push_back(duckdb::make_uniq<duckdb::FunctionExpression>("list_value", std::move(values)));
    return duckdb::make_uniq<duckdb::FunctionExpression>("map", std::move(lists));
  }
  if (name == "elt" && call.children.size() > 1) {
    duckdb::vector<ParsedPtr> arguments, list;
    arguments.push_back(std::move(call.children[0]));
    for (size_t i = 1; i < call.children.size(); i++) list.push_back(std::move(call.children[i]));
    arguments.push_back(duckdb::make_uniq<duckdb::FunctionExpression>("list_value", std::move(list)));
    ParsedPtr result = parse("CASE WHEN $1 > 0 THEN list_extract($2, $1) END");
    fill(result, arguments, call.GetQueryLocation());
    return result;
  }
  if ((name == "greatest" || name == "least") && call.children.size() > 1) {
    std::string all, nulls;
    for (size_t i = 1; i <= call.children.size(); i++) {
      all += fmt::format("{}${}", i > 1 ? ", " : "", i);
      nulls += fmt::format("{}${} IS NULL", i > 1 ? " OR " : "", i);
    }
    ParsedPtr result = parse(fmt::format("CASE WHEN {} THEN NULL ELSE {}({}) END", nulls, name, all));
    fill(result, call.children, call.GetQueryLocation());
    return result;
  }
  if (name == "regexp_extract" && call.children.size() == 3) {
    const std::string* regex = constant_text(*call.children[1]);
    const duckdb::ParsedExpression& group = *call.children[2];
    bool number = group.GetExpressionClass() == duckdb::ExpressionClass::CONSTANT && group.Cast<duckdb::ConstantExpression>().value.type().IsIntegral() &&
                  !group.Cast<duckdb::ConstantExpression>().value.IsNull();
    if (!regex || !number || !literal_pattern(*regex, group.Cast<duckdb::ConstantExpression>().value.GetValue<int64_t>())) return nullptr;
    return duckdb::make_uniq<duckdb::FunctionExpression>(kLiteralExtract, std::move(call.children));
  }
  if (name == "json_value" && call.children.size() == 3 && call.children[2]->GetExpressionClass() == duckdb::ExpressionClass::CAST) {
    LogicalType type = call.children[2]->Cast<duckdb::CastExpression>().cast_type;
    call.children.pop_back();
    auto text = duckdb::make_uniq_base<duckdb::ParsedExpression, duckdb::FunctionExpression>(call.function_name, std::move(call.children));
    text->SetQueryLocation(call.GetQueryLocation());
    rewrite_function(text, show);
    return duckdb::make_uniq<duckdb::CastExpression>(std::move(type), std::move(text), true);
  }
  // Paths in lax mode are the only ones there are; strict ones give NULL where they would fail.
  if ((name == "json_value" || name == "json_query" || name == "json_exists") && call.children.size() == 2) {
    const std::string* path = constant_text(*call.children[1]);
    const size_t blank = path ? path->find(' ') : std::string::npos;
    const std::string mode = blank == std::string::npos ? "" : lower_case(path->substr(0, blank));
    if (mode == "lax" || mode == "strict") {
      call.children[1] = duckdb::make_uniq<duckdb::ConstantExpression>(Value(path->substr(path->find_first_not_of(' ', blank))));
    }
  }
  if (name == "concat" && call.children.size() > 1) {
    ParsedPtr result = std::move(call.children[0]);
    for (size_t i = 1; i < call.children.size(); i++) {
      duckdb::vector<ParsedPtr> pair;
      pair.push_back(std::move(result));
      pair.push_back(std::move(call.children[i]));
      result = duckdb::make_uniq<duckdb::FunctionExpression>("||", std::move(pair));
    }
    return result;
  }
  return nullptr;
}

}  // namespace

std::span<const FlinkFunction> flink_functions() { return kFunctions; }

std::string flink_functions_as_markdown() {
  std::string text = "| function | result |\n|---|---|\n";
  for (const FlinkFunction& f : kFunctions) text += fmt::format("| `{}({})` | {} |\n", f.name, f.arguments, f.meaning);
  return text;
}

void rewrite_function(ParsedPtr& expression, const Show& show) {
  auto& call = expression->Cast<duckdb::FunctionExpression>();
  std::string name = lower_case(call.function_name);
  auto place = [&] { return show(call.GetQueryLocation()); };
  if (auto no = refused().find(name); no != refused().end()) fail(unsupported(fmt::format("{} at {}", no->second, place())));
  if (name == "session" || name == "tumble" || name == "hop" || name == "cumulate") {
    fail(invalid_argument(fmt::format("{} stands in FROM as TABLE({}(TABLE …)), or in GROUP BY at {}", call.function_name, call.function_name, place())));
  }
  std::string alias = call.GetAlias();
  ParsedPtr result = special(call, name, show);
  if (!result) {
    auto found = templates().find(name);
    if (found == templates().end()) return;
    auto overload = found->second.find(call.children.size());
    if (overload == found->second.end()) {
      // CEIL(x) and FLOOR(x) of numbers are DuckDB's own, as are some more of the name.
      if (name == "floor" || name == "ceil" || name == "ceiling" || name == "log" || name == "uuid" || name == "array_sort" || name == "regexp_replace") return;
      std::string forms;
      for (const auto& [count, form] : found->second) forms += fmt::format("{}{}({})", forms.empty() ? "" : " or ", form.first->name, form.first->arguments);
      fail(invalid_argument(fmt::format("{} has {} arguments, expected {} at {}", call.function_name, call.children.size(), forms, place())));
    }
    result = overload->second.second->Copy();
    fill(result, call.children, call.GetQueryLocation());
    if (result->GetExpressionClass() == duckdb::ExpressionClass::FUNCTION) {
      auto& target = result->Cast<duckdb::FunctionExpression>();
      target.distinct = call.distinct;
      target.filter = std::move(call.filter);
      if (call.order_bys && !call.order_bys->orders.empty()) target.order_bys = std::move(call.order_bys);
    }
    translate_patterns(result, show);
  }
  result->SetAlias(alias);
  result->SetQueryLocation(call.GetQueryLocation());
  expression = std::move(result);
}

}  // namespace deltastream::engine::plan
