#pragma once
// The row of the connector 'nexmark' in the list of connectors: the auction benchmark's events, made in process.
// Each is a pure function of seed and number (events.h), so the source needs no state but a number.

#include "connect/table.h"

namespace deltastream::connect::nexmark {

Connector connector();

}  // namespace deltastream::connect::nexmark
