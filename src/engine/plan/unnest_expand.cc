#include "engine/plan/unnest_expand.h"

#include <algorithm>

#include "common/exception.h"

namespace deltastream::engine::plan {
namespace {

using duckdb::idx_t;

struct Unnest {
  std::shared_ptr<const DuckDbInstance> duckdb;
  std::vector<LogicalType> input_types;
  Expressions lists;
  duckdb::vector<LogicalType> list_types;
  duckdb::vector<LogicalType> output_types;
};

// Stands for an element that a list has not.
constexpr uint32_t kMissing = UINT32_MAX;

class UnnestExecutor final : public ExpandExecutor {
 public:
  explicit UnnestExecutor(std::shared_ptr<const Unnest> unnest)
      : unnest_(std::move(unnest)), executor_(unnest_->duckdb->context(), unnest_->lists), elements_(unnest_->lists.size()) {}

  Status execute(DataChunk& in, const std::function<Status(DataChunk&)>& emit) override {
    if (in.size() == 0) return {};
    std::vector<duckdb::UnifiedVectorFormat> formats(elements_.size());
    DS_TRY_DUCKDB({
      prepare_chunk(lists_, unnest_->list_types);
      executor_.Execute(in, lists_);
      for (size_t i = 0; i < formats.size(); i++) lists_.data[i].ToUnifiedFormat(in.size(), formats[i]);
    })
    for (idx_t row = 0; row < in.size(); row++) {
      idx_t longest = 0;
      for (auto& format : formats) longest = std::max(longest, entry(format, row).length);
      for (idx_t at = 0; at < longest; at++) {
        rows_.push_back(static_cast<uint32_t>(row));
        for (size_t i = 0; i < formats.size(); i++) {
          duckdb::list_entry_t list = entry(formats[i], row);
          elements_[i].push_back(at < list.length ? static_cast<uint32_t>(list.offset + at) : kMissing);
        }
        if (rows_.size() == STANDARD_VECTOR_SIZE) DS_RETURN_IF_ERROR(flush(in, emit));
      }
    }
    return flush(in, emit);
  }

 private:
  static duckdb::list_entry_t entry(const duckdb::UnifiedVectorFormat& format, idx_t row) {
    idx_t index = format.sel->get_index(row);
    if (!format.validity.RowIsValid(index)) return {0, 0};
    return duckdb::UnifiedVectorFormat::GetData<duckdb::list_entry_t>(format)[index];
  }

  Status flush(DataChunk& in, const std::function<Status(DataChunk&)>& emit) {
    if (rows_.empty()) return {};
    idx_t count = rows_.size();
    DataChunk out;
    DS_TRY_DUCKDB({
      out.InitializeEmpty(unnest_->output_types);
      duckdb::SelectionVector rows(count);
      std::copy(rows_.begin(), rows_.end(), rows.data());
      for (size_t i = 0; i < in.ColumnCount(); i++) out.data[i].Slice(in.data[i], rows, count);
      for (size_t i = 0; i < elements_.size(); i++) place_elements(i, out.data[in.ColumnCount() + i]);
      out.SetCardinality(count);
    })
    rows_.clear();
    for (auto& elements : elements_) elements.clear();
    return emit(out);
  }

  void place_elements(size_t list, Vector& out) {
    Vector& all = duckdb::ListVector::GetEntry(lists_.data[list]);
    const auto& elements = elements_[list];
    if (std::find(elements.begin(), elements.end(), kMissing) == elements.end()) {
      duckdb::SelectionVector selected(elements.size());
      std::copy(elements.begin(), elements.end(), selected.data());
      out.Slice(all, selected, elements.size());
      return;
    }
    Vector filled(out.GetType(), elements.size());
    for (size_t i = 0; i < elements.size(); i++) filled.SetValue(i, elements[i] == kMissing ? Value(out.GetType()) : all.GetValue(elements[i]));
    out.Reference(filled);
  }

  std::shared_ptr<const Unnest> unnest_;
  duckdb::ExpressionExecutor executor_;
  DataChunk lists_;
  std::vector<uint32_t> rows_;
  std::vector<std::vector<uint32_t>> elements_;
};

class UnnestExpand final : public Expand {
 public:
  explicit UnnestExpand(std::shared_ptr<const Unnest> unnest) : unnest_(std::move(unnest)) {}
  Result<std::unique_ptr<ExpandExecutor>> make_executor() const override {
    DS_TRY_DUCKDB(return std::unique_ptr<ExpandExecutor>(std::make_unique<UnnestExecutor>(unnest_));)
  }
  std::string to_string() const override { return "UNNEST " + describe_expressions(unnest_->lists); }

 private:
  std::shared_ptr<const Unnest> unnest_;
};

}  // namespace

std::shared_ptr<const Expand> make_unnest(std::shared_ptr<const DuckDbInstance> duckdb, std::vector<LogicalType> input_types, Expressions lists) {
  auto unnest = std::make_shared<Unnest>();
  unnest->duckdb = std::move(duckdb);
  unnest->output_types.assign(input_types.begin(), input_types.end());
  unnest->input_types = std::move(input_types);
  for (const auto& list : lists) {
    unnest->list_types.push_back(list->return_type);
    unnest->output_types.push_back(duckdb::ListType::GetChildType(list->return_type));
  }
  unnest->lists = std::move(lists);
  return std::make_shared<UnnestExpand>(std::move(unnest));
}

}  // namespace deltastream::engine::plan
