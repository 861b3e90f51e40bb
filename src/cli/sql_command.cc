#include "cli/sql_command.h"

#include <chrono>
#include <csignal>
#include <iostream>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/query_interrupt.h"
#include "cli/result_writer.h"
#include "cli/shell.h"
#include "cli/terminal.h"
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

// On a terminal the table has to fit; pipes and files take all.
TableRoom room_of(size_t most_rows, const std::string& file) {
  if (!file.empty() || !isatty(STDOUT_FILENO)) return {};
  return {terminal_width(STDOUT_FILENO), most_rows};
}

// The form of a result by the ending of its file's name, or as results are shown.
std::string format_of(const ResultLook& look) {
  for (const char* format : {"csv", "json", "parquet", "arrow"}) {
    if (look.once.ends_with(fmt::format(".{}", format))) return format;
  }
  return look.format;
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
  DS_ASSIGN_OR_RETURN(auto writer, make_result_writer(options.format, {std::move(output), !options.output.empty(), room_of(options.most_rows, options.output)}));
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

Status execute_statement(engine::BatchSession& session, const std::string& statement, ResultLook& look) {
  const auto begin = std::chrono::steady_clock::now();
  const std::string format = format_of(look), file = std::exchange(look.once, "");
  DS_ASSIGN_OR_RETURN(auto result, session.execute(statement, is_binary(format) ? engine::VariantForm::kParts : engine::VariantForm::kVariant));
  DS_ASSIGN_OR_RETURN(auto output, open_output(file));
  DS_ASSIGN_OR_RETURN(auto writer, make_result_writer(format, {std::move(output), !file.empty(), room_of(look.most_rows, file)}));
  DS_RETURN_IF_ERROR(write_result(*result, *writer));
  DS_RETURN_IF_ERROR(writer->finish_output());
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
  if (look.timing) fmt::print("Time: {:.3f} ms\n", took.count());
  return {};
}

Status execute_statements(engine::BatchSession& session, const std::string& text, ResultLook& look) {
  DS_ASSIGN_OR_RETURN(auto statements, session.split(text));
  for (const std::string& statement : statements) DS_RETURN_IF_ERROR(execute_statement(session, statement, look));
  return {};
}

int sql_command(const SqlOptions& options) {
  if (options.format == "parquet" && options.output.empty() && isatty(STDOUT_FILENO)) {
    return fail(invalid_argument("Parquet is no text for a terminal: name a file with --output"));
  }
  auto session = engine::BatchSession::create(engine::BatchOptions{options.grants});
  if (!session.ok()) return fail(session.error());
  const bool interactive = options.files.empty() && options.statements.empty() && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && options.output.empty() && !is_binary(options.format);
  if (interactive) return run_shell(**session, {options.format, options.most_rows, false, ""});
  Status done;
  {
    // Ctrl-C ends the statement, so that no half file is left behind; then it ends us as it ends any program.
    QueryInterrupt interrupt(**session, QueryInterrupt::Second::kEnds);
    done = execute_all(**session, options);
  }
  if (done.ok()) return 0;
  fail(done.error());
  if (done.error().kind() == ErrorKind::kCancelled) std::raise(SIGINT);
  return 1;
}

}  // namespace deltastream::cli
