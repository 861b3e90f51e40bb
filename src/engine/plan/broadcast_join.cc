#include "engine/plan/broadcast_join.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "common/exception.h"
#include "duckdb/storage/buffer_manager.hpp"

namespace deltastream::engine::plan {
namespace {

using duckdb::hash_t;
using duckdb::idx_t;

constexpr uint32_t kNone = UINT32_MAX;

// Hashes of key expressions over chunks of one side.
class KeyHasher {
 public:
  KeyHasher(const BroadcastSpec& spec, const Expressions& keys) : executor_(spec.duckdb->context(), keys), null_is_equal_(spec.null_is_equal), hashes_(LogicalType::HASH) {
    for (const auto& key : keys) types_.push_back(key->return_type);
  }

  // One hash a row, and whether a key is NULL that is equal to nothing.
  void run(DataChunk& rows) {
    nulls_.assign(rows.size(), false);
    values_.assign(rows.size(), 0);
    if (types_.empty()) return;
    prepare_chunk(keys_, types_);
    executor_.Execute(rows, keys_);
    keys_.Hash(hashes_);
    hashes_.Flatten(rows.size());
    std::copy_n(duckdb::FlatVector::GetData<hash_t>(hashes_), rows.size(), values_.begin());
    for (size_t key = 0; key < keys_.ColumnCount(); key++) {
      duckdb::UnifiedVectorFormat format;
      if (null_is_equal_[key]) continue;
      keys_.data[key].ToUnifiedFormat(rows.size(), format);
      if (format.validity.AllValid()) continue;
      for (idx_t i = 0; i < rows.size(); i++) nulls_[i] = nulls_[i] || !format.validity.RowIsValid(format.sel->get_index(i));
    }
  }
  hash_t hash(idx_t row) const { return values_[row]; }
  bool null(idx_t row) const { return nulls_[row]; }

 private:
  duckdb::ExpressionExecutor executor_;
  std::vector<bool> null_is_equal_;
  duckdb::vector<LogicalType> types_;
  DataChunk keys_;
  Vector hashes_;
  std::vector<hash_t> values_;
  std::vector<bool> nulls_;
};

// The rows of the bounded side, read by many probes once they are all there.
struct BuiltRows {
  DataChunk rows;
  std::vector<hash_t> hashes;
  std::vector<bool> unmatched;  // rows whose NULL key is equal to nothing: they are in no chain
  std::vector<uint32_t> next;   // row with the same slot, or kNone
  std::vector<uint32_t> heads;  // slot → row
  bool null_key = false;

  uint32_t first(hash_t hash) const { return heads.empty() ? kNone : heads[hash & (heads.size() - 1)]; }
};

class Probe final : public ExpandExecutor {
 public:
  Probe(std::shared_ptr<const BroadcastSpec> spec, std::shared_ptr<const BuiltRows> built)
      : spec_(std::move(spec)), built_(std::move(built)), hasher_(*spec_, spec_->stream_keys) {
    if (spec_->condition) condition_.emplace(spec_->duckdb->context(), *spec_->condition);
    pair_types_ = spec_->stream_types;
    pair_types_.insert(pair_types_.end(), spec_->build_types.begin(), spec_->build_types.end());
  }

  Status execute(DataChunk& in, const std::function<Status(DataChunk&)>& emit) override {
    if (in.size() == 0) return {};
    DS_TRY_DUCKDB(hasher_.run(in);)
    matched_.assign(in.size(), false);
    bool first_match_is_enough = spec_->kind != BroadcastKind::kInner && spec_->kind != BroadcastKind::kLeft;
    for (idx_t row = 0; row < in.size(); row++) {
      if (hasher_.null(row)) continue;
      hash_t hash = hasher_.hash(row);
      for (uint32_t at = built_->first(hash); at != kNone; at = built_->next[at]) {
        if (built_->hashes[at] != hash) continue;
        stream_rows_.push_back(static_cast<uint32_t>(row));
        build_rows_.push_back(at);
        if (stream_rows_.size() == STANDARD_VECTOR_SIZE) {
          DS_RETURN_IF_ERROR(flush(in, emit));
          if (first_match_is_enough && matched_[row]) break;
        }
      }
    }
    DS_RETURN_IF_ERROR(flush(in, emit));
    switch (spec_->kind) {
      case BroadcastKind::kInner: return {};
      case BroadcastKind::kLeft: return emit_rows(in, false, true, emit);
      case BroadcastKind::kSemi: return emit_rows(in, true, false, emit);
      case BroadcastKind::kAnti: return emit_rows(in, false, false, emit);
      case BroadcastKind::kMark: return emit_marks(in, emit);
    }
    return {};
  }

