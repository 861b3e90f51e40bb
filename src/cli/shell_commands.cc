#include "cli/shell_commands.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/shell_completion.h"
#include "common/files.h"

namespace deltastream::cli {
namespace {

struct Call {
  engine::BatchSession& session;
  ResultLook& look;
  const std::string argument;
};

constexpr std::array kFormats{"table", "record", "csv", "json"};

Result<ShellNext> help(Call&) {
  fmt::print("{}", shell_help());
  return ShellNext::kGoOn;
}

Result<ShellNext> quit(Call&) { return ShellNext::kLeave; }

Result<ShellNext> describe(Call& call) {
  static constexpr const char* kAll =
      "SELECT database_name AS database, schema_name AS schema, table_name AS name, 'table' AS kind FROM duckdb_tables() WHERE NOT internal "
      "UNION ALL SELECT database_name, schema_name, view_name, 'view' FROM duckdb_views() WHERE NOT internal ORDER BY ALL";
  DS_RETURN_IF_ERROR(execute_statement(call.session, call.argument.empty() ? kAll : "DESCRIBE FROM " + call.argument, call.look));
  return ShellNext::kGoOn;
}

Result<ShellNext> databases(Call& call) {
  DS_RETURN_IF_ERROR(execute_statement(call.session, "SELECT database_name AS database, path, type FROM duckdb_databases() WHERE NOT internal ORDER BY ALL",
                                       call.look));
  return ShellNext::kGoOn;
}

Result<ShellNext> read(Call& call) {
  if (call.argument.empty()) return invalid_argument("name the file with the statements: \\i FILE");
  DS_ASSIGN_OR_RETURN(std::string text, read_file(system_files(), call.argument));
  DS_RETURN_IF_ERROR(execute_statements(call.session, text, call.look).context(call.argument));
  return ShellNext::kGoOn;
}

Result<ShellNext> once(Call& call) {
  if (call.argument.empty()) return invalid_argument("name the file for the next result: \\once FILE");
  call.look.once = call.argument;
  return ShellNext::kGoOn;
}

Result<ShellNext> format(Call& call) {
  const bool known = std::find(kFormats.begin(), kFormats.end(), call.argument) != kFormats.end();
  if (!known && !call.argument.empty()) {
    return invalid_argument(fmt::format("the shell shows table, record, csv or json, not '{}'; \\once FILE.parquet writes Parquet", call.argument));
  }
  if (known) call.look.format = call.argument;
  fmt::print("results are shown as {}\n", call.look.format);
  return ShellNext::kGoOn;
}

Result<ShellNext> records(Call& call) {
  call.look.format = call.look.format == "record" ? "table" : "record";
  fmt::print("results are shown as {}\n", call.look.format);
  return ShellNext::kGoOn;
}

Result<ShellNext> most_rows(Call& call) {
  const std::string& text = call.argument;
  size_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (!text.empty() && (error != std::errc() || end != text.data() + text.size())) {
    return invalid_argument(fmt::format("\\maxrows wants a number (0 = all), not '{}'", text));
  }
  if (!text.empty()) call.look.most_rows = number;
  fmt::print("{}\n", call.look.most_rows == 0 ? "all rows are shown" : fmt::format("at most {} rows of a result are shown", call.look.most_rows));
  return ShellNext::kGoOn;
}

Result<ShellNext> timing(Call& call) {
  if (call.argument != "on" && call.argument != "off" && !call.argument.empty()) {
    return invalid_argument(fmt::format("\\timing is on or off, not '{}'", call.argument));
  }
  call.look.timing = call.argument.empty() ? !call.look.timing : call.argument == "on";
  fmt::print("timing is {}\n", call.look.timing ? "on" : "off");
  return ShellNext::kGoOn;
}

struct Command {
  ShellCommandRow row;
  Result<ShellNext> (*run)(Call&);
};

constexpr std::array kCommands{
    Command{{"\\? \\h .help", "", "this text"}, help},
    Command{{"\\q .quit .exit", "", "leave"}, quit},
    Command{{"\\d \\dt .tables", "[NAME]", "tables and views; with a name the columns of a table, delta.`folder` or 'file'"}, describe},
    Command{{"\\l .databases", "", "what is attached"}, databases},
    Command{{"\\i .read", "FILE", "execute the statements of a file"}, read},
    Command{{"\\once .once", "FILE", "the next result goes into a file, in the form of its ending (.csv, .json, .parquet, .arrow) or else as shown"}, once},
    Command{{"\\format .mode .format", "[FORMAT]", "show results as table, record, csv or json"}, format},
    Command{{"\\x", "", "show rows as records, one value a line, or as a table again"}, records},
    Command{{"\\maxrows .maxrows", "[N]", "show at most so many rows of a result (at first 40; 0 = all)"}, most_rows},
    Command{{"\\timing .timer", "[on|off]", "say how long each statement took"}, timing},
};

bool has_name(const ShellCommandRow& row, std::string_view name) {
  const std::string all = fmt::format(" {} ", row.names);
  return !name.empty() && name.find(' ') == std::string_view::npos && all.find(fmt::format(" {} ", name)) != std::string::npos;
}

std::string trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\n\r"), last = text.find_last_not_of(" \t\n\r");
  return first == std::string_view::npos ? "" : std::string(text.substr(first, last - first + 1));
}

std::pair<std::string, std::string> word_and_argument(std::string_view line) {
  const std::string all = trimmed(line);
  const size_t end = std::min(all.find_first_of(" \t"), all.size());
  std::string argument = trimmed(std::string_view(all).substr(end));
  while (argument.ends_with(';')) argument = trimmed(std::string_view(argument).substr(0, argument.size() - 1));  // a habit of fingers
  return {all.substr(0, end), std::move(argument)};
}

}  // namespace

