#include "connect/filesystem/sink.h"

#include <fmt/format.h>

#include <charconv>
#include <set>

#include "connect/filesystem/part_writer.h"
#include "connect/formats.h"
#include "connect/paths.h"

namespace deltastream::connect::filesystem {
namespace {

class FileSink final : public stream::Sink {
 public:
  FileSink(std::string table, std::vector<std::string> partitioned_by, SinkLayout layout, const Environment& environment)
      : table_(std::move(table)), partitioned_by_(std::move(partitioned_by)), layout_(std::move(layout)), environment_(environment) {}

  Status open(const std::vector<Field>& fields) override {
    layout_.fields = fields;
    layout_.partition_columns.clear();
    for (const std::string& name : partitioned_by_) {
      size_t at = 0;
      while (at < fields.size() && !same_name(fields[at].name, name)) at++;
      if (at == fields.size())
        return invalid_argument(fmt::format("table '{}' is partitioned by '{}', which is none of its columns", table_, name));
      if (fields[at].type.IsNested())
        return unsupported(fmt::format("table '{}' is partitioned by '{}' of type {}", table_, name, fields[at].type.ToString()));
      layout_.partition_columns.push_back(at);
    }
    if (layout_.partition_columns.size() == fields.size())
      return invalid_argument(fmt::format("table '{}': all columns are partition columns", table_));
    return environment_.files->make_directories(layout_.folder).context(fmt::format("table '{}'", table_));
  }

  Result<std::unique_ptr<stream::SinkWriter>> make_writer(size_t subtask) override {
    return make_part_writer(layout_, subtask, environment_);
  }

  Status commit(const stream::CommitRequest& request) override {
    DS_ASSIGN_OR_RETURN(auto held, committed_epoch(request.pipeline, request.sink));
    if (held && *held >= request.epoch) return {};
    std::set<std::string> folders;
    for (const std::string& prepared : request.prepared) {
      DS_ASSIGN_OR_RETURN(auto files, decode_staged(prepared).context(fmt::format("table '{}'", table_)));
      for (const StagedFile& file : files) {
        DS_RETURN_IF_ERROR(publish(file).context(fmt::format("table '{}'", table_)));
        folders.insert(folder_of(file.target));
      }
    }
    for (const std::string& folder : folders) DS_RETURN_IF_ERROR(environment_.files->sync_directory(folder));
    DS_RETURN_IF_ERROR(environment_.files->make_directories(layout_.folder + "/_deltastream"));
    return write_file_durably(*environment_.files, marker(request.pipeline, request.sink), std::to_string(request.epoch));
  }

  Result<std::optional<int64_t>> committed_epoch(const std::string& pipeline, const std::string& sink) override {
    auto text = read_file(*environment_.files, marker(pipeline, sink));
    if (!text.ok()) {
      if (text.error().kind() == ErrorKind::kNotFound) return std::optional<int64_t>(0);
      return std::move(text).error();
    }
    int64_t epoch = 0;
    auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), epoch);
    if (error != std::errc() || end != text->data() + text->size()) {
      return corrupt(fmt::format("'{}' holds no number of a checkpoint", marker(pipeline, sink)));
    }
    return std::optional<int64_t>(epoch);
  }

 private:
  std::string folder_of(const std::string& target) const {
    size_t slash = target.find_last_of('/');
    return slash == std::string::npos ? layout_.folder : layout_.folder + "/" + target.substr(0, slash);
  }

  // Renaming again finds the file renamed.
  Status publish(const StagedFile& file) {
    auto renamed = environment_.files->rename(layout_.folder + "/" + file.staged, layout_.folder + "/" + file.target);
    if (renamed.ok() || renamed.error().kind() != ErrorKind::kNotFound) return renamed;
    auto there = environment_.files->stat(layout_.folder + "/" + file.target);
    if (there.ok()) return {};
    return std::move(renamed).error();
  }

  std::string marker(const std::string& pipeline, const std::string& sink) const {
    std::string name;
    for (unsigned char c : pipeline + "." + sink) {
      bool plain = std::isalnum(c) || c == '-' || c == '_' || c == '.';
      name += plain ? std::string(1, static_cast<char>(c)) : fmt::format("%{:02X}", c);
    }
    return layout_.folder + "/_deltastream/" + name;
  }

  const std::string table_;
  const std::vector<std::string> partitioned_by_;
  SinkLayout layout_;
  const Environment environment_;
};

}  // namespace

Result<std::unique_ptr<stream::Sink>> make_sink(const engine::TableDefinition& table, const Options& options,
                                                const ConnectorContext& context) {
  SinkLayout layout;
  layout.format.format = options.get("format");
  layout.format.options = format_options(options, layout.format.format);
  layout.format.compression = options.get("parquet.compression");
  layout.file_bytes = static_cast<uint64_t>(options.memory_bytes("sink.rolling-policy.file-size"));
  DS_ASSIGN_OR_RETURN(layout.folder,
                      resolve_local_path(options.get("path"), context.base_folder).context(fmt::format("table '{}'", table.name)));
  return std::unique_ptr<stream::Sink>(
      std::make_unique<FileSink>(table.name, table.partitioned_by, std::move(layout), context.environment));
}

}  // namespace deltastream::connect::filesystem