 private:
  // Decides over the pairs gathered so far; emits those that hold where pairs are wanted.
  Status flush(DataChunk& in, const std::function<Status(DataChunk&)>& emit) {
    if (stream_rows_.empty()) return {};
    idx_t count = stream_rows_.size();
    DataChunk pairs;
    DS_TRY_DUCKDB({
      pairs.InitializeEmpty(pair_types_);
      duckdb::SelectionVector stream(count), build(count);
      std::copy(stream_rows_.begin(), stream_rows_.end(), stream.data());
      std::copy(build_rows_.begin(), build_rows_.end(), build.data());
      size_t width = in.ColumnCount();
      for (size_t i = 0; i < width; i++) pairs.data[i].Slice(in.data[i], stream, count);
      for (size_t i = 0; i < built_->rows.ColumnCount(); i++) {
        pairs.data[width + i].Slice(const_cast<Vector&>(built_->rows.data[i]), build, count);
      }
      pairs.SetCardinality(count);
      if (condition_) {
        duckdb::SelectionVector holds(STANDARD_VECTOR_SIZE);
        idx_t kept = condition_->SelectExpression(pairs, holds);
        for (idx_t i = 0; i < kept; i++) matched_[stream_rows_[holds.get_index(i)]] = true;
        if (kept < count) pairs.Slice(holds, kept);
      } else {
        for (uint32_t row : stream_rows_) matched_[row] = true;
      }
    })
    stream_rows_.clear();
    build_rows_.clear();
    bool pairs_wanted = spec_->kind == BroadcastKind::kInner || spec_->kind == BroadcastKind::kLeft;
    return pairs_wanted && pairs.size() > 0 ? emit(pairs) : Status();
  }

  // The rows of the stream that are matched, or are not.
  Status emit_rows(DataChunk& in, bool matched, bool with_nulls, const std::function<Status(DataChunk&)>& emit) {
    DataChunk out;
    DS_TRY_DUCKDB({
      out.InitializeEmpty(with_nulls ? pair_types_ : spec_->stream_types);
      duckdb::SelectionVector rows(in.size());
      idx_t count = 0;
      for (idx_t row = 0; row < in.size(); row++) {
        if (matched_[row] == matched) rows.set_index(count++, row);
      }
      if (count == 0) return {};
      for (size_t i = 0; i < in.ColumnCount(); i++) out.data[i].Slice(in.data[i], rows, count);
      for (size_t i = in.ColumnCount(); i < out.ColumnCount(); i++) out.data[i].Reference(Value(out.data[i].GetType()));
      out.SetCardinality(count);
    })
    return emit(out);
  }

  Status emit_marks(DataChunk& in, const std::function<Status(DataChunk&)>& emit) {
    DataChunk out;
    DS_TRY_DUCKDB({
      duckdb::vector<LogicalType> types = spec_->stream_types;
      types.push_back(LogicalType::BOOLEAN);
      out.InitializeEmpty(types);
      for (size_t i = 0; i < in.ColumnCount(); i++) out.data[i].Reference(in.data[i]);
      Vector marks(LogicalType::BOOLEAN, in.size());
      for (idx_t row = 0; row < in.size(); row++) {
        duckdb::FlatVector::GetData<bool>(marks)[row] = matched_[row];
        bool unknown = !matched_[row] && built_->rows.size() > 0 && (hasher_.null(row) || built_->null_key);
        if (unknown) duckdb::FlatVector::SetNull(marks, row, true);
      }
      out.data.back().Reference(marks);
      out.SetCardinality(in.size());
    })
    return emit(out);
  }

