#include "connect/blackhole/connector.h"

namespace deltastream::connect::blackhole {
namespace {

class BlackholeWriter final : public stream::SinkWriter {
 public:
  Status write(DataChunk&) override { return {}; }
  Result<std::string> prepare(int64_t) override { return std::string(); }
};

class BlackholeSink final : public stream::Sink {
 public:
  Status open(const std::vector<Field>&) override { return {}; }
  Result<std::unique_ptr<stream::SinkWriter>> make_writer(size_t) override {
    return std::unique_ptr<stream::SinkWriter>(std::make_unique<BlackholeWriter>());
  }
  Status commit(const stream::CommitRequest&) override { return {}; }
  Result<std::optional<int64_t>> committed_epoch(const std::string&, const std::string&) override { return std::optional<int64_t>(); }
};

}  // namespace

Connector connector() {
  Connector row;
  row.name = "blackhole";
  row.help = "Drops all rows";
  row.make_sink = [](const engine::TableDefinition&, const Options&, const ConnectorContext&) -> Result<std::unique_ptr<stream::Sink>> {
    return std::unique_ptr<stream::Sink>(std::make_unique<BlackholeSink>());
  };
  row.guarantee = "nothing is kept";
  return row;
}

}  // namespace deltastream::connect::blackhole
