// The command line: words, options, exit codes.

#include <algorithm>
#include <clocale>
#include <iostream>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "common/suggest.h"

namespace {

constexpr const char* kFooter =
    "Exit codes: 0 done (or stopped so that it can go on), 1 an error, 2 wrong usage, 130 ended by Ctrl-C.\n"
    "Errors stand on standard error as 'error: <kind>: <text>'.";

// Help that was asked for, or what is wrong with the usage. `first`: the first argument, or "".
int usage_error(const CLI::App& app, const CLI::ParseError& error, const std::string& first) {
  if (error.get_exit_code() == 0) return app.exit(error);
  if (first.empty()) {
    std::cerr << app.help();
    return 2;
  }
  std::string text = error.what(), help = "deltastream --help";
  std::vector<std::string> words;
  for (const CLI::App* word : app.get_subcommands([](const CLI::App*) { return true; })) words.push_back(word->get_name());
  if (std::find(words.begin(), words.end(), first) != words.end()) {
    help = "deltastream " + first + " --help";
  } else if (first[0] == '-') {
    text = "'" + first + "' stands where a word is wanted: run, sql, explain, …";
  } else {
    text = "there is no word '" + first + "'";
    if (std::string near = deltastream::nearest_name(first, words); !near.empty()) text += "; did you mean '" + near + "'?";
  }
  std::cerr << "error: invalid argument: " << text << "\n" << help << " lists what there is\n";
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace deltastream;
  std::setlocale(LC_CTYPE, "C.UTF-8");  // names, values and what is typed are UTF-8, whatever the user's language
  CLI::App app("Streams through SQL into Delta Lake tables.", "deltastream");
  app.footer(kFooter);
  app.require_subcommand(1);
  app.set_help_all_flag("--help-all", "The help of all words");
  app.set_version_flag("--version", cli::version_text(), "The versions of deltastream and of DuckDB inside");

  cli::RunOptions run;
  CLI::App* run_word = app.add_subcommand("run", "Run a pipeline file (Flink SQL) to the end of its input, or until Ctrl-C");
  run_word->add_option("FILE", run.file, "The pipeline: CREATE TABLE …; INSERT INTO … SELECT …;")->required();
  run_word->add_option("--set", run.settings, "A setting, key=value; wins over SET in the file (deltastream settings lists them)")->type_name("KEY=VALUE")->allow_extra_args(false);
  run_word->add_option("--parallelism", run.parallelism, "Subtasks of each operator (default: number of cores)")->check(CLI::Range(1, 1024));
  run_word->add_option("--state", run.state_folder, "Folder of the checkpoints (default: .deltastream/NAME beside the file)")->type_name("FOLDER");
  run_word->add_flag("--fresh", run.fresh, "Start anew: move the state of earlier runs aside");

  cli::SqlOptions sql;
  CLI::App* sql_word = app.add_subcommand("sql", "Batch SQL (DuckDB's) over tables and files; a shell when nothing is given");
  sql_word->add_option("FILE", sql.files, "Files with statements");
  sql_word->add_option("-c", sql.statements, "Statements to execute")->type_name("SQL")->allow_extra_args(false);
  sql_word->add_option("--format", sql.format, "Of the result: table, record (a line a value), csv, json (a line a row), arrow, parquet")
      ->check(CLI::IsMember({"table", "record", "csv", "json", "arrow", "parquet"}))
      ->type_name("FORMAT");
  sql_word->add_option("--output", sql.output, "Write the result into this file")->type_name("FILE");

  sql_word->add_option("--rows", sql.most_rows, "Rows of a table shown on a terminal (default 40; 0 = all)")->type_name("N");
  sql_word->add_option("--grant", sql.grants, "Statements may read and write this folder alone, and what is below it (may be given several times)")
      ->type_name("FOLDER")
      ->allow_extra_args(false);
  sql_word->footer(cli::shell_help);

  cli::ExplainOptions explain;
  CLI::App* explain_word = app.add_subcommand("explain", "Show the operator graph of a pipeline file");
  explain_word->add_option("FILE", explain.file, "The pipeline")->required();
  explain_word->add_option("--set", explain.settings, "A setting, key=value")->type_name("KEY=VALUE")->allow_extra_args(false);
  explain_word->add_option("--svg", explain.svg, "Draw it into this file")->type_name("FILE");

  CLI::App* connectors_word = app.add_subcommand("connectors", "Every connector and its options");
  CLI::App* settings_word = app.add_subcommand("settings", "Every setting of a pipeline");
  CLI::App* version_word = app.add_subcommand("version", "The versions of deltastream and of DuckDB inside");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error, argc > 1 ? argv[1] : "");
  }
  if (*run_word) return cli::run_command(run);
  if (*sql_word) return cli::sql_command(sql);
  if (*explain_word) return cli::explain_command(explain);
  if (*connectors_word) return cli::connectors_command();
  if (*settings_word) return cli::settings_command();
  if (*version_word) return cli::version_command();
  return 2;
}
