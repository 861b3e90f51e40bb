/* Prints a Delta table: its version and schema, its files, and the number of its rows that a predicate keeps.
 *
 *   read_table LOCATION [PREDICATE]
 */
#include <inttypes.h>
#include <stdio.h>

#include "deltastream.h"

static int fail(ds_error* error) {
  fprintf(stderr, "error: %s\n", ds_error_message(error));
  ds_error_free(error);
  return 1;
}

/* Rows of a stream; -1 when it breaks off. */
static int64_t count_rows(struct ArrowArrayStream* stream) {
  int64_t rows = 0;
  for (;;) {
    struct ArrowArray array;
    if (stream->get_next(stream, &array) != 0) {
      fprintf(stderr, "error: %s\n", stream->get_last_error(stream));
      return -1;
    }
    if (!array.release) return rows; /* the end */
    rows += array.length;
    array.release(&array);
  }
}

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    fprintf(stderr, "usage: read_table LOCATION [PREDICATE]\n");
    return 2;
  }
  ds_table* table = NULL;
  ds_error* error = ds_table_open(argv[1], NULL, &table);
  if (error) return fail(error);
  printf("version %" PRId64 ", %" PRId64 " files\n", ds_table_version(table), ds_table_file_count(table));

  struct ArrowSchema schema;
  error = ds_table_schema(table, &schema);
  if (error) return fail(error);
  for (int64_t i = 0; i < schema.n_children; i++) printf("  %s %s\n", schema.children[i]->name, schema.children[i]->format);
  schema.release(&schema);

  struct ArrowArrayStream files;
  error = ds_table_files(table, &files);
  if (error) return fail(error);
  printf("%" PRId64 " rows of files\n", count_rows(&files));
  files.release(&files);

  ds_scan_options options = DS_SCAN_OPTIONS_INIT;
  options.predicate = argc == 3 ? argv[2] : NULL;
  struct ArrowArrayStream rows;
  error = ds_table_scan(table, &options, &rows);
  ds_table_free(table); /* the stream does not need it */
  if (error) return fail(error);
  int64_t count = count_rows(&rows);
  rows.release(&rows);
  if (count < 0) return 1;
  printf("%" PRId64 " rows\n", count);
  return 0;
}
