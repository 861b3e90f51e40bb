#include "connect/print/connector.h"

#include <fmt/format.h>

#include <cstdio>
#include <mutex>

#include "common/exception.h"

namespace deltastream::connect::print {
namespace {

constexpr OptionRow kOptions[] = {
    {"print-identifier", OptionType::kString, "", false, "", "Stands before each row, followed by '> '."},
    {"standard-error", OptionType::kBoolean, "false", false, "", "Print to standard error instead."},
};

// Lines of different subtasks do not mix.
std::mutex& output_mutex() {
  static std::mutex mutex;
  return mutex;
}

class PrintWriter final : public stream::SinkWriter {
 public:
  PrintWriter(std::string prefix, std::FILE* out) : prefix_(std::move(prefix)), out_(out) {}

  Status write(DataChunk& rows) override {
    lines_.clear();
    DS_TRY_DUCKDB({
      for (duckdb::idx_t row = 0; row < rows.size(); row++) {
        lines_ += prefix_ + "+I[";
        for (duckdb::idx_t column = 0; column < rows.ColumnCount(); column++) {
          if (column > 0) lines_ += ", ";
          Value value = rows.GetValue(column, row);
          lines_ += value.IsNull() ? "NULL" : value.ToString();
        }
        lines_ += "]\n";
      }
    })
    std::lock_guard lock(output_mutex());
    if (std::fwrite(lines_.data(), 1, lines_.size(), out_) != lines_.size()) return error_from_errno(errno, "write", "standard output");
    return {};
  }

  Result<std::string> prepare(int64_t) override {
    std::lock_guard lock(output_mutex());
    if (std::fflush(out_) != 0) return error_from_errno(errno, "write", "standard output");
    return std::string();
  }

 private:
  const std::string prefix_;
  std::FILE* const out_;
  std::string lines_;
};

class PrintSink final : public stream::Sink {
 public:
  PrintSink(std::string prefix, std::FILE* out) : prefix_(std::move(prefix)), out_(out) {}
  Status open(const std::vector<Field>&) override { return {}; }
  Result<std::unique_ptr<stream::SinkWriter>> make_writer(size_t) override {
    return std::unique_ptr<stream::SinkWriter>(std::make_unique<PrintWriter>(prefix_, out_));
  }
  Status commit(const stream::CommitRequest&) override { return {}; }
  Result<std::optional<int64_t>> committed_epoch(const std::string&, const std::string&) override { return std::optional<int64_t>(); }

 private:
  const std::string prefix_;
  std::FILE* const out_;
};

Result<std::unique_ptr<stream::Sink>> make_sink(const engine::TableDefinition&, const Options& options, const ConnectorContext&) {
  std::string prefix = options.get("print-identifier");
  if (!prefix.empty()) prefix += "> ";
  return std::unique_ptr<stream::Sink>(std::make_unique<PrintSink>(std::move(prefix), options.boolean("standard-error") ? stderr : stdout));
}

}  // namespace

Connector connector() {
  Connector row;
  row.name = "print";
  row.help = "Rows as lines of standard output, `+I[1, one]` each";
  row.options = kOptions;
  row.make_sink = make_sink;
  row.guarantee = "at least once";
  return row;
}

}  // namespace deltastream::connect::print
