#pragma once
// As rooms.h, for the test programs.
#include "rooms.h"

#include <gtest/gtest.h>
