#pragma once
// The row of the connector 'datagen' in the list of connectors.

#include "connect/table.h"

namespace deltastream::connect::datagen {

Connector connector();

}  // namespace deltastream::connect::datagen
