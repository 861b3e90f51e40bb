#include "engine/plan/local_time_aggregation.h"

#include <algorithm>

#include "common/exception.h"
#include "duckdb/planner/expression/bound_cast_expression.hpp"

namespace deltastream::engine::plan {
namespace {

constexpr int64_t kQuarter = 15LL * 60 * 1'000'000;  // clocks are changed at quarters of an hour
constexpr int64_t kDay = 96 * kQuarter;              // and by less than a day

std::string zone_of(duckdb::ClientContext& context) {
  Value value;
  return context.TryGetCurrentSetting("TimeZone", value) ? value.ToString() : "UTC";
}

}  // namespace

// The cast of DuckDB's ICU, which holds the zone from its binding on.
struct LocalClock::Conversion {
  explicit Conversion(std::shared_ptr<const DuckDbInstance> d) : duckdb(std::move(d)) {
    duckdb::unique_ptr<duckdb::Expression> instant = duckdb::make_uniq<duckdb::BoundReferenceExpression>(LogicalType::TIMESTAMP_TZ, 0ULL);
    cast = duckdb::BoundCastExpression::AddCastToType(duckdb->context(), std::move(instant), LogicalType::TIMESTAMP);
    executor = std::make_unique<duckdb::ExpressionExecutor>(duckdb->context(), *cast);
    in.Initialize(duckdb::Allocator::DefaultAllocator(), {LogicalType::TIMESTAMP_TZ});
  }

  std::vector<int64_t> local(const std::vector<int64_t>& instants) {
    in.Reset();
    for (size_t i = 0; i < instants.size(); i++) duckdb::FlatVector::GetData<int64_t>(in.data[0])[i] = instants[i];
    in.SetCardinality(instants.size());
    Vector out(LogicalType::TIMESTAMP);
    executor->ExecuteExpression(in, out);
    out.Flatten(instants.size());
    const auto* times = duckdb::FlatVector::GetData<int64_t>(out);
    return {times, times + instants.size()};
  }

  std::shared_ptr<const DuckDbInstance> duckdb;
  duckdb::unique_ptr<duckdb::Expression> cast;
  std::unique_ptr<duckdb::ExpressionExecutor> executor;
  DataChunk in;
};

LocalClock::LocalClock(std::shared_ptr<const DuckDbInstance> duckdb) : conversion_(std::make_unique<Conversion>(std::move(duckdb))) {}
LocalClock::~LocalClock() = default;

int64_t LocalClock::earliest_from(int64_t instant) {
  if (instant >= from_us_ && instant < until_us_) return instant + offset_us_;
  // Every quarter of the next two days: the clock may go back in the first of them.
  int64_t quarter = instant - (instant % kQuarter + kQuarter) % kQuarter;
  std::vector<int64_t> instants = {instant};
  for (int64_t i = 1; i <= 2 * kDay / kQuarter; i++) instants.push_back(quarter + i * kQuarter);
  std::vector<int64_t> local = conversion_->local(instants);
  size_t same = 0;
  while (same + 1 < local.size() && local[same + 1] - instants[same + 1] == local[0] - instants[0]) same++;
  if (same + 1 == local.size()) {
    from_us_ = instant;
    until_us_ = quarter + kDay;
    offset_us_ = local[0] - instant;
    return local[0];
  }
  return *std::min_element(local.begin(), local.end());
}

namespace {

class LocalTimeAggregator final : public WindowAggregator {
 public:
  LocalTimeAggregator(std::unique_ptr<WindowAggregator> inner, std::shared_ptr<const DuckDbInstance> duckdb)
      : inner_(std::move(inner)), clock_(std::move(duckdb)) {}

  Status add(DataChunk& rows) override { return inner_->add(rows); }
  Status advance(int64_t watermark, const std::function<Status(DataChunk&)>& emit) override {
    if (watermark != kMinWatermark && watermark != kMaxWatermark) {
      DS_TRY_DUCKDB(watermark = clock_.earliest_from(watermark);)
    }
    return inner_->advance(watermark, emit);
  }
  uint64_t late_rows() const override { return inner_->late_rows(); }
  uint64_t memory_bytes() const override { return inner_->memory_bytes(); }
  Result<std::string> snapshot() override { return inner_->snapshot(); }
  Status restore(std::span<const std::string> snapshots, size_t subtask, size_t parallelism) override {
    return inner_->restore(snapshots, subtask, parallelism);
  }

 private:
  std::unique_ptr<WindowAggregator> inner_;
  LocalClock clock_;
};

class LocalTimeAggregation final : public WindowAggregation {
 public:
  LocalTimeAggregation(std::shared_ptr<const WindowAggregation> inner, std::shared_ptr<const DuckDbInstance> duckdb)
      : inner_(std::move(inner)), duckdb_(std::move(duckdb)), zone_(zone_of(duckdb_->context())) {}

  Result<std::unique_ptr<WindowAggregator>> make_aggregator() const override {
    DS_ASSIGN_OR_RETURN(auto aggregator, inner_->make_aggregator());
    DS_TRY_DUCKDB(return std::unique_ptr<WindowAggregator>(std::make_unique<LocalTimeAggregator>(std::move(aggregator), duckdb_));)
  }
  bool keyed() const override { return inner_->keyed(); }
  Status hash_keys(DataChunk& rows, Vector& hashes) const override { return inner_->hash_keys(rows, hashes); }
  bool event_time() const override { return inner_->event_time(); }
  std::string to_string() const override { return inner_->to_string() + " in " + zone_; }

 private:
  std::shared_ptr<const WindowAggregation> inner_;
  std::shared_ptr<const DuckDbInstance> duckdb_;
  std::string zone_;
};

}  // namespace

std::shared_ptr<const WindowAggregation> with_local_time(std::shared_ptr<const WindowAggregation> aggregation,
                                                         std::shared_ptr<const DuckDbInstance> duckdb) {
  if (zone_of(duckdb->context()) == "UTC") return aggregation;
  return std::make_shared<LocalTimeAggregation>(std::move(aggregation), std::move(duckdb));
}

}  // namespace deltastream::engine::plan
