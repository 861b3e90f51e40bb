#pragma once
// Pages that Hadoop packed with its LZ4 codec, which is what Spark writes as "lz4" and what the codec LZ4 of the format has come to mean:
// blocks with their lengths before them (Hadoop's BlockCompressorStream). DuckDB knows LZ4_RAW only, a block by itself. Pure; believes no length.
// https://github.com/apache/parquet-format/blob/master/Compression.md#lz4

#include <optional>
#include <string>
#include <string_view>

#include "format/parquet/pages.h"

namespace deltastream::format::parquet {

// The blocks of a page that becomes `unpacked` bytes, made into one; nullopt when that is not what they are. Never longer.
std::optional<std::string> one_lz4_block(std::string_view framed, uint64_t unpacked);

// The column chunk with such pages made into those of LZ4_RAW, byte for byte as long, so that every offset stays; nullopt when it has none.
// Checksums are of the pages as they were: they are compared here, and then gone. Corrupt, with path and position.
Result<std::optional<std::string>> without_hadoop_frames(std::string_view bytes, const ChunkPlace& chunk, const std::string& path, PageChecksums checksums);

}  // namespace deltastream::format::parquet
