#include "delta/log/action_parser.h"

#include <cstring>
#include <simdjson.h>

namespace deltastream::delta {
namespace {

namespace ondemand = simdjson::ondemand;
using simdjson::error_code;

// Carries the first error through a chain of reads, so that each reads as one line.
class Reader {
 public:
  explicit Reader(const char* action) : action_(action) {}

  const char* action() const { return action_; }
  bool failed() const { return failed_; }
  Error error() const { return corrupt(message_); }
  void fail(std::string_view field, std::string_view what) {
    if (!failed_) message_ = std::string("action '") + action_ + "', field '" + std::string(field) + "': " + std::string(what);
    failed_ = true;
  }
  bool check(error_code code, std::string_view field) {
    if (code) fail(field, simdjson::error_message(code));
    return !code;
  }

  // Each leaves `out` alone for null, which means absent everywhere in the log.
  void text(ondemand::value value, std::string_view field, std::string_view& out) {
    if (null(value, field)) return;
    check(value.get_string().get(out), field);
  }
  void text(ondemand::value value, std::string_view field, std::string& out) {
    std::string_view view;
    text(value, field, view);
    out = view;
  }
  template <class Integer>
  void number(ondemand::value value, std::string_view field, Integer& out) {
    int64_t wide = 0;
    if (null(value, field) || !check(value.get_int64().get(wide), field)) return;
    out = static_cast<Integer>(wide);
    if (static_cast<int64_t>(out) != wide) fail(field, "the number does not fit");
  }
  template <class Integer>
  void number(ondemand::value value, std::string_view field, std::optional<Integer>& out) {
    if (null(value, field)) return;
    Integer wide = 0;
    number(value, field, wide);
    out = wide;
  }
  void boolean(ondemand::value value, std::string_view field, bool& out) {
    if (!null(value, field)) check(value.get_bool().get(out), field);
  }
  // The object's own text.
  void raw_object(ondemand::value value, std::string_view field, std::string_view& out) {
    if (null(value, field)) return;
    ondemand::object object;
    if (check(value.get_object().get(object), field)) check(object.raw_json().get(out), field);
  }
  template <class Each>
  void object(ondemand::value value, std::string_view field, Each&& each) {
    if (null(value, field)) return;
    ondemand::object fields;
    if (!check(value.get_object().get(fields), field)) return;
    for (auto item : fields) {
      std::string_view key;
      ondemand::value inner;
      if (!check(item.unescaped_key().get(key), field) || !check(item.value().get(inner), field)) return;
      each(key, inner);
      if (failed_) return;
    }
  }
  void texts(ondemand::value value, std::string_view field, std::vector<std::string>& out) {
    ondemand::array items;
    if (null(value, field) || !check(value.get_array().get(items), field)) return;
    for (auto item : items) {
      std::string_view one;
      if (!check(item.get_string().get(one), field)) return;
      out.emplace_back(one);
    }
  }
  void text_map(ondemand::value value, std::string_view field, StringMap& out) {
    object(value, field, [&](std::string_view key, ondemand::value inner) {
      std::string_view one;
      text(inner, field, one);
      out[std::string(key)] = one;
    });
  }
  void list_of_features(ondemand::value value, std::string_view field, std::optional<std::vector<std::string>>& out) {
    if (null(value, field)) return;
    out.emplace();
    texts(value, field, *out);
  }

 private:
  bool null(ondemand::value& value, std::string_view field) {
    bool is_null = false;
    return !check(simdjson::simdjson_result<bool>(value.is_null()).get(is_null), field) || is_null;
  }

