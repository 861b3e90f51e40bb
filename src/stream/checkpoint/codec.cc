#include "stream/checkpoint/codec.h"

#include <fmt/format.h>
#include <zlib.h>

#include <cstring>

namespace deltastream::stream {
namespace {

constexpr std::string_view kMagic = "DSCK";
constexpr uint32_t kFormatVersion = 1;

uint32_t checksum(std::string_view bytes) {
  return static_cast<uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

// Numbers are little endian and of fixed width; strings and lists have their length in front.
class Writer {
 public:
  void number(uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) bytes_.push_back(static_cast<char>(value >> shift));
  }
  void number32(uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) bytes_.push_back(static_cast<char>(value >> shift));
  }
  void signed_number(int64_t value) { number(static_cast<uint64_t>(value)); }
  void raw(std::string_view bytes) { bytes_.append(bytes); }
  void text(std::string_view value) {
    number(value.size());
    raw(value);
  }
  template <class List, class Write>
  void list(const List& values, Write write) {
    number(values.size());
    for (const auto& value : values) write(value);
  }
  std::string& bytes() { return bytes_; }

 private:
  std::string bytes_;
};

// After the first read past the end everything reads as zero and ok() is false.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  uint64_t number() { return integer(8); }
  uint32_t number32() { return static_cast<uint32_t>(integer(4)); }
  int64_t signed_number() { return static_cast<int64_t>(number()); }
  std::string text() {
    const uint64_t size = number();
    if (size > rest_.size()) return fail();
    std::string value(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return value;
  }
  template <class Read>
  void list(Read read) {
    for (uint64_t left = number(); left > 0 && ok_; left--) read();
  }
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

 private:
  uint64_t integer(size_t width) {
    if (rest_.size() < width) {
      fail();
      return 0;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < width; i++) value |= static_cast<uint64_t>(static_cast<unsigned char>(rest_[i])) << (8 * i);
    rest_.remove_prefix(width);
    return value;
  }
  std::string fail() {
    ok_ = false;
    rest_ = {};
    return {};
  }

  std::string_view rest_;
  bool ok_ = true;
};

void write_position(Writer& out, const SplitPosition& position) {
  out.signed_number(position.offset);
  out.text(position.state);
}

SplitPosition read_position(Reader& in) {
  SplitPosition position;
  position.offset = in.signed_number();
  position.state = in.text();
  return position;
}

void write_split(Writer& out, const SplitState& split) {
  out.text(split.source);
  out.text(split.table);
  out.text(split.split.id);
  out.text(split.split.payload);
  write_position(out, split.position);
  out.signed_number(split.watermark_us);
  out.number(split.finished ? 1 : 0);
}

SplitState read_split(Reader& in) {
  SplitState split;
  split.source = in.text();
  split.table = in.text();
  split.split.id = in.text();
  split.split.payload = in.text();
  split.position = read_position(in);
  split.watermark_us = in.signed_number();
  split.finished = in.number() != 0;
  return split;
}

void write_operator(Writer& out, const OperatorState& state) {
  out.text(state.key);
  out.number(state.subtask);
  out.signed_number(state.watermark_us);
  out.text(state.bytes);
}

OperatorState read_operator(Reader& in) {
  OperatorState state;
  state.key = in.text();
  state.subtask = in.number();
  state.watermark_us = in.signed_number();
  state.bytes = in.text();
  return state;
}

void write_commit(Writer& out, const CommitRequest& commit) {
  out.text(commit.sink);
  out.list(commit.prepared, [&](const std::string& prepared) { out.text(prepared); });
  out.list(commit.offsets, [&](const auto& table) {
    out.text(table.first);
    out.list(table.second, [&](const auto& split) {
      out.text(split.first);
      write_position(out, split.second);
    });
  });
}

CommitRequest read_commit(Reader& in) {
  CommitRequest commit;
  commit.sink = in.text();
  in.list([&] { commit.prepared.push_back(in.text()); });
  in.list([&] {
    auto& splits = commit.offsets[in.text()];
    in.list([&] {
      std::string split = in.text();
      splits[split] = read_position(in);
    });
  });
  return commit;
}

}  // namespace

std::string encode_checkpoint(const Checkpoint& checkpoint) {
  Writer out;
  size_t state_bytes = 4096;
  for (const OperatorState& state : checkpoint.operators) state_bytes += state.bytes.size() + 256;
  out.bytes().reserve(state_bytes);
  out.raw(kMagic);
  out.number32(kFormatVersion);
  out.text(checkpoint.duckdb_version);
  out.text(checkpoint.pipeline);
  out.text(checkpoint.fingerprint);
  out.signed_number(checkpoint.epoch);
  out.signed_number(checkpoint.created_us);
  out.number(checkpoint.final ? 1 : 0);
  out.list(checkpoint.splits, [&](const SplitState& split) { write_split(out, split); });
  out.list(checkpoint.operators, [&](const OperatorState& state) { write_operator(out, state); });
  out.list(checkpoint.commits, [&](const CommitRequest& commit) { write_commit(out, commit); });
  out.number32(checksum(out.bytes()));
  return std::move(out.bytes());
}

Result<Checkpoint> decode_checkpoint(std::string_view bytes) {
  if (bytes.size() < kMagic.size() + 8 || !bytes.starts_with(kMagic)) return corrupt("it is no checkpoint: the first bytes are not 'DSCK'");
  const std::string_view body = bytes.substr(0, bytes.size() - 4);
  if (Reader(bytes.substr(body.size())).number32() != checksum(body)) return corrupt("its checksum does not fit: it is cut off or damaged");
  Reader in(body.substr(kMagic.size()));
  if (const uint32_t version = in.number32(); version != kFormatVersion) {
    return unsupported(fmt::format("it has format version {}, this program reads version {}", version, kFormatVersion));
  }
  Checkpoint checkpoint;
  checkpoint.duckdb_version = in.text();
  checkpoint.pipeline = in.text();
  checkpoint.fingerprint = in.text();
  checkpoint.epoch = in.signed_number();
  checkpoint.created_us = in.signed_number();
  checkpoint.final = in.number() != 0;
  in.list([&] { checkpoint.splits.push_back(read_split(in)); });
  in.list([&] { checkpoint.operators.push_back(read_operator(in)); });
  in.list([&] { checkpoint.commits.push_back(read_commit(in)); });
  if (!in.ok() || !in.at_end()) return corrupt("its parts do not fit its length");
  for (CommitRequest& commit : checkpoint.commits) {
    commit.pipeline = checkpoint.pipeline;
    commit.epoch = checkpoint.epoch;
    commit.final = checkpoint.final;
  }
  return checkpoint;
}

}  // namespace deltastream::stream
