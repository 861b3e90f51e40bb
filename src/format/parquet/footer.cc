#include "format/parquet/footer.h"

#include <fmt/format.h>

#include <cstring>
#include <vector>

#include "format/parquet/thrift_walker.h"

namespace deltastream::format::parquet {
namespace {

constexpr size_t kTrailerBytes = 8;   // footer length, magic
constexpr size_t kMaxSchemaDepth = 256;

// FileMetaData: field 2 is the list of SchemaElements, whose field 5 is num_children.
bool walk_schema_element(ThriftWalker& walker, std::vector<int64_t>& children) {
  children.push_back(0);
  return walker.walk_struct([&](int16_t field, ThriftWalker::Wire type) {
    if (field != 5 || type != ThriftWalker::kI32) return walker.skip_field(type, 3);
    int32_t count = 0;
    if (!walker.integer(count)) return false;
    children.back() = count;
    return true;
  });
}

bool walk_file(ThriftWalker& walker, std::vector<int64_t>& children) {
  return walker.walk_struct([&](int16_t field, ThriftWalker::Wire type) {
    if (field != 2 || type != ThriftWalker::kList) return walker.skip_field(type, 1);
    children.clear();  // where it stands twice, the later one counts
    return walker.walk_list([&](ThriftWalker::Wire element) { return element == ThriftWalker::kStruct && walk_schema_element(walker, children); });
  });
}

// The schema is a tree written depth first; its children counts must add up, and not too deep.
bool is_schema_tree(const std::vector<int64_t>& children) {
  if (children.empty()) return false;
  std::vector<int64_t> open = {1};
  for (int64_t count : children) {
    while (!open.empty() && open.back() == 0) open.pop_back();
    if (open.empty() || count < 0) return false;
    open.back()--;
    if (count > 0) open.push_back(count);
    if (open.size() > kMaxSchemaDepth) return false;
  }
  for (int64_t left : open) {
    if (left != 0) return false;
  }
  return true;
}

}  // namespace

Result<uint64_t> footer_length(std::string_view last_bytes, uint64_t size, const std::string& path) {
  if (size < 12 || last_bytes.size() < kTrailerBytes) return corrupt(fmt::format("'{}' is too short for a Parquet file: {} bytes", path, size));
  const char* trailer = last_bytes.data() + last_bytes.size() - kTrailerBytes;
  if (std::memcmp(trailer + 4, "PARE", 4) == 0) return unsupported(fmt::format("'{}' is an encrypted Parquet file; encryption is not offered", path));
  if (std::memcmp(trailer + 4, "PAR1", 4) != 0) {
    return corrupt(fmt::format("'{}' does not end as a Parquet file does: it is damaged, cut short, or of another format", path));
  }
  uint32_t length = 0;
  std::memcpy(&length, trailer, sizeof(length));
  if (length == 0 || size < 12ull + length) return corrupt(fmt::format("the footer of '{}' claims {} bytes, the file has {}", path, length, size));
  return length + kTrailerBytes;
}

Status check_footer(std::string_view footer, const std::string& path) {
  ThriftWalker walker(footer.substr(0, footer.size() - kTrailerBytes));
  std::vector<int64_t> children;
  if (!walk_file(walker, children)) return corrupt(fmt::format("the footer of '{}' cannot be read", path));
  if (!is_schema_tree(children)) return corrupt(fmt::format("the schema in the footer of '{}' is no tree", path));
  return {};
}

}  // namespace deltastream::format::parquet
