#include "connect/delta/file_rows.h"

#include <fmt/format.h>

#include "common/exception.h"
#include "duckdb/common/types/selection_vector.hpp"
#include "storage/stores.h"

namespace deltastream::connect::delta_table {

FileRows::FileRows(std::shared_ptr<storage::ObjectStore> store, std::shared_ptr<const FileColumns> columns, delta::ScanFile file,
                   uint64_t next_row, const Environment& environment)
    : store_(std::move(store)), columns_(std::move(columns)), file_(std::move(file)), environment_(environment), next_row_(next_row) {
  for (const auto& column : columns_->read) types_.push_back(column.type);
}

FileRows::~FileRows() = default;

Status FileRows::open() {
  std::shared_ptr<storage::ObjectStore> store = store_;
  std::string path = file_.path;
  if (file_.absolute) {
    const size_t slash = path.rfind('/');
    DS_ASSIGN_OR_RETURN(store, storage::open_store(path.substr(0, slash + 1), environment_));
    path = path.substr(slash + 1);
  }
  DS_ASSIGN_OR_RETURN(reader_, format::ParquetFileReader::open(store, path, columns_->read));
  if (next_row_ > reader_->row_count()) {
    return corrupt(fmt::format("{} of its rows were read, now it has {}", next_row_, reader_->row_count()));
  }
  if (file_.deletion_vector) {
    DS_ASSIGN_OR_RETURN(deleted_, delta::read_deletion_vector(*store_, *file_.deletion_vector));
  }
  return next_row_ > 0 ? reader_->seek(next_row_) : Status();
}

Result<bool> FileRows::read(DataChunk& out, size_t rows) {
  const std::string where = fmt::format("file '{}'", file_.path);
  if (!reader_) DS_RETURN_IF_ERROR(open().context(where));
  rows = std::min<size_t>(rows, reader_->row_count() - next_row_);
  if (rows == 0) return false;
  const uint64_t first = next_row_;
  auto got = read_columns(out, rows);
  if (!got.ok()) return std::move(got).context(where).error();
  if (*got == 0) return corrupt(fmt::format("{}: it ends at row {}, though it is said to have {}", where, first, reader_->row_count()));
  next_row_ = first + *got;
  DS_RETURN_IF_ERROR(set_partitions(out).context(where));
  if (deleted_ && deleted_->intersects(first, *got)) {
    DS_TRY_DUCKDB({
      duckdb::SelectionVector kept(*got);
      const size_t left = deleted_->surviving(first, *got, kept.data());
      if (left == 0) {
        out.SetCardinality(0);
      } else {
        out.Slice(kept, left);
      }
    })
  }
  return true;
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
  for (size_t i = 0; i < columns_->targets.size(); i++) out.data[columns_->targets[i]].Reference(columns.data[i]);
  out.SetCardinality(columns.size());
  return static_cast<size_t>(columns.size());
}

Status FileRows::set_partitions(DataChunk& out) const {
  for (const FileColumns::Partition& partition : columns_->partitions) {
    const Value& there = file_.partition_values[partition.index];
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

}  // namespace deltastream::connect::delta_table
