#pragma once
// Rows as values, through a memory store and back: for the tests of this folder only.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "format/parquet.h"
#include "storage/stores.h"

namespace deltastream::format::parquet {

using Rows = std::vector<std::vector<Value>>;

inline duckdb::vector<LogicalType> types_of(const std::vector<Field>& fields) {
  duckdb::vector<LogicalType> types;
  for (const Field& field : fields) types.push_back(field.type);
  return types;
}

// Writes the rows in chunks of kChunkRows; a row is made when its turn comes.
template <class MakeRow>
Result<ParquetFileSummary> write_file(storage::ObjectStore& store, const std::string& path, const std::vector<Field>& fields, size_t count,
                                      MakeRow&& make_row, const ParquetWriteOptions& options = {}) {
  DS_ASSIGN_OR_RETURN(auto sink, store.open_writer(path));
  DS_ASSIGN_OR_RETURN(auto writer, ParquetFileWriter::create(std::move(sink), fields, options));
  for (size_t done = 0; done < count;) {
    DataChunk chunk;
    chunk.Initialize(duckdb::Allocator::DefaultAllocator(), types_of(fields));
    for (; chunk.size() < kChunkRows && done < count; done++) {
      const std::vector<Value> row = make_row(done);
      for (size_t c = 0; c < fields.size(); c++) chunk.SetValue(c, chunk.size(), row[c]);
      chunk.SetCardinality(chunk.size() + 1);
    }
    DS_RETURN_IF_ERROR(writer->write(chunk));
  }
  return writer->finish();
}

inline Result<ParquetFileSummary> write_rows(storage::ObjectStore& store, const std::string& path, const std::vector<Field>& fields,
                                             const Rows& rows, const ParquetWriteOptions& options = {}) {
  return write_file(store, path, fields, rows.size(), [&](size_t i) { return rows[i]; }, options);
}

inline std::vector<ParquetReadColumn> whole(const std::vector<Field>& fields) {
  std::vector<ParquetReadColumn> columns;
  for (const Field& field : fields) columns.push_back({{field.name}, field.type});
  return columns;
}

// The rest of the file, in chunks of up to `capacity` rows.
inline Result<Rows> read_rest(ParquetFileReader& reader, const std::vector<ParquetReadColumn>& columns, size_t capacity = kChunkRows) {
  duckdb::vector<LogicalType> types;
  for (const auto& column : columns) types.push_back(column.type);
  Rows rows;
  while (true) {
    DataChunk chunk;
    if (types.empty()) {
      chunk.SetCapacity(capacity);
    } else {
      chunk.Initialize(duckdb::Allocator::DefaultAllocator(), types, capacity);
    }
    DS_RETURN_IF_ERROR(reader.read(chunk));
    if (chunk.size() == 0) return rows;
    EXPECT_LE(chunk.size(), capacity);
    for (size_t i = 0; i < chunk.size(); i++) {
      rows.emplace_back();
      for (size_t c = 0; c < types.size(); c++) rows.back().push_back(chunk.GetValue(c, i));
    }
  }
}

inline Result<Rows> read_file(const std::shared_ptr<storage::ObjectStore>& store, const std::string& path,
                              const std::vector<ParquetReadColumn>& columns, const std::vector<ParquetRange>& ranges = {},
                              size_t capacity = kChunkRows) {
  DS_ASSIGN_OR_RETURN(auto reader, ParquetFileReader::open(store, path, columns, ranges));
  return read_rest(*reader, columns, capacity);
}

inline std::string show(const Rows& rows) {
  std::string text;
  for (const auto& row : rows) {
    for (const Value& value : row) text += value.ToSQLString() + "|";
    text += "\n";
  }
  return text;
}

}  // namespace deltastream::format::parquet
