#pragma once
// LZ4 frames and Snappy as Kafka writes them. By hand: no library of either is among the ones that this program needs otherwise.
// Pure functions; they append to `out` and never read or write past its end or the input's. The batch's CRC guards the bytes, so that
// the checksums inside LZ4's frames are passed over.
// Errors: corrupt, or resource when more than `limit` bytes come out.

#include "common/result.h"
#include "connect/kafka/fetch/buffer.h"

namespace deltastream::connect::kafka::fetch {

// https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
Status append_lz4_frames(std::string_view bytes, size_t limit, Buffer& out);
// https://github.com/google/snappy/blob/main/format_description.txt, bare or in the blocks of xerial's snappy-java, which Kafka's Java
// client writes.
Status append_snappy(std::string_view bytes, size_t limit, Buffer& out);

}  // namespace deltastream::connect::kafka::fetch
