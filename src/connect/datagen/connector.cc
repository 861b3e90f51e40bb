#include "connect/datagen/connector.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/exception.h"
#include "connect/datagen/field_options.h"
#include "connect/datagen/generators.h"
#include "connect/pacing.h"

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
class RowReader final : public stream::SplitReader {
 public:
  RowReader(std::vector<std::unique_ptr<Generator>> generators, int64_t split, int64_t splits, int64_t next, int64_t end, Pacing pacing,
            const stream::SourceRequest& request)
      : generators_(std::move(generators)),
        split_(split),
        splits_(splits),
        next_(next),
        end_(end),
        pacing_(pacing),
        batch_rows_(static_cast<int64_t>(std::min(request.batch_rows, kChunkRows))),
        metrics_(request.metrics) {}

  Result<stream::ReadState> read(DataChunk& out) override {
    out.Reset();
    if (next_ >= end_) return stream::ReadState::kEnd;
    const int64_t rows = pacing_.admit(std::min({batch_rows_, static_cast<int64_t>(out.GetCapacity()), end_ - next_}));
    if (rows == 0) return stream::ReadState::kIdle;
    for (int64_t r = 0; r < rows; r++) numbers_[static_cast<size_t>(r)] = (next_ + r) * splits_ + split_;
    DS_TRY_DUCKDB({
      for (size_t i = 0; i < generators_.size(); i++) generators_[i]->fill({numbers_.data(), static_cast<size_t>(rows)}, out.data[i]);
    })
    out.SetCardinality(static_cast<duckdb::idx_t>(rows));
    next_ += rows;
    if (metrics_) metrics_->rows += static_cast<uint64_t>(rows);
    return next_ >= end_ ? stream::ReadState::kEnd : stream::ReadState::kData;
  }

  stream::SplitPosition position() const override { return {next_, ""}; }

 private:
  const std::vector<std::unique_ptr<Generator>> generators_;
  const int64_t split_, splits_;
  int64_t next_;
  const int64_t end_;
  Pacing pacing_;
  const int64_t batch_rows_;
  stream::EndpointMetrics* const metrics_;
  std::array<int64_t, kChunkRows> numbers_{};
};

struct Settings {
  std::string table;
  std::map<std::string, FieldOptions> fields;
  std::optional<int64_t> rows;
  int64_t splits = 1, rate = 0;
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
  Result<std::vector<stream::Split>> discover() override {
    std::vector<stream::Split> splits;
    for (int64_t i = 0; i < settings_.splits; i++) splits.push_back({fmt::format("{:03}", i), std::to_string(i)});
    return splits;
  }
  Result<std::unique_ptr<stream::SplitReader>> open_split(const stream::Split& split,
                                                          const std::optional<stream::SplitPosition>& position) override {
    const int64_t index = std::strtoll(split.payload.c_str(), nullptr, 10);
    if (index < 0 || index >= settings_.splits) {
      return invalid_argument(fmt::format("table '{}': split '{}' is none of its {} splits; was 'scan.parallelism' changed?", settings_.table,
                                          split.id, settings_.splits));
    }
    DS_ASSIGN_OR_RETURN(auto generators, make_generators());
    const int64_t end = settings_.rows ? (*settings_.rows - index + settings_.splits - 1) / settings_.splits : INT64_MAX / settings_.splits;
    Pacing pacing(static_cast<double>(settings_.rate) / static_cast<double>(settings_.splits), environment_.clock);
    return std::unique_ptr<stream::SplitReader>(std::make_unique<RowReader>(std::move(generators), index, settings_.splits,
                                                                            position ? position->offset : 0, end, pacing, request_));
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
  settings.splits = options.integer("scan.parallelism");
  if (settings.splits < 1 || settings.splits > 1000) {
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
