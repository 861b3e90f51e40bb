#include "engine/window/output_rows.h"

namespace deltastream::engine {

using Kind = AggregationSpec::Output::Kind;

OutputRows::OutputRows(const AggregationLayout& layout) : layout_(layout) {
  duckdb::vector<LogicalType> types(layout.spec.output_types.begin(), layout.spec.output_types.end());
  chunk_.InitializeEmpty(types);
}

void OutputRows::begin(const WindowBounds& bounds, duckdb::idx_t count) {
  chunk_.SetCardinality(count);
  const auto& outputs = layout_.spec.outputs;
  for (size_t i = 0; i < outputs.size(); ++i) {
    int64_t time_us;
    switch (outputs[i].kind) {
      case Kind::kWindowStart:
        time_us = bounds.start_us;
        break;
      case Kind::kWindowEnd:
        time_us = bounds.end_us;
        break;
      case Kind::kWindowTime:
        time_us = bounds.end_us - 1000;
        break;
      default:
        continue;
    }
    bool zoned = layout_.spec.output_types[i].id() == LogicalTypeId::TIMESTAMP_TZ;
    chunk_.data[i].Reference(zoned ? Value::TIMESTAMPTZ(duckdb::timestamp_tz_t(time_us)) : Value::TIMESTAMP(duckdb::timestamp_t(time_us)));
  }
}

void OutputRows::set(Kind kind, size_t index, Vector& values) {
  const auto& outputs = layout_.spec.outputs;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].kind == kind && outputs[i].index == index) chunk_.data[i].Reference(values);
  }
}

void OutputRows::set_group(size_t group, Vector& values) { set(Kind::kGroup, group, values); }
void OutputRows::set_group_null(size_t group) {
  Vector null(Value(layout_.spec.groups[group]->return_type));
  set(Kind::kGroup, group, null);
}
void OutputRows::set_aggregate(size_t aggregate, Vector& values) { set(Kind::kAggregate, aggregate, values); }
void OutputRows::set_grouping(size_t function, Vector& values) { set(Kind::kGroupingId, function, values); }

}  // namespace deltastream::engine
