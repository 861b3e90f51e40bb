/*
 * deltastream's C interface: Delta Lake tables for C and C++ programs, with Arrow as the language of rows.
 *
 * Conventions
 *   - A function that can fail returns NULL, or an error that the caller frees with ds_error_free(); what it gives is then untouched.
 *   - Text is UTF-8 and ends in a zero byte. Texts that a function hands out live as long as the object they were asked of.
 *   - Objects are freed with their own function; NULL is allowed there. One object is used by one thread at a time; different objects may be
 *     used by different threads at once.
 *   - Arrow structs are those of the Arrow C data and C stream interfaces (arrow.apache.org/docs/format/CDataInterface.html). The caller calls their
 *     release(); a stream may outlive the table that it came from.
 *   - Locations: a path, file:, s3:, gs:, abfss:, az:, hdfs: or webhdfs: (credentials come from the environment).
 *   - An options struct begins with its size, so that later versions can add fields: use the _INIT macro.
 */
#ifndef DELTASTREAM_H
#define DELTASTREAM_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define DS_API __attribute__((visibility("default")))
#else
#define DS_API
#endif

/* The Arrow C data interface, as every Arrow library declares it. */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
struct ArrowSchema {
  const char* format;
  const char* name;
  const char* metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema** children;
  struct ArrowSchema* dictionary;
  void (*release)(struct ArrowSchema*);
  void* private_data;
};
struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void** buffers;
  struct ArrowArray** children;
  struct ArrowArray* dictionary;
  void (*release)(struct ArrowArray*);
  void* private_data;
};
#endif
#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE
struct ArrowArrayStream {
  int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
  int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
  const char* (*get_last_error)(struct ArrowArrayStream*);
  void (*release)(struct ArrowArrayStream*);
  void* private_data;
};
#endif

/* "0.1.0" */
DS_API const char* ds_version(void);

/* ---- Errors ---- */

typedef struct ds_error ds_error;

/* Callers act differently on each; the numbers never change. */
typedef enum ds_error_kind {
  DS_NOT_FOUND = 1,            /* no such table, version or file */
  DS_ALREADY_EXISTS = 2,
  DS_CORRUPT = 3,              /* the log or a file breaks its format; the message names it */
  DS_UNSUPPORTED = 4,          /* a table feature that is not offered, by name */
  DS_CONFLICT = 5,
  DS_COMMIT_STATE_UNKNOWN = 6,
  DS_PERMISSION = 7,
  DS_RESOURCE = 8,
  DS_CANCELLED = 9,
  DS_INVALID_ARGUMENT = 10,    /* a column, predicate or option that does not fit */
  DS_UNAVAILABLE = 11,         /* a store does not answer: later may help */
  DS_INTERNAL = 12
} ds_error_kind;

DS_API ds_error_kind ds_error_get_kind(const ds_error* error);
DS_API const char* ds_error_message(const ds_error* error);
DS_API void ds_error_free(ds_error* error);

/* ---- Tables: one version of one table ---- */

typedef struct ds_table ds_table;

typedef struct ds_open_options {
  size_t struct_size;
  int64_t version;         /* -1: the newest, or the one of the timestamp */
  int64_t timestamp_ms;    /* milliseconds since 1970 UTC: the version that stood then; INT64_MIN: not given */
  /*
   * Of a table that a catalog manages (catalogManaged), what the catalog answered: its latest version (-1: the table is opened by its path alone, which
   * such tables refuse), and the commits that may not be published yet, each as the name of its file in _delta_log/_staged_commits
   * ("00000000000000000007.<uuid>.json") or as its version, a colon and its lines ("7:{...}"). They stand for published commits of the same version;
   * whatever is newer than the latest version is not there.
   */
  int64_t catalog_version;
  const char* const* catalog_commits;
  size_t catalog_commit_count;
} ds_open_options;
#define DS_OPEN_OPTIONS_INIT {sizeof(ds_open_options), -1, INT64_MIN, -1, NULL, 0}

