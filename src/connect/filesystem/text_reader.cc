#include "connect/filesystem/text_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "connect/filesystem/byte_stream.h"
#include "connect/filesystem/csv_header.h"
#include "connect/filesystem/record_splitter.h"
#include "connect/formats.h"
#include "connect/malformed.h"
#include "format/decoder.h"

namespace deltastream::connect::filesystem {
namespace {

constexpr size_t kReadBytes = 256 * 1024;
// A record that does not end is a file that is no JSON lines or has a quote too many; it must not take all memory.
constexpr size_t kLongestRecord = size_t{128} << 20;

char first_char(const std::unordered_map<std::string, std::string>& options, const std::string& key, char fallback) {
  auto found = options.find(key);
  if (found == options.end() || found->second.empty()) return fallback;
  return found->second == "\\t" ? '\t' : found->second[0];
}

Quoting quoting_of(const TextFormat& format) {
  if (format.format != "csv") return {};
  auto comments = format.options.find("allow-comments");
  return {first_char(format.options, "quote-character", '"'), first_char(format.options, "escape-character", 0),
          first_char(format.options, "field-delimiter", ','), comments != format.options.end() && comments->second == "true"};
}

bool is_blank(std::string_view record) { return record.find_first_not_of(" \t\r") == std::string_view::npos; }

// The records of a file one after the other, with where each begins.
class RecordStream {
 public:
  RecordStream(std::string path, Quoting quoting) : path_(std::move(path)), comments_(quoting.comments), splitter_(quoting) {}

  // At a byte for plain files, at the beginning for compressed ones.
  Status open(Files& files, uint64_t offset) {
    DS_ASSIGN_OR_RETURN(stream_, open_byte_stream(files, path_, offset));
    base_ = offset;
    if (offset == 0) DS_RETURN_IF_ERROR(skip_byte_order_mark());
    return {};
  }

  // nullopt at the end. The view holds until the next call.
  Result<std::optional<std::string_view>> next() {
    for (;;) {
      std::string_view rest(buffer_.data() + at_, filled_ - at_);
      if (rest.empty() && ended_) return std::optional<std::string_view>();
      auto record = rest.empty() ? std::nullopt : splitter_.next(rest, ended_);
      if (!record) {
        if (rest.size() > kLongestRecord) return corrupt(fmt::format("'{}', byte {}: a record longer than 128 MiB", path_, position()));
        DS_RETURN_IF_ERROR(fill());
        continue;
      }
      begin_ = position();
      at_ += record->consumed;
      std::string_view text = rest.substr(0, record->length);
      if (is_blank(text) || (comments_ && text[0] == '#')) continue;
      return std::optional<std::string_view>(text);
    }
  }

  uint64_t begin() const { return begin_; }          // of the record last returned
  uint64_t position() const { return base_ + at_; }  // behind it

 private:
  Status fill() {
    if (at_ > 0) {
      std::memmove(buffer_.data(), buffer_.data() + at_, filled_ - at_);
      base_ += at_;
      filled_ -= at_;
      at_ = 0;
    }
    if (buffer_.size() - filled_ < kReadBytes) buffer_.resize(std::max(filled_ + kReadBytes, 2 * filled_));
    DS_ASSIGN_OR_RETURN(size_t got, stream_->read({buffer_.data() + filled_, buffer_.size() - filled_}));
    filled_ += got;
    ended_ = got == 0;
    return {};
  }

  Status skip_byte_order_mark() {
    while (filled_ < 3 && !ended_) DS_RETURN_IF_ERROR(fill());
    if (filled_ >= 3 && std::memcmp(buffer_.data(), "\xEF\xBB\xBF", 3) == 0) at_ = 3;
    return {};
  }

  const std::string path_;
  const bool comments_;
  RecordSplitter splitter_;
  std::unique_ptr<ByteStream> stream_;
  std::vector<char> buffer_;
  size_t at_ = 0, filled_ = 0;
  uint64_t base_ = 0;  // offset in the (decompressed) file of buffer_[0]
  uint64_t begin_ = 0;
  bool ended_ = false;
};

class TextReader final : public stream::SplitReader {
 public:
  TextReader(const TextFormat& format, const stream::SourceRequest& request, std::string path, FixedColumns fixed,
             const Environment& environment)
      : path_(std::move(path)),
        compressed_(is_compressed(path_)),
        quoting_(quoting_of(format)),
        batch_rows_(std::min(request.batch_rows, kChunkRows)),
        metrics_(request.metrics),
        environment_(environment),
        fixed_(std::move(fixed)),
        malformed_(format.table, format.format, format.skip_malformed, request.metrics, environment.logger),
        records_(path_, quoting_) {}

