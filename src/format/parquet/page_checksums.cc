#include "format/parquet/page_checksums.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "format/parquet/crc32.h"
#include "format/parquet/thrift_walker.h"
#include "parquet_types.h"
#include "thrift/protocol/TCompactProtocol.h"
#include "thrift/transport/TTransport.h"

namespace deltastream::format::parquet {
namespace {

constexpr uint64_t kMagicBytes = 4;
constexpr uint64_t kReadyBytes = 64 << 10;
constexpr uint64_t kTrailerBytes = 8;  // footer length, magic

class Text final : public duckdb_apache::thrift::transport::TTransport {
 public:
  explicit Text(std::string bytes = {}) : bytes_(std::move(bytes)) {}
  bool isOpen() const override { return true; }
  void open() override {}
  void close() override {}
  uint32_t read_virt(uint8_t* buffer, uint32_t length) override {
    if (length > bytes_.size() - at_) throw duckdb_apache::thrift::transport::TTransportException("metadata end early");
    std::memcpy(buffer, bytes_.data() + at_, length);
    at_ += length;
    return length;
  }
  void write_virt(const uint8_t* buffer, uint32_t length) override { bytes_.append(reinterpret_cast<const char*>(buffer), length); }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  size_t at_ = 0;
};

using Protocols = duckdb_apache::thrift::protocol::TCompactProtocolFactoryT<Text>;

template <class T>
T decode(std::string_view bytes) {
  T object;
  object.read(Protocols().getProtocol(duckdb_base_std::make_shared<Text>(std::string(bytes))).get());
  return object;
}

template <class T>
std::string encode(const T& object) {
  auto text = duckdb_base_std::make_shared<Text>();
  object.write(Protocols().getProtocol(text).get());
  return text->bytes();
}

// The length of the header that the bytes begin with, when all of it is there.
std::optional<uint64_t> header_length(std::string_view bytes) {
  ThriftWalker walker(bytes);
  if (!walker.walk_struct([&](int16_t, ThriftWalker::Wire type) { return walker.skip_field(type, 1); })) return std::nullopt;
  return walker.position();
}

}  // namespace

Status PageChecksumWriter::put(std::string_view bytes) {
  if (ready_.size() + bytes.size() > kReadyBytes && !ready_.empty()) {
    DS_RETURN_IF_ERROR(sink_.append(ready_));
    ready_.clear();
  }
  if (bytes.size() > kReadyBytes) return sink_.append(bytes);
  ready_ += bytes;
  return {};
}

Status PageChecksumWriter::append(std::string_view bytes) {
  if (taken_ < kMagicBytes) {
    const auto magic = bytes.substr(0, kMagicBytes - taken_);
    DS_RETURN_IF_ERROR(put(magic));
    taken_ += magic.size();
    page_start_ = taken_;
    bytes.remove_prefix(magic.size());
  }
  const std::string_view pages = bytes.substr(0, pages_end_ > taken_ ? pages_end_ - taken_ : 0);
  pending_ += pages;
  footer_ += bytes.substr(pages.size());
  taken_ += bytes.size();
  return emit_pages();
}

Status PageChecksumWriter::emit_pages() {
  if (pending_.size() < needed_) return {};
  needed_ = 0;
  uint64_t done = 0;
  while (done < pending_.size()) {
    const std::string_view rest = std::string_view(pending_).substr(done);
    const auto length = header_length(rest);
    if (!length) break;
    auto header = decode<duckdb_parquet::PageHeader>(rest.substr(0, *length));
    if (header.compressed_page_size < 0) return internal("a page of negative size was written");
    const auto size = static_cast<uint64_t>(header.compressed_page_size);
    if (rest.size() - *length < size) {
      needed_ = *length + size;
      break;
    }
    const std::string_view page = rest.substr(*length, size);
    header.__set_crc(static_cast<int32_t>(crc32_of(page)));
    const std::string grown = encode(header);
    DS_RETURN_IF_ERROR(put(grown));
    DS_RETURN_IF_ERROR(put(page));
    growth_.emplace_back(page_start_, (growth_.empty() ? 0 : growth_.back().second) + grown.size() - *length);
    page_start_ += *length + size;
    done += *length + size;
  }
  pending_.erase(0, done);
  return {};
}

uint64_t PageChecksumWriter::growth_before(uint64_t at) const {
  auto after = std::lower_bound(growth_.begin(), growth_.end(), at, [](const auto& page, uint64_t place) { return page.first < place; });
  return after == growth_.begin() ? 0 : std::prev(after)->second;
}

Status PageChecksumWriter::finish() {
  if (!pending_.empty() || footer_.size() < kTrailerBytes) return internal("a Parquet file ends amid a page");
  auto file = decode<duckdb_parquet::FileMetaData>(std::string_view(footer_).substr(0, footer_.size() - kTrailerBytes));
  auto moved = [&](int64_t at) { return at + static_cast<int64_t>(growth_before(static_cast<uint64_t>(at))); };
  for (auto& group : file.row_groups) {
    int64_t group_growth = 0;
    for (auto& column : group.columns) {
      auto& chunk = column.meta_data;
      const int64_t start = chunk.__isset.dictionary_page_offset ? chunk.dictionary_page_offset : chunk.data_page_offset;
      const int64_t growth = moved(start + chunk.total_compressed_size) - moved(start) - chunk.total_compressed_size;
      if (chunk.__isset.dictionary_page_offset) chunk.dictionary_page_offset = moved(chunk.dictionary_page_offset);
      chunk.data_page_offset = moved(chunk.data_page_offset);
      chunk.total_compressed_size += growth;
      chunk.total_uncompressed_size += growth;
      if (column.file_offset > 0) column.file_offset = moved(column.file_offset);
      group_growth += growth;
    }
    group.total_byte_size += group_growth;
    if (group.__isset.total_compressed_size) group.total_compressed_size += group_growth;
    if (group.__isset.file_offset) group.file_offset = moved(group.file_offset);
  }
  std::string footer = encode(file);
  const auto length = static_cast<uint32_t>(footer.size());
  footer.append(reinterpret_cast<const char*>(&length), sizeof(length));
  footer.append(footer_, footer_.size() - kMagicBytes, kMagicBytes);
  DS_RETURN_IF_ERROR(put(footer));
  return sink_.append(ready_);
}

}  // namespace deltastream::format::parquet