  const char* action_;
  bool failed_ = false;
  std::string message_;
};

void read_descriptor(Reader& reader, ondemand::value value, DeletionVectorView& vector) {
  std::string_view type;
  reader.object(value, "deletionVector", [&](std::string_view key, ondemand::value inner) {
    if (key == "storageType") reader.text(inner, "deletionVector.storageType", type);
    else if (key == "pathOrInlineDv") reader.text(inner, "deletionVector.pathOrInlineDv", vector.path_or_inline);
    else if (key == "offset") reader.number(inner, "deletionVector.offset", vector.offset);
    else if (key == "sizeInBytes") reader.number(inner, "deletionVector.sizeInBytes", vector.size_in_bytes);
    else if (key == "cardinality") reader.number(inner, "deletionVector.cardinality", vector.cardinality);
    if (type.size() == 1) vector.storage_type = type[0];
  });
  if (!type.empty() && type.size() != 1) reader.fail("deletionVector.storageType", "'" + std::string(type) + "' is no storage type");
}

void read_file(Reader& reader, ondemand::value value, bool is_add, FileView& file) {
  file.has_size = false;
  reader.object(value, reader.action(), [&](std::string_view key, ondemand::value inner) {
    if (key == "path") reader.text(inner, "path", file.path);
    else if (key == "partitionValues") reader.raw_object(inner, "partitionValues", file.partition_values);
    else if (key == "stats" && is_add) reader.text(inner, "stats", file.stats);
    else if (key == "tags" && is_add) reader.raw_object(inner, "tags", file.tags);
    else if (key == "dataChange") reader.boolean(inner, "dataChange", file.data_change);
    else if (key == "modificationTime" && is_add) reader.number(inner, "modificationTime", file.time);
    else if (key == "deletionTimestamp" && !is_add) reader.number(inner, "deletionTimestamp", file.time);
    else if (key == "deletionVector") read_descriptor(reader, inner, file.deletion_vector);
    else if (key == "baseRowId") reader.number(inner, "baseRowId", file.base_row_id);
    else if (key == "defaultRowCommitVersion") reader.number(inner, "defaultRowCommitVersion", file.default_row_commit_version);
    else if (key == "clusteringProvider" && is_add) reader.text(inner, "clusteringProvider", file.clustering_provider);
    else if (key == "size") {
      std::optional<int64_t> size;
      reader.number(inner, "size", size);
      file.has_size = size.has_value();
      file.size = size.value_or(0);
    }
  });
  if (file.path.empty()) reader.fail("path", "is missing");
  if (is_add && !file.has_size) reader.fail("size", "is missing");
}

void read_protocol(Reader& reader, ondemand::value value, Protocol& protocol) {
  bool has_reader = false;
  bool has_writer = false;
  reader.object(value, "protocol", [&](std::string_view key, ondemand::value inner) {
    if (key == "minReaderVersion") {
      reader.number(inner, "minReaderVersion", protocol.min_reader_version);
      has_reader = true;
    } else if (key == "minWriterVersion") {
      reader.number(inner, "minWriterVersion", protocol.min_writer_version);
      has_writer = true;
    } else if (key == "readerFeatures") {
      reader.list_of_features(inner, "readerFeatures", protocol.reader_features);
    } else if (key == "writerFeatures") {
      reader.list_of_features(inner, "writerFeatures", protocol.writer_features);
    }
  });
  if (!has_reader) reader.fail("minReaderVersion", "is missing");
  if (!has_writer) reader.fail("minWriterVersion", "is missing");
}

void read_metadata(Reader& reader, ondemand::value value, Metadata& metadata) {
  reader.object(value, "metaData", [&](std::string_view key, ondemand::value inner) {
    if (key == "id") reader.text(inner, "id", metadata.id);
    else if (key == "name") reader.text(inner, "name", metadata.name);
    else if (key == "description") reader.text(inner, "description", metadata.description);
    else if (key == "schemaString") reader.text(inner, "schemaString", metadata.schema_string);
    else if (key == "partitionColumns") reader.texts(inner, "partitionColumns", metadata.partition_columns);
    else if (key == "createdTime") reader.number(inner, "createdTime", metadata.created_time);
    else if (key == "configuration") reader.text_map(inner, "configuration", metadata.configuration);
    else if (key == "format") {
      reader.object(inner, "format", [&](std::string_view format_key, ondemand::value format_value) {
        if (format_key == "provider") reader.text(format_value, "format.provider", metadata.format_provider);
        else if (format_key == "options") reader.text_map(format_value, "format.options", metadata.format_options);
      });
    }
  });
  if (metadata.schema_string.empty()) reader.fail("schemaString", "is missing");
}

void read_txn(Reader& reader, ondemand::value value, Txn& txn) {
  reader.object(value, "txn", [&](std::string_view key, ondemand::value inner) {
    if (key == "appId") reader.text(inner, "appId", txn.app_id);
    else if (key == "version") reader.number(inner, "version", txn.version);
    else if (key == "lastUpdated") reader.number(inner, "lastUpdated", txn.last_updated);
  });
}

void read_domain(Reader& reader, ondemand::value value, DomainMetadata& domain) {
  reader.object(value, "domainMetadata", [&](std::string_view key, ondemand::value inner) {
    if (key == "domain") reader.text(inner, "domain", domain.domain);
    else if (key == "configuration") reader.text(inner, "configuration", domain.configuration);
    else if (key == "removed") reader.boolean(inner, "removed", domain.removed);
  });
}

// commitInfo is free form: a field of another shape than ours says nothing to us and is no error.
void read_commit_info(ondemand::value value, CommitInfo& info) {
  Reader reader("commitInfo");
  reader.object(value, "commitInfo", [&](std::string_view key, ondemand::value inner) {
    Reader lenient("commitInfo");
    if (key == "timestamp") lenient.number(inner, "timestamp", info.timestamp);
    else if (key == "inCommitTimestamp") lenient.number(inner, "inCommitTimestamp", info.in_commit_timestamp);
    else if (key == "operation") lenient.text(inner, "operation", info.operation);
    else if (key == "engineInfo") lenient.text(inner, "engineInfo", info.engine_info);
    else if (key == "txnId") lenient.text(inner, "txnId", info.txn_id);
    else if (key == "userMetadata") lenient.text(inner, "userMetadata", info.user_metadata);
    else if (key == "readVersion") lenient.number(inner, "readVersion", info.read_version);
    else if (key == "isBlindAppend") {
      bool blind = false;
      if (!inner.get_bool().get(blind)) info.is_blind_append = blind;
    }
    else if (key == "operationParameters" || key == "operationMetrics") {
      StringMap& map = key == "operationMetrics" ? info.operation_metrics : info.operation_parameters;
      lenient.object(inner, "map", [&](std::string_view name, ondemand::value item) {
        std::string_view raw;
        simdjson::ondemand::json_type type;
        if (item.type().get(type)) return;
        if (type == simdjson::ondemand::json_type::string) {
          if (!item.get_string().get(raw)) map[std::string(name)] = raw;
        } else if (type == simdjson::ondemand::json_type::number) {
          map[std::string(name)] = item.raw_json_token();
        }
      });
    }
  });
}

bool starts_with_key(const char* line, size_t size, std::string_view key) {
  return size > key.size() && std::memcmp(line, key.data(), key.size()) == 0;
}

}  // namespace

struct ActionParser::Parser {
  ondemand::parser json;

