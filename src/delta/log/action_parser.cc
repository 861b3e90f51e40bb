#include "delta/log/action_parser.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <simdjson.h>

#include "delta/json/json_cursor.h"

namespace deltastream::delta {
namespace {

// Reads the fields of one action off the cursor, and says which field was wrong.
class Reader {
 public:
  Reader(JsonCursor& json, const char* action) : json_(json), action_(action) {}

  const char* action() const { return action_; }
  bool failed() const { return json_.failed() || !message_.empty(); }
  Error error() const {
    std::string where = std::string("action '") + action_ + "'";
    if (!field_.empty()) where += ", field '" + std::string(field_) + "'";
    return corrupt(where + ": " + (message_.empty() ? json_.failure() : message_));
  }
  void fail(std::string_view field, std::string what) {
    if (failed()) return;
    field_ = field;
    message_ = std::move(what);
  }

  // Each leaves `out` alone for null, which means absent everywhere in the log.
  // A value of another kind stands for its own text, as Spark takes it: 5, true, or statistics that are an object.
  void text(std::string_view field, std::string_view& out) {
    if (json_.null()) return;
    out = json_.peek() == '"' ? json_.string() : json_.raw();
    note(field);
  }
  void text(std::string_view field, std::string& out) {
    std::string_view view;
    text(field, view);
    out = view;
  }
  // A bound of which half a character is lost could hide rows.
  void statistics(std::string_view& out) {
    text("stats", out);
    if (json_.mended()) out = {};
  }
  template <class Integer>
  void number(std::string_view field, Integer& out) {
    if (json_.null()) return;
    int64_t wide = json_.integer();
    note(field);
    out = static_cast<Integer>(wide);
    if (static_cast<int64_t>(out) != wide) fail(field, "the number does not fit");
  }
  template <class Integer>
  void number(std::string_view field, std::optional<Integer>& out) {
    if (json_.null()) return;
    Integer value = 0;
    number(field, value);
    out = value;
  }
  void boolean(std::string_view field, bool& out) {
    if (json_.null()) return;
    out = json_.boolean();
    note(field);
  }
  // The object's own text.
  void raw_object(std::string_view field, std::string_view& out) {
    if (json_.null()) return;
    if (json_.peek() != '{') json_.fail("an object is expected");
    out = json_.raw();
    note(field);
  }
  template <class Each>
  void object(std::string_view field, Each&& each) {
    if (json_.null()) return;
    json_.object(each);
    note(field);
  }
  void texts(std::string_view field, std::vector<std::string>& out) {
    if (json_.null()) return;
    json_.array([&] { out.emplace_back(json_.string()); });
    note(field);
  }
  void text_map(std::string_view field, StringMap& out) {
    object(field, [&](std::string_view key) {
      std::string_view one;
      text(field, one);
      out[std::string(key)] = one;
    });
  }
  void list_of_features(std::string_view field, std::optional<std::vector<std::string>>& out) {
    if (json_.null()) return;
    out.emplace();
    texts(field, *out);
  }

 private:
  // The innermost field at which the cursor failed.
  void note(std::string_view field) {
    if (json_.failed() && field_.empty()) field_ = field;
  }

