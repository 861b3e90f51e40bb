#pragma once
// The row of the connector 'blackhole' in the list of connectors: rows go nowhere, for measuring all that comes before.

#include "connect/table.h"

namespace deltastream::connect::blackhole {

Connector connector();

}  // namespace deltastream::connect::blackhole
