#include "format/parquet/page_prefix.h"

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory>

#include "brotli/decode.h"
#include "lz4.hpp"
#include "parquet_types.h"
#include "zstd.h"

namespace deltastream::format::parquet {
namespace {

using Codec = duckdb_parquet::CompressionCodec;
namespace zstd = duckdb_zstd;
namespace brotli = duckdb_brotli;

bool unpack_zstd(std::string_view packed, std::span<char> out) {
  const std::unique_ptr<zstd::ZSTD_DCtx, size_t (*)(zstd::ZSTD_DCtx*)> context(zstd::ZSTD_createDCtx(), zstd::ZSTD_freeDCtx);
  if (!context) return false;
  // A page of one segment has a window as large as itself; DuckDB, which has all of it at once, asks for none.
  zstd::ZSTD_DCtx_setParameter(context.get(), zstd::ZSTD_d_windowLogMax, 31);
  zstd::ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  zstd::ZSTD_outBuffer produced{out.data(), out.size(), 0};
  while (produced.pos < produced.size) {
    const size_t read = in.pos, written = produced.pos;
    if (zstd::ZSTD_isError(zstd::ZSTD_decompressStream(context.get(), &produced, &in))) return false;
    if (in.pos == read && produced.pos == written) return false;
  }
  return true;
}

bool unpack_gzip(std::string_view packed, std::span<char> out) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 32) != Z_OK) return false;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  int code = Z_OK;
  while (stream.avail_out > 0 && (code = inflate(&stream, Z_SYNC_FLUSH)) == Z_STREAM_END) {
    if (stream.avail_in == 0 || inflateReset(&stream) != Z_OK) break;  // another member follows
  }
  const bool whole = stream.avail_out == 0;
  inflateEnd(&stream);
  return whole;
}

bool unpack_brotli(std::string_view packed, std::span<char> out) {
  const std::unique_ptr<brotli::BrotliDecoderState, void (*)(brotli::BrotliDecoderState*)> state(
      brotli::BrotliDecoderCreateInstance(nullptr, nullptr, nullptr), brotli::BrotliDecoderDestroyInstance);
  if (!state) return false;
  size_t in_left = packed.size(), out_left = out.size();
  const auto* in = reinterpret_cast<const uint8_t*>(packed.data());
  auto* to = reinterpret_cast<uint8_t*>(out.data());
  const auto code = brotli::BrotliDecoderDecompressStream(state.get(), &in_left, &in, &out_left, &to, nullptr);
  return code != brotli::BROTLI_DECODER_RESULT_ERROR && out_left == 0;
}

bool unpack_lz4(std::string_view packed, std::span<char> out) {
  const int size = static_cast<int>(out.size());
  return duckdb_lz4::LZ4_decompress_safe_partial(packed.data(), out.data(), static_cast<int>(packed.size()), size, size) == size;
}

// https://github.com/google/snappy/blob/main/format_description.txt: DuckDB's own decoder gives all or nothing.
bool snappy_length(std::string_view& packed, uint64_t& length) {
  length = 0;
  for (int shift = 0; shift < 35 && !packed.empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(packed.front());
    packed.remove_prefix(1);
    length |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

bool little_endian(std::string_view& bytes, unsigned count, uint32_t& value) {
  if (bytes.size() < count) return false;
  value = 0;
  std::memcpy(&value, bytes.data(), count);
  bytes.remove_prefix(count);
  return true;
}

bool unpack_snappy(std::string_view packed, std::span<char> out) {
  uint64_t whole = 0;
  if (!snappy_length(packed, whole) || whole < out.size()) return false;
  for (size_t done = 0; done < out.size();) {
    if (packed.empty()) return false;
    const auto tag = static_cast<uint8_t>(packed.front());
    packed.remove_prefix(1);
    const unsigned kind = tag & 3, upper = tag >> 2;
    uint32_t value = 0;
    if (kind == 0) {
      uint64_t length = upper;
      if (upper >= 60) {
        if (!little_endian(packed, upper - 59, value)) return false;
        length = value;
      }
      length = std::min<uint64_t>(length + 1, out.size() - done);
      if (length > packed.size()) return false;
      std::memcpy(out.data() + done, packed.data(), length);
      packed.remove_prefix(length);
      done += length;
      continue;
    }
    if (!little_endian(packed, kind == 3 ? 4 : kind, value)) return false;
    const size_t offset = kind == 1 ? (static_cast<size_t>(tag >> 5) << 8) | value : value;
    const size_t length = std::min<size_t>(kind == 1 ? (upper & 7) + 4 : upper + 1, out.size() - done);
    if (offset == 0 || offset > done) return false;
    char* to = out.data() + done;
    if (offset >= length) {
      std::memcpy(to, to - offset, length);
    } else {
      for (size_t i = 0; i < length; i++) to[i] = to[i - offset];  // repeats what it writes
    }
    done += length;
  }
  return true;
}

}  // namespace

bool is_known_codec(int32_t codec) {
  switch (codec) {
    case Codec::UNCOMPRESSED: case Codec::SNAPPY: case Codec::GZIP: case Codec::BROTLI: case Codec::ZSTD: case Codec::LZ4_RAW: return true;
    default: return false;
  }
}

bool may_unpack_to(int32_t codec, std::string_view packed, uint64_t unpacked) {
  constexpr uint64_t kSlack = 1024;  // of frames, and of writers that count otherwise
  switch (codec) {
    case Codec::UNCOMPRESSED: return packed.size() == unpacked;
    case Codec::SNAPPY: {
      uint64_t length = 0;
      return snappy_length(packed, length) ? length == unpacked : unpacked == 0;
    }
    case Codec::GZIP: return unpacked <= packed.size() * 1032 + kSlack;
    case Codec::LZ4_RAW: return unpacked <= packed.size() * 255 + kSlack;
    case Codec::ZSTD: return unpacked <= packed.size() * 65536 + kSlack;  // a block of up to 128 KB has three bytes at least
    default: return true;
  }
}

bool unpack_first(int32_t codec, std::string_view packed, std::span<char> out) {
  if (out.empty()) return true;
  switch (codec) {
    case Codec::UNCOMPRESSED:
      if (packed.size() < out.size()) return false;
      std::memcpy(out.data(), packed.data(), out.size());
      return true;
    case Codec::SNAPPY: return unpack_snappy(packed, out);
    case Codec::GZIP: return unpack_gzip(packed, out);
    case Codec::BROTLI: return unpack_brotli(packed, out);
    case Codec::ZSTD: return unpack_zstd(packed, out);
    case Codec::LZ4_RAW: return unpack_lz4(packed, out);
    default: return false;
  }
}

}  // namespace deltastream::format::parquet
