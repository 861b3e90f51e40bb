#include "format/json/structural_index.h"

#include <simdjson.h>

namespace deltastream::format {

struct StructuralIndex::Stage {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
  size_t capacity = 0;

  simdjson::error_code reserve(size_t bytes) {
    if (parser && capacity >= bytes) return simdjson::SUCCESS;
    size_t wanted = bytes + bytes / 2 + 1024;
    auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(wanted, 1, parser);
    capacity = error ? 0 : wanted;
    if (error) parser.reset();
    return error;
  }
};

StructuralIndex::StructuralIndex() : stage_(std::make_unique<Stage>()) {}
StructuralIndex::~StructuralIndex() = default;

std::string StructuralIndex::build(std::string_view text) {
  size_ = 0;
  auto error = stage_->reserve(text.size());
  if (!error) error = stage_->parser->stage1(reinterpret_cast<const uint8_t*>(text.data()), text.size(), simdjson::stage1_mode::regular);
  switch (error) {
    case simdjson::SUCCESS: size_ = stage_->parser->n_structural_indexes; return {};
    case simdjson::EMPTY: return "it is empty";
    case simdjson::UTF8_ERROR: return "it holds bytes that are no UTF-8";
    case simdjson::UNCLOSED_STRING: return "a string has no end";
    case simdjson::UNESCAPED_CHARS: return "a string holds a raw control character";
    case simdjson::CAPACITY: return "it is longer than 4 GiB";
    case simdjson::MEMALLOC: return "there is no memory for its index";
    default: return simdjson::error_message(error);
  }
}

const uint32_t* StructuralIndex::begin() const { return stage_->parser->structural_indexes.get(); }

}  // namespace deltastream::format
