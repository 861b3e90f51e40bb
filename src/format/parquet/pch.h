#pragma once
// DuckDB's Parquet classes: heavy, so compiled once for this room.
#include "duckdb.hpp"
#include "parquet_reader.hpp"
#include "parquet_writer.hpp"
#include <fmt/format.h>
#include <memory>
#include <string>
#include <vector>
