#pragma once
// The shape of lists and maps without their elements. Pure function.

#include "common/chunk.h"

namespace deltastream {

// Gives `target` the rows of `source`, which becomes flat: offsets, lengths and nulls, and room for as many elements, which the caller fills
// in. Returns how many elements there are.
size_t share_list_entries(Vector& source, Vector& target, size_t rows);

}  // namespace deltastream