  JsonCursor& json_;
  const char* action_;
  std::string_view field_;
  std::string message_;
};

void read_descriptor(Reader& reader, DeletionVectorView& vector) {
  std::string_view type;
  vector.cardinality = -1;   // nobody counted the rows of a vector without it
  reader.object("deletionVector", [&](std::string_view key) {
    if (key == "storageType") reader.text("deletionVector.storageType", type);
    else if (key == "pathOrInlineDv") reader.text("deletionVector.pathOrInlineDv", vector.path_or_inline);
    else if (key == "offset") reader.number("deletionVector.offset", vector.offset);
    else if (key == "sizeInBytes") reader.number("deletionVector.sizeInBytes", vector.size_in_bytes);
    else if (key == "cardinality") reader.number("deletionVector.cardinality", vector.cardinality);
  });
  // An object that says nothing is none.
  if (type.empty() && vector.path_or_inline.empty() && vector.size_in_bytes == 0 && vector.cardinality < 0) return;
  vector.storage_type = type.size() == 1 ? type[0] : '?';
  if (const char* fault = vector.fault()) reader.fail("deletionVector", fault);
}

void read_file(Reader& reader, bool is_add, FileView& file, bool with_stats) {
  file.has_size = false;
  reader.object(reader.action(), [&](std::string_view key) {
    if (key == "path") reader.text("path", file.path);
    else if (key == "partitionValues") reader.raw_object("partitionValues", file.partition_values);
    else if (key == "stats" && with_stats) reader.statistics(file.stats);
    else if (key == "tags" && is_add) reader.raw_object("tags", file.tags);
    else if (key == "dataChange") reader.boolean("dataChange", file.data_change);
    else if (key == "modificationTime" && is_add) reader.number("modificationTime", file.time);
    else if (key == "deletionTimestamp" && !is_add) reader.number("deletionTimestamp", file.time);
    else if (key == "deletionVector") read_descriptor(reader, file.deletion_vector);
    else if (key == "baseRowId") reader.number("baseRowId", file.base_row_id);
    else if (key == "defaultRowCommitVersion") reader.number("defaultRowCommitVersion", file.default_row_commit_version);
    else if (key == "clusteringProvider" && is_add) reader.text("clusteringProvider", file.clustering_provider);
    else if (key == "size") {
      std::optional<int64_t> size;
      reader.number("size", size);
      file.has_size = size.has_value();
      file.size = size.value_or(0);
    }
  });
  if (file.path.empty()) reader.fail("path", "is missing");
  if (is_add && !file.has_size) reader.fail("size", "is missing");
}

void read_protocol(Reader& reader, Protocol& protocol) {
  bool has_reader = false;
  bool has_writer = false;
  reader.object("protocol", [&](std::string_view key) {
    if (key == "minReaderVersion") {
      reader.number("minReaderVersion", protocol.min_reader_version);
      has_reader = true;
    } else if (key == "minWriterVersion") {
      reader.number("minWriterVersion", protocol.min_writer_version);
      has_writer = true;
    } else if (key == "readerFeatures") {
      reader.list_of_features("readerFeatures", protocol.reader_features);
    } else if (key == "writerFeatures") {
      reader.list_of_features("writerFeatures", protocol.writer_features);
    }
  });
  if (!has_reader) reader.fail("minReaderVersion", "is missing");
  if (!has_writer) reader.fail("minWriterVersion", "is missing");
}

void read_metadata(Reader& reader, Metadata& metadata) {
  reader.object("metaData", [&](std::string_view key) {
    if (key == "id") reader.text("id", metadata.id);
    else if (key == "name") reader.text("name", metadata.name);
    else if (key == "description") reader.text("description", metadata.description);
    else if (key == "schemaString") reader.text("schemaString", metadata.schema_string);
    else if (key == "partitionColumns") reader.texts("partitionColumns", metadata.partition_columns);
    else if (key == "createdTime") reader.number("createdTime", metadata.created_time);
    else if (key == "configuration") reader.text_map("configuration", metadata.configuration);
    else if (key == "format") {
      reader.object("format", [&](std::string_view format_key) {
        if (format_key == "provider") reader.text("format.provider", metadata.format_provider);
        else if (format_key == "options") reader.text_map("format.options", metadata.format_options);
      });
    }
  });
  // No schemaString is an empty one: Delta Live Tables begin so, and say their columns in the next version.
}

void read_txn(Reader& reader, Txn& txn) {
  reader.object("txn", [&](std::string_view key) {
    if (key == "appId") reader.text("appId", txn.app_id);
    else if (key == "version") reader.number("version", txn.version);
    else if (key == "lastUpdated") reader.number("lastUpdated", txn.last_updated);
  });
}

void read_sidecar(Reader& reader, Sidecar& sidecar) {
  reader.object("sidecar", [&](std::string_view key) {
    if (key == "path") reader.text("path", sidecar.path);
    else if (key == "sizeInBytes") reader.number("sizeInBytes", sidecar.size);
  });
}

void read_checkpoint_version(Reader& reader, std::optional<int64_t>& version) {
  reader.object("checkpointMetadata", [&](std::string_view key) {
    if (key == "version") reader.number("version", version);
  });
}

void read_domain(Reader& reader, DomainMetadata& domain) {
  reader.object("domainMetadata", [&](std::string_view key) {
    if (key == "domain") reader.text("domain", domain.domain);
    else if (key == "configuration") reader.text("configuration", domain.configuration);
    else if (key == "removed") reader.boolean("removed", domain.removed);
  });
}

// commitInfo is free form: a field of another shape than ours says nothing to us and is no error.
void lenient_text(JsonCursor& json, std::string& out) {
  if (json.peek() == '"') out = json.string();
}

std::optional<int64_t> lenient_number(JsonCursor& json) {
  char first = json.peek();
  if (first != '-' && (first < '0' || first > '9')) return std::nullopt;
  std::string_view raw = json.raw();
  int64_t value = 0;
  auto parsed = std::from_chars(raw.data(), raw.data() + raw.size(), value);
  return parsed.ec == std::errc() && parsed.ptr == raw.data() + raw.size() ? std::optional(value) : std::nullopt;
}

// Values are texts, or numbers and the like as they stand.
void lenient_map(JsonCursor& json, StringMap& out) {
  if (json.peek() != '{') return;
  json.object([&](std::string_view key) {
    std::string name(key);
    if (json.peek() == '"') {
      out[name] = json.string();
    } else if (json.peek() != 'n') {
      out[name] = json.raw();
    }
  });
}

void read_commit_info(JsonCursor& json, CommitInfo& info) {
  if (json.peek() != '{') return;
  json.object([&](std::string_view key) {
    if (key == "timestamp") info.timestamp = lenient_number(json);
    else if (key == "inCommitTimestamp") info.in_commit_timestamp = lenient_number(json);
    else if (key == "operation") lenient_text(json, info.operation);
    else if (key == "engineInfo") lenient_text(json, info.engine_info);
    else if (key == "txnId") lenient_text(json, info.txn_id);
    else if (key == "userMetadata") lenient_text(json, info.user_metadata);
    else if (key == "readVersion") info.read_version = lenient_number(json);
    else if (key == "isBlindAppend" && (json.peek() == 't' || json.peek() == 'f')) info.is_blind_append = json.boolean();
    else if (key == "operationParameters") lenient_map(json, info.operation_parameters);
    else if (key == "operationMetrics") lenient_map(json, info.operation_metrics);
  });
}

std::string_view line_at(const char* at, const char* end) {
  const void* newline = std::memchr(at, '\n', static_cast<size_t>(end - at));
  return {at, static_cast<size_t>((newline ? static_cast<const char*>(newline) : end) - at)};
}

// The text of an object that goes over several lines, as formatters of JSON leave commits: up to where it closes, the line
// ends blanked out. All of the text where it does not close. Within texts JSON knows no bare line end.
std::string_view over_lines(const char* at, const char* end, std::string& flat) {
  int depth = 0;
  bool in_text = false;
  const char* last = at;
  for (; last < end; last++) {
    if (in_text) {
      if (*last == '\\') last++;
      else in_text = *last != '"';
    } else if (*last == '"') {
      in_text = true;
    } else if (*last == '{') {
      depth++;
    } else if (*last == '}' && --depth == 0) {
      break;
    }
  }
  last = std::min(last, end);
  flat.assign(at, last + line_at(last, end).size());
  std::replace(flat.begin(), flat.end(), '\n', ' ');
  return flat;
}

// A brace and nothing else: the object goes on in the next line.
bool opens_over_lines(std::string_view lines) {
  if (lines.empty() || lines[0] != '{') return false;
  const size_t next = lines.find_first_not_of(" \t\r", 1);
  return next != std::string_view::npos && lines[next] == '\n';
}

// Some versions of Databricks put an x behind every action.
bool is_stray_letter(std::string_view rest_of_line) {
  return rest_of_line.starts_with('x') && rest_of_line.find_first_not_of(" \t\r", 1) == std::string_view::npos;
}

// Skips one action without a look at what it holds.
bool is_file_line(std::string_view line) {
  return line.substr(0, 7) == "{\"add\":" || line.substr(0, 10) == "{\"remove\":" || line.substr(0, 7) == "{\"cdc\":";
}

}  // namespace

struct ActionParser::Parser {
  JsonCursor json;
  std::string flat;   // an object that went over several lines, on one

