#include "format/parquet/metadata.h"

#include <fmt/format.h>

#include <cstring>

#include "duckdb/storage/caching_file_system.hpp"
#include "format/parquet/footer.h"
#include "format/parquet/row_groups.h"
#include "parquet_crypto.hpp"
#include "parquet_file_metadata_cache.hpp"
#include "parquet_geometry.hpp"
#include "thrift/protocol/TCompactProtocol.h"
#include "thrift/transport/TTransport.h"

namespace deltastream::format::parquet {
namespace {

class BytesTransport final : public duckdb_apache::thrift::transport::TTransport {
 public:
  explicit BytesTransport(std::string_view bytes) : bytes_(bytes) {}
  bool isOpen() const override { return true; }
  void open() override {}
  void close() override {}
  uint32_t read_virt(uint8_t* buffer, uint32_t length) override {
    if (length > bytes_.size()) throw duckdb::InvalidInputException("the footer ends early");
    std::memcpy(buffer, bytes_.data(), length);
    bytes_.remove_prefix(length);
    return length;
  }

 private:
  std::string_view bytes_;
};

// https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#backward-compatibility-rules-1: a group that is itself
// called MAP_KEY_VALUE is a map. What is geometry is the table's word, not the file's: to the file it is bytes.
void modernise(duckdb_parquet::SchemaElement& element) {
  const bool repeated = element.__isset.repetition_type && element.repetition_type == duckdb_parquet::FieldRepetitionType::REPEATED;
  if (element.__isset.converted_type && element.converted_type == duckdb_parquet::ConvertedType::MAP_KEY_VALUE && !repeated && element.num_children == 1) {
    element.converted_type = duckdb_parquet::ConvertedType::MAP;
  }
  if (element.__isset.logicalType && (element.logicalType.__isset.GEOMETRY || element.logicalType.__isset.GEOGRAPHY)) {
    element.__isset.logicalType = false;
    element.logicalType = {};
  }
}

// Some writers set offsets of pages that are not there. A Bloom filter has no checksum: a damaged one would hide rows.
void modernise(duckdb_parquet::ColumnMetaData& chunk) {
  if (chunk.dictionary_page_offset < 4 || chunk.dictionary_page_offset > chunk.data_page_offset) chunk.__isset.dictionary_page_offset = false;
  // Of pages that Hadoop packed, the frames are taken away before they are read: see hadoop_lz4.h.
  if (chunk.codec == duckdb_parquet::CompressionCodec::LZ4) chunk.codec = duckdb_parquet::CompressionCodec::LZ4_RAW;
  chunk.__isset.index_page_offset = false;
  chunk.__isset.bloom_filter_offset = false;
}

}  // namespace

Result<std::unique_ptr<duckdb_parquet::FileMetaData>> parse_footer(std::string_view footer, uint64_t file_bytes, const std::string& path) {
  DS_RETURN_IF_ERROR(check_footer(footer, path));
  auto metadata = std::make_unique<duckdb_parquet::FileMetaData>();
  try {
    duckdb_apache::thrift::protocol::TCompactProtocolFactoryT<BytesTransport> factory;
    metadata->read(factory.getProtocol(duckdb_base_std::make_shared<BytesTransport>(footer)).get());
  } catch (const std::bad_alloc&) {
    return resource(fmt::format("no memory left to read the footer of '{}'", path));
  } catch (const std::exception& exception) {
    return corrupt(fmt::format("the footer of '{}' cannot be read: {}", path, duckdb::ErrorData(exception).RawMessage()));
  }
  if (metadata->__isset.encryption_algorithm) return unsupported(fmt::format("'{}' holds encrypted columns; encryption is not offered", path));
  for (auto& element : metadata->schema) modernise(element);
  // Arrow writes a group without rows for an empty table, with offsets that point nowhere.
  std::erase_if(metadata->row_groups, [](const auto& group) { return group.num_rows == 0; });
  for (auto& group : metadata->row_groups) {
    for (auto& chunk : group.columns) modernise(chunk.meta_data);
  }
  DS_RETURN_IF_ERROR(check_row_groups(*metadata, file_bytes, path));
  return metadata;
}

std::atomic<bool>& CheckedFooter::sound_levels(size_t group, size_t leaf) {
  const auto& groups = metadata->row_groups;  // each with as many columns (check_row_groups)
  std::call_once(once_, [&] { sound_ = std::vector<std::atomic<bool>>(groups.size() * groups[0].columns.size()); });
  return sound_[group * groups[0].columns.size() + leaf];
}

duckdb::shared_ptr<duckdb::ParquetFileMetadataCache> for_reader(std::unique_ptr<duckdb_parquet::FileMetaData> metadata,
                                                                duckdb::CachingFileHandle& handle, uint64_t footer_bytes) {
  return duckdb::make_shared_ptr<CheckedFooter>(duckdb::unique_ptr<duckdb_parquet::FileMetaData>(metadata.release()), handle, nullptr,
                                                                   duckdb::make_uniq<duckdb::FileCryptoMetaData>(), footer_bytes);
}

}  // namespace deltastream::format::parquet
