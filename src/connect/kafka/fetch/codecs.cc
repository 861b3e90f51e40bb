#include "connect/kafka/fetch/codecs.h"

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include "connect/kafka/fetch/block_codecs.h"

namespace deltastream::connect::kafka::fetch {
namespace {

constexpr size_t kFirstRoom = 64 * 1024;

Error too_long(size_t limit) {
  return resource(fmt::format("a batch makes more than {} bytes when it is decompressed; 'properties.receive.message.max.bytes' allows more", limit));
}

// Room for more behind what is in `out`, or none when the limit is reached.
size_t make_room(Buffer& out, size_t limit) {
  if (out.size() == out.capacity()) out.grow(std::min(limit, std::max(kFirstRoom, 2 * out.capacity())));
  return std::min(limit, out.capacity()) - out.size();
}

}  // namespace

struct Decompressor::Contexts {
  ~Contexts() {
    if (zstd) ZSTD_freeDCtx(zstd);
    if (gzip_ready) inflateEnd(&gzip);
  }
  Status from_gzip(std::string_view bytes, size_t limit, Buffer& out);
  Status from_zstd(std::string_view bytes, size_t limit, Buffer& out);

  ZSTD_DCtx* zstd = nullptr;
  z_stream gzip{};
  bool gzip_ready = false;
};

Status Decompressor::Contexts::from_gzip(std::string_view bytes, size_t limit, Buffer& out) {
  constexpr int kGzipOnly = 16 + MAX_WBITS;
  if (!gzip_ready && inflateInit2(&gzip, kGzipOnly) != Z_OK) return resource("there is no memory for gzip");
  gzip_ready = true;
  inflateReset(&gzip);
  gzip.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  gzip.avail_in = static_cast<uInt>(bytes.size());
  for (;;) {
    const size_t room = make_room(out, limit);
    if (room == 0) return too_long(limit);
    gzip.next_out = reinterpret_cast<Bytef*>(out.data() + out.size());
    gzip.avail_out = static_cast<uInt>(room);
    const int code = inflate(&gzip, Z_NO_FLUSH);
    out.set_size(out.size() + room - gzip.avail_out);
    if (code == Z_STREAM_END) {
      if (gzip.avail_in == 0) return {};
      inflateReset(&gzip);  // another member follows
    } else if (code != Z_OK || (gzip.avail_in == 0 && gzip.avail_out > 0)) {
      return corrupt("gzip data is damaged");
    }
  }
}

Status Decompressor::Contexts::from_zstd(std::string_view bytes, size_t limit, Buffer& out) {
  if (!zstd) zstd = ZSTD_createDCtx();
  if (!zstd) return resource("there is no memory for zstd");
  ZSTD_DCtx_reset(zstd, ZSTD_reset_session_only);
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  size_t left = 1;
  while (in.pos < in.size || left != 0) {
    const size_t room = make_room(out, limit);
    if (room == 0) return too_long(limit);
    ZSTD_outBuffer piece{out.data() + out.size(), room, 0};
    const size_t before = in.pos;
    left = ZSTD_decompressStream(zstd, &piece, &in);
    if (ZSTD_isError(left) || (piece.pos == 0 && in.pos == before)) return corrupt("zstd data is damaged");
    out.set_size(out.size() + piece.pos);
  }
  return {};
}

Decompressor::Decompressor() : contexts_(std::make_unique<Contexts>()) {}
Decompressor::~Decompressor() = default;

Status Decompressor::decompress(Codec codec, std::string_view bytes, size_t limit, Buffer& out) {
  out.set_size(0);
  switch (codec) {
    case Codec::kNone:
      out.grow(bytes.size());
      std::memcpy(out.data(), bytes.data(), bytes.size());
      out.set_size(bytes.size());
      return {};
    case Codec::kGzip: return contexts_->from_gzip(bytes, limit, out);
    case Codec::kSnappy: return append_snappy(bytes, limit, out);
    case Codec::kLz4: return append_lz4_frames(bytes, limit, out);
    case Codec::kZstd: return contexts_->from_zstd(bytes, limit, out);
  }
  return unsupported(fmt::format("codec {} of a record batch is not known", static_cast<int>(codec)));
}

}  // namespace deltastream::connect::kafka::fetch