  Status dispatch(std::string_view action, ActionHandler& handler);
  Status file(std::string_view action, ActionHandler& handler);
  template <class Action, class Read, class HandOver>
  Status other(const char* name, Read&& read, HandOver&& hand_over);
};

Status ActionParser::Parser::file(std::string_view action, ActionHandler& handler) {
  if (!handler.wants_files()) return {};
  bool is_add = action == "add";
  bool is_remove = action == "remove";
  Reader reader(json, is_add ? "add" : is_remove ? "remove" : "cdc");
  FileView file;
  read_file(reader, !is_remove, file, is_add || (is_remove && handler.wants_removed_statistics()));
  if (reader.failed()) return reader.error();
  if (is_add) return handler.on_add(file);
  return is_remove ? handler.on_remove(file) : handler.on_cdc(file);
}

template <class Action, class Read, class HandOver>
Status ActionParser::Parser::other(const char* name, Read&& read, HandOver&& hand_over) {
  Reader reader(json, name);
  Action parsed;
  read(reader, parsed);
  if (reader.failed()) return reader.error();
  return hand_over(std::move(parsed));
}

Status ActionParser::Parser::dispatch(std::string_view action, ActionHandler& handler) {
  if (action == "add" || action == "remove" || action == "cdc") return file(action, handler);
  if (action == "protocol") return other<Protocol>("protocol", read_protocol, [&](Protocol p) { return handler.on_protocol(std::move(p)); });
  if (action == "metaData") return other<Metadata>("metaData", read_metadata, [&](Metadata m) { return handler.on_metadata(std::move(m)); });
  if (action == "txn") return other<Txn>("txn", read_txn, [&](Txn t) { return handler.on_txn(std::move(t)); });
  if (action == "domainMetadata") return other<DomainMetadata>("domainMetadata", read_domain, [&](DomainMetadata d) { return handler.on_domain(std::move(d)); });
  if (action == "sidecar") return other<Sidecar>("sidecar", read_sidecar, [&](Sidecar s) { return handler.on_sidecar(std::move(s)); });
  if (action == "checkpointMetadata") {
    return other<std::optional<int64_t>>("checkpointMetadata", read_checkpoint_version, [&](std::optional<int64_t> version) {
      return version ? handler.on_checkpoint_version(*version) : Status();
    });
  }
  if (action != "commitInfo") return {};
  CommitInfo info;
  read_commit_info(json, info);
  return json.failed() ? corrupt(std::string("action 'commitInfo': ") + json.failure()) : handler.on_commit_info(std::move(info));
}

ActionParser::ActionParser() : parser_(std::make_unique<Parser>()) {}
ActionParser::~ActionParser() = default;

Status ActionParser::parse(std::string_view lines, ActionHandler& handler, bool continued) {
  if (!continued) line_number_ = 0;
  JsonCursor& json = parser_->json;
  // The mark of UTF-8, as editors put it before a file.
  if (!continued && lines.starts_with("\xef\xbb\xbf")) lines.remove_prefix(3);
  const char* at = lines.data();
  const char* end = at + lines.size();
  auto wrong = [&](Error error) { return error.add_context("line " + std::to_string(line_number_)); };
  if (!simdjson::validate_utf8(lines)) {
    line_number_++;
    return wrong(corrupt("somewhere from here on there are bytes that are no UTF-8 text"));
  }
  while (at < end) {
    line_number_++;
    if (!handler.wants_files() && is_file_line({at, static_cast<size_t>(end - at)})) {
      const char* line_end = at + line_at(at, end).size();
      const char* last = line_end - 1;
      while (*last == '\r' || *last == ' ' || *last == '\t') last--;
      if (*last == 'x') last--;
      if (*last != '}') return wrong(corrupt("the line ends in the middle"));
      at = line_end + (line_end < end ? 1 : 0);
      continue;
    }
    std::string_view text(at, static_cast<size_t>(end - at));
    const bool over = opens_over_lines(text);
    if (over) text = over_lines(at, end, parser_->flat);
    json.start(text.data(), text.data() + text.size());
    json.skip_blanks();
    if (!json.at_end() && *json.at() != '\n') {
      Status handled;
      json.object([&](std::string_view action) {
        if (json.null()) return;
        handled = parser_->dispatch(action, handler);
        if (!handled.ok()) json.fail("an action is wrong");
      });
      if (!handled.ok()) return wrong(std::move(handled).error());
      json.skip_blanks();
      if (!json.failed() && !json.at_end() && *json.at() != '\n') {
        std::string_view rest = line_at(json.at(), text.data() + text.size());
        if (!is_stray_letter(rest)) json.fail("there is text after the action");
        else json.start(rest.data() + rest.size(), text.data() + text.size());
      }
      if (json.failed()) return wrong(corrupt(json.failure()));
    }
    if (over) {
      line_number_ += static_cast<size_t>(std::count(at, at + text.size(), '\n'));
      at += text.size() + (at + text.size() < end ? 1 : 0);
      continue;
    }
    at = json.at_end() ? end : json.at() + 1;
  }
  return {};
}

}  // namespace deltastream::delta
