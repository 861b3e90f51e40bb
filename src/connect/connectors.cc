// The explicit list of connectors: a new one is one folder and one line here.

#include "connect/blackhole/connector.h"
#include "connect/datagen/connector.h"
#include "connect/delta/connector.h"
#include "connect/filesystem/connector.h"
#include "connect/kafka/connector.h"
#include "connect/nexmark/connector.h"
#include "connect/print/connector.h"

namespace deltastream::connect {

std::span<const Connector> connectors() {
  static const Connector kConnectors[] = {
      blackhole::connector(),
      datagen::connector(),
      delta_table::connector(),
      filesystem::connector(),
      kafka::connector(),
      nexmark::connector(),
      print::connector(),
  };
  return kConnectors;
}

}  // namespace deltastream::connect
