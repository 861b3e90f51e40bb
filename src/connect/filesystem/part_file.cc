#include "connect/filesystem/part_file.h"

#include "format/parquet.h"

namespace deltastream::connect::filesystem {
namespace {

class TextPart final : public PartFile {
 public:
  TextPart(std::unique_ptr<format::Encoder> encoder, std::unique_ptr<storage::ObjectWriter> object)
      : encoder_(std::move(encoder)), object_(std::move(object)) {}
  Status write(DataChunk& rows) override {
    lines_.clear();
    DS_RETURN_IF_ERROR(encoder_->encode(rows, [&](std::string_view record) -> Status {
      lines_.append(record);
      lines_.push_back('\n');
      return {};
    }));
    bytes_ += lines_.size();
    return object_->append(lines_);
  }
  uint64_t bytes() const override { return bytes_; }
  Status finish() override {
    auto finished = object_->finish();
    return finished.ok() ? Status() : Status(std::move(finished).error());
  }

 private:
  std::unique_ptr<format::Encoder> encoder_;
  std::unique_ptr<storage::ObjectWriter> object_;
  std::string lines_;
  uint64_t bytes_ = 0;
};

class ParquetPart final : public PartFile {
 public:
  explicit ParquetPart(std::unique_ptr<format::ParquetFileWriter> writer) : writer_(std::move(writer)) {}
  Status write(DataChunk& rows) override { return writer_->write(rows); }
  uint64_t bytes() const override { return writer_->bytes_estimate(); }
  Status finish() override {
    auto finished = writer_->finish();
    return finished.ok() ? Status() : Status(std::move(finished).error());
  }

 private:
  std::unique_ptr<format::ParquetFileWriter> writer_;
};

}  // namespace

Result<std::unique_ptr<PartFile>> PartFile::create(const PartFormat& format, const std::vector<Field>& columns,
                                                   std::unique_ptr<storage::ObjectWriter> object) {
  if (format.format == "parquet") {
    format::ParquetWriteOptions options;
    options.codec = format.compression;
    DS_ASSIGN_OR_RETURN(auto writer, format::ParquetFileWriter::create(std::move(object), columns, options));
    return std::unique_ptr<PartFile>(std::make_unique<ParquetPart>(std::move(writer)));
  }
  DS_ASSIGN_OR_RETURN(auto encoder, format::make_encoder(format.format, columns, format.options));
  return std::unique_ptr<PartFile>(std::make_unique<TextPart>(std::move(encoder), std::move(object)));
}

}  // namespace deltastream::connect::filesystem
