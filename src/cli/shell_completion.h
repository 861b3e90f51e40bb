#pragma once
// What the Tab key offers: words of the shell's commands, files inside of quotes, and what the session knows of SQL. One thread.

#include <string>

#include "engine/batch.h"

namespace deltastream::cli {

// `pending` is what was typed of the statement on earlier lines, `before` the line up to the cursor; the start is one in `before`.
engine::Completion complete_line(engine::BatchSession& session, const std::string& pending, const std::string& before);

// Files and folders that the path can become, folders with a slash at their end, but for those that are Delta tables. Hidden ones only when
// the name begins with a dot.
engine::Completion complete_path(const std::string& path);

}  // namespace deltastream::cli
