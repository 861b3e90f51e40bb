#include "connect/delta/file_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/exception.h"
#include "connect/delta/physical_names.h"
#include "duckdb/common/types/selection_vector.hpp"
#include "storage/stores.h"

namespace deltastream::connect::delta_table {

FileRows::FileRows(std::shared_ptr<storage::ObjectStore> store, std::shared_ptr<const FileColumns> columns, FileEntry entry, uint64_t next_row,
                   const Environment& environment)
    : store_(std::move(store)),
      columns_(std::move(columns)),
      entry_(std::move(entry)),
      environment_(environment),
      next_row_(next_row),
      read_(columns_->read),
      targets_(columns_->targets),
      shown_(columns_->types) {
  for (const auto& column : columns_->changes) {
    if (column.what != FileColumns::Change::kType || entry_.change.kind != delta::ChangeKind::kPerRow) continue;
    read_.push_back({{"_change_type"}, column.type});
    shown_.push_back(column.type);
    targets_.push_back(column.target);
  }
  for (const auto& column : read_) types_.push_back(column.type);
  if (entry_.change.only_rows) only_rows_ = entry_.change.only_rows->rows();
}

FileRows::~FileRows() = default;

Status FileRows::open() {
  std::shared_ptr<storage::ObjectStore> store = store_;
  std::string path = file().path;
  if (file().absolute) {
    const size_t slash = path.rfind('/');
    DS_ASSIGN_OR_RETURN(store, storage::open_store(path.substr(0, slash + 1), environment_));
    path = path.substr(slash + 1);
  }
  DS_ASSIGN_OR_RETURN(reader_, format::ParquetFileReader::open(store, path, read_));
  DS_RETURN_IF_ERROR(name_fields());
  if (next_row_ > reader_->row_count()) {
    return corrupt(fmt::format("{} of its rows were read, now it has {}", next_row_, reader_->row_count()));
  }
  if (file().deletion_vector && !entry_.change.only_rows) {
    DS_ASSIGN_OR_RETURN(deleted_, delta::read_deletion_vector(*store_, *file().deletion_vector));
  }
  return next_row_ > 0 ? reader_->seek(next_row_) : Status();
}

// Fields inside of columns that are found by field id may have any name in the file.
Status FileRows::name_fields() {
  bool others = false;
  for (size_t i = 0; i < columns_->ids.size(); i++) {
    if (!read_[i].type.IsNested()) continue;
    LogicalType in_file = type_in_file(read_[i], columns_->ids[i], {reader_->file_schema(), reader_->file_field_ids()});
    others = others || in_file != read_[i].type;
    read_[i].type = types_[i] = std::move(in_file);
  }
  return others ? reader_->choose(read_) : Status();
}

Result<bool> FileRows::skip_unchanged() {
  auto next = std::lower_bound(only_rows_.begin(), only_rows_.end(), next_row_);
  if (next == only_rows_.end()) return false;
  if (*next >= reader_->row_count()) return corrupt(fmt::format("its row {} is said to have changed, but it has {}", *next, reader_->row_count()));
  // Less than a chunk is not worth a new start.
  if (*next - next_row_ < kChunkRows) return true;
  next_row_ = *next;
  DS_RETURN_IF_ERROR(reader_->seek(next_row_));
  return true;
}

Result<bool> FileRows::read(DataChunk& out, size_t rows) {
  const std::string where = fmt::format("file '{}'", file().path);
  if (!reader_) DS_RETURN_IF_ERROR(open().context(where));
  if (entry_.change.only_rows) {
    DS_ASSIGN_OR_RETURN(bool any, skip_unchanged().context(where));
    if (!any) return false;
  }
  rows = std::min<size_t>(rows, reader_->row_count() - next_row_);
  if (rows == 0) return false;
  const uint64_t first = next_row_;
  auto got = read_columns(out, rows);
  if (!got.ok()) return std::move(got).context(where).error();
  if (*got == 0) return corrupt(fmt::format("{}: it ends at row {}, though it is said to have {}", where, first, reader_->row_count()));
  next_row_ = first + *got;
  DS_RETURN_IF_ERROR(set_partitions(out).context(where));
  DS_RETURN_IF_ERROR(set_changes(out).context(where));
  DS_RETURN_IF_ERROR(keep_wanted(out, first, *got).context(where));
  return true;
}

Status FileRows::keep_wanted(DataChunk& out, uint64_t first, size_t rows) const {
  const bool some = entry_.change.only_rows != nullptr;
  if (!some && !(deleted_ && deleted_->intersects(first, rows))) return {};
  DS_TRY_DUCKDB({
    duckdb::SelectionVector kept(rows);
    size_t left = 0;
    if (some) {
      auto row = std::lower_bound(only_rows_.begin(), only_rows_.end(), first);
      for (; row != only_rows_.end() && *row < first + rows; ++row) kept.set_index(left++, *row - first);
    } else {
      left = deleted_->surviving(first, rows, kept.data());
    }
    if (left == 0) {
      out.SetCardinality(0);
    } else if (left < rows) {
      out.Slice(kept, left);
    }
  })
  return {};
}

// A chunk of its own each time: `out` refers to it and may outlive the next call.
Result<size_t> FileRows::read_columns(DataChunk& out, size_t rows) {
  if (types_.empty()) {
    out.SetCardinality(rows);
    return rows;
  }
  DataChunk columns;
  DS_TRY_DUCKDB(columns.Initialize(duckdb::Allocator::DefaultAllocator(), types_, rows))
  DS_RETURN_IF_ERROR(reader_->read(columns));
  DS_TRY_DUCKDB(
      for (size_t i = 0; i < targets_.size(); i++) {
        if (types_[i] == shown_[i]) {
          out.data[targets_[i]].Reference(columns.data[i]);
        } else {
          Vector named = with_declared_names(columns.data[i], shown_[i], columns.size());
          out.data[targets_[i]].Reference(named);
        }
      })
  out.SetCardinality(columns.size());
  return static_cast<size_t>(columns.size());
}

Status FileRows::set_partitions(DataChunk& out) const {
  for (const FileColumns::Partition& partition : columns_->partitions) {
    const Value& there = file().partition_values[partition.index];
    std::string why;
    DS_TRY_DUCKDB({
      Value value;
      if (!there.DefaultTryCastAs(partition.type, value, &why, true)) {
        return invalid_argument(fmt::format("its partition value {} does not fit {}: {}", there.ToString(), partition.type.ToString(), why));
      }
      out.data[partition.target].Reference(value);
    })
  }
  return {};
}

Status FileRows::set_changes(DataChunk& out) const {
  for (const FileColumns::ChangeColumn& column : columns_->changes) {
    const int64_t time_us = entry_.timestamp_ms * 1000;
    DS_TRY_DUCKDB({
      Value value;
      switch (column.what) {
        case FileColumns::Change::kType:
          if (entry_.change.kind == delta::ChangeKind::kPerRow) continue;  // the file says it
          value = Value(entry_.change.kind == delta::ChangeKind::kInsert ? "insert" : "delete");
          break;
        case FileColumns::Change::kVersion: value = Value::BIGINT(entry_.version).DefaultCastAs(column.type, true); break;
        case FileColumns::Change::kTimestamp:
          // Without a zone it is the time in UTC.
          value = column.type.id() == LogicalTypeId::TIMESTAMP_TZ ? Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(time_us))
                                                                  : Value::TIMESTAMP(duckdb::timestamp_t(time_us));
          break;
      }
      out.data[column.target].Reference(value);
    })
  }
  return {};
}

}  // namespace deltastream::connect::delta_table
