#include "engine/window/hash_pane.h"

#include <algorithm>
#include <cstring>
#include <deque>

#include "duckdb/common/types/row/partitioned_tuple_data.hpp"
#include "duckdb/execution/aggregate_hashtable.hpp"
#include "duckdb/main/connection.hpp"
#include "engine/window/output_rows.h"
#include "engine/window/snapshot_bytes.h"

namespace deltastream::engine {
namespace {

using duckdb::GroupedAggregateHashTable;
using duckdb::idx_t;
using duckdb::RowOperations;
using duckdb::SelectionVector;
using duckdb::TupleDataCollection;
using duckdb::TupleDataPinProperties;

// Tables of a grouping set without groups have this one key, as DuckDB's own do.
Value no_group_key() { return Value::TINYINT(42); }

// One grouping set: which keys its tables have, and chunks to work in.
struct SetShape {
  std::vector<size_t> groups;  // positions in the layout's columns, ascending
  duckdb::vector<LogicalType> key_types;
  duckdb::vector<duckdb::column_t> key_columns;
  DataChunk keys;
};

class HashPaneFactory : public PaneFactory {
 public:
  explicit HashPaneFactory(std::shared_ptr<const AggregationLayout> shared)
      : layout(std::move(shared)),
        allocator(duckdb::Allocator::Get(layout->context())),
        arena(allocator),
        row_state(arena),
        addresses(LogicalType::POINTER),
        sources(LogicalType::POINTER),
        new_groups(STANDARD_VECTOR_SIZE),
        kept(STANDARD_VECTOR_SIZE),
        output(*layout) {
    for (const auto& set : layout->sets) {
      auto& shape = shapes.emplace_back();
      shape.groups = set;
      std::sort(shape.groups.begin(), shape.groups.end());
      for (size_t group : shape.groups) shape.key_types.push_back(layout->column_types[group]);
      if (shape.groups.empty()) shape.key_types.push_back(LogicalType::TINYINT);
      for (idx_t i = 0; i < shape.key_types.size(); ++i) shape.key_columns.push_back(i);
      shape.keys.InitializeEmpty(shape.key_types);
    }
    payload.InitializeEmpty(layout->payload_types);
    duckdb::vector<LogicalType> result_types;
    for (const auto& aggregate : layout->aggregates) result_types.push_back(aggregate->return_type);
    if (!result_types.empty()) results.Initialize(allocator, result_types);
  }

  std::unique_ptr<Pane> make() override;

  std::shared_ptr<const AggregationLayout> layout;
  duckdb::Allocator& allocator;
  duckdb::ArenaAllocator arena;
  duckdb::RowOperationsState row_state;
  std::deque<SetShape> shapes;
  DataChunk payload;
  DataChunk results;
  Vector addresses;
  Vector sources;
  SelectionVector new_groups;
  SelectionVector kept;
  OutputRows output;
};

class HashPane : public Pane {
 public:
  explicit HashPane(HashPaneFactory& factory) : f_(factory) {
    for (const auto& shape : f_.shapes) {
      tables_.push_back(duckdb::make_uniq<GroupedAggregateHashTable>(f_.layout->context(), f_.allocator, shape.key_types,
                                                                     f_.layout->payload_types, f_.layout->objects));
    }
  }

  void add(DataChunk& columns) override {
    const auto& layout = *f_.layout;
    for (size_t i = 0; i < layout.payload_columns.size(); ++i) {
      f_.payload.data[i].Reference(columns.data[layout.payload_columns[i]]);
    }
    f_.payload.SetCardinality(columns.size());
    for (size_t s = 0; s < tables_.size(); ++s) {
      auto& shape = f_.shapes[s];
      reference_keys(shape, columns);
      tables_[s]->AddChunk(shape.keys, f_.payload, layout.all_objects);
    }
  }

