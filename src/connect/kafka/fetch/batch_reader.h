#pragma once
// Record batches of message format 2 → records, in place: keys, values and headers are views of what was fetched, or of what was
// decompressed from it. One thread at a time.
// https://kafka.apache.org/documentation/#recordbatch

#include <cstdint>
#include <set>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "connect/kafka/fetch/buffer.h"
#include "connect/kafka/fetch/codecs.h"
#include "connect/kafka/fetch/wire.h"
#include "connect/kafka/record.h"

namespace deltastream::connect::kafka::fetch {

struct AbortedTransaction {
  int64_t producer_id = 0, first_offset = 0;
};

// What one answer held of a partition: whole batches from the one on that holds the offset asked for.
struct Piece {
  Buffer bytes;
  std::vector<AbortedTransaction> aborted;  // by first_offset
};

// How many of the bytes are whole batches, and the offset behind the last of them. Believes what their heads say.
struct WholeBatches {
  size_t bytes = 0;
  int64_t next_offset = -1;  // -1: none is whole
};
WholeBatches whole_batches(std::string_view bytes);

struct BatchRules {
  bool check_crcs = true;
  bool read_committed = true;
  // Records have their value, but no key and no headers; what stands between values is overwritten with blanks, so that many can be
  // decoded in one go where they stand.
  bool values_only = false;
  size_t max_batch_bytes = 100'000'000;  // of a batch when it is decompressed
};

class BatchReader {
 public:
  BatchReader(BatchRules rules, int64_t offset) : rules_(rules), position_(offset) {}

  // Only when done(): everything of the piece before was given.
  void open(Piece piece);
  bool done() const { return records_left_ == 0 && rest_.empty(); }
  // Appends records from position() on until there are `limit` or the piece is done.
  // Errors: corrupt, resource (a batch that is too long when decompressed), unsupported (messages of an older format); what was
  // appended before stays good, and position() stands before what could not be read.
  Status read(size_t limit, std::vector<Record>& records);
  int64_t position() const { return position_; }
  // Goes on from here, with pieces still to come.
  void restart(int64_t offset);
  // Lets go of what records given so far are views of. The buffers of pieces that are done go to `spare`.
  void release(std::vector<Buffer>& spare);

 private:
  struct Batch {
    int64_t base_offset = 0, base_timestamp = 0, max_timestamp = 0, last_offset = 0;
    int32_t leader_epoch = -1;
    bool append_time = false;
  };
  Status next_batch();
  Status open_batch(std::string_view bytes);
  Status decompress(Codec codec, std::string_view bytes);
  bool is_aborted(std::string_view records, int64_t producer_id, bool transactional, bool control);
  bool read_record(WireReader& reader, Record& record);
  void join(Record& record);
  void finish_batch();
  Error damaged(std::string_view what) const;

  const BatchRules rules_;
  int64_t position_;
  Piece piece_;
  size_t aborted_seen_ = 0;
  std::set<int64_t> aborted_producers_;
  std::string_view rest_;  // of piece_: batches not opened yet
  Batch batch_;
  WireReader reader_;  // of the records of batch_
  int32_t records_left_ = 0;
  char* joinable_ = nullptr;  // the end of the value before, in the same piece of memory
  Decompressor decompressor_;
  std::vector<Buffer> plain_;  // what was decompressed since the last release(); then spare ones
  size_t plain_used_ = 0;
  std::vector<Buffer> spent_;  // of pieces that are done
};

}  // namespace deltastream::connect::kafka::fetch
