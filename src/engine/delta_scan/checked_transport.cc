#include "engine/delta_scan/checked_transport.h"

#include <fmt/format.h>

#include <cstring>

#include "engine/batch/errors.h"
#include "format/parquet/hadoop_lz4.h"
#include "format/parquet/row_groups.h"
#include "thrift_tools.hpp"

namespace deltastream::engine {
namespace {

namespace parquet = format::parquet;

class CheckedTransport final : public duckdb::ThriftFileTransport {
 public:
  CheckedTransport(duckdb::CachingFileHandle& file, bool prefetch, std::vector<parquet::ChunkPlace> chunks, std::string path, parquet::PageChecksums checksums)
      : ThriftFileTransport(file, prefetch), file_(file), unchecked_(std::move(chunks)), path_(std::move(path)), checksums_(checksums) {}

  // The names that the compact protocol calls, without a virtual call, and those that everyone else does.
  uint32_t read(uint8_t* buffer, uint32_t length) {
    const uint64_t at = GetLocation();
    if (at > GetSize() || length > GetSize() - at) {
      batch::throw_error(corrupt(fmt::format("bytes {} to {} of '{}' are asked for, but it has {}", at, at + length, path_, GetSize())));
    }
    if (const parquet::ChunkPlace* chunk = unchecked_.take(at)) check(*chunk);
    for (const auto& [start, bytes] : unframed_) {
      if (at < start || at - start >= bytes.size() || length > bytes.size() - (at - start)) continue;
      std::memcpy(buffer, bytes.data() + (at - start), length);
      SetLocation(at + length);
      return length;
    }
    return ThriftFileTransport::read(buffer, length);
  }
  uint32_t readAll(uint8_t* buffer, uint32_t length) { return read(buffer, length); }
  uint32_t read_virt(uint8_t* buffer, uint32_t length) override { return read(buffer, length); }
  uint32_t readAll_virt(uint8_t* buffer, uint32_t length) override { return read(buffer, length); }

 private:
  void check(const parquet::ChunkPlace& chunk) {
    const auto& [start, length] = chunk.range;
    if (length == 0) return batch::ok_or_throw(parquet::check_pages({}, chunk, path_, checksums_));
    auto head = GetReadHead(start);
    duckdb::BufferHandle own;
    duckdb::data_ptr_t bytes = nullptr;
    if (head && chunk.range.end() <= head->GetEnd()) {
      // Fetched now when it is registered only, as the read that follows would.
      const uint64_t before = GetLocation();
      uint8_t first = 0;
      SetLocation(start);
      ThriftFileTransport::read(&first, 1);
      SetLocation(before);
      bytes = head->buffer_ptr + (start - head->location);
    } else {
      own = file_.Read(bytes, length, start);
    }
    const std::string_view read(reinterpret_cast<const char*>(bytes), length);
    auto unframed = batch::value_or_throw(parquet::without_hadoop_frames(read, chunk, path_, checksums_));
    if (!unframed) return batch::ok_or_throw(parquet::check_pages(read, chunk, path_, checksums_));
    batch::ok_or_throw(parquet::check_pages(*unframed, chunk, path_, parquet::PageChecksums::kPassOver));
    unframed_.emplace_back(start, std::move(*unframed));
  }

  duckdb::CachingFileHandle& file_;
  parquet::UncheckedChunks unchecked_;
  // Chunks that are read otherwise than they stand in the file, whose bytes others may share; by their first byte.
  std::vector<std::pair<uint64_t, std::string>> unframed_;
  const std::string path_;
  const parquet::PageChecksums checksums_;
};

}  // namespace

void check_reads(const duckdb::ClientContext& context, duckdb::ParquetReaderScanState& state, const duckdb::ParquetReader& reader,
                 const std::string& path) {
  Value verify;
  const bool passes_over = context.TryGetCurrentSetting(kVerifyPageChecksums, verify) && !verify.IsNull() && !verify.GetValue<bool>();
  const auto checksums = passes_over ? parquet::PageChecksums::kPassOver : parquet::PageChecksums::kCompare;
  std::vector<parquet::ChunkPlace> chunks;
  for (duckdb::idx_t group : state.group_idx_list) {
    std::vector<duckdb::idx_t> leaves(reader.GetFileMetadata()->row_groups[group].columns.size());
    for (size_t i = 0; i < leaves.size(); i++) leaves[i] = i;
    for (const auto& place : parquet::chunk_places(reader, group, leaves)) chunks.push_back(place);
  }
  auto transport = duckdb_base_std::make_shared<CheckedTransport>(*state.file_handle, state.prefetch_mode, std::move(chunks), path, checksums);
  state.thrift_file_proto = duckdb::make_uniq<duckdb_apache::thrift::protocol::TCompactProtocolT<CheckedTransport>>(std::move(transport));
}

}  // namespace deltastream::engine
