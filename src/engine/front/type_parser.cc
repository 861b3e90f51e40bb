#include "engine/front/type_parser.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace deltastream::engine::front {
namespace {

constexpr size_t kMaxDepth = 64;
constexpr size_t kMaxRowFields = 10'000;
constexpr uint32_t kMaxDecimalPrecision = 38;
constexpr uint32_t kMaxTimePrecision = 6;  // microseconds, as in Delta tables
constexpr uint32_t kMaxLength = INT32_MAX;

Result<LogicalType> take_nested(TokenCursor& cursor, size_t depth);

// A type without parameters, or with ones that only say how long: (n).
struct PlainType {
  std::string_view name;
  LogicalTypeId id;
  bool has_length;
};
constexpr std::array kPlainTypes = {
    PlainType{"BOOLEAN", LogicalTypeId::BOOLEAN, false},   PlainType{"TINYINT", LogicalTypeId::TINYINT, false},
    PlainType{"SMALLINT", LogicalTypeId::SMALLINT, false}, PlainType{"INT", LogicalTypeId::INTEGER, false},
    PlainType{"INTEGER", LogicalTypeId::INTEGER, false},   PlainType{"BIGINT", LogicalTypeId::BIGINT, false},
    PlainType{"FLOAT", LogicalTypeId::FLOAT, false},       PlainType{"DATE", LogicalTypeId::DATE, false},
    PlainType{"STRING", LogicalTypeId::VARCHAR, false},    PlainType{"CHAR", LogicalTypeId::VARCHAR, true},
    PlainType{"VARCHAR", LogicalTypeId::VARCHAR, true},    PlainType{"BYTES", LogicalTypeId::BLOB, false},
    PlainType{"BINARY", LogicalTypeId::BLOB, true},        PlainType{"VARBINARY", LogicalTypeId::BLOB, true},
};

// Names that Flink knows and a table here cannot hold.
constexpr std::array<std::string_view, 7> kUnsupportedTypes = {"MULTISET", "RAW", "NULL", "VARIANT", "INTERVAL", "STRUCTURED", "SYMBOL"};

const std::vector<std::string>& type_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> result = {"DOUBLE", "DECIMAL", "DEC", "NUMERIC", "TIME", "TIMESTAMP", "TIMESTAMP_LTZ", "ARRAY", "MAP", "ROW"};
    for (const PlainType& type : kPlainTypes) result.emplace_back(type.name);
    return result;
  }();
  return names;
}

// Skips NOT NULL or NULL; says whether NULL may come.
Result<bool> take_nullability(TokenCursor& cursor) {
  if (cursor.accept("NOT")) {
    DS_RETURN_IF_ERROR(cursor.expect("NULL"));
    return false;
  }
  cursor.accept("NULL");
  return true;
}

Result<LogicalType> take_decimal(TokenCursor& cursor) {
  uint32_t precision = 10, scale = 0;
  if (cursor.accept_symbol('(')) {
    DS_ASSIGN_OR_RETURN(precision, cursor.expect_number("the precision of a decimal", 1, kMaxDecimalPrecision));
    if (cursor.accept_symbol(',')) {
      DS_ASSIGN_OR_RETURN(scale, cursor.expect_number("the scale of a decimal", 0, precision));
    }
    if (!cursor.accept_symbol(')')) return cursor.unexpected("')' after the precision");
  }
  return LogicalType::DECIMAL(static_cast<uint8_t>(precision), static_cast<uint8_t>(scale));
}

Status take_time_precision(TokenCursor& cursor) {
  if (!cursor.accept_symbol('(')) return {};
  const Token& digits = cursor.peek();
  DS_ASSIGN_OR_RETURN(uint32_t precision, cursor.expect_number("the precision of a time", 0, 9));
  if (precision > kMaxTimePrecision) {
    return cursor.unsupported_at(digits.position, fmt::format("a precision of {} digits (microseconds, 6 digits, are kept)", precision));
  }
  if (!cursor.accept_symbol(')')) return cursor.unexpected("')' after the precision");
  return {};
}

Result<LogicalType> take_timestamp(TokenCursor& cursor) {
  DS_RETURN_IF_ERROR(take_time_precision(cursor));
  if (cursor.accept({"WITHOUT", "TIME", "ZONE"})) return LogicalType(LogicalType::TIMESTAMP);
  if (cursor.accept({"WITH", "LOCAL", "TIME", "ZONE"})) return LogicalType(LogicalType::TIMESTAMP_TZ);
  if (cursor.at_words({"WITH", "TIME", "ZONE"})) {
    return cursor.unsupported_at(cursor.peek().position, "TIMESTAMP WITH TIME ZONE (use TIMESTAMP_LTZ)");
  }
  return LogicalType(LogicalType::TIMESTAMP);
}

Result<LogicalType> take_row(TokenCursor& cursor, size_t depth) {
  bool angle = cursor.accept_symbol('<');
  if (!angle && !cursor.accept_symbol('(')) return cursor.unexpected("'<' after ROW");
  char closing = angle ? '>' : ')';
  duckdb::child_list_t<LogicalType> fields;
  do {
    SourcePosition position = cursor.peek().position;
    DS_ASSIGN_OR_RETURN(std::string name, cursor.expect_name("the name of a ROW field"));
    for (const auto& field : fields) {
      if (same_word(field.first, name)) return cursor.error_at(position, fmt::format("the ROW has two fields '{}'", name));
    }
    if (fields.size() >= kMaxRowFields) return cursor.error_at(position, "the ROW has too many fields");
    DS_ASSIGN_OR_RETURN(LogicalType type, take_nested(cursor, depth));
    fields.emplace_back(std::move(name), std::move(type));
    if (cursor.at_string()) cursor.take();  // the field's comment
  } while (cursor.accept_symbol(','));
  if (!cursor.accept_symbol(closing)) return cursor.unexpected(fmt::format("',' or '{}' after a field of the ROW", closing));
  return LogicalType::STRUCT(std::move(fields));
}

