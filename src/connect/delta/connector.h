#pragma once
// The row of the connector 'delta' in the list of connectors: Delta Lake tables as source and sink.

#include "connect/table.h"

namespace deltastream::connect::delta_table {

Connector connector();

}  // namespace deltastream::connect::delta_table
