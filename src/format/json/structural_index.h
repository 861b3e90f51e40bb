#pragma once
// Where the structure of JSON text stands: the places of brackets, colons, commas and of the first byte of every string,
// number and literal outside strings. Made by simdjson's first stage, whose kernel is chosen at run time; simdjson's own
// On-Demand front is not used because its string and number kernels are fixed when we compile, to the slow ones.
// The text may hold many records, separated by line ends. One thread at a time.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace deltastream::format {

class StructuralIndex {
 public:
  StructuralIndex();
  ~StructuralIndex();

  // Text must be readable 64 bytes past its end and stay. Empty, or what is wrong: bytes that are no UTF-8, a string without
  // an end, a raw control character in a string.
  std::string build(std::string_view text);

  // Places in rising order. Two more entries follow that hold text.size().
  const uint32_t* begin() const;
  size_t size() const { return size_; }

 private:
  struct Stage;
  std::unique_ptr<Stage> stage_;
  size_t size_ = 0;
};

}  // namespace deltastream::format