  void merge(Pane& other_pane) override {
    auto& other = static_cast<HashPane&>(other_pane);
    for (size_t s = 0; s < tables_.size(); ++s) {
      other.scan(s, [&](DataChunk& keys, Vector& rows) {
        tables_[s]->FindOrCreateGroups(keys, f_.addresses, f_.new_groups);
        RowOperations::CombineStates(f_.row_state, mutable_layout(s), rows, f_.addresses, keys.size());
      });
    }
  }

  Status emit(const WindowBounds& bounds, const EmitChunk& emit_chunk) override {
    Status status;
    for (size_t s = 0; s < tables_.size(); ++s) {
      auto& shape = f_.shapes[s];
      if (shape.groups.empty() && !f_.layout->time && tables_[s]->Count() == 0) create_empty_group(s);
      scan(s, [&](DataChunk& keys, Vector& rows) {
        if (!status.ok()) return;
        finalize(s, rows, keys.size());
        auto& out = f_.output;
        out.begin(bounds, keys.size());
        for (size_t group = 0; group < f_.layout->group_count(); ++group) out.set_group_null(group);
        for (size_t i = 0; i < shape.groups.size(); ++i) out.set_group(shape.groups[i], keys.data[i]);
        for (size_t a = 0; a < f_.layout->aggregates.size(); ++a) out.set_aggregate(a, f_.results.data[a]);
        for (size_t g = 0; g < f_.layout->spec.grouping_functions.size(); ++g) {
          Vector id(Value::BIGINT(f_.layout->grouping_id(g, s)));
          out.set_grouping(g, id);
        }
        status = emit_chunk(out.chunk());
      });
      if (!status.ok()) break;
    }
    return status;
  }

  bool empty() const override { return tables_[0]->Count() == 0; }

  uint64_t memory_bytes() const override {
    uint64_t bytes = 0;
    for (const auto& table : tables_) bytes += table->GetPartitionedData().SizeInBytes() + table->Capacity() * sizeof(uint64_t);
    return bytes;
  }

  void write(SnapshotWriter& out) override {
    for (size_t s = 0; s < tables_.size(); ++s) {
      const auto& rows_layout = tables_[s]->GetLayout();
      idx_t offset = rows_layout.GetAggrOffset();
      idx_t width = rows_layout.GetRowWidth() - offset;
      scan(s, [&](DataChunk& keys, Vector& rows) {
        out.number(static_cast<int64_t>(keys.size()));
        out.chunk(keys);
        std::string states(keys.size() * width, '\0');
        auto pointers = duckdb::FlatVector::GetData<duckdb::data_ptr_t>(rows);
        for (idx_t i = 0; i < keys.size(); ++i) std::memcpy(states.data() + i * width, pointers[i] + offset, width);
        out.blob(states);
      });
      out.number(0);
    }
  }

  Status read(SnapshotReader& in, const KeepRows& keep) override {
    for (size_t s = 0; s < tables_.size(); ++s) {
      while (true) {
        DS_ASSIGN_OR_RETURN(int64_t count, in.number());
        if (count == 0) break;
        DataChunk keys;
        DS_RETURN_IF_ERROR(in.chunk(keys, f_.shapes[s].key_types));
        DS_ASSIGN_OR_RETURN(std::string_view states, in.blob());
        DS_RETURN_IF_ERROR(restore_groups(s, keys, states, keep));
      }
    }
    return {};
  }

 private:
  // The table's rows are laid out the same in all tables of a set; DuckDB takes the layout without const.
  duckdb::TupleDataLayout& mutable_layout(size_t s) { return *tables_[s]->GetLayoutPtr(); }

  void reference_keys(SetShape& shape, DataChunk& columns) {
    for (size_t i = 0; i < shape.groups.size(); ++i) shape.keys.data[i].Reference(columns.data[shape.groups[i]]);
    if (shape.groups.empty()) shape.keys.data[0].Reference(no_group_key());
    shape.keys.SetCardinality(columns.size());
  }