  Status dispatch(std::string_view action, ondemand::value value, ActionHandler& handler);
  Status line(const char* text, size_t size, size_t capacity, ActionHandler& handler);
};

Status ActionParser::Parser::dispatch(std::string_view action, ondemand::value value, ActionHandler& handler) {
  bool is_add = action == "add";
  if (is_add || action == "remove") {
    if (!handler.wants_files()) return {};
    Reader reader(is_add ? "add" : "remove");
    FileView file;
    read_file(reader, value, is_add, file);
    if (reader.failed()) return reader.error();
    return is_add ? handler.on_add(file) : handler.on_remove(file);
  }
  if (action == "cdc") {
    if (!handler.wants_files()) return {};
    Reader reader("cdc");
    FileView file;
    read_file(reader, value, true, file);
    if (reader.failed()) return reader.error();
    return handler.on_cdc(file);
  }
  auto read = [&](const char* name, auto parsed, auto&& fill, auto&& hand_over) -> Status {
    Reader reader(name);
    fill(reader, value, parsed);
    if (reader.failed()) return reader.error();
    return hand_over(std::move(parsed));
  };
  if (action == "protocol") return read("protocol", Protocol{}, read_protocol, [&](Protocol p) { return handler.on_protocol(std::move(p)); });
  if (action == "metaData") return read("metaData", Metadata{}, read_metadata, [&](Metadata m) { return handler.on_metadata(std::move(m)); });
  if (action == "txn") return read("txn", Txn{}, read_txn, [&](Txn t) { return handler.on_txn(std::move(t)); });
  if (action == "domainMetadata") {
    return read("domainMetadata", DomainMetadata{}, read_domain, [&](DomainMetadata d) { return handler.on_domain(std::move(d)); });
  }
  if (action == "commitInfo") {
    CommitInfo info;
    read_commit_info(value, info);
    return handler.on_commit_info(std::move(info));
  }
  if (action == "sidecar") {
    auto fill = [](Reader& reader, ondemand::value object, Sidecar& sidecar) {
      reader.object(object, "sidecar", [&](std::string_view key, ondemand::value inner) {
        if (key == "path") reader.text(inner, "path", sidecar.path);
        else if (key == "sizeInBytes") reader.number(inner, "sizeInBytes", sidecar.size);
      });
    };
    return read("sidecar", Sidecar{}, fill, [&](Sidecar s) { return handler.on_sidecar(std::move(s)); });
  }
  return {};
}

Status ActionParser::Parser::line(const char* text, size_t size, size_t capacity, ActionHandler& handler) {
  ondemand::document document;
  ondemand::object root;
  if (auto error = json.iterate(text, size, capacity).get(document)) return corrupt(simdjson::error_message(error));
  if (auto error = document.get_object().get(root)) return corrupt(simdjson::error_message(error));
  for (auto field : root) {
    std::string_view action;
    ondemand::value value;
    if (auto error = field.unescaped_key().get(action)) return corrupt(simdjson::error_message(error));
    if (auto error = field.value().get(value)) return corrupt(simdjson::error_message(error));
    simdjson::ondemand::json_type type;
    if (auto error = value.type().get(type)) return corrupt(simdjson::error_message(error));
    if (type == simdjson::ondemand::json_type::null) continue;
    DS_RETURN_IF_ERROR(dispatch(action, value, handler));
  }
  // At the end there is no location any more.
  if (document.current_location().error() == simdjson::SUCCESS) return corrupt("there is text after the action");
  return {};
}

ActionParser::ActionParser() : parser_(std::make_unique<Parser>()) {}
ActionParser::~ActionParser() = default;

Status ActionParser::parse(std::string& lines, ActionHandler& handler) {
  size_t size = lines.size();
  lines.reserve(size + simdjson::SIMDJSON_PADDING);
  const char* begin = lines.data();
  size_t line_number = 0;
  for (size_t at = 0; at < size;) {
    const void* newline = std::memchr(begin + at, '\n', size - at);
    size_t end = newline ? static_cast<size_t>(static_cast<const char*>(newline) - begin) : size;
    size_t length = end - at;
    line_number++;
    while (length > 0 && (begin[at + length - 1] == '\r' || begin[at + length - 1] == ' ')) length--;
    bool skip = length == 0 || (!handler.wants_files() && begin[at + length - 1] == '}' &&
                                (starts_with_key(begin + at, length, "{\"add\":") || starts_with_key(begin + at, length, "{\"remove\":")));
    if (!skip) {
      auto parsed = parser_->line(begin + at, length, lines.capacity() - at, handler);
      if (!parsed.ok()) return std::move(parsed).context("line " + std::to_string(line_number));
    }
    at = end + 1;
  }
  return {};
}

}  // namespace deltastream::delta