  std::shared_ptr<const BroadcastSpec> spec_;
  std::shared_ptr<const BuiltRows> built_;
  KeyHasher hasher_;
  std::optional<duckdb::ExpressionExecutor> condition_;
  duckdb::vector<LogicalType> pair_types_;
  std::vector<bool> matched_;  // rows of the chunk that is being probed
  std::vector<uint32_t> stream_rows_, build_rows_;
};

class ChainedTable final : public JoinTable {
 public:
  explicit ChainedTable(std::shared_ptr<const BroadcastSpec> spec) : spec_(std::move(spec)) {}

  Status build(DataChunk& rows) override {
    if (rows.size() == 0) return {};
    DS_TRY_DUCKDB({
      if (!hasher_) start();
      hasher_->run(rows);
      for (idx_t row = 0; row < rows.size(); row++) {
        built_->hashes.push_back(hasher_->hash(row));
        built_->unmatched.push_back(hasher_->null(row));
        built_->null_key = built_->null_key || hasher_->null(row);
      }
      built_->rows.Append(rows, true);
    })
    if (built_->hashes.size() >= kNone) return resource("the bounded side of a join has more than four billion rows");
    uint64_t limit = duckdb::BufferManager::GetBufferManager(spec_->duckdb->context()).GetMaxMemory();
    if (memory_bytes() > limit) {
      return resource(fmt::format("the bounded side of a join takes {} bytes of memory, {} are allowed", memory_bytes(), limit));
    }
    return {};
  }

  Status finish_build() override {
    DS_TRY_DUCKDB(if (!hasher_) start();)
    size_t count = built_->hashes.size(), slots = 1;
    while (slots < count * 2) slots *= 2;
    built_->heads.assign(count == 0 ? 0 : slots, kNone);
    built_->next.assign(count, kNone);
    // From the last row, so that chains give rows in the order in which they came.
    for (size_t row = count; row-- > 0;) {
      if (built_->unmatched[row]) continue;
      uint32_t& head = built_->heads[built_->hashes[row] & (slots - 1)];
      built_->next[row] = head;
      head = static_cast<uint32_t>(row);
    }
    return {};
  }

  Result<std::unique_ptr<ExpandExecutor>> make_probe() const override {
    DS_TRY_DUCKDB(return std::unique_ptr<ExpandExecutor>(std::make_unique<Probe>(spec_, built_));)
  }

  uint64_t memory_bytes() const override {
    return (built_->rows.ColumnCount() == 0 ? 0 : built_->rows.GetAllocationSize()) + built_->hashes.capacity() * sizeof(hash_t) +
           (built_->next.capacity() + built_->heads.capacity()) * sizeof(uint32_t);
  }

 private:
  void start() {
    hasher_.emplace(*spec_, spec_->build_keys);
    if (!spec_->build_types.empty()) built_->rows.Initialize(duckdb::Allocator::DefaultAllocator(), spec_->build_types);
  }

  std::shared_ptr<const BroadcastSpec> spec_;
  std::shared_ptr<BuiltRows> built_ = std::make_shared<BuiltRows>();
  std::optional<KeyHasher> hasher_;
};

class ChainedJoin final : public BroadcastJoin {
 public:
  explicit ChainedJoin(BroadcastSpec spec) : spec_(std::make_shared<BroadcastSpec>(std::move(spec))) {}
  std::unique_ptr<JoinTable> make_table() const override { return std::make_unique<ChainedTable>(spec_); }
  std::string to_string() const override {
    constexpr const char* kNames[] = {"INNER", "LEFT", "SEMI", "ANTI", "MARK"};
    return fmt::format("{}{}{}", kNames[static_cast<size_t>(spec_->kind)], spec_->condition ? " ON " : "",
                       spec_->condition ? spec_->condition->ToString() : "");
  }

 private:
  std::shared_ptr<const BroadcastSpec> spec_;
};

}  // namespace

std::shared_ptr<const BroadcastJoin> make_broadcast_join(BroadcastSpec spec) { return std::make_shared<ChainedJoin>(std::move(spec)); }

}  // namespace deltastream::engine::plan
