#include <cerrno>
#include <memory>

#include "common/exception.h"
#include "format/arrow/export.h"
#include "format/arrow_stream.h"

namespace deltastream::format {
namespace {

struct Producer {
  Producer(const std::vector<Field>& columns, ChunkSource chunks) : rows(columns), source(std::move(chunks)) {}

  arrow::Export rows;
  ChunkSource source;
  bool ended = false;
  std::string failed;  // what get_last_error shows
  int code = 0;
};

Producer& producer(ArrowArrayStream* stream) { return *static_cast<Producer*>(stream->private_data); }

int fail(Producer& from, const Error& error) {
  from.failed = error.to_string();
  switch (error.kind()) {
    case ErrorKind::kInvalidArgument: from.code = EINVAL; break;
    case ErrorKind::kUnsupported: from.code = ENOSYS; break;
    case ErrorKind::kResource: from.code = ENOMEM; break;
    case ErrorKind::kCancelled: from.code = ECANCELED; break;
    default: from.code = EIO; break;
  }
  return from.code;
}

Status pull(Producer& from, ArrowArray* out) {
  DataChunk chunk;
  DS_TRY_DUCKDB(chunk.Initialize(duckdb::Allocator::DefaultAllocator(), from.rows.chunk_types()))
  DS_RETURN_IF_ERROR(from.source(chunk));
  from.ended = chunk.size() == 0;
  return from.ended ? Status() : from.rows.array(chunk, out);
}

int get_next(ArrowArrayStream* stream, ArrowArray* out) {
  Producer& from = producer(stream);
  out->release = nullptr;  // the end, unless rows come
  if (from.code != 0) return from.code;
  if (from.ended) return 0;
  auto status = pull(from, out);
  return status.ok() ? 0 : fail(from, status.error());
}

int get_schema(ArrowArrayStream* stream, ArrowSchema* out) {
  Producer& from = producer(stream);
  auto status = from.rows.schema(out);
  return status.ok() ? 0 : fail(from, status.error());
}

const char* get_last_error(ArrowArrayStream* stream) {
  const Producer& from = producer(stream);
  return from.failed.empty() ? nullptr : from.failed.c_str();
}

void release(ArrowArrayStream* stream) {
  delete static_cast<Producer*>(stream->private_data);
  stream->private_data = nullptr;
  stream->release = nullptr;
}

}  // namespace

Status export_arrow_stream(const std::vector<Field>& columns, ChunkSource source, ArrowArrayStream* out) {
  if (columns.empty()) return unsupported("an Arrow stream without columns");
  auto from = std::make_unique<Producer>(columns, std::move(source));
  // Finds out now whether every column has an Arrow form.
  ArrowSchema schema;
  schema.Init();
  DS_RETURN_IF_ERROR(from->rows.schema(&schema));
  schema.release(&schema);
  out->get_schema = get_schema;
  out->get_next = get_next;
  out->get_last_error = get_last_error;
  out->release = release;
  out->private_data = from.release();
  return {};
}

}  // namespace deltastream::format
