#include "engine/delta_scan/file_reader.h"

#include <fmt/format.h>

#include "duckdb/function/function_binder.hpp"
#include "duckdb/parser/expression/constant_expression.hpp"
#include "duckdb/planner/expression/list.hpp"
#include "engine/batch/errors.h"
#include "engine/delta_scan/calendar_cast.h"
#include "engine/delta_scan/data_file.h"
#include "engine/delta_scan/deletion_filter.h"
#include "engine/delta_scan/file_columns.h"
#include "engine/delta_scan/file_list.h"
#include "engine/delta_scan/filter_casts.h"

namespace deltastream::engine {
namespace {

using duckdb::Expression;
using duckdb::idx_t;
using duckdb::make_uniq;

duckdb::unique_ptr<Expression> constant(Value value) { return make_uniq<duckdb::BoundConstantExpression>(std::move(value)); }

Value number(const std::optional<int64_t>& value) { return value ? Value::BIGINT(*value) : Value(LogicalType::BIGINT); }

Value time(int64_t ms) { return Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(ms * 1000)); }

// Behind the table's own columns. Files of the change data feed hold the first; the others come from the log.
void add_change_columns(duckdb::vector<duckdb::MultiFileColumnDefinition>& columns) {
  for (const Field& field : {Field{kChangeType, LogicalType::VARCHAR}, Field{kCommitVersion, LogicalType::BIGINT},
                             Field{kCommitTimestamp, LogicalType::TIMESTAMP_TZ}}) {
    duckdb::MultiFileColumnDefinition column(field.name, field.type);
    column.identifier = Value(field.name);
    column.default_expression = make_uniq<duckdb::ConstantExpression>(Value(field.type));
    columns.push_back(std::move(column));
  }
}

std::string shown_path(const DeltaTable& table, const delta::ScanFile& file) {
  if (file.absolute) return file.path;
  return table.store->local_folder().value_or(table.store->describe()) + "/" + file.path;
}

}  // namespace

LogicalType DeltaFileReader::metadata_type() {
  return LogicalType::STRUCT({{"file_path", LogicalType::VARCHAR},
                              {"file_name", LogicalType::VARCHAR},
                              {"file_size", LogicalType::BIGINT},
                              {"file_modification_time", LogicalType::TIMESTAMP_TZ},
                              {"row_index", LogicalType::BIGINT},
                              {"row_id", LogicalType::BIGINT},
                              {"row_commit_version", LogicalType::BIGINT}});
}

DeltaFileReader::DeltaFileReader(std::shared_ptr<const TableAccess> access, ScanTarget target) : access_(std::move(access)), target_(std::move(target)) {}

duckdb::unique_ptr<duckdb::MultiFileReader> DeltaFileReader::Copy() const {
  auto copy = make_uniq<DeltaFileReader>(access_, target_);
  copy->function_name = function_name;
  return copy;
}

duckdb::shared_ptr<duckdb::MultiFileList> DeltaFileReader::CreateFileList(duckdb::ClientContext&, const duckdb::vector<std::string>&,
                                                                          const duckdb::FileGlobInput&) {
  return duckdb::make_shared_ptr<DeltaFileList>(access_, target_);
}

bool DeltaFileReader::Bind(duckdb::MultiFileOptions&, duckdb::MultiFileList&, duckdb::vector<LogicalType>& return_types,
                           duckdb::vector<std::string>& names, duckdb::MultiFileReaderBindData& bind_data) {
  bind_data.schema = table_columns(table());
  if (target_.changes) add_change_columns(bind_data.schema);
  bind_data.mapping = duckdb::MultiFileColumnMappingMode::BY_NAME;
  for (const auto& column : bind_data.schema) {
    return_types.push_back(column.type);
    names.push_back(column.name);
  }
  return true;
}

// Partition values come from the log: nothing is read out of folder names.
void DeltaFileReader::BindOptions(duckdb::MultiFileOptions&, duckdb::MultiFileList&, duckdb::vector<LogicalType>&, duckdb::vector<std::string>&,
                                  duckdb::MultiFileReaderBindData&) {}

