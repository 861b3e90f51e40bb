#include "engine/batch/errors.h"

#include <optional>
#include <string_view>

#include "common/exception.h"
#include "duckdb/common/exception.hpp"
#include "engine/delta_scan/object_file_system.h"

namespace deltastream::engine::batch {
namespace {

using duckdb::ExceptionType;

constexpr char kKindKey[] = "deltastream_kind";

ExceptionType exception_type(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUnsupported: return ExceptionType::NOT_IMPLEMENTED;
    case ErrorKind::kPermission: return ExceptionType::PERMISSION;
    case ErrorKind::kResource: return ExceptionType::OUT_OF_MEMORY;
    case ErrorKind::kCancelled: return ExceptionType::INTERRUPT;
    case ErrorKind::kInvalidArgument: return ExceptionType::INVALID_INPUT;
    default: return ExceptionType::IO;
  }
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// What DuckDB tells only in words.
std::optional<ErrorKind> kind_by_words(ExceptionType type, std::string_view text) {
  if (type == ExceptionType::CATALOG && has(text, "does not exist")) return ErrorKind::kNotFound;
  if (type == ExceptionType::CATALOG && has(text, "already exists")) return ErrorKind::kAlreadyExists;
  if (type == ExceptionType::MISSING_EXTENSION || type == ExceptionType::AUTOLOAD) return ErrorKind::kUnsupported;
  if (type == ExceptionType::IO) {
    if (has(text, "No files found") || has(text, "No such file or directory")) return ErrorKind::kNotFound;
    if (has(text, "Permission denied") || has(text, "Read-only file system")) return ErrorKind::kPermission;
    if (has(text, "No space left") || has(text, "Too many open files")) return ErrorKind::kResource;
    if (has(text, "Is a directory")) return ErrorKind::kInvalidArgument;
  }
  bool about_bytes = type == ExceptionType::IO || type == ExceptionType::INVALID_INPUT || type == ExceptionType::SERIALIZATION;
  if (about_bytes && (has(text, "No magic bytes found") || has(text, "too small to be a Parquet file") || has(text, "TProtocolException") ||
                      has(text, "read Parquet file") || has(text, "ecompression failure") || has(text, "orrupt"))) {
    return ErrorKind::kCorrupt;
  }
  return std::nullopt;
}

ErrorKind kind_of(const duckdb::ErrorData& data) {
  const auto& extra = data.ExtraInfo();
  if (auto entry = extra.find(kKindKey); entry != extra.end()) {
    return static_cast<ErrorKind>(std::stoi(entry->second));
  }
  if (auto kind = kind_by_words(data.Type(), data.RawMessage())) return *kind;
  return error_from_exception(duckdb::Exception(data.Type(), "")).kind();
}

// Our files carry a scheme inside DuckDB that nobody else should see.
std::string without_scheme(std::string text) {
  const std::string_view scheme = kObjectScheme;
  for (size_t at = text.find(scheme); at != std::string::npos; at = text.find(scheme, at)) text.erase(at, scheme.size());
  return text;
}

}  // namespace

void throw_error(const Error& error) {
  throw duckdb::Exception({{kKindKey, std::to_string(static_cast<int>(error.kind()))}}, exception_type(error.kind()), error.describe());
}

Error from_duckdb(const duckdb::ErrorData& data, const std::function<std::string(size_t)>& show) {
  ErrorKind kind = kind_of(data);
  std::string text = without_scheme(data.RawMessage());
  const auto& extra = data.ExtraInfo();
  auto position = extra.find("position");
  if (position != extra.end() && show) {
    text += " (" + show(std::stoull(position->second)) + ")";
  }
  return {kind, std::move(text)};
}

}  // namespace deltastream::engine::batch
