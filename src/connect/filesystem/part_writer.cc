#include "connect/filesystem/part_writer.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "connect/filesystem/fixed_columns.h"
#include "common/exception.h"
#include "storage/stores.h"

namespace deltastream::connect::filesystem {
namespace {

class PartWriter final : public stream::SinkWriter {
 public:
  PartWriter(SinkLayout layout, size_t subtask, const Environment& environment)
      : layout_(std::move(layout)),
        store_(storage::make_local_store(layout_.folder, environment)),
        partitions_(layout_.partition_columns),
        // New in every run, so that no name is used twice whatever became of an earlier run's files.
        name_(fmt::format("part-{}-{}", environment.random->uuid(), subtask)) {
    for (size_t i = 0; i < layout_.fields.size(); i++) {
      bool partition = std::find(layout_.partition_columns.begin(), layout_.partition_columns.end(), i) != layout_.partition_columns.end();
      if (partition) continue;
      file_columns_.push_back(layout_.fields[i]);
      file_column_ids_.push_back(i);
    }
    for (size_t column : layout_.partition_columns) partition_names_.push_back(layout_.fields[column].name);
  }

  Status write(DataChunk& rows) override {
    if (layout_.partition_columns.empty()) return write_part("", "", rows);
    for (const PartitionRows::Group& group : partitions_.group(rows)) {
      DataChunk part;
      DS_TRY_DUCKDB({
        duckdb::SelectionVector selection(const_cast<duckdb::sel_t*>(group.rows.data()));
        part.InitializeEmpty(file_types());
        part.ReferenceColumns(rows, file_column_ids_);
        part.Slice(selection, group.rows.size());
        part.Flatten();
      })
      DS_RETURN_IF_ERROR(write_part(group.key, partition_folder(partition_names_, group.values), part));
    }
    return {};
  }

  Result<std::string> prepare(int64_t) override {
    for (auto& [key, part] : open_) DS_RETURN_IF_ERROR(close(part));
    open_.clear();
    std::string bytes = encode_staged(staged_);
    staged_.clear();
    return bytes;
  }

 private:
  struct OpenPart {
    StagedFile names;
    std::unique_ptr<PartFile> file;
  };

  duckdb::vector<LogicalType> file_types() const {
    duckdb::vector<LogicalType> types;
    for (const Field& field : file_columns_) types.push_back(field.type);
    return types;
  }

  Status write_part(const std::string& key, const std::string& folder, DataChunk& rows) {
    auto found = open_.find(key);
    if (found == open_.end()) {
      std::string name = fmt::format("{}-{}.{}", name_, next_++, layout_.format.format);
      OpenPart part{{folder + "." + name + ".inprogress", folder + name}, nullptr};
      DS_ASSIGN_OR_RETURN(auto object, store_->open_writer(part.names.staged));
      DS_ASSIGN_OR_RETURN(part.file, PartFile::create(layout_.format, file_columns_, std::move(object)));
      found = open_.emplace(key, std::move(part)).first;
    }
    DS_RETURN_IF_ERROR(found->second.file->write(rows));
    if (found->second.file->bytes() < layout_.file_bytes) return {};
    DS_RETURN_IF_ERROR(close(found->second));
    open_.erase(found);
    return {};
  }

  Status close(OpenPart& part) {
    DS_RETURN_IF_ERROR(part.file->finish());
    staged_.push_back(part.names);
    return {};
  }

  const SinkLayout layout_;
  const std::shared_ptr<storage::ObjectStore> store_;
  PartitionRows partitions_;
  const std::string name_;
  std::vector<Field> file_columns_;
  duckdb::vector<duckdb::column_t> file_column_ids_;
  std::vector<std::string> partition_names_;
  std::map<std::string, OpenPart> open_;
  std::vector<StagedFile> staged_;
  uint64_t next_ = 0;
};

}  // namespace

std::string encode_staged(const std::vector<StagedFile>& files) {
  nlohmann::json list = nlohmann::json::array();
  for (const StagedFile& file : files) list.push_back({file.staged, file.target});
  return list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Result<std::vector<StagedFile>> decode_staged(const std::string& bytes) {
  auto list = nlohmann::json::parse(bytes, nullptr, false);
  std::vector<StagedFile> files;
  bool whole = list.is_array();
  for (const auto& entry : list) {
    whole = whole && entry.is_array() && entry.size() == 2 && entry[0].is_string() && entry[1].is_string();
    if (!whole) break;
    files.push_back({entry[0].get<std::string>(), entry[1].get<std::string>()});
  }
  if (!whole) return corrupt("the checkpoint's list of part files cannot be read");
  return files;
}

std::unique_ptr<stream::SinkWriter> make_part_writer(SinkLayout layout, size_t subtask, const Environment& environment) {
  return std::make_unique<PartWriter>(std::move(layout), subtask, environment);
}

}  // namespace deltastream::connect::filesystem