std::span<const ShellCommandRow> shell_command_rows() {
  static const auto rows = [] {
    std::vector<ShellCommandRow> all;
    for (const Command& command : kCommands) all.push_back(command.row);
    return all;
  }();
  return rows;
}

std::string shell_help() {
  size_t width = 0;
  for (const ShellCommandRow& row : shell_command_rows()) width = std::max(width, row.names.size() + row.argument.size());
  std::string text = "A statement of the shell goes over as many lines as it needs, up to a semicolon. Its tables: delta_scan('folder'), delta.`folder`,\n"
                     "'file.parquet'. Its commands:\n";
  for (const ShellCommandRow& row : shell_command_rows()) text += fmt::format("  {:<{}}  {}\n", fmt::format("{} {}", row.names, row.argument), width + 1, row.help);
  return text + "Its keys: Ctrl-C drops the line or interrupts the statement, Ctrl-D leaves, Tab completes, Ctrl-R searches the history.\n";
}

std::string shell_commands_as_markdown() {
  std::string text = "| command | also | meaning |\n|---|---|---|\n";
  auto escaped = [](std::string_view cell) {
    std::string out;
    for (char c : cell) out += c == '|' ? "\\|" : std::string(1, c);
    return out;
  };
  for (const ShellCommandRow& row : shell_command_rows()) {
    const size_t first = std::min(row.names.find(' '), row.names.size());
    std::string also;
    for (size_t at = first; at < row.names.size();) {
      const size_t end = std::min(row.names.find(' ', at + 1), row.names.size());
      also += fmt::format("{}`{}`", also.empty() ? "" : ", ", row.names.substr(at + 1, end - at - 1));
      at = end;
    }
    text += fmt::format("| `{}{}{}` | {} | {} |\n", row.names.substr(0, first), row.argument.empty() ? "" : " ", escaped(row.argument), also, escaped(row.help));
  }
  return text;
}

bool is_shell_command(std::string_view line) { return line.starts_with('\\') || line.starts_with('.'); }

engine::Completion complete_shell_command(engine::BatchSession& session, const std::string& before) {
  const size_t blank = before.find_first_of(" \t");
  engine::Completion found;
  if (blank == std::string::npos) {
    for (const Command& command : kCommands) {
      const std::string names(command.row.names);
      for (size_t at = 0; at < names.size();) {
        const size_t end = std::min(names.find(' ', at), names.size());
        std::string name = names.substr(at, end - at);
        if (name.starts_with(before)) found.names.push_back(std::move(name));
        at = end + 1;
      }
    }
    return found;
  }
  const std::string word = before.substr(0, blank);
  const size_t start = std::min(before.find_first_not_of(" \t", blank), before.size());
  const std::string argument = before.substr(start);
  const auto command = std::find_if(kCommands.begin(), kCommands.end(), [&](const Command& one) { return has_name(one.row, word); });
  if (command == kCommands.end()) return found;
  if (command->run == describe) {
    static const std::string kFrom = "SELECT * FROM ";
    found = session.complete(kFrom + argument);
    found.start = start + (found.start > kFrom.size() ? found.start - kFrom.size() : 0);
  } else if (command->run == read || command->run == once) {
    found = complete_path(argument);
    found.start += start;
  } else if (command->run == format) {
    found.start = start;
    for (const std::string name : kFormats) {
      if (name.starts_with(argument)) found.names.push_back(name);
    }
  }
  return found;
}

Result<ShellNext> run_shell_command(engine::BatchSession& session, ResultLook& look, const std::string& line) {
  auto [word, argument] = word_and_argument(line);
  for (const Command& command : kCommands) {
    if (!has_name(command.row, word)) continue;
    if (command.row.argument.empty() && !argument.empty()) return invalid_argument(fmt::format("{} takes no argument", word));
    Call call{session, look, std::move(argument)};
    return command.run(call);
  }
  return invalid_argument(fmt::format("'{}' is no command of the shell; \\? lists them", word));
}

}  // namespace deltastream::cli