  void create_empty_group(size_t s) {
    auto& keys = f_.shapes[s].keys;
    keys.data[0].Reference(no_group_key());
    keys.SetCardinality(1);
    tables_[s]->FindOrCreateGroups(keys, f_.addresses, f_.new_groups);
  }

  template <class Visit>
  void scan(size_t s, const Visit& visit) {
    auto& table = *tables_[s];
    if (table.Count() == 0) return;
    // The table keeps all its blocks pinned, so a scan may look at them at any time.
    auto& data = const_cast<duckdb::PartitionedTupleData&>(table.GetPartitionedData());
    for (auto& partition : data.GetPartitions()) {
      if (partition->Count() == 0) continue;
      duckdb::TupleDataScanState state;
      DataChunk keys;
      partition->InitializeScan(state, f_.shapes[s].key_columns, TupleDataPinProperties::ALREADY_PINNED);
      partition->InitializeScanChunk(state, keys);
      while (partition->Scan(state, keys)) visit(keys, state.chunk_state.row_locations);
    }
  }

  void finalize(size_t s, Vector& rows, idx_t count) {
    if (f_.layout->aggregates.empty()) return;
    f_.results.Reset();
    f_.results.SetCardinality(count);
    RowOperations::FinalizeStates(f_.row_state, mutable_layout(s), rows, f_.results, 0);
  }

  Status restore_groups(size_t s, DataChunk& keys, std::string_view states, const KeepRows& keep) {
    auto& rows_layout = mutable_layout(s);
    idx_t offset = rows_layout.GetAggrOffset();
    idx_t width = rows_layout.GetRowWidth() - offset;
    if (states.size() != keys.size() * width) return corrupt("the state of a window aggregation has groups without states");
    const auto& groups = f_.shapes[s].groups;
    DataChunk shared;
    duckdb::vector<LogicalType> shared_types;
    for (size_t group : f_.layout->shared_groups) shared_types.push_back(f_.layout->column_types[group]);
    if (!shared_types.empty()) shared.InitializeEmpty(shared_types);
    for (size_t i = 0; i < shared_types.size(); ++i) {
      auto position = std::find(groups.begin(), groups.end(), f_.layout->shared_groups[i]) - groups.begin();
      shared.data[i].Reference(keys.data[static_cast<size_t>(position)]);
    }
    shared.SetCardinality(keys.size());
    idx_t count = keep(shared, f_.kept);
    if (count == 0) return {};
    // States must be aligned as in a row; the combined copy also covers a group that is there already. Without aggregates there are
    // no bytes of states, but their places must point somewhere.
    std::vector<uint64_t> scratch(count * width / sizeof(uint64_t) + 1);
    auto base = reinterpret_cast<duckdb::data_ptr_t>(scratch.data());
    auto pointers = duckdb::FlatVector::GetData<duckdb::data_ptr_t>(f_.sources);
    for (idx_t i = 0; i < count; ++i) {
      std::memcpy(base + i * width, states.data() + f_.kept.get_index(i) * width, width);
      pointers[i] = base + i * width - offset;
    }
    keys.Slice(f_.kept, count);
    tables_[s]->FindOrCreateGroups(keys, f_.addresses, f_.new_groups);
    RowOperations::CombineStates(f_.row_state, rows_layout, f_.sources, f_.addresses, count);
    return {};
  }

  HashPaneFactory& f_;
  std::vector<duckdb::unique_ptr<GroupedAggregateHashTable>> tables_;
};

std::unique_ptr<Pane> HashPaneFactory::make() { return std::make_unique<HashPane>(*this); }

}  // namespace

std::unique_ptr<PaneFactory> make_hash_pane_factory(std::shared_ptr<const AggregationLayout> layout) {
  return std::make_unique<HashPaneFactory>(std::move(layout));
}

}  // namespace deltastream::engine
