#pragma once
// Columns as they come → columns as a table's files hold them: matched by name, cast to the table's types, checked for
// NULLs where the table forbids them and for the width of texts, and split into data columns and partition columns. One thread; the chunks handed
// out refer to the last rows bound and live until the next.
// Errors: invalid argument, naming the column, for rows or columns that do not fit.

#include <memory>
#include <string>
#include <vector>

#include "common/chunk.h"
#include "common/result.h"
#include "delta/snapshot.h"
#include "delta/write/text_width.h"
#include "format/parquet.h"

namespace deltastream::delta {

class ColumnBinding {
 public:
  static Result<ColumnBinding> create(const Snapshot& table, const std::vector<Field>& columns);

  Status bind(DataChunk& rows);
  // In schema order, without partition columns, types with the names that files carry.
  DataChunk& data() { return *data_; }
  // In the order of Snapshot::partition_columns().
  DataChunk& keys() { return *keys_; }

  const std::vector<Field>& file_columns() const { return file_columns_; }
  const std::vector<format::ParquetWriteOptions::FieldId>& field_ids() const { return field_ids_; }
  // Physical names and types of the partition columns.
  const std::vector<Field>& key_columns() const { return key_columns_; }

 private:
  struct Column {
    std::string name;                      // as the table has it
    size_t source = 0;                     // position in the rows
    LogicalType type;                      // the table's
    const StructField* field = nullptr;    // for NULL checks; only set when there is something to check
    bool cast = false;
    std::optional<TextWidth> width;
    DataChunk* target = nullptr;
    size_t position = 0;                   // in the target
  };

  Status add_column(const Snapshot& table, const StructField& field, const std::vector<Field>& columns);
  Status cast(const Column& column, Vector& from, Vector& to, size_t count);

  Schema schema_;
  std::vector<LogicalType> source_types_;
  std::vector<Column> columns_;
  std::vector<Field> file_columns_;
  std::vector<Field> key_columns_;
  std::vector<format::ParquetWriteOptions::FieldId> field_ids_;
  std::unique_ptr<DataChunk> data_, keys_, casts_;
};

}  // namespace deltastream::delta
