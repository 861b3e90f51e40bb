// How many Nexmark bids a second of CPU time the Parquet writer and reader take.

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <vector>

#include "bids.h"
#include "format/parquet.h"
#include "storage/stores.h"

namespace deltastream::bench {
namespace {

const std::vector<Field>& fields() {
  static const std::vector<Field> columns = {{"auction", LogicalType::BIGINT}, {"bidder", LogicalType::BIGINT}, {"price", LogicalType::BIGINT},
                                             {"channel", LogicalType::VARCHAR}, {"url", LogicalType::VARCHAR}, {"dateTime", LogicalType::TIMESTAMP},
                                             {"extra", LogicalType::VARCHAR}};
  return columns;
}

std::vector<std::unique_ptr<DataChunk>> make_chunks(size_t count) {
  duckdb::vector<LogicalType> types;
  for (const Field& field : fields()) types.push_back(field.type);
  std::vector<std::unique_ptr<DataChunk>> chunks;
  for (uint64_t number = 0; chunks.size() < count || number % kChunkRows != 0; number++) {
    if (number % kChunkRows == 0) {
      chunks.push_back(std::make_unique<DataChunk>());
      chunks.back()->Initialize(duckdb::Allocator::DefaultAllocator(), types);
    }
    const Bid bid = make_bid(number);
    DataChunk& chunk = *chunks.back();
    const size_t row = number % kChunkRows;
    const std::vector<Value> values = {Value::BIGINT(bid.auction), Value::BIGINT(bid.bidder), Value::BIGINT(bid.price), Value(bid.channel),
                                       Value(bid.url), Value::TIMESTAMP(duckdb::timestamp_t(bid.time_us)), Value(bid.extra)};
    for (size_t column = 0; column < values.size(); column++) chunk.SetValue(column, row, values[column]);
    chunk.SetCardinality(row + 1);
  }
  return chunks;
}

void print(const std::string& what, uint64_t rows, double seconds, uint64_t bytes) {
  std::printf("%-22s %9lu rows %7.2f M/cpu-s %8.1f MB file\n", what.c_str(), static_cast<unsigned long>(rows), static_cast<double>(rows) / seconds / 1e6,
              static_cast<double>(bytes) / 1e6);
}

Status measure_write(storage::ObjectStore& store, const std::string& codec, std::vector<std::unique_ptr<DataChunk>>& chunks) {
  format::ParquetWriteOptions options;
  options.codec = codec;
  DS_ASSIGN_OR_RETURN(auto sink, store.open_writer(codec));
  const double start = cpu_seconds();
  DS_ASSIGN_OR_RETURN(auto writer, format::ParquetFileWriter::create(std::move(sink), fields(), options));
  for (auto& chunk : chunks) DS_RETURN_IF_ERROR(writer->write(*chunk));
  DS_ASSIGN_OR_RETURN(auto summary, writer->finish());
  print("write " + codec, summary.rows, cpu_seconds() - start, summary.bytes);
  return {};
}

Status measure_read(const std::shared_ptr<storage::ObjectStore>& store, const std::string& codec, size_t columns) {
  std::vector<format::ParquetReadColumn> wanted;
  duckdb::vector<LogicalType> types;
  for (size_t i = 0; i < columns; i++) {
    wanted.push_back({{fields()[i].name}, fields()[i].type});
    types.push_back(fields()[i].type);
  }
  const double start = cpu_seconds();
  DS_ASSIGN_OR_RETURN(auto reader, format::ParquetFileReader::open(store, codec, wanted));
  DataChunk chunk;
  chunk.Initialize(duckdb::Allocator::DefaultAllocator(), types);
  uint64_t rows = 0;
  do {
    DS_RETURN_IF_ERROR(reader->read(chunk));
    rows += chunk.size();
  } while (chunk.size() > 0);
  DS_ASSIGN_OR_RETURN(auto meta, store->head(codec));
  print("read " + codec + ", " + std::to_string(columns) + " columns", rows, cpu_seconds() - start, meta.size);
  return {};
}

Status run(size_t chunk_count) {
  auto store = storage::make_memory_store();
  auto chunks = make_chunks(chunk_count);
  for (const char* codec : {"zstd", "snappy", "none"}) DS_RETURN_IF_ERROR(measure_write(*store, codec, chunks));
  for (const char* codec : {"zstd", "snappy"}) {
    for (size_t columns : {fields().size(), size_t{3}}) DS_RETURN_IF_ERROR(measure_read(store, codec, columns));
  }
  return {};
}

}  // namespace
}  // namespace deltastream::bench

int main(int argc, char** argv) {
  auto status = deltastream::bench::run(argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 500);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.error().to_string().c_str());
  return status.ok() ? 0 : 1;
}