duckdb::unique_ptr<duckdb::MultiFileReaderGlobalState> DeltaFileReader::InitializeGlobalState(
    duckdb::ClientContext&, const duckdb::MultiFileOptions&, const duckdb::MultiFileReaderBindData&, const duckdb::MultiFileList& file_list,
    const duckdb::vector<duckdb::MultiFileColumnDefinition>&, const duckdb::vector<duckdb::ColumnIndex>&) {
  return make_uniq<duckdb::MultiFileReaderGlobalState>(duckdb::vector<LogicalType>(), &file_list);
}

duckdb::shared_ptr<duckdb::BaseFileReader> DeltaFileReader::CreateReader(duckdb::ClientContext& context, duckdb::GlobalTableFunctionState&,
                                                                         const duckdb::OpenFileInfo& file, idx_t, const duckdb::MultiFileBindData&) {
  return DataFileReader::open(context, file, target_.table, access_->footers());
}

std::optional<Value> DeltaFileReader::constant_value(idx_t column, const duckdb::BaseFileReader& reader) const {
  const auto& data_file = reader.Cast<DataFileReader>();
  const auto& partition_index = table().partition_index;
  if (column == COLUMN_IDENTIFIER_FILENAME) return Value(shown_path(table(), data_file.in_log));
  if (column == COLUMN_IDENTIFIER_FILE_INDEX) return Value::UBIGINT(reader.file_list_idx.GetIndex());
  if (column < partition_index.size()) {
    return partition_index[column] ? std::optional(data_file.in_log.partition_values[*partition_index[column]]) : std::nullopt;
  }
  if (!data_file.change || duckdb::IsVirtualColumn(column)) return std::nullopt;
  switch (column - partition_index.size()) {
    case 0:
      if (data_file.change->change.kind == delta::ChangeKind::kPerRow) return std::nullopt;
      return Value(data_file.change->change.kind == delta::ChangeKind::kInsert ? "insert" : "delete");
    case 1: return Value::BIGINT(data_file.change->version);
    default: return time(data_file.change->timestamp_ms);
  }
}

void DeltaFileReader::FinalizeBind(duckdb::MultiFileReaderData& reader_data, const duckdb::MultiFileOptions&, const duckdb::MultiFileReaderBindData&,
                                   const duckdb::vector<duckdb::MultiFileColumnDefinition>& global_columns,
                                   const duckdb::vector<duckdb::ColumnIndex>& global_column_ids, duckdb::ClientContext& context,
                                   duckdb::optional_ptr<duckdb::MultiFileReaderGlobalState> global_state) {
  auto& reader = reader_data.reader->Cast<DataFileReader>();
  const auto& files = global_state->file_list->Cast<DeltaFileList>();
  reader.in_log = files.file(reader.file_list_idx.GetIndex());
  const delta::ScanFile& file = reader.in_log;
  reader.change = files.change(reader.file_list_idx.GetIndex());
  for (idx_t i = 0; i < global_column_ids.size(); i++) {
    idx_t column = global_column_ids[i].GetPrimaryIndex();
    auto value = constant_value(column, reader);
    if (value && !duckdb::IsVirtualColumn(column)) value = value->CastAs(context, global_columns[column].type);
    if (value) reader_data.constant_map.Add(duckdb::MultiFileGlobalIndex(i), std::move(*value));
  }
  if (reader.change && reader.change->change.only_rows) {
    reader.deletion_filter = make_uniq<OnlyRowsFilter>(reader.change->change.only_rows);
  } else if (file.deletion_vector) {
    auto rows = delta::read_deletion_vector(*table().store, *file.deletion_vector);
    if (!rows.ok()) batch::throw_error(std::move(rows).context("file '" + file.path + "' of " + table().snapshot.where()).error());
    if (rows->reaches(reader.NumRows())) {
      batch::throw_error(corrupt(fmt::format("the deletion vector '{}' of file '{}' of {} names rows that the file does not have: it is another file's",
                                             file.deletion_vector->unique_id(), file.path, table().snapshot.where())));
    }
    if (rows->cardinality() > 0) reader.deletion_filter = make_uniq<DeletionFilter>(std::move(rows).value());
  }
}