Result<LogicalType> take_array(TokenCursor& cursor, size_t depth) {
  if (!cursor.accept_symbol('<')) return cursor.unexpected("'<' after ARRAY");
  DS_ASSIGN_OR_RETURN(LogicalType element, take_nested(cursor, depth));
  if (!cursor.accept_symbol('>')) return cursor.unexpected("'>' after the ARRAY's element type");
  return LogicalType::LIST(element);
}

Result<LogicalType> take_map(TokenCursor& cursor, size_t depth) {
  if (!cursor.accept_symbol('<')) return cursor.unexpected("'<' after MAP");
  DS_ASSIGN_OR_RETURN(LogicalType key, take_nested(cursor, depth));
  if (!cursor.accept_symbol(',')) return cursor.unexpected("',' after the MAP's key type");
  DS_ASSIGN_OR_RETURN(LogicalType value, take_nested(cursor, depth));
  if (!cursor.accept_symbol('>')) return cursor.unexpected("'>' after the MAP's value type");
  return LogicalType::MAP(std::move(key), std::move(value));
}

// A type that does not end in the words ARRAY or MULTISET.
Result<LogicalType> take_simple(TokenCursor& cursor, size_t depth) {
  const Token& token = cursor.peek();
  if (token.kind != TokenKind::kWord) return cursor.unexpected("a type");
  for (const PlainType& type : kPlainTypes) {
    if (!cursor.accept(type.name)) continue;
    if (type.has_length && cursor.accept_symbol('(')) {
      DS_ASSIGN_OR_RETURN([[maybe_unused]] uint32_t length, cursor.expect_number("the length", 1, kMaxLength));
      if (!cursor.accept_symbol(')')) return cursor.unexpected("')' after the length");
    }
    return LogicalType(type.id);
  }
  if (cursor.accept("DOUBLE")) {
    cursor.accept("PRECISION");
    return LogicalType(LogicalType::DOUBLE);
  }
  if (cursor.accept("DECIMAL") || cursor.accept("DEC") || cursor.accept("NUMERIC")) return take_decimal(cursor);
  if (cursor.accept("TIME")) {
    DS_RETURN_IF_ERROR(take_time_precision(cursor));
    cursor.accept({"WITHOUT", "TIME", "ZONE"});
    return LogicalType(LogicalType::TIME);
  }
  if (cursor.accept("TIMESTAMP")) return take_timestamp(cursor);
  if (cursor.accept("TIMESTAMP_LTZ")) {
    DS_RETURN_IF_ERROR(take_time_precision(cursor));
    return LogicalType(LogicalType::TIMESTAMP_TZ);
  }
  if (cursor.accept("ARRAY")) return take_array(cursor, depth);
  if (cursor.accept("MAP")) return take_map(cursor, depth);
  if (cursor.accept("ROW")) return take_row(cursor, depth);
  for (std::string_view name : kUnsupportedTypes) {
    if (same_word(token.text, name)) return cursor.unsupported_at(token.position, fmt::format("the type {}", name));
  }
  return cursor.unexpected("a type", type_names());
}

Result<LogicalType> take_unnullable(TokenCursor& cursor, size_t depth) {
  if (depth >= kMaxDepth) {
    return cursor.error_at(cursor.peek().position, fmt::format("types are nested deeper than {} levels", kMaxDepth));
  }
  DS_ASSIGN_OR_RETURN(LogicalType type, take_simple(cursor, depth + 1));
  for (size_t wrapped = depth; cursor.accept("ARRAY"); wrapped++) {  // INT ARRAY
    if (wrapped >= kMaxDepth) {
      return cursor.error_at(cursor.previous().position, fmt::format("types are nested deeper than {} levels", kMaxDepth));
    }
    type = LogicalType::LIST(type);
  }
  if (cursor.at_word("MULTISET")) return cursor.unsupported_at(cursor.peek().position, "the type MULTISET");
  return type;
}

Result<LogicalType> take_nested(TokenCursor& cursor, size_t depth) {
  DS_ASSIGN_OR_RETURN(LogicalType type, take_unnullable(cursor, depth));
  DS_ASSIGN_OR_RETURN([[maybe_unused]] bool nullable, take_nullability(cursor));
  return type;
}

}  // namespace

Result<ParsedType> take_type(TokenCursor& cursor) {
  ParsedType parsed;
  DS_ASSIGN_OR_RETURN(parsed.type, take_unnullable(cursor, 0));
  DS_ASSIGN_OR_RETURN(parsed.nullable, take_nullability(cursor));
  return parsed;
}

}  // namespace deltastream::engine::front

namespace deltastream::engine {

Result<ParsedType> parse_type(std::string_view text) {
  DS_ASSIGN_OR_RETURN(std::vector<front::Token> tokens, front::tokenize(text));
  front::TokenCursor cursor(text, std::move(tokens));
  DS_ASSIGN_OR_RETURN(ParsedType parsed, front::take_type(cursor));
  if (!cursor.at_end()) return cursor.unexpected("the end of the type");
  return parsed;
}

}  // namespace deltastream::engine
