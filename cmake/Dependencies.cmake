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
# Of its 41,000 references by name nine tenths are to itself, and looking them up was half of every start of a program. Sanitizers
# see more of what it does through the inline functions that a program puts in the place of the library's: they take it as it came.
if(NOT DS_SANITIZE)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  file(SHA256 ${CMAKE_SOURCE_DIR}/tools/bind_library.py bind_hash)
  string(SUBSTRING ${bind_hash} 0 8 bind_hash)
  set(bound ${DUCKDB_ROOT}/bound-${bind_hash}/libduckdb.so)
  if(NOT EXISTS ${bound} OR ${DUCKDB_LIBRARY} IS_NEWER_THAN ${bound})
    execute_process(COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/bind_library.py ${DUCKDB_LIBRARY} ${bound} COMMAND_ERROR_IS_FATAL ANY)
  endif()
  set(DUCKDB_LIBRARY ${bound})
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
# Only its headers: storage/http/curl_library.h loads it when it is needed.
add_library(curl_headers INTERFACE)
target_include_directories(curl_headers SYSTEM INTERFACE ${CURL_INCLUDE_DIRS})
target_link_libraries(curl_headers INTERFACE ${CMAKE_DL_LIBS})
find_package(OpenSSL REQUIRED)
find_package(pugixml REQUIRED)
find_package(GTest REQUIRED)
find_package(nlohmann_json REQUIRED)
pkg_check_modules(rdkafka REQUIRED IMPORTED_TARGET rdkafka)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
find_library(ROARING_LIBRARY roaring REQUIRED)
pkg_check_modules(edit REQUIRED IMPORTED_TARGET libedit)
find_package(CLI11 REQUIRED)

# nanoarrow: the C sources of Arrow's IPC format, with the FlatBuffers runtime they need (tools/fetch_dependencies.sh).
set(NANOARROW_SRC ${DS_CACHE}/nanoarrow-0.9.0/subprojects/arrow-nanoarrow/src)
file(GLOB FLATCC_SRC ${DS_CACHE}/nanoarrow-0.9.0/subprojects/flatcc-*)
if(NOT EXISTS ${NANOARROW_SRC}/nanoarrow/nanoarrow.h OR NOT FLATCC_SRC)
  message(FATAL_ERROR "nanoarrow 0.9.0 is not in ${DS_CACHE}/nanoarrow-0.9.0: run './dev setup' once, it fetches and checks it.")
endif()
set(NANOARROW_VERSION_MAJOR 0)
set(NANOARROW_VERSION_MINOR 9)
set(NANOARROW_VERSION_PATCH 0)
set(NANOARROW_VERSION 0.9.0)
# Our own prefix: a host program (Python) may carry another nanoarrow.
set(NANOARROW_NAMESPACE_DEFINE "#define NANOARROW_NAMESPACE DeltastreamPrivate")
configure_file(${NANOARROW_SRC}/nanoarrow/nanoarrow_config.h.in ${CMAKE_BINARY_DIR}/nanoarrow/nanoarrow/nanoarrow_config.h)
set(nanoarrow_sources)
foreach(name common/utils common/array_stream common/schema common/array ipc/writer ipc/decoder ipc/codecs ipc/reader ipc/encoder)
  list(APPEND nanoarrow_sources ${NANOARROW_SRC}/nanoarrow/${name}.c)
endforeach()
foreach(name builder emitter verifier refmap)
  list(APPEND nanoarrow_sources ${FLATCC_SRC}/src/runtime/${name}.c)
endforeach()
add_library(nanoarrow STATIC ${nanoarrow_sources})
target_include_directories(nanoarrow SYSTEM PUBLIC ${CMAKE_BINARY_DIR}/nanoarrow ${NANOARROW_SRC} PRIVATE ${FLATCC_SRC}/include)
target_compile_options(nanoarrow PRIVATE -w)