duckdb::ReaderInitializeType DeltaFileReader::CreateMapping(duckdb::ClientContext& context, duckdb::MultiFileReaderData& reader_data,
                                                            const duckdb::vector<duckdb::MultiFileColumnDefinition>&,
                                                            const duckdb::vector<duckdb::ColumnIndex>& global_column_ids,
                                                            duckdb::optional_ptr<duckdb::TableFilterSet> filters, duckdb::MultiFileList& files,
                                                            const duckdb::MultiFileReaderBindData&,
                                                            const duckdb::virtual_column_map_t& virtual_columns) {
  try {
    auto columns = columns_in_file(table(), *reader_data.reader);
    if (target_.changes) add_change_columns(columns);
    const auto calendar = format::parquet::legacy_calendar(*reader_data.reader->Cast<DataFileReader>().GetFileMetadata());
    // What the file says in another calendar is compared only once it is read.
    auto is_moved = [&](idx_t column) {
      return calendar.any() && column < columns.size() && !constant_value(column, *reader_data.reader) && format::parquet::is_moved(calendar, columns[column].type);
    };
    duckdb::TableFilterSet adapted;
    duckdb::TableFilterSet none;
    for (const auto& [place, filter] : filters ? filters->filters : none.filters) {
      idx_t column = global_column_ids[place].GetPrimaryIndex();
      if (column == kMetadataColumn || is_moved(column)) continue;
      bool constant_column = column >= columns.size() || constant_value(column, *reader_data.reader);
      auto local = constant_column ? filter->Copy() : filter_for_file(*filter, columns[column], reader_data.reader->columns);
      if (local) adapted.filters.emplace(place, std::move(local));
    }
    auto& file_columns = reader_data.reader->columns;
    idx_t own_columns = file_columns.size();
    auto result = MultiFileReader::CreateMapping(context, reader_data, columns, global_column_ids, filters ? &adapted : nullptr, files,
                                                 duckdb::MultiFileReaderBindData(), virtual_columns, duckdb::MultiFileColumnMappingMode::BY_NAME);
    // What is read for _metadata is the number of the row; the rest comes about when the chunk is finished.
    for (idx_t i = own_columns; i < file_columns.size(); i++) file_columns[i].type = LogicalType::BIGINT;
    if (result == duckdb::ReaderInitializeType::SKIP_READING_FILE) return result;
    for (idx_t i = 0; i < global_column_ids.size() && i < reader_data.expressions.size(); i++) {
      auto& value = reader_data.expressions[i];
      if (is_moved(global_column_ids[i].GetPrimaryIndex())) value = in_gregorian(std::move(value), calendar, reader_data.reader->Cast<DataFileReader>().calendar_failure);
    }
    for (const auto& [place, filter] : filters ? filters->filters : none.filters) {
      const idx_t column = global_column_ids[place].GetPrimaryIndex();
      if (column != kMetadataColumn && !is_moved(column)) continue;
      reader_data.reader->Cast<DataFileReader>().late_filters.push_back(filter->ToExpression(*reader_data.expressions[place]));
    }
    return result;
  } catch (const std::exception& exception) {
    rethrow_reading(exception, reader_data.reader->file, table());
  }
}

void DeltaFileReader::FinalizeChunk(duckdb::ClientContext& context, const duckdb::MultiFileBindData& bind_data, duckdb::BaseFileReader& reader,
                                    const duckdb::MultiFileReaderData& reader_data, DataChunk& input, DataChunk& output,
                                    duckdb::ExpressionExecutor& executor, duckdb::optional_ptr<duckdb::MultiFileReaderGlobalState> global_state) {
  try {
    auto& filters = reader.Cast<DataFileReader>().late_filters;
    if (filters.empty()) {
      MultiFileReader::FinalizeChunk(context, bind_data, reader, reader_data, input, output, executor, global_state);
      return;
    }
    duckdb::BoundConjunctionExpression all(duckdb::ExpressionType::CONJUNCTION_AND);
    for (const auto& filter : filters) all.children.push_back(filter->Copy());
    if (all.children.size() == 1) all.children.push_back(constant(Value::BOOLEAN(true)));
    duckdb::ExpressionExecutor selection_executor(context, all);
    duckdb::SelectionVector selection(STANDARD_VECTOR_SIZE);
    idx_t count = selection_executor.SelectExpression(input, selection);
    MultiFileReader::FinalizeChunk(context, bind_data, reader, reader_data, input, output, executor, global_state);
    if (count < output.size()) output.Slice(selection, count);
  } catch (const std::exception& exception) {
    auto& failure = *reader.Cast<DataFileReader>().calendar_failure;
    std::lock_guard lock(failure.mutex);
    if (failure.error) batch::throw_error(Error(*failure.error).add_context("file '" + reader.Cast<DataFileReader>().in_log.path + "'").add_context("reading " + table().snapshot.where()));
    rethrow_reading(exception, reader.file, table());
  }
}

