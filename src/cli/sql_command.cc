#include "cli/sql_command.h"

#include <iostream>
#include <iterator>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/shell.h"
#include "common/files.h"

namespace deltastream::cli {
namespace {

Status write_result(engine::BatchResult& result, ResultWriter& writer) {
  DS_RETURN_IF_ERROR(writer.begin(result.columns()));
  for (;;) {
    DS_ASSIGN_OR_RETURN(DataChunk * rows, result.next());
    if (!rows) return writer.finish();
    DS_RETURN_IF_ERROR(writer.write(*rows));
  }
}

// The statements of all files and of -c, in that order.
Result<std::vector<std::string>> all_statements(engine::BatchSession& session, const SqlOptions& options) {
  std::vector<std::string> statements;
  auto add = [&](const std::string& text, const std::string& where) -> Status {
    auto parts = session.split(text);
    if (!parts.ok()) return where.empty() ? Status(std::move(parts).error()) : Status(std::move(parts).context(where).error());
    statements.insert(statements.end(), std::make_move_iterator(parts->begin()), std::make_move_iterator(parts->end()));
    return {};
  };
  for (const std::string& file : options.files) {
    DS_ASSIGN_OR_RETURN(std::string text, read_file(system_files(), file));
    DS_RETURN_IF_ERROR(add(text, file));
  }
  for (const std::string& text : options.statements) DS_RETURN_IF_ERROR(add(text, ""));
  if (options.files.empty() && options.statements.empty()) {
    DS_RETURN_IF_ERROR(add(std::string(std::istreambuf_iterator<char>(std::cin), {}), ""));
  }
  return statements;
}

bool is_binary(const std::string& format) { return format == "arrow" || format == "parquet"; }

Status execute_all(engine::BatchSession& session, const SqlOptions& options) {
  DS_ASSIGN_OR_RETURN(auto statements, all_statements(session, options));
  if (statements.empty()) return invalid_argument("there is no statement to execute");
  DS_ASSIGN_OR_RETURN(auto output, open_output(options.output));
  DS_ASSIGN_OR_RETURN(auto writer, make_result_writer(options.format, std::move(output), !options.output.empty()));
  for (size_t i = 0; i < statements.size(); i++) {
    const auto variants = is_binary(options.format) ? engine::VariantForm::kParts : engine::VariantForm::kVariant;
    DS_ASSIGN_OR_RETURN(auto result, session.execute(statements[i], variants));
    // A binary output holds one result: the last.
    const bool passed_over = is_binary(options.format) && i + 1 < statements.size();
    if (passed_over) {
      DS_RETURN_IF_ERROR(exhaust(*result));
    } else {
      DS_RETURN_IF_ERROR(write_result(*result, *writer));
    }
  }
  return writer->finish_output();
}

}  // namespace

Status exhaust(engine::BatchResult& result) {
  for (;;) {
    DS_ASSIGN_OR_RETURN(DataChunk * rows, result.next());
    if (!rows) return {};
  }
}

Status execute_statement(engine::BatchSession& session, const std::string& statement, const std::string& format) {
  DS_ASSIGN_OR_RETURN(auto result, session.execute(statement));
  DS_ASSIGN_OR_RETURN(auto output, open_output(""));
  DS_ASSIGN_OR_RETURN(auto writer, make_result_writer(format, std::move(output), false));
  DS_RETURN_IF_ERROR(write_result(*result, *writer));
  return writer->finish_output();
}

int sql_command(const SqlOptions& options) {
  if (options.format == "parquet" && options.output.empty() && isatty(STDOUT_FILENO)) {
    return fail(invalid_argument("Parquet is no text for a terminal: name a file with --output"));
  }
  auto session = engine::BatchSession::create();
  if (!session.ok()) return fail(session.error());
  const bool interactive = options.files.empty() && options.statements.empty() && isatty(STDIN_FILENO);
  if (interactive) return run_shell(**session, options.format);
  Status done = execute_all(**session, options);
  return done.ok() ? 0 : fail(done.error());
}

}  // namespace deltastream::cli
