// How many Nexmark events a second of CPU time the generator makes, for the columns that the queries read.

#include <ctime>

#include <cstdio>
#include <cstdlib>

#include "connect/table.h"

namespace deltastream {
namespace {

double cpu_seconds() {
  timespec now;
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

engine::TableDefinition nexmark_table(int64_t events) {
  engine::TableDefinition table;
  table.name = "nexmark";
  table.options = {{"connector", "nexmark", {}}, {"events.num", std::to_string(events), {}}};
  return table;
}

Status measure(const char* name, int64_t events, const std::vector<engine::SourceColumn>& columns) {
  DS_ASSIGN_OR_RETURN(auto source, connect::make_source(nexmark_table(events), {}));
  DS_RETURN_IF_ERROR(source->open({columns, kChunkRows, nullptr}));
  DS_ASSIGN_OR_RETURN(auto splits, source->discover());
  DS_ASSIGN_OR_RETURN(auto reader, source->open_split(splits.front(), std::nullopt));
  duckdb::vector<LogicalType> types;
  for (const auto& column : columns) types.push_back(column.type);
  DataChunk chunk;
  chunk.Initialize(duckdb::Allocator::DefaultAllocator(), types);
  const double start = cpu_seconds();
  for (;;) {
    DS_ASSIGN_OR_RETURN(auto state, reader->read(chunk));
    if (state == stream::ReadState::kEnd) break;
  }
  const double seconds = cpu_seconds() - start;
  std::printf("%-10s %12ld events %10.2f M/cpu-s\n", name, static_cast<long>(events), static_cast<double>(events) / seconds / 1e6);
  return {};
}

Status run(int64_t events) {
  const engine::SourceColumn type{{"event_type"}, LogicalType::INTEGER}, auction{{"bid", "auction"}, LogicalType::BIGINT},
      bidder{{"bid", "bidder"}, LogicalType::BIGINT}, price{{"bid", "price"}, LogicalType::BIGINT},
      channel{{"bid", "channel"}, LogicalType::VARCHAR}, url{{"bid", "url"}, LogicalType::VARCHAR},
      time{{"bid", "dateTime"}, LogicalType::TIMESTAMP}, extra{{"bid", "extra"}, LogicalType::VARCHAR},
      person_time{{"person", "dateTime"}, LogicalType::TIMESTAMP}, auction_time{{"auction", "dateTime"}, LogicalType::TIMESTAMP};
  DS_RETURN_IF_ERROR(measure("warm-up", events / 10, {channel, extra}));
  DS_RETURN_IF_ERROR(measure("q0", events, {type, auction, bidder, price, time, extra, person_time, auction_time}));
  DS_RETURN_IF_ERROR(measure("q2", events, {type, auction, price}));
  DS_RETURN_IF_ERROR(measure("q21", events, {type, auction, bidder, price, channel, url}));
  return measure("tumble", events, {type, auction, time, person_time, auction_time});
}

}  // namespace
}  // namespace deltastream

int main(int argc, char** argv) {
  auto done = deltastream::run(argc > 1 ? std::atoll(argv[1]) : 20'000'000);
  if (!done.ok()) std::fprintf(stderr, "error: %s\n", done.error().to_string().c_str());
  return done.ok() ? 0 : 1;
}
