#include <fmt/format.h>

#include <cerrno>
#include <optional>

#include "format/arrow/export.h"
#include "format/arrow_ipc.h"
#include "nanoarrow/nanoarrow_ipc.h"

namespace deltastream::format {
namespace {

class IpcWriter final : public ArrowIpcWriter {
 public:
  IpcWriter(ByteSink sink, const std::vector<Field>& columns, bool file) : sink_(std::move(sink)), export_(columns), file_(file) {
    ArrowArrayViewInitFromType(&view_, NANOARROW_TYPE_UNINITIALIZED);
  }

  ~IpcWriter() override {
    if (writer_.private_data) ArrowIpcWriterReset(&writer_);
    ArrowArrayViewReset(&view_);
  }

  Status open() {
    ArrowIpcOutputStream stream{&IpcWriter::append, [](ArrowIpcOutputStream* self) { self->release = nullptr; }, this};
    DS_RETURN_IF_ERROR(check(ArrowIpcWriterInit(&writer_, &stream)));
    if (file_) DS_RETURN_IF_ERROR(check(ArrowIpcWriterStartFile(&writer_, &error_)));
    ArrowSchema schema;
    schema.Init();
    DS_RETURN_IF_ERROR(export_.schema(&schema));
    Status status = check(ArrowIpcWriterWriteSchema(&writer_, &schema, &error_));
    if (status.ok()) {
      ArrowArrayViewReset(&view_);
      status = check(ArrowArrayViewInitFromSchema(&view_, &schema, &error_));
    }
    schema.release(&schema);
    return status;
  }

  Status write(DataChunk& rows) override {
    if (finished_) return internal("rows are written to an Arrow stream that is finished");
    if (rows.size() == 0) return {};
    ArrowArray array;
    array.Init();
    DS_RETURN_IF_ERROR(export_.array(rows, &array));
    Status status = check(ArrowArrayViewSetArray(&view_, &array, &error_));
    if (status.ok()) status = check(ArrowIpcWriterWriteArrayView(&writer_, &view_, &error_));
    array.release(&array);
    return status;
  }

  Status finish() override {
    if (finished_) return internal("an Arrow stream is finished twice");
    finished_ = true;
    DS_RETURN_IF_ERROR(check(ArrowIpcWriterWriteArrayView(&writer_, nullptr, &error_)));
    return file_ ? check(ArrowIpcWriterFinalizeFile(&writer_, &error_)) : Status();
  }

 private:
  static ArrowErrorCode append(ArrowIpcOutputStream* stream, const void* bytes, int64_t length, int64_t* written, struct ::ArrowError*) {
    IpcWriter& self = *static_cast<IpcWriter*>(stream->private_data);
    auto status = self.sink_({static_cast<const char*>(bytes), static_cast<size_t>(length)});
    if (!status.ok()) {
      self.sink_failure_ = status.error();
      return EIO;
    }
    *written = length;
    return NANOARROW_OK;
  }

  // The sink's own error before nanoarrow's account of it.
  Status check(ArrowErrorCode code) {
    if (code == NANOARROW_OK) return {};
    if (sink_failure_) return *sink_failure_;
    const std::string text = fmt::format("writing Arrow IPC: {}", error_.message[0] ? error_.message : std::strerror(code));
    if (code == ENOTSUP) return unsupported(text);
    return code == ENOMEM ? resource(text) : internal(text);
  }

  const ByteSink sink_;
  arrow::Export export_;
  const bool file_;
  bool finished_ = false;
  std::optional<Error> sink_failure_;
  ::ArrowIpcWriter writer_{};
  ::ArrowArrayView view_{};
  ::ArrowError error_{};
};

}  // namespace

Result<std::unique_ptr<ArrowIpcWriter>> ArrowIpcWriter::create(ByteSink sink, const std::vector<Field>& columns, bool file) {
  if (columns.empty()) return invalid_argument("Arrow IPC needs a column");
  auto writer = std::make_unique<IpcWriter>(std::move(sink), columns, file);
  DS_RETURN_IF_ERROR(writer->open());
  return std::unique_ptr<ArrowIpcWriter>(std::move(writer));
}

}  // namespace deltastream::format