/* `options` may be NULL: the newest version. */
DS_API ds_error* ds_table_open(const char* location, const ds_open_options* options, ds_table** table);
/* Goes to the newest version, reading only what is new. `moved` (may be NULL) becomes 1 when the version changed, else 0. */
DS_API ds_error* ds_table_refresh(ds_table* table, int* moved);
DS_API void ds_table_free(ds_table* table);

DS_API int64_t ds_table_version(const ds_table* table);
/* Number of files, and of their bytes. */
DS_API int64_t ds_table_file_count(const ds_table* table);
DS_API int64_t ds_table_byte_count(const ds_table* table);
/* The schema as the log spells it (JSON). */
DS_API const char* ds_table_schema_json(const ds_table* table);
/* The schema of the rows that ds_table_scan() gives. */
DS_API ds_error* ds_table_schema(const ds_table* table, struct ArrowSchema* schema);
DS_API size_t ds_table_partition_column_count(const ds_table* table);
/* NULL past the end. */
DS_API const char* ds_table_partition_column(const ds_table* table, size_t index);
/* A table property such as "delta.appendOnly"; NULL when it is not set. */
DS_API const char* ds_table_property(const ds_table* table, const char* key);
/* The version that an application wrote with its last transaction; -1 when there is none. */
DS_API int64_t ds_table_transaction_version(const ds_table* table, const char* application_id);

/*
 * The files of the version, one row each:
 *   path string (decoded; relative to the table unless absolute), size int64, modification_time timestamp[us, UTC],
 *   partition_values map<string, string>, num_records int64, statistics string (JSON as in the log), deletion_vector string (its unique id),
 *   deleted_rows int64, base_row_id int64, default_row_commit_version int64
 */
DS_API ds_error* ds_table_files(const ds_table* table, struct ArrowArrayStream* stream);

/*
 * The deleted rows of one file, ascending; `path` as ds_table_files() gives it. `rows` becomes NULL and `count` 0 when the file has no
 * deletion vector. Free with ds_rows_free().
 */
DS_API ds_error* ds_table_deleted_rows(const ds_table* table, const char* path, uint64_t** rows, size_t* count);
DS_API void ds_rows_free(uint64_t* rows);

/* ---- Rows ---- */

typedef struct ds_scan_options {
  size_t struct_size;
  const char* const* columns;   /* names, in the order wanted; NULL: all. "_metadata": a struct of file_path, file_name, file_size, file_modification_time,
                                   row_index, row_id and row_commit_version (the last two null where the table does not track rows) */
  size_t column_count;
  const char* predicate;        /* a condition in SQL, e.g. "day >= DATE '2024-01-01' AND s.a = 1"; NULL: all rows. Files that cannot match are not opened */
  int64_t limit;                /* rows at most; -1: all */
} ds_scan_options;
#define DS_SCAN_OPTIONS_INIT {sizeof(ds_scan_options), NULL, 0, NULL, -1}

/* The rows of the version: deletion vectors, column mapping, partition values and widened types applied. `options` may be NULL. */
DS_API ds_error* ds_table_scan(const ds_table* table, const ds_scan_options* options, struct ArrowArrayStream* stream);

/*
 * The rows that changed from version `from` to version `to`, both included (`to` -1, or still to come: the newest), with the columns _change_type, _commit_version and
 * _commit_timestamp behind the table's own.
 */
DS_API ds_error* ds_table_changes(const char* location, int64_t from, int64_t to, struct ArrowArrayStream* stream);
/*
 * The same of a table that was opened, with what its catalog answered then: tables that a catalog manages have their changes by this one alone. `to` -1:
 * the version that is open.
 */
DS_API ds_error* ds_table_changes_between(const ds_table* table, int64_t from, int64_t to, struct ArrowArrayStream* stream);

/* One statement of batch SQL, e.g. "SELECT k, sum(v) FROM delta_scan('/lake/t') GROUP BY k". */
DS_API ds_error* ds_query(const char* sql, struct ArrowArrayStream* stream);

#ifdef __cplusplus
}
#endif

#endif /* DELTASTREAM_H */
