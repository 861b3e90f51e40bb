#include "format/arrow/export.h"

#include <fmt/format.h>

#include <cstring>

#include "common/exception.h"
#include "duckdb/common/vector_operations/vector_operations.hpp"
#include "format/parquet/database.h"

namespace deltastream::format::arrow {
namespace {

// The type as which a column goes out.
LogicalType sent_type(const LogicalType& type) {
  switch (type.id()) {
    case LogicalTypeId::LIST: return LogicalType::LIST(sent_type(duckdb::ListType::GetChildType(type)));
    case LogicalTypeId::ARRAY: return LogicalType::ARRAY(sent_type(duckdb::ArrayType::GetChildType(type)), duckdb::ArrayType::GetSize(type));
    case LogicalTypeId::MAP:
      return LogicalType::MAP(sent_type(duckdb::MapType::KeyType(type)), sent_type(duckdb::MapType::ValueType(type)));
    case LogicalTypeId::STRUCT: {
      duckdb::child_list_t<LogicalType> children;
      for (const auto& [name, child] : duckdb::StructType::GetChildTypes(type)) children.emplace_back(name, sent_type(child));
      return LogicalType::STRUCT(std::move(children));
    }
    case LogicalTypeId::HUGEINT: case LogicalTypeId::UHUGEINT: return LogicalType::DECIMAL(38, 0);
    case LogicalTypeId::BOOLEAN: case LogicalTypeId::TINYINT: case LogicalTypeId::SMALLINT: case LogicalTypeId::INTEGER:
    case LogicalTypeId::BIGINT: case LogicalTypeId::UTINYINT: case LogicalTypeId::USMALLINT: case LogicalTypeId::UINTEGER:
    case LogicalTypeId::UBIGINT: case LogicalTypeId::FLOAT: case LogicalTypeId::DOUBLE: case LogicalTypeId::DECIMAL:
    case LogicalTypeId::DATE: case LogicalTypeId::TIME: case LogicalTypeId::TIME_NS: case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::TIMESTAMP_TZ: case LogicalTypeId::TIMESTAMP_SEC: case LogicalTypeId::TIMESTAMP_MS:
    case LogicalTypeId::TIMESTAMP_NS: case LogicalTypeId::INTERVAL: case LogicalTypeId::BLOB: case LogicalTypeId::SQLNULL:
      return type;
    default: return LogicalType::VARCHAR;
  }
}

void name_list_children(ArrowSchema& schema) {
  if (schema.n_children == 1 && (std::strcmp(schema.format, "+l") == 0 || std::strncmp(schema.format, "+w:", 3) == 0)) {
    schema.children[0]->name = "item";
  }
  for (int64_t i = 0; i < schema.n_children; i++) name_list_children(*schema.children[i]);
}

}  // namespace

Export::Export(const std::vector<Field>& columns) : columns_(columns) {
  for (const Field& column : columns_) {
    chunk_types_.push_back(column.type);
    sent_types_.push_back(sent_type(column.type));
  }
}

Export::~Export() = default;

Status Export::schema(ArrowSchema* out) {
  DS_TRY_DUCKDB({
    if (!context_) context_ = parquet::make_context(nullptr);
    properties_.client_context = context_.get();
    duckdb::vector<std::string> names;
    for (const Field& column : columns_) names.push_back(column.name);
    duckdb::ArrowConverter::ToArrowSchema(out, sent_types_, names, properties_);
  })
  for (size_t i = 0; i < columns_.size(); i++) {
    name_list_children(*out->children[i]);
    if (!columns_[i].nullable) out->children[i]->flags &= ~ARROW_FLAG_NULLABLE;
  }
  return {};
}

Status Export::array(DataChunk& rows, ArrowArray* out) {
  if (rows.GetTypes() != chunk_types_) return internal("rows of other types than the columns are sent as Arrow");
  std::string error;
  size_t column = 0;
  DS_TRY_DUCKDB({
    if (!context_) context_ = parquet::make_context(nullptr);
    properties_.client_context = context_.get();
    DataChunk sent;
    sent.InitializeEmpty(sent_types_);
    for (; column < sent_types_.size(); column++) {
      if (chunk_types_[column] == sent_types_[column]) {
        sent.data[column].Reference(rows.data[column]);
        continue;
      }
      Vector cast(sent_types_[column], rows.size());
      if (!duckdb::VectorOperations::DefaultTryCast(rows.data[column], cast, rows.size(), &error, true)) break;
      sent.data[column].Reference(cast);
    }
    sent.SetCardinality(rows.size());
    if (column == sent_types_.size()) duckdb::ArrowConverter::ToArrowArray(sent, out, properties_, {});
  })
  if (column < sent_types_.size()) {
    return invalid_argument(fmt::format("column '{}' cannot be sent as Arrow {}: {}", columns_[column].name, sent_types_[column].ToString(), error));
  }
  return {};
}

}  // namespace deltastream::format::arrow
