# DuckDB comes prebuilt and pinned (tools/fetch_duckdb.sh puts it there); everything else is Debian's.
set(DS_CACHE "$ENV{DELTASTREAM_CACHE}" CACHE PATH "Folder with the fetched dependencies")
if(NOT DS_CACHE)
  set(DS_CACHE "$ENV{HOME}/.cache/deltastream" CACHE PATH "" FORCE)
endif()
set(DUCKDB_ROOT ${DS_CACHE}/duckdb-1.5.6)
set(DUCKDB_SRC ${DUCKDB_ROOT}/external/duckdb)
set(DUCKDB_LIBRARY ${DUCKDB_ROOT}/lib/libduckdb.so)
if(NOT EXISTS ${DUCKDB_LIBRARY})
  message(FATAL_ERROR "DuckDB 1.5.6 is not in ${DUCKDB_ROOT}: run './dev setup' once, it fetches and checks it.")
endif()

# duckdb::vocabulary: types, values, vectors, chunks (for every room, through common/chunk.h).
add_library(duckdb_vocabulary INTERFACE)
target_include_directories(duckdb_vocabulary SYSTEM INTERFACE ${DUCKDB_SRC}/src/include)
target_link_libraries(duckdb_vocabulary INTERFACE ${DUCKDB_LIBRARY})

# duckdb::internals: Parquet classes and bundled third parties (format/parquet and engine only).
add_library(duckdb_internals INTERFACE)
target_link_libraries(duckdb_internals INTERFACE duckdb_vocabulary)
foreach(dir extension/parquet/include extension/core_functions/include extension/icu/include third_party/parquet third_party/thrift
            third_party/fsst third_party/concurrentqueue third_party/re2 third_party/utf8proc/include third_party/mbedtls/include
            third_party/fastpforlib third_party/fast_float third_party/miniz third_party/zstd/include third_party/libpg_query/include
            third_party/hyperloglog third_party/tdigest third_party/skiplist third_party/lz4 third_party/brotli/include
            third_party/snappy third_party/pcg third_party/pdqsort)
  target_include_directories(duckdb_internals SYSTEM INTERFACE ${DUCKDB_SRC}/${dir})
endforeach()

find_package(PkgConfig REQUIRED)
find_package(fmt REQUIRED)
pkg_check_modules(simdjson REQUIRED IMPORTED_TARGET simdjson)
find_package(ZLIB REQUIRED)
find_package(CURL REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(pugixml REQUIRED)
find_package(GTest REQUIRED)
find_package(nlohmann_json REQUIRED)
pkg_check_modules(rdkafka REQUIRED IMPORTED_TARGET rdkafka)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
find_library(ROARING_LIBRARY roaring REQUIRED)
pkg_check_modules(edit REQUIRED IMPORTED_TARGET libedit)
find_package(CLI11 REQUIRED)
