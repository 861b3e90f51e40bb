#include "engine/window/snapshot_bytes.h"

#include <bit>

#include "common/exception.h"
#include "duckdb/common/serializer/binary_deserializer.hpp"
#include "duckdb/common/serializer/binary_serializer.hpp"
#include "duckdb/common/serializer/memory_stream.hpp"
#include "duckdb/common/types/hash.hpp"
#include "engine/duckdb_version.h"

namespace deltastream::engine {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::string_view kMagic = "DSWINDOW";
constexpr int64_t kVersion = 1;
constexpr size_t kChecksumAt = 8;   // after the magic
constexpr size_t kChecksumEnd = 16;

uint64_t checksum_of(std::string_view bytes) {
  auto rest = bytes.substr(kChecksumEnd);
  return duckdb::Hash(rest.data(), rest.size());
}

}  // namespace

SnapshotWriter::SnapshotWriter(uint64_t fingerprint) : bytes_(kMagic) {
  number(0);  // the checksum, filled in by finish()
  number(kVersion);
  blob(duckdb_version());
  number(std::bit_cast<int64_t>(fingerprint));
}

void SnapshotWriter::chunk(const DataChunk& chunk) {
  duckdb::MemoryStream stream;
  duckdb::BinarySerializer serializer(stream);
  serializer.Begin();
  chunk.Serialize(serializer);
  serializer.End();
  blob({reinterpret_cast<const char*>(stream.GetData()), stream.GetPosition()});
}

std::string SnapshotWriter::finish() && {
  uint64_t checksum = checksum_of(bytes_);
  std::memcpy(bytes_.data() + kChecksumAt, &checksum, sizeof(checksum));
  return std::move(bytes_);
}

Result<SnapshotReader> SnapshotReader::open(std::string_view bytes, uint64_t fingerprint) {
  if (bytes.size() < kChecksumEnd || bytes.substr(0, kMagic.size()) != kMagic) return corrupt("not the state of a window aggregation");
  uint64_t stored;
  std::memcpy(&stored, bytes.data() + kChecksumAt, sizeof(stored));
  if (stored != checksum_of(bytes)) return corrupt("the state of a window aggregation is damaged: its checksum does not match");
  SnapshotReader reader(bytes.substr(kChecksumEnd));
  DS_ASSIGN_OR_RETURN(int64_t version, reader.number());
  if (version != kVersion) return unsupported("window state of format " + std::to_string(version) + "; this program reads " + std::to_string(kVersion));
  DS_ASSIGN_OR_RETURN(std::string_view duckdb, reader.blob());
  if (duckdb != duckdb_version()) {
    return unsupported("window state written with DuckDB " + std::string(duckdb) + "; this program has " + duckdb_version() +
                       ", whose aggregate states may differ: finish the job with the old program, or start it from an empty state folder");
  }
  DS_ASSIGN_OR_RETURN(int64_t plan, reader.number());
  if (plan != std::bit_cast<int64_t>(fingerprint)) {
    return invalid_argument("window state of another query: its windows, keys or aggregates differ from the pipeline's");
  }
  return reader;
}

Result<int64_t> SnapshotReader::number() {
  int64_t value;
  if (rest_.size() < sizeof(value)) return corrupt("the state of a window aggregation ends early");
  std::memcpy(&value, rest_.data(), sizeof(value));
  rest_.remove_prefix(sizeof(value));
  return value;
}

Result<std::string_view> SnapshotReader::blob() {
  DS_ASSIGN_OR_RETURN(int64_t size, number());
  if (size < 0 || static_cast<uint64_t>(size) > rest_.size()) return corrupt("the state of a window aggregation ends early");
  auto value = rest_.substr(0, static_cast<size_t>(size));
  rest_.remove_prefix(static_cast<size_t>(size));
  return value;
}

Status SnapshotReader::chunk(DataChunk& out, const duckdb::vector<LogicalType>& types) {
  DS_ASSIGN_OR_RETURN(std::string_view bytes, blob());
  try {
    // The stream only reads; its constructor has no const form.
    duckdb::MemoryStream stream(reinterpret_cast<duckdb::data_ptr_t>(const_cast<char*>(bytes.data())), bytes.size());
    duckdb::BinaryDeserializer deserializer(stream);
    deserializer.Begin();
    out.Destroy();
    out.Deserialize(deserializer);
    deserializer.End();
  } catch (const std::exception& exception) {
    return corrupt("rows in the state of a window aggregation cannot be read: " + error_from_exception(exception).message());
  }
  if (out.GetTypes() != types) return corrupt("rows in the state of a window aggregation have other types than its query");
  return {};
}

}  // namespace deltastream::engine
