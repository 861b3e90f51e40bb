#include "delta/write/text_width.h"

#include <charconv>
#include <string_view>

#include <fmt/format.h>

namespace deltastream::delta {
namespace {

// Bytes of the first `characters` of a text, and how many of them it has.
struct Prefix {
  size_t bytes = 0;
  uint64_t characters = 0;
};
Prefix prefix(std::string_view text, uint64_t characters) {
  Prefix found;
  while (found.bytes < text.size() && found.characters < characters) {
    do found.bytes++;
    while (found.bytes < text.size() && (static_cast<unsigned char>(text[found.bytes]) & 0xC0) == 0x80);
    found.characters++;
  }
  return found;
}

}  // namespace

Result<std::optional<TextWidth>> text_width(const StructField& field) {
  const auto spelled = field.metadata_text("__CHAR_VARCHAR_TYPE_STRING");
  if (!spelled || spelled->find("char(") == std::string::npos) return std::optional<TextWidth>();
  const bool varying = spelled->starts_with("varchar(");
  const std::string_view rest = std::string_view(*spelled).substr(varying ? 8 : std::min<size_t>(5, spelled->size()));
  TextWidth width{!varying, 0};
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), width.characters);
  const bool whole = error == std::errc() && std::string_view(end, static_cast<size_t>(rest.data() + rest.size() - end)) == ")";
  if (field.type.kind != DataType::Kind::kPrimitive || !whole || !(varying || spelled->starts_with("char("))) {
    return unsupported(fmt::format("the column '{}' is {}: texts of a width inside of a column cannot be written", field.name, *spelled));
  }
  return std::optional(width);
}

Result<Vector> fit_width(const TextWidth& width, const std::string& column, Vector& values, size_t count) {
  Vector result(LogicalType::VARCHAR, std::max<size_t>(count, 1));
  duckdb::UnifiedVectorFormat rows;
  values.ToUnifiedFormat(count, rows);
  const auto* texts = duckdb::UnifiedVectorFormat::GetData<duckdb::string_t>(rows);
  auto* out = duckdb::FlatVector::GetData<duckdb::string_t>(result);
  duckdb::StringVector::AddHeapReference(result, values);
  for (size_t i = 0; i < count; i++) {
    const auto row = rows.sel->get_index(i);
    if (!rows.validity.RowIsValid(row)) {
      duckdb::FlatVector::SetNull(result, i, true);
      continue;
    }
    std::string_view text(texts[row].GetData(), texts[row].GetSize());
    const Prefix kept = prefix(text, width.characters);
    if (text.find_first_not_of(' ', kept.bytes) != std::string_view::npos) {
      const std::string shown(text.substr(0, prefix(text, 40).bytes));
      return invalid_argument(fmt::format("the column '{}' is {}({}), which '{}{}' is too long for", column, width.fixed ? "CHAR" : "VARCHAR", width.characters, shown,
                                          shown.size() < text.size() ? "…" : ""));
    }
    text = text.substr(0, kept.bytes);
    if (width.fixed && kept.characters < width.characters) {
      out[i] = duckdb::StringVector::AddString(result, std::string(text) + std::string(width.characters - kept.characters, ' '));
    } else if (text.size() == texts[row].GetSize()) {
      out[i] = texts[row];
    } else {
      out[i] = duckdb::StringVector::AddString(result, text.data(), text.size());
    }
  }
  return result;
}

}  // namespace deltastream::delta