  Status open(const TextFormat& format, const stream::SourceRequest& request, const FileStat& stat,
              const std::optional<stream::SplitPosition>& position) {
    const uint64_t offset = position ? static_cast<uint64_t>(position->offset) : 0;
    size_ = stat.size;
    if (!compressed_ && offset > stat.size) {
      return corrupt(fmt::format("'{}' has shrunk: {} of its bytes were read, now it has {}; restore it or start the pipeline anew", path_,
                                 offset, stat.size));
    }
    DS_RETURN_IF_ERROR(open_decoder(format, request));
    // What comes before the first record is passed over; a position behind it wins.
    const bool passes_first = format.header || format.skip_first_line;
    DS_RETURN_IF_ERROR(records_.open(*environment_.files, compressed_ ? 0 : offset));
    if (passes_first && (compressed_ || offset == 0)) {
      auto first = records_.next();
      if (!first.ok()) return std::move(first).error();
    }
    if (compressed_) {
      for (; consumed_ < offset; consumed_++) {
        DS_ASSIGN_OR_RETURN(auto record, records_.next());
        if (!record) return corrupt(fmt::format("'{}' has shrunk: {} of its records were read, now it has {}", path_, offset, consumed_));
      }
    }
    return {};
  }

  Result<stream::ReadState> read(DataChunk& out) override {
    out.Reset();
    if (ended_) return stream::ReadState::kEnd;
    const uint64_t before = records_.position();
    DS_RETURN_IF_ERROR(fill_batch(std::min<size_t>(batch_rows_, out.GetCapacity())));
    auto decoded = decoder_->decode(batch_, out, kept_, [&](size_t record, const std::string& reason) {
      return malformed_.report(place(begins_[record], record), reason);
    });
    if (!decoded.ok()) return std::move(decoded).error();
    fixed_.apply(out);
    consumed_ += batch_.size();
    if (metrics_) {
      metrics_->rows += out.size();
      metrics_->bytes += records_.position() - before;
    }
    return ended_ ? stream::ReadState::kEnd : stream::ReadState::kData;
  }

  stream::SplitPosition position() const override {
    const uint64_t offset = compressed_ ? consumed_ : records_.position();
    return {static_cast<int64_t>(offset), ended_ ? "end" : ""};
  }

 private:
  Status open_decoder(const TextFormat& format, const stream::SourceRequest& request) {
    format::FormatOptions options = format.options;
    auto columns = decode_columns(request.columns, format.partitioned_by);
    if (format.format == "csv") {
      options["columns"] = format.columns;
      if (format.header) {
        RecordStream beginning(path_, quoting_);
        DS_RETURN_IF_ERROR(beginning.open(*environment_.files, 0));
        DS_ASSIGN_OR_RETURN(auto line, beginning.next());
        DS_ASSIGN_OR_RETURN(options["columns"], columns_of_header(line.value_or(""), quoting_.delimiter, quoting_.quote, columns, path_));
      }
    }
    DS_ASSIGN_OR_RETURN(decoder_, format::make_decoder(format.format, columns, options));
    return {};
  }

  Status fill_batch(size_t rows) {
    batch_.clear();
    begins_.clear();
    while (batch_.size() < rows) {
      DS_ASSIGN_OR_RETURN(auto record, records_.next());
      if (!record) {
        if (!compressed_ && records_.position() < size_) {
          return corrupt(fmt::format("'{}' has shrunk while it was read: from {} bytes to {}", path_, size_, records_.position()));
        }
        ended_ = true;
        return {};
      }
      batch_.add(*record);
      begins_.push_back(records_.begin());
    }
    return {};
  }

  std::string place(uint64_t begin, size_t record) const {
    if (compressed_) return fmt::format("'{}', record {}", path_, consumed_ + record + 1);
    return fmt::format("'{}', byte {}{}", path_, begin, line_text(begin));
  }

  // Counted only when asked for: the way there is read once more.
  std::string line_text(uint64_t begin) const {
    auto stream = open_byte_stream(*environment_.files, path_, 0);
    if (!stream.ok()) return "";
    std::vector<char> buffer(kReadBytes);
    uint64_t line = 1;
    for (uint64_t left = begin; left > 0;) {
      auto got = (*stream)->read({buffer.data(), std::min<uint64_t>(left, buffer.size())});
      if (!got.ok() || *got == 0) return "";
      line += static_cast<uint64_t>(std::count(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*got), '\n'));
      left -= *got;
    }
    return fmt::format(" (line {})", line);
  }

  const std::string path_;
  const bool compressed_;
  const Quoting quoting_;
  const size_t batch_rows_;
  stream::EndpointMetrics* const metrics_;
  const Environment environment_;
  const FixedColumns fixed_;
  MalformedRecords malformed_;
  RecordStream records_;
  std::unique_ptr<format::Decoder> decoder_;
  format::RecordBatch batch_;
  std::vector<uint64_t> begins_;
  std::vector<uint32_t> kept_;
  uint64_t size_ = 0;      // when it was opened
  uint64_t consumed_ = 0;  // records, of this file from its beginning when it is compressed
  bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<stream::SplitReader>> open_text_file(const TextFormat& format, const stream::SourceRequest& request,
                                                            const std::string& path, const FileStat& stat, FixedColumns fixed,
                                                            const std::optional<stream::SplitPosition>& position,
                                                            const Environment& environment) {
  auto reader = std::make_unique<TextReader>(format, request, path, std::move(fixed), environment);
  DS_RETURN_IF_ERROR(reader->open(format, request, stat, position));
  return std::unique_ptr<stream::SplitReader>(std::move(reader));
}

}  // namespace deltastream::connect::filesystem
