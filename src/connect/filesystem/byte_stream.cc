#include "connect/filesystem/byte_stream.h"

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include <vector>

namespace deltastream::connect::filesystem {
namespace {

constexpr size_t kCompressedBytes = 128 * 1024;

bool ends_with(const std::string& text, std::string_view suffix) {
  return text.size() >= suffix.size() && text.compare(text.size() - suffix.size(), suffix.size(), suffix) == 0;
}

class PlainStream final : public ByteStream {
 public:
  PlainStream(std::unique_ptr<File> file, uint64_t offset) : file_(std::move(file)), offset_(offset) {}
  Result<size_t> read(std::span<char> buffer) override {
    DS_ASSIGN_OR_RETURN(size_t got, file_->read_at(offset_, buffer));
    offset_ += got;
    return got;
  }

 private:
  std::unique_ptr<File> file_;
  uint64_t offset_;
};

// Common to the decompressors: the compressed bytes at hand.
class CompressedStream : public ByteStream {
 public:
  CompressedStream(std::unique_ptr<File> file, std::string path)
      : path_(std::move(path)), file_(std::move(file), 0), bytes_(kCompressedBytes) {}

 protected:
  Status refill() {
    DS_ASSIGN_OR_RETURN(size_, file_.read(bytes_));
    at_ = 0;
    return {};
  }
  Error damaged(std::string_view why) const { return corrupt(fmt::format("'{}' is damaged: {}", path_, why)); }

  const std::string path_;
  PlainStream file_;
  std::vector<char> bytes_;
  size_t at_ = 0, size_ = 0;
};

class GzipStream final : public CompressedStream {
 public:
  using CompressedStream::CompressedStream;
  ~GzipStream() override {
    if (started_) ::inflateEnd(&inflate_);
  }
  Result<size_t> read(std::span<char> buffer) override {
    inflate_.next_out = reinterpret_cast<Bytef*>(buffer.data());
    inflate_.avail_out = static_cast<uInt>(buffer.size());
    while (inflate_.avail_out == buffer.size()) {
      if (at_ == size_) DS_RETURN_IF_ERROR(refill());
      if (size_ == 0) {
        if (inside_) return damaged("the gzip data ends too early");
        return size_t{0};
      }
      DS_RETURN_IF_ERROR(begin_member());
      inflate_.next_in = reinterpret_cast<Bytef*>(bytes_.data() + at_);
      inflate_.avail_in = static_cast<uInt>(size_ - at_);
      int code = ::inflate(&inflate_, Z_NO_FLUSH);
      at_ = size_ - inflate_.avail_in;
      if (code == Z_STREAM_END) inside_ = false;  // another member may follow
      if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) return damaged(inflate_.msg ? inflate_.msg : "no gzip data");
    }
    return buffer.size() - inflate_.avail_out;
  }

 private:
  Status begin_member() {
    if (inside_) return {};
    int code = started_ ? ::inflateReset(&inflate_) : ::inflateInit2(&inflate_, 15 + 16);
    if (code != Z_OK) return resource(fmt::format("no memory to read '{}'", path_));
    started_ = inside_ = true;
    return {};
  }

  z_stream inflate_{};
  bool started_ = false;
  bool inside_ = false;  // a member has begun and not ended
};

class ZstdStream final : public CompressedStream {
 public:
  ZstdStream(std::unique_ptr<File> file, std::string path)
      : CompressedStream(std::move(file), std::move(path)), stream_(::ZSTD_createDStream(), ::ZSTD_freeDStream) {}
  Result<size_t> read(std::span<char> buffer) override {
    if (!stream_) return resource(fmt::format("no memory to read '{}'", path_));
    ZSTD_outBuffer out{buffer.data(), buffer.size(), 0};
    while (out.pos == 0) {
      if (at_ == size_) {
        DS_RETURN_IF_ERROR(refill());
        if (size_ == 0) {
          if (inside_) return damaged("the zstd data ends too early");
          return size_t{0};
        }
      }
      ZSTD_inBuffer in{bytes_.data(), size_, at_};
      size_t code = ::ZSTD_decompressStream(stream_.get(), &out, &in);
      at_ = in.pos;
      if (::ZSTD_isError(code)) return damaged(::ZSTD_getErrorName(code));
      inside_ = code != 0;
    }
    return out.pos;
  }

 private:
  std::unique_ptr<ZSTD_DStream, size_t (*)(ZSTD_DStream*)> stream_;
  bool inside_ = false;
};

}  // namespace

bool is_compressed(const std::string& path) { return ends_with(path, ".gz") || ends_with(path, ".zst"); }

Result<std::unique_ptr<ByteStream>> open_byte_stream(Files& files, const std::string& path, uint64_t offset) {
  DS_ASSIGN_OR_RETURN(auto file, files.open(path, OpenMode::kRead));
  if (ends_with(path, ".gz")) return std::unique_ptr<ByteStream>(std::make_unique<GzipStream>(std::move(file), path));
  if (ends_with(path, ".zst")) return std::unique_ptr<ByteStream>(std::make_unique<ZstdStream>(std::move(file), path));
  return std::unique_ptr<ByteStream>(std::make_unique<PlainStream>(std::move(file), offset));
}

}  // namespace deltastream::connect::filesystem
