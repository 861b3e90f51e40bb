#pragma once
// The row of the connector 'filesystem' in the list of connectors.

#include "connect/table.h"

namespace deltastream::connect::filesystem {

Connector connector();

}  // namespace deltastream::connect::filesystem
