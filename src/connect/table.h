#pragma once
// The one list of connectors: name → options, guarantees, source, sink. Validation, messages and docs come from it.
// Pure functions and plain data; thread-safe. Errors name the table, the option and its place in the script.

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/environment.h"
#include "common/result.h"
#include "engine/catalog.h"
#include "stream/endpoint.h"

namespace deltastream::connect {

enum class OptionType { kString, kInteger, kBoolean, kDuration, kMemory, kEnum };

struct OptionRow {
  std::string_view key;  // a trailing "*" takes any suffix: "properties.*"
  OptionType type = OptionType::kString;
  std::string_view default_value;  // "" = none
  bool required = false;
  std::string_view values;  // of kEnum: "a|b|c"
  std::string_view help;    // one sentence
};

// An option that other programs have for such tables and we lack: what to write instead.
struct ElsewhereOption {
  std::string_view key;
  std::string_view hint;
};

// Validated options: every key is known, every value fits. integer(), duration_us() and memory_bytes() give 0 for an option
// that is neither given nor has a default: ask has() where that matters.
class Options {
 public:
  bool has(std::string_view key) const;
  std::string get(std::string_view key) const;  // the default when not given
  int64_t integer(std::string_view key) const;
  bool boolean(std::string_view key) const;
  int64_t duration_us(std::string_view key) const;
  int64_t memory_bytes(std::string_view key) const;
  // All given with the prefix, without it: with_prefix("properties.").
  std::unordered_map<std::string, std::string> with_prefix(std::string_view prefix) const;

 private:
  friend Result<Options> validate_options(const engine::TableDefinition& table);
  std::unordered_map<std::string, std::string> values_;
  std::unordered_map<std::string, std::string> defaults_;
};

struct ConnectorContext {
  Environment environment;
  std::string base_folder;  // relative paths in options start here (the pipeline file's folder)
  std::string pipeline;     // pipeline.name
};

using SourceFactory = Result<std::unique_ptr<stream::Source>> (*)(const engine::TableDefinition&, const Options&, const ConnectorContext&);
using SinkFactory = Result<std::unique_ptr<stream::Sink>> (*)(const engine::TableDefinition&, const Options&, const ConnectorContext&);

struct Connector {
  std::string_view name;
  std::string_view help;
  std::span<const OptionRow> options;
  std::span<const ElsewhereOption> elsewhere;  // told when one of them is given
  bool (*bounded)(const Options&) = nullptr;  // null: no source
  SourceFactory make_source = nullptr;        // null: no source
  SinkFactory make_sink = nullptr;            // null: no sink
  std::string_view guarantee;                 // "exactly once", "at least once", …
  std::string_view metadata_columns;          // "topic,partition,offset,…"
};

// One line a connector, in alphabetical order.
std::span<const Connector> connectors();
Result<const Connector*> find_connector(const engine::TableDefinition& table);

// Checks the WITH options against the connector's rows: unknown keys name the nearest known one, values name what fits.
Result<Options> validate_options(const engine::TableDefinition& table);

Result<std::unique_ptr<stream::Source>> make_source(const engine::TableDefinition& table, const ConnectorContext& context);
Result<std::unique_ptr<stream::Sink>> make_sink(const engine::TableDefinition& table, const ConnectorContext& context);
Result<bool> is_bounded(const engine::TableDefinition& table);
// docs/connectors.md is this text; a test compares.
std::string options_as_markdown();

}  // namespace deltastream::connect