duckdb::unique_ptr<Expression> DeltaFileReader::GetVirtualColumnExpression(
    duckdb::ClientContext& context, duckdb::MultiFileReaderData& reader_data, const duckdb::vector<duckdb::MultiFileColumnDefinition>& locals,
    idx_t& column_id, const LogicalType& type, duckdb::MultiFileLocalIndex local_index,
    duckdb::optional_ptr<duckdb::MultiFileColumnDefinition>& reference) {
  if (column_id != kMetadataColumn) {
    return MultiFileReader::GetVirtualColumnExpression(context, reader_data, locals, column_id, type, local_index, reference);
  }
  column_id = COLUMN_IDENTIFIER_FILE_ROW_NUMBER;
  auto& reader = *reader_data.reader;
  const delta::ScanFile& file = reader.Cast<DataFileReader>().in_log;
  // Ids that rows kept when they moved here stand in columns of the file outside of the schema.
  auto materialized = [&](const char* property) -> duckdb::unique_ptr<Expression> {
    auto name = table().snapshot.property(property);
    auto place = name ? find_in_file(reader, *name) : std::nullopt;
    if (!place) return nullptr;
    auto value = make_uniq<duckdb::BoundReferenceExpression>(reader.columns[*place].type, reader.column_ids.size());
    reader.column_ids.push_back(duckdb::MultiFileLocalColumnId(*place));
    reader.column_indexes.emplace_back(*place);
    return duckdb::BoundCastExpression::AddCastToType(context, std::move(value), LogicalType::BIGINT);
  };
  auto row_id = materialized("delta.rowTracking.materializedRowIdColumnName");
  auto commit_version = materialized("delta.rowTracking.materializedRowCommitVersionColumnName");
  auto row_index = [&] { return make_uniq<duckdb::BoundReferenceExpression>(LogicalType::BIGINT, reader.column_ids.size()); };
  duckdb::FunctionBinder binder(context);
  auto call = [&](const char* function, duckdb::vector<duckdb::unique_ptr<Expression>> arguments) {
    duckdb::ErrorData error;
    auto bound = binder.BindScalarFunction(DEFAULT_SCHEMA, function, std::move(arguments), error, true);
    if (!bound) error.Throw();
    return bound;
  };
  auto first_of = [&](duckdb::unique_ptr<Expression> first, duckdb::unique_ptr<Expression> second) -> duckdb::unique_ptr<Expression> {
    if (!first) return second;
    auto coalesce = make_uniq<duckdb::BoundOperatorExpression>(duckdb::ExpressionType::OPERATOR_COALESCE, LogicalType::BIGINT);
    coalesce->children.push_back(std::move(first));
    coalesce->children.push_back(std::move(second));
    return coalesce;
  };
  duckdb::unique_ptr<Expression> fresh_id = constant(number(std::nullopt));
  if (file.base_row_id) {
    duckdb::vector<duckdb::unique_ptr<Expression>> sum;
    sum.push_back(constant(number(file.base_row_id)));
    sum.push_back(row_index());
    fresh_id = call("+", std::move(sum));
  }
  std::string path = shown_path(table(), file);
  duckdb::vector<duckdb::unique_ptr<Expression>> fields;
  fields.push_back(constant(Value(path)));
  fields.push_back(constant(Value(path.substr(path.rfind('/') + 1))));
  fields.push_back(constant(Value::BIGINT(file.size)));
  fields.push_back(constant(time(file.modification_time)));
  fields.push_back(row_index());
  fields.push_back(first_of(std::move(row_id), std::move(fresh_id)));
  fields.push_back(first_of(std::move(commit_version), constant(number(file.default_row_commit_version))));
  for (idx_t i = 0; i < fields.size(); i++) fields[i]->SetAlias(duckdb::StructType::GetChildName(type, i));
  return call("struct_pack", std::move(fields));
}

}  // namespace deltastream::engine
