// How many Nexmark bids a second of CPU time the JSON decoder takes, for the columns that the queries read.

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "bids.h"
#include "format/decoder.h"

namespace deltastream::bench {
namespace {

using Batches = std::vector<std::unique_ptr<format::RecordBatch>>;

Status measure(const char* name, Batches& batches, const std::vector<std::pair<std::vector<std::string>, LogicalType>>& wanted, int rounds) {
  std::vector<format::DecodeColumn> columns;
  duckdb::vector<LogicalType> types;
  for (const auto& [path, type] : wanted) {
    columns.push_back({path, type, columns.size()});
    types.push_back(type);
  }
  DS_ASSIGN_OR_RETURN(auto decoder, format::make_decoder("json", columns, {}));
  DataChunk chunk;
  chunk.Initialize(duckdb::Allocator::DefaultAllocator(), types);
  std::vector<uint32_t> kept;
  size_t rows = 0, bytes = 0;
  const double start = cpu_seconds();
  for (int round = 0; round < rounds; round++) {
    for (auto& batch : batches) {
      chunk.Reset();
      DS_RETURN_IF_ERROR(decoder->decode(*batch, chunk, kept, [](size_t, const std::string& reason) { return Status(corrupt(reason)); }));
      rows += chunk.size();
      bytes += batch->bytes();
    }
  }
  const double seconds = cpu_seconds() - start;
  std::printf("%-12s %9zu records %7.2f M/cpu-s %8.0f MB/cpu-s\n", name, rows, static_cast<double>(rows) / seconds / 1e6,
              static_cast<double>(bytes) / seconds / 1e6);
  return {};
}

Status run(int rounds) {
  Batches batches;
  for (uint64_t number = 0; number < 50 * kChunkRows; number++) {
    if (number % kChunkRows == 0) batches.push_back(std::make_unique<format::RecordBatch>());
    batches.back()->add(to_json(make_bid(number)));
  }
  const std::pair<std::vector<std::string>, LogicalType> type{{"event_type"}, LogicalType::INTEGER}, auction{{"bid", "auction"}, LogicalType::BIGINT},
      bidder{{"bid", "bidder"}, LogicalType::BIGINT}, price{{"bid", "price"}, LogicalType::BIGINT}, channel{{"bid", "channel"}, LogicalType::VARCHAR},
      url{{"bid", "url"}, LogicalType::VARCHAR}, time{{"bid", "dateTime"}, LogicalType::TIMESTAMP}, extra{{"bid", "extra"}, LogicalType::VARCHAR};
  DS_RETURN_IF_ERROR(measure("warm-up", batches, {auction}, 1));
  DS_RETURN_IF_ERROR(measure("whole bid", batches, {type, auction, bidder, price, channel, url, time, extra}, rounds));
  DS_RETURN_IF_ERROR(measure("q1", batches, {type, auction, bidder, price, time, extra}, rounds));
  DS_RETURN_IF_ERROR(measure("q2", batches, {type, auction, price}, rounds));
  const LogicalType row = LogicalType::STRUCT({{"auction", auction.second}, {"bidder", bidder.second}, {"price", price.second}, {"channel", channel.second},
                                               {"url", url.second}, {"dateTime", time.second}, {"extra", extra.second}});
  return measure("bid as row", batches, {type, {{"bid"}, row}}, rounds);
}

}  // namespace
}  // namespace deltastream::bench

int main(int argc, char** argv) {
  auto status = deltastream::bench::run(argc > 1 ? std::atoi(argv[1]) : 20);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.error().to_string().c_str());
  return status.ok() ? 0 : 1;
}
