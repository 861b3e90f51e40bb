#include "connect/nexmark/connector.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "common/exception.h"
#include "connect/generated_rows.h"
#include "connect/nexmark/columns.h"

namespace deltastream::connect::nexmark {
namespace {

constexpr OptionRow kOptions[] = {
    {"events.num", OptionType::kInteger, "0", false, "", "How many events there are; 0: the source never ends."},
    {"next-event.rate", OptionType::kInteger, "10000", false, "", "Events a second of event time: how far their timestamps are apart."},
    {"first-event.rate", OptionType::kInteger, "", false, "", "Read when next-event.rate is not given."},
    {"base-time", OptionType::kString, "2026-01-01 00:00:00", false, "", "The timestamp of the first event, UTC."},
    {"seed", OptionType::kInteger, "0", false, "", "Another seed, other events."},
    {"splits", OptionType::kInteger, "1", false, "", "How many parts may be read in parallel; the events are the same whatever it is."},
    {"rate-limit", OptionType::kInteger, "0", false, "", "Events a second of real time; 0: as fast as they can be made."},
    {"bidder-offset", OptionType::kEnum, "once", false, "once|twice",
     "How often 1000 is added to bidders: 'once' makes bid.bidder = person.id meet, 'twice' is what the Java generator does."},
};

// Consecutive events that stand in the same split.
constexpr int64_t kBlock = 1000;

// The k-th event of a split: blocks are dealt to the splits in turn, so that all of them move through time together.
int64_t number_of(int64_t k, int64_t split, int64_t splits) { return (k / kBlock * splits + split) * kBlock + k % kBlock; }

// How many of the first `events` events stand in a split.
int64_t split_size(int64_t events, int64_t split, int64_t splits) {
  const int64_t round = kBlock * splits, rest = events % round - split * kBlock;
  return events / round * kBlock + std::clamp<int64_t>(rest, 0, kBlock);
}

class Events final : public RowMaker {
 public:
  Events(std::vector<std::unique_ptr<ColumnFiller>> fillers, int64_t split, int64_t splits)
      : fillers_(std::move(fillers)), split_(split), splits_(splits) {
    for (auto* mask : {&batch_.persons, &batch_.auctions, &batch_.bids}) mask->Initialize(kChunkRows);
    batch_.numbers = numbers_.data();
  }

  void make(int64_t first, size_t rows, DataChunk& out) override {
    number_rows(first, rows);
    for (size_t i = 0; i < fillers_.size(); i++) fillers_[i]->fill(batch_, out.data[i]);
  }

 private:
  void number_rows(int64_t first, size_t rows) {
    batch_.rows = rows;
    int64_t number = number_of(first, split_, splits_), left = kBlock - first % kBlock;
    batch_.persons.SetAllInvalid(rows);
    batch_.auctions.SetAllInvalid(rows);
    batch_.bids.SetAllValid(rows);
    for (size_t row = 0; row < rows; row++) {
      numbers_[row] = number;
      if (const int64_t r = number % kEventsPerEpoch; r <= 3) {
        batch_.bids.SetInvalidUnsafe(row);
        (r == 0 ? batch_.persons : batch_.auctions).SetValidUnsafe(row);
      }
      number++;
      if (--left == 0) {
        number += (splits_ - 1) * kBlock;
        left = kBlock;
      }
    }
  }

  const std::vector<std::unique_ptr<ColumnFiller>> fillers_;
  const int64_t split_, splits_;
  std::array<int64_t, kChunkRows> numbers_;
  Batch batch_;
};

class EventSource final : public stream::Source {
 public:
  EventSource(Settings settings, int64_t events, GeneratedSplits splits, int64_t rate_limit, const Environment& environment)
      : settings_(settings), events_(events), splits_(std::move(splits)), rate_limit_(rate_limit), environment_(environment) {}

  bool bounded() const override { return events_ > 0; }
  Status open(const stream::SourceRequest& request) override {
    auto fillers = make_fillers(splits_.table, request.columns, settings_);
    if (!fillers.ok()) return std::move(fillers).error();
    request_ = request;
    return {};
  }
  Result<std::vector<stream::Split>> discover() override { return splits_.all(); }
  Result<std::unique_ptr<stream::SplitReader>> open_split(const stream::Split& split,
                                                          const std::optional<stream::SplitPosition>& position) override {
    DS_ASSIGN_OR_RETURN(const int64_t index, splits_.index_of(split));
    DS_ASSIGN_OR_RETURN(auto fillers, make_fillers(splits_.table, request_.columns, settings_));
    GeneratedRange range;
    if (events_ > 0) range.end = split_size(events_, index, splits_.count);
    range.rate = static_cast<double>(rate_limit_) / static_cast<double>(splits_.count);
    return read_generated(std::make_unique<Events>(std::move(fillers), index, splits_.count), range, position, request_, environment_.clock);
  }

 private:
  const Settings settings_;
  const int64_t events_;
  const GeneratedSplits splits_;
  const int64_t rate_limit_;
  const Environment environment_;
  stream::SourceRequest request_;
};

Result<int64_t> parse_time_ms(const std::string& text) {
  Value time;
  std::string why;
  DS_TRY_DUCKDB({
    if (!Value(text).DefaultTryCastAs(LogicalType::TIMESTAMP, time, &why, true)) {
      return invalid_argument(fmt::format("option 'base-time' must be a timestamp like '2026-01-01 00:00:00', not '{}'", text));
    }
  })
  return time.GetValue<duckdb::timestamp_t>().value / 1000;
}

Result<std::unique_ptr<stream::Source>> make_source(const engine::TableDefinition& table, const Options& options,
                                                    const ConnectorContext& context) {
  Settings settings;
  const bool first = options.has("first-event.rate") && !options.has("next-event.rate");
  settings.rate = options.integer(first ? "first-event.rate" : "next-event.rate");
  settings.seed = static_cast<uint64_t>(options.integer("seed"));
  settings.bidder_twice = options.get("bidder-offset") == "twice";
  for (const char* key : {"events.num", "rate-limit"}) {
    if (options.integer(key) < 0) return invalid_argument(fmt::format("table '{}': option '{}' must not be negative", table.name, key));
  }
  if (settings.rate <= 0) return invalid_argument(fmt::format("table '{}': option 'next-event.rate' must be greater than 0", table.name));
  const int64_t splits = options.integer("splits");
  if (splits < 1 || splits > 1000)
    return invalid_argument(fmt::format("table '{}': option 'splits' must be between 1 and 1000", table.name));
  DS_ASSIGN_OR_RETURN(settings.base_ms, parse_time_ms(options.get("base-time")).context(fmt::format("table '{}'", table.name)));
  return std::unique_ptr<stream::Source>(std::make_unique<EventSource>(settings, options.integer("events.num"), GeneratedSplits{table.name, "splits", splits},
                                                                       options.integer("rate-limit"), context.environment));
}

}  // namespace

Connector connector() {
  Connector row;
  row.name = "nexmark";
  row.help =
      "The events of the Nexmark benchmark (persons, auctions, bids in one wide row), made in process and the same for the same seed";
  row.options = kOptions;
  row.bounded = [](const Options& options) { return options.integer("events.num") > 0; };
  row.make_source = make_source;
  row.guarantee = "exactly once";
  return row;
}

}  // namespace deltastream::connect::nexmark
