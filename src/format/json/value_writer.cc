#include "format/json/value_writer.h"

#include <cmath>

#include "format/text/scalar_writer.h"

namespace deltastream::format::json {
namespace {

// JSON has no numbers for these; they are written as strings, which are read again.
bool is_finite(ScalarType type, const void* data, size_t index) {
  if (type.kind == ScalarKind::kFloat) return std::isfinite(static_cast<const float*>(data)[index]);
  if (type.kind == ScalarKind::kDouble) return std::isfinite(static_cast<const double*>(data)[index]);
  return true;
}

bool is_bare(ScalarKind kind) { return kind <= ScalarKind::kDecimal128; }

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); i++) {
    auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, begin, i - begin);
    begin = i + 1;
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default: out += "\\u00"; out += kHex[c >> 4]; out += kHex[c & 15]; break;
    }
  }
  out.append(text, begin, text.size() - begin);
  out += '"';
}

ValueWriter::ValueWriter(const LogicalType& type, TimestampForm form) : type_(type), form_(form), scalar_(scalar_type(type)) {
  switch (type.id()) {
    case LogicalTypeId::STRUCT:
      for (const auto& [name, child] : duckdb::StructType::GetChildTypes(type)) {
        append_quoted(keys_.emplace_back(), name);
        keys_.back() += ':';
        children_.emplace_back(child, form);
      }
      break;
    case LogicalTypeId::LIST: children_.emplace_back(duckdb::ListType::GetChildType(type), form); break;
    case LogicalTypeId::MAP:
      children_.emplace_back(duckdb::MapType::KeyType(type), form);
      children_.emplace_back(duckdb::MapType::ValueType(type), form);
      break;
    default: break;
  }
}

void ValueWriter::use(Vector& vector, size_t rows) {
  vector_ = &vector;
  view_ = View();
  if (!scalar_) vector.Flatten(rows);
  Vector::RecursiveToUnifiedFormat(vector, rows, view_);
}

bool ValueWriter::is_null(size_t row) const { return !view_.unified.validity.RowIsValid(view_.unified.sel->get_index(row)); }

void ValueWriter::append_from(std::string& out, const View& view, Vector& vector, size_t row) const {
  size_t index = view.unified.sel->get_index(row);
  if (!view.unified.validity.RowIsValid(index)) {
    out += "null";
    return;
  }
  if (scalar_) return append_scalar_value(out, view, index);
  switch (type_.id()) {
    case LogicalTypeId::STRUCT: return append_struct(out, view, vector, index);
    case LogicalTypeId::LIST: return append_list(out, view, vector, index);
    case LogicalTypeId::MAP: return append_map(out, view, vector, index);
    case LogicalTypeId::HUGEINT:
    case LogicalTypeId::UHUGEINT: out += vector.GetValue(row).ToString(); return;
    // The rest has no form of its own in JSON: DuckDB's text.
    default: append_quoted(out, vector.GetValue(row).ToString());
  }
}

void ValueWriter::append_scalar_value(std::string& out, const View& view, size_t index) const {
  const void* data = view.unified.data;
  if (scalar_->kind == ScalarKind::kVarchar) {
    const auto& text = static_cast<const duckdb::string_t*>(data)[index];
    return append_quoted(out, {text.GetData(), text.GetSize()});
  }
  bool bare = is_bare(scalar_->kind) && is_finite(*scalar_, data, index);
  if (!bare) out += '"';
  append_scalar(out, *scalar_, data, index, form_);
  if (!bare) out += '"';
}

void ValueWriter::append_struct(std::string& out, const View& view, Vector& vector, size_t index) const {
  auto& entries = duckdb::StructVector::GetEntries(vector);
  out += '{';
  for (size_t i = 0; i < children_.size(); i++) {
    if (i) out += ',';
    out += keys_[i];
    children_[i].append_from(out, view.children[i], *entries[i], index);
  }
  out += '}';
}

void ValueWriter::append_list(std::string& out, const View& view, Vector& vector, size_t index) const {
  auto entry = reinterpret_cast<const duckdb::list_entry_t*>(view.unified.data)[index];
  Vector& elements = duckdb::ListVector::GetEntry(vector);
  out += '[';
  for (size_t i = 0; i < entry.length; i++) {
    if (i) out += ',';
    children_[0].append_from(out, view.children[0], elements, entry.offset + i);
  }
  out += ']';
}

void ValueWriter::append_map(std::string& out, const View& view, Vector& vector, size_t index) const {
  auto entry = reinterpret_cast<const duckdb::list_entry_t*>(view.unified.data)[index];
  Vector& keys = duckdb::MapVector::GetKeys(vector);
  Vector& values = duckdb::MapVector::GetValues(vector);
  const View& pairs = view.children[0];
  out += '{';
  for (size_t i = 0; i < entry.length; i++) {
    if (i) out += ',';
    // A key is a string in JSON whatever its type.
    size_t begin = out.size();
    size_t pair = pairs.unified.sel->get_index(entry.offset + i);
    children_[0].append_from(out, pairs.children[0], keys, pair);
    if (out[begin] != '"') {
      std::string key = out.substr(begin);
      out.resize(begin);
      append_quoted(out, key);
    }
    out += ':';
    children_[1].append_from(out, pairs.children[1], values, pair);
  }
  out += '}';
}

}  // namespace deltastream::format::json
