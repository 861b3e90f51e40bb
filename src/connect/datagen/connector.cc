#include "connect/datagen/connector.h"

#include <fmt/format.h>

#include <array>

#include "connect/datagen/field_options.h"
#include "connect/datagen/generators.h"
#include "connect/generated_rows.h"

namespace deltastream::connect::datagen {
namespace {

constexpr OptionRow kOptions[] = {
    {"rows-per-second", OptionType::kInteger, "10000", false, "", "How fast rows come, over all splits; 0: as fast as they can be made."},
    {"number-of-rows", OptionType::kInteger, "", false, "", "How many rows there are. Without it the source never ends, unless a sequence does."},
    {"scan.parallelism", OptionType::kInteger, "1", false, "", "How many parts may be read in parallel; the rows are the same whatever it is."},
    {"seed", OptionType::kInteger, "0", false, "", "Another seed, other values."},
    {"fields.*", OptionType::kString, "", false, "",
     "fields.NAME.kind: random (default) or sequence (from .start to .end, each once). Random: .min and .max of numbers, .length of texts "
     "(100; .var-len = true: up to it) and .null-rate (0 to 1). Dates and timestamps are the present, or up to .max-past before it. A field "
     "of a ROW is fields.ROW.NAME."},
};

// The k-th row of a split: rows are dealt to the splits in turn.
class Rows final : public RowMaker {
 public:
  Rows(std::vector<std::unique_ptr<Generator>> generators, int64_t split, int64_t splits)
      : generators_(std::move(generators)), split_(split), splits_(splits) {}

  void make(int64_t first, size_t rows, DataChunk& out) override {
    for (size_t r = 0; r < rows; r++) numbers_[r] = (first + static_cast<int64_t>(r)) * splits_ + split_;
    for (size_t i = 0; i < generators_.size(); i++) generators_[i]->fill({numbers_.data(), rows}, out.data[i]);
  }

 private:
  const std::vector<std::unique_ptr<Generator>> generators_;
  const int64_t split_, splits_;
  std::array<int64_t, kChunkRows> numbers_{};
};

struct Settings {
  std::string table;
  std::map<std::string, FieldOptions> fields;
  std::optional<int64_t> rows;
  GeneratedSplits splits;
  int64_t rate = 0;
  uint64_t seed = 0;
};

class RowSource final : public stream::Source {
 public:
  RowSource(Settings settings, const Environment& environment) : settings_(std::move(settings)), environment_(environment) {}

  bool bounded() const override { return settings_.rows.has_value(); }
  Status open(const stream::SourceRequest& request) override {
    request_ = request;
    auto generators = make_generators();
    return generators.ok() ? Status() : Status(std::move(generators).error());
  }
  Result<std::vector<stream::Split>> discover() override { return settings_.splits.all(); }
  Result<std::unique_ptr<stream::SplitReader>> open_split(const stream::Split& split,
                                                          const std::optional<stream::SplitPosition>& position) override {
    DS_ASSIGN_OR_RETURN(const int64_t index, settings_.splits.index_of(split));
    DS_ASSIGN_OR_RETURN(auto generators, make_generators());
    const int64_t count = settings_.splits.count;
    GeneratedRange range;
    range.end = settings_.rows ? (*settings_.rows - index + count - 1) / count : INT64_MAX / count;
    range.rate = static_cast<double>(settings_.rate) / static_cast<double>(count);
    return read_generated(std::make_unique<Rows>(std::move(generators), index, count), range, position, request_, environment_.clock);
  }

 private:
  Result<std::vector<std::unique_ptr<Generator>>> make_generators() const {
    std::vector<std::unique_ptr<Generator>> generators;
    for (const engine::SourceColumn& column : request_.columns) {
      if (column.metadata) {
        return not_found(fmt::format("table '{}': connector 'datagen' has no metadata column '{}'", settings_.table, column.path.front()));
      }
      auto made = make_generator(column.path, column.type, settings_.fields, settings_.seed, environment_.clock);
      if (!made.ok()) return std::move(made).context(fmt::format("table '{}'", settings_.table)).error();
      generators.push_back(std::move(made).value());
    }
    return generators;
  }

  const Settings settings_;
  const Environment environment_;
  stream::SourceRequest request_;
};

Result<std::unique_ptr<stream::Source>> make_source(const engine::TableDefinition& table, const Options& options,
                                                    const ConnectorContext& context) {
  Settings settings;
  settings.table = table.name;
  for (const char* key : {"rows-per-second", "number-of-rows"}) {
    if (options.integer(key) < 0) return invalid_argument(fmt::format("table '{}': option '{}' must not be negative", table.name, key));
  }
  settings.splits = {table.name, "scan.parallelism", options.integer("scan.parallelism")};
  if (settings.splits.count < 1 || settings.splits.count > 1000) {
    return invalid_argument(fmt::format("table '{}': option 'scan.parallelism' must be between 1 and 1000", table.name));
  }
  DS_ASSIGN_OR_RETURN(settings.fields, field_options(table, options).context(fmt::format("table '{}'", table.name)));
  settings.rows = row_limit(options, settings.fields);
  settings.rate = options.integer("rows-per-second");
  settings.seed = static_cast<uint64_t>(options.integer("seed"));
  return std::unique_ptr<stream::Source>(std::make_unique<RowSource>(std::move(settings), context.environment));
}

}  // namespace

Connector connector() {
  Connector row;
  row.name = "datagen";
  row.help = "Rows of random values and sequences, made in process and the same for the same seed";
  row.options = kOptions;
  row.bounded = is_bounded;
  row.make_source = make_source;
  row.guarantee = "exactly once";
  return row;
}

}  // namespace deltastream::connect::datagen
