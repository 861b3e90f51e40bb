#include "stream/runtime/values_source.h"

#include <algorithm>

#include "common/exception.h"

namespace deltastream::stream {
namespace {

class ValuesReader final : public SplitReader {
 public:
  ValuesReader(const engine::PlanNode& node, size_t batch_rows, size_t next) : node_(node), batch_rows_(batch_rows), next_(next) {}

  Result<ReadState> read(DataChunk& out) override {
    DS_TRY_DUCKDB({
      out.Reset();
      const size_t end = std::min(next_ + batch_rows_, node_.rows.size());
      duckdb::idx_t row = 0;
      for (; next_ < end; next_++, row++) {
        for (size_t column = 0; column < node_.types.size(); column++) {
          out.SetValue(column, row, node_.rows[next_][column].DefaultCastAs(node_.types[column]));
        }
      }
      out.SetCardinality(row);
    })
    return next_ >= node_.rows.size() ? ReadState::kEnd : ReadState::kData;
  }
  SplitPosition position() const override { return {static_cast<int64_t>(next_), ""}; }

 private:
  const engine::PlanNode& node_;
  const size_t batch_rows_;
  size_t next_;
};

class ValuesSource final : public Source {
 public:
  ValuesSource(const engine::PlanNode& node, size_t batch_rows) : node_(node), batch_rows_(std::clamp<size_t>(batch_rows, 1, kChunkRows)) {}
  bool bounded() const override { return true; }
  Status open(const SourceRequest&) override { return {}; }
  Result<std::vector<Split>> discover() override { return std::vector<Split>{{"values", ""}}; }
  Result<std::unique_ptr<SplitReader>> open_split(const Split&, const std::optional<SplitPosition>& position) override {
    const size_t next = position ? static_cast<size_t>(std::clamp<int64_t>(position->offset, 0, static_cast<int64_t>(node_.rows.size()))) : 0;
    return std::unique_ptr<SplitReader>(std::make_unique<ValuesReader>(node_, batch_rows_, next));
  }
  bool has_offsets() const override { return false; }

 private:
  const engine::PlanNode& node_;
  const size_t batch_rows_;
};

}  // namespace

std::unique_ptr<Source> make_values_source(const engine::PlanNode& node, size_t batch_rows) {
  return std::make_unique<ValuesSource>(node, batch_rows);
}

}  // namespace deltastream::stream
