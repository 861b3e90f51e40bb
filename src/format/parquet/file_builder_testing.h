#pragma once
// Parquet files put together by hand, level by level and byte by byte, as other and older writers wrote them: for the
// tests of this folder only.

#include <zlib.h>

#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "duckdb.hpp"
#include "parquet_types.h"
#include "thrift/protocol/TCompactProtocol.h"
#include "thrift/transport/TTransport.h"

namespace deltastream::format::parquet {

namespace pq = duckdb_parquet;

template <class T>
std::string plain(std::initializer_list<T> values) {
  std::string bytes;
  for (T value : values) bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
  return bytes;
}

// BYTE_ARRAY values.
inline std::string plain_bytes(std::initializer_list<std::string> values) {
  std::string bytes;
  for (const std::string& value : values) bytes += plain<uint32_t>({static_cast<uint32_t>(value.size())}) + value;
  return bytes;
}

struct BuiltLeaf {
  pq::Type::type type = pq::Type::INT32;
  std::string values;             // PLAIN
  std::vector<uint8_t> defined;   // definition levels; empty = required
  std::vector<uint8_t> repeated;  // repetition levels; empty = none
  std::optional<pq::Statistics> statistics = {};
};

class FileBuilder {
 public:
  static pq::SchemaElement group(const std::string& name, int children, pq::FieldRepetitionType::type repetition,
                                 std::optional<pq::ConvertedType::type> converted = {}) {
    pq::SchemaElement element;
    element.__set_name(name);
    element.__set_num_children(children);
    element.__set_repetition_type(repetition);
    if (converted) element.__set_converted_type(*converted);
    return element;
  }

  static pq::SchemaElement leaf(const std::string& name, pq::Type::type type, pq::FieldRepetitionType::type repetition,
                                std::optional<pq::ConvertedType::type> converted = {}) {
    pq::SchemaElement element;
    element.__set_name(name);
    element.__set_type(type);
    element.__set_repetition_type(repetition);
    if (converted) element.__set_converted_type(*converted);
    return element;
  }

  explicit FileBuilder(int top_columns) { file_.schema.push_back(group("root", top_columns, pq::FieldRepetitionType::REQUIRED)); }

  FileBuilder& add(pq::SchemaElement element) {
    file_.schema.push_back(std::move(element));
    return *this;
  }

  // Data pages of version 2, of which the values are then compressed by `pack`.
  bool version2 = false;
  pq::CompressionCodec::type codec = pq::CompressionCodec::UNCOMPRESSED;
  std::string (*pack)(const std::string&) = nullptr;
  bool dictionary_offset_zero = false;
  bool checksums = false;  // in page headers

  FileBuilder& row_group(int64_t rows, const std::vector<BuiltLeaf>& leaves) {
    pq::RowGroup group;
    group.num_rows = rows;
    for (const BuiltLeaf& leaf : leaves) group.columns.push_back(chunk(leaf, rows));
    file_.row_groups.push_back(std::move(group));
    file_.num_rows += rows;
    return *this;
  }

  std::string finish() {
    file_.version = 1;
    const std::string footer = encode(file_);
    return bytes_ + footer + plain<uint32_t>({static_cast<uint32_t>(footer.size())}) + "PAR1";
  }

 private:
  class Text final : public duckdb_apache::thrift::transport::TTransport {
   public:
    explicit Text(std::string& bytes) : bytes_(bytes) {}
    bool isOpen() const override { return true; }
    void open() override {}
    void close() override {}
    void write_virt(const uint8_t* buffer, uint32_t length) override { bytes_.append(reinterpret_cast<const char*>(buffer), length); }

   private:
    std::string& bytes_;
  };

  template <class T>
  static std::string encode(const T& object) {
    std::string bytes;
    duckdb_apache::thrift::protocol::TCompactProtocolFactoryT<Text> factory;
    object.write(factory.getProtocol(duckdb_base_std::make_shared<Text>(bytes)).get());
    return bytes;
  }

  // Runs of one, of a level that fits into a byte.
  static std::string levels(const std::vector<uint8_t>& values) {
    std::string bytes;
    for (uint8_t value : values) bytes += {'\x02', static_cast<char>(value)};
    return bytes;
  }
  static std::string sized(const std::string& bytes) { return bytes.empty() ? bytes : plain<uint32_t>({static_cast<uint32_t>(bytes.size())}) + bytes; }

  pq::ColumnChunk chunk(const BuiltLeaf& leaf, int64_t rows) {
    const auto count = static_cast<int32_t>(leaf.defined.empty() ? rows : static_cast<int64_t>(leaf.defined.size()));
    const std::string repeated = levels(leaf.repeated), defined = levels(leaf.defined);
    pq::PageHeader header;
    std::string page;
    if (version2) {
      header.type = pq::PageType::DATA_PAGE_V2;
      header.__isset.data_page_header_v2 = true;
      auto& v2 = header.data_page_header_v2;
      v2.num_values = count;
      v2.num_rows = static_cast<int32_t>(rows);
      v2.encoding = pq::Encoding::PLAIN;
      v2.repetition_levels_byte_length = static_cast<int32_t>(repeated.size());
      v2.definition_levels_byte_length = static_cast<int32_t>(defined.size());
      v2.__set_is_compressed(pack != nullptr);
      page = repeated + defined + (pack ? pack(leaf.values) : leaf.values);
      header.uncompressed_page_size = static_cast<int32_t>(repeated.size() + defined.size() + leaf.values.size());
    } else {
      header.type = pq::PageType::DATA_PAGE;
      header.__isset.data_page_header = true;
      header.data_page_header.num_values = count;
      header.data_page_header.encoding = pq::Encoding::PLAIN;
      header.data_page_header.definition_level_encoding = pq::Encoding::RLE;
      header.data_page_header.repetition_level_encoding = pq::Encoding::RLE;
      const std::string whole = sized(repeated) + sized(defined) + leaf.values;
      page = pack ? pack(whole) : whole;
      header.uncompressed_page_size = static_cast<int32_t>(whole.size());
    }
    header.compressed_page_size = static_cast<int32_t>(page.size());
    if (checksums) header.__set_crc(static_cast<int32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(page.data()), page.size())));
    pq::ColumnChunk chunk;
    chunk.__isset.meta_data = true;
    auto& meta = chunk.meta_data;
    meta.type = leaf.type;
    meta.codec = codec;
    meta.num_values = count;
    meta.data_page_offset = static_cast<int64_t>(bytes_.size());
    if (dictionary_offset_zero) meta.__set_dictionary_page_offset(0);
    if (leaf.statistics) meta.__set_statistics(*leaf.statistics);
    const std::string encoded = encode(header) + page;
    meta.total_compressed_size = meta.total_uncompressed_size = static_cast<int64_t>(encoded.size());
    bytes_ += encoded;
    return chunk;
  }

  pq::FileMetaData file_;
  std::string bytes_ = "PAR1";
};

}  // namespace deltastream::format::parquet
