#pragma once
// The row of the connector 'print' in the list of connectors: rows as lines of standard output, as Flink prints them.

#include "connect/table.h"

namespace deltastream::connect::print {

Connector connector();

}  // namespace deltastream::connect::print
