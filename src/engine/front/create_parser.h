#pragma once
// CREATE TABLE and CREATE VIEW at a cursor. Pure functions.

#include "common/result.h"
#include "engine/front/token_cursor.h"
#include "engine/script.h"

namespace deltastream::engine::front {

// Takes what follows CREATE.
Result<CreateTableStatement> take_create_table(TokenCursor& cursor);
Result<CreateViewStatement> take_create_view(TokenCursor& cursor);

// The name of a table or view. default_catalog.default_database. in front means nothing; other catalogs are unsupported.
Result<std::string> take_table_name(TokenCursor& cursor, std::string_view what);

// SELECT, WITH, VALUES or a query in parentheses, up to the semicolon or the end. The text stays as written.
Result<QueryText> take_query(TokenCursor& cursor);
bool at_query(const TokenCursor& cursor);

// Names used once, keys and watermark on columns that exist. The message names the table; the place is the caller's to add.
Status check_table(const TableDefinition& table);

}  // namespace deltastream::engine::front
