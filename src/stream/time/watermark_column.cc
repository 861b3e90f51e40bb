#include "stream/time/watermark_column.h"

#include <fmt/format.h>

#include "common/exception.h"
#include "duckdb/common/allocator.hpp"

namespace deltastream::stream {

Result<std::unique_ptr<WatermarkColumn>> WatermarkColumn::create(const engine::Projection& projection) {
  const auto& types = projection.types();
  const bool fits = types.size() == 1 && (types[0].id() == LogicalTypeId::TIMESTAMP || types[0].id() == LogicalTypeId::TIMESTAMP_TZ);
  if (!fits) {
    return unsupported(fmt::format("a watermark must be a TIMESTAMP, not {}", types.empty() ? "nothing" : types[0].ToString()));
  }
  std::unique_ptr<WatermarkColumn> column(new WatermarkColumn());
  DS_ASSIGN_OR_RETURN(column->executor_, projection.make_executor());
  DS_TRY_DUCKDB({ column->result_.Initialize(duckdb::Allocator::DefaultAllocator(), {types[0]}); })
  return column;
}

Result<std::optional<int64_t>> WatermarkColumn::greatest(DataChunk& rows) {
  DS_RETURN_IF_ERROR(executor_->execute(rows, result_));
  std::optional<int64_t> greatest;
  DS_TRY_DUCKDB({
    duckdb::UnifiedVectorFormat format;
    result_.data[0].ToUnifiedFormat(rows.size(), format);
    const auto* values = duckdb::UnifiedVectorFormat::GetData<duckdb::timestamp_t>(format);
    for (duckdb::idx_t row = 0; row < rows.size(); row++) {
      const duckdb::idx_t at = format.sel->get_index(row);
      if (!format.validity.RowIsValid(at) || !duckdb::Timestamp::IsFinite(values[at])) continue;
      if (!greatest || values[at].value > *greatest) greatest = values[at].value;
    }
  })
  return greatest;
}

}  // namespace deltastream::stream
