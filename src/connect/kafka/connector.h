#pragma once
// The row of the connector 'kafka' in the list of connectors.

#include "connect/table.h"

namespace deltastream::connect::kafka {

Connector connector();

}  // namespace deltastream::connect::kafka
