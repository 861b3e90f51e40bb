#include "connect/datagen/generators.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "common/exception.h"
#include "duckdb/common/types/hugeint.hpp"

namespace deltastream::connect::datagen {
namespace {

using duckdb::FlatVector;
using duckdb::hugeint_t;

// SplitMix64's finalizer: neighbours become unrelated.
uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

uint64_t name_seed(uint64_t seed, const std::string& name) {
  uint64_t hash = mix(seed + 0x9e3779b97f4a7c15ull);
  for (unsigned char c : name) hash = (hash ^ c) * 0x100000001b3ull;
  return mix(hash);
}

// 0 … 1, without 1.
double fraction(uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-53; }

// What all kinds of fields have in common: a number of their own for each row, and NULLs.
class Field : public Generator {
 public:
  Field(const FieldOptions& options, uint64_t seed) : options_(options), seed_(seed) {}

 protected:
  uint64_t bits(int64_t number, uint64_t salt = 0) const {
    return mix(seed_ + (static_cast<uint64_t>(number) + 1) * 0x9e3779b97f4a7c15ull + salt * 0xd1342543de82ef95ull);
  }
  bool is_null(int64_t number) const { return options_.null_rate > 0 && fraction(bits(number, 0x6e756c6c)) < options_.null_rate; }
  template <class T, class F>
  void fill_with(std::span<const int64_t> numbers, Vector& out, F value) const {
    T* data = FlatVector::GetData<T>(out);
    for (size_t r = 0; r < numbers.size(); r++) {
      if (is_null(numbers[r])) {
        FlatVector::SetNull(out, r, true);
      } else {
        data[r] = value(numbers[r]);
      }
    }
  }

  const FieldOptions options_;
  const uint64_t seed_;
};

class Booleans final : public Field {
 public:
  using Field::Field;
  void fill(std::span<const int64_t> numbers, Vector& out) const override {
    fill_with<bool>(numbers, out, [this](int64_t n) { return (bits(n) & 1) != 0; });
  }
};

// Integers, and what is kept as one: decimals (their unscaled value), dates, times.
template <class T>
class Integers final : public Field {
 public:
  Integers(const FieldOptions& options, uint64_t seed, int64_t min, int64_t max, int64_t scale)
      : Field(options, seed), min_(min), range_(static_cast<uint64_t>(max) - static_cast<uint64_t>(min)), scale_(scale) {}
  void fill(std::span<const int64_t> numbers, Vector& out) const override {
    if (options_.sequence) {
      fill_with<T>(numbers, out, [this](int64_t n) { return T((options_.start + n) * scale_); });
    } else {
      fill_with<T>(numbers, out, [this](int64_t n) { return T(draw(bits(n))); });
    }
  }

 private:
  int64_t draw(uint64_t random) const {
    if (range_ == UINT64_MAX) return static_cast<int64_t>(random);
    const auto scaled = static_cast<uint64_t>((static_cast<unsigned __int128>(random) * (static_cast<unsigned __int128>(range_) + 1)) >> 64);
    return static_cast<int64_t>(static_cast<uint64_t>(min_) + scaled);
  }
  const int64_t min_;
  const uint64_t range_;
  const int64_t scale_;
};

template <class T>
class Floats final : public Field {
 public:
  Floats(const FieldOptions& options, uint64_t seed, double min, double max) : Field(options, seed), min_(min), max_(max) {}
  void fill(std::span<const int64_t> numbers, Vector& out) const override {
    fill_with<T>(numbers, out, [this](int64_t n) {
      if (options_.sequence) return static_cast<T>(options_.start + n);
      const double f = fraction(bits(n));
      return static_cast<T>(min_ * (1 - f) + max_ * f);
    });
  }

 private:
  const double min_, max_;
};

// Hexadecimal digits, or bytes.
class Texts final : public Field {
 public:
  Texts(const FieldOptions& options, uint64_t seed, bool binary) : Field(options, seed), binary_(binary) {}
  void fill(std::span<const int64_t> numbers, Vector& out) const override {
    fill_with<duckdb::string_t>(numbers, out, [&](int64_t n) {
      if (options_.sequence) return duckdb::StringVector::AddString(out, std::to_string(options_.start + n));
      size_t length = static_cast<size_t>(options_.length);
      if (options_.variable_length) length = 1 + bits(n, 1) % length;
      duckdb::string_t text = duckdb::StringVector::EmptyString(out, length);
      write(n, text.GetDataWriteable(), length);
      text.Finalize();
      return text;
    });
  }

 private:
  void write(int64_t number, char* to, size_t length) const {
    const size_t each = binary_ ? 8 : 16;
    for (size_t at = 0; at < length;) {
      uint64_t random = bits(number, 2 + at / each);
      for (size_t i = 0; i < each && at < length; i++, at++) {
        to[at] = binary_ ? static_cast<char>(random & 0xff) : "0123456789abcdef"[random & 15];
        random >>= binary_ ? 8 : 4;
      }
    }
  }
  const bool binary_;
};

// Now, or as long ago as max-past allows.
template <class T>
class Times final : public Field {
 public:
  Times(const FieldOptions& options, uint64_t seed, const Clock* clock, int64_t unit_us) : Field(options, seed), clock_(clock), unit_us_(unit_us) {}
  void fill(std::span<const int64_t> numbers, Vector& out) const override {
    const int64_t now = clock_->now_us();
    fill_with<T>(numbers, out, [&](int64_t n) {
      const auto past = static_cast<int64_t>(fraction(bits(n)) * static_cast<double>(options_.max_past_us));
      return T((now - past) / unit_us_);
    });
  }

 private:
  const Clock* const clock_;
  const int64_t unit_us_;
};

class Rows final : public Generator {
 public:
  explicit Rows(std::vector<std::unique_ptr<Generator>> fields) : fields_(std::move(fields)) {}
  void fill(std::span<const int64_t> numbers, Vector& out) const override {
    auto& entries = duckdb::StructVector::GetEntries(out);
    for (size_t i = 0; i < fields_.size(); i++) fields_[i]->fill(numbers, *entries[i]);
  }

 private:
  const std::vector<std::unique_ptr<Generator>> fields_;
};

struct Bounds {
  int64_t min, max;
};

// A bound as the type keeps it: 12.50 of DECIMAL(6,2) is 1250.
Result<int64_t> parse_bound(const std::string& name, const char* attribute, const std::string& text, const LogicalType& type) {
  Value value;
  std::string why;
  DS_TRY_DUCKDB({
    if (!Value(text).DefaultTryCastAs(type, value, &why, true) || value.IsNull()) {
      return invalid_argument(fmt::format("option 'fields.{}.{}' = '{}' is no value of {}", name, attribute, text, type.ToString()));
    }
  })
  switch (type.InternalType()) {
    case duckdb::PhysicalType::INT8: return value.GetValueUnsafe<int8_t>();
    case duckdb::PhysicalType::INT16: return value.GetValueUnsafe<int16_t>();
    case duckdb::PhysicalType::INT32: return value.GetValueUnsafe<int32_t>();
    case duckdb::PhysicalType::INT64: return value.GetValueUnsafe<int64_t>();
    default: break;
  }
  const auto wide = value.GetValueUnsafe<hugeint_t>();
  int64_t narrow = 0;
  if (duckdb::Hugeint::TryCast(wide, narrow)) return narrow;
  return invalid_argument(fmt::format("option 'fields.{}.{}' = '{}' is out of reach: at most 18 digits are made", name, attribute, text));
}

Result<Bounds> parse_bounds(const std::string& name, const FieldOptions& field, const LogicalType& type, Bounds bounds) {
  if (field.min) {
    DS_ASSIGN_OR_RETURN(bounds.min, parse_bound(name, "min", *field.min, type));
  }
  if (field.max) {
    DS_ASSIGN_OR_RETURN(bounds.max, parse_bound(name, "max", *field.max, type));
  }
  if (bounds.min > bounds.max) return invalid_argument(fmt::format("'fields.{0}.min' is greater than 'fields.{0}.max'", name));
  return bounds;
}

template <class T>
Result<std::unique_ptr<Generator>> integers(const std::string& name, const FieldOptions& field, const LogicalType& type, uint64_t seed,
                                            Bounds bounds, int64_t scale = 1) {
  DS_ASSIGN_OR_RETURN(bounds, parse_bounds(name, field, type, bounds));
  if (field.sequence && (field.start < bounds.min / scale || field.end > bounds.max / scale)) {
    return invalid_argument(fmt::format("the sequence '{}' does not fit {}", name, type.ToString()));
  }
  return std::unique_ptr<Generator>(std::make_unique<Integers<T>>(field, seed, bounds.min, bounds.max, scale));
}

template <class T>
Bounds bounds_of() {
  return {std::numeric_limits<T>::min(), std::numeric_limits<T>::max()};
}

Result<std::unique_ptr<Generator>> decimals(const std::string& name, const FieldOptions& field, const LogicalType& type, uint64_t seed) {
  const int width = std::min<int>(duckdb::DecimalType::GetWidth(type), 18);
  int64_t limit = 1, scale = 1;
  for (int i = 0; i < width; i++) limit *= 10;
  for (int i = 0; i < std::min<int>(duckdb::DecimalType::GetScale(type), 18); i++) scale *= 10;
  const Bounds bounds{-(limit - 1), limit - 1};
  switch (type.InternalType()) {
    case duckdb::PhysicalType::INT16: return integers<int16_t>(name, field, type, seed, bounds, scale);
    case duckdb::PhysicalType::INT32: return integers<int32_t>(name, field, type, seed, bounds, scale);
    case duckdb::PhysicalType::INT64: return integers<int64_t>(name, field, type, seed, bounds, scale);
    default: return integers<hugeint_t>(name, field, type, seed, bounds, scale);
  }
}

Result<double> parse_double(const std::string& name, const char* attribute, const std::optional<std::string>& text, double otherwise) {
  if (!text) return otherwise;
  Value value;
  std::string why;
  DS_TRY_DUCKDB({
    if (Value(*text).DefaultTryCastAs(LogicalType::DOUBLE, value, &why, true) && std::isfinite(value.GetValue<double>())) {
      return value.GetValue<double>();
    }
  })
  return invalid_argument(fmt::format("option 'fields.{}.{}' = '{}' is no number", name, attribute, *text));
}

template <class T>
Result<std::unique_ptr<Generator>> floats(const std::string& name, const FieldOptions& field, uint64_t seed) {
  DS_ASSIGN_OR_RETURN(double min, parse_double(name, "min", field.min, 0));
  DS_ASSIGN_OR_RETURN(double max, parse_double(name, "max", field.max, std::numeric_limits<T>::max()));
  if (min > max) return invalid_argument(fmt::format("'fields.{0}.min' is greater than 'fields.{0}.max'", name));
  return std::unique_ptr<Generator>(std::make_unique<Floats<T>>(field, seed, min, max));
}

template <class T>
std::unique_ptr<Generator> times(const FieldOptions& field, uint64_t seed, const Clock* clock, int64_t unit_us = 1) {
  return std::make_unique<Times<T>>(field, seed, clock, unit_us);
}

Result<std::unique_ptr<Generator>> scalar(const std::string& name, const LogicalType& type, const FieldOptions& field, uint64_t seed,
                                          const Clock* clock) {
  constexpr int64_t kDayUs = 86'400'000'000;
  switch (type.id()) {
    case LogicalTypeId::BOOLEAN: return std::unique_ptr<Generator>(std::make_unique<Booleans>(field, seed));
    case LogicalTypeId::TINYINT: return integers<int8_t>(name, field, type, seed, bounds_of<int8_t>());
    case LogicalTypeId::SMALLINT: return integers<int16_t>(name, field, type, seed, bounds_of<int16_t>());
    case LogicalTypeId::INTEGER: return integers<int32_t>(name, field, type, seed, bounds_of<int32_t>());
    case LogicalTypeId::BIGINT: return integers<int64_t>(name, field, type, seed, bounds_of<int64_t>());
    case LogicalTypeId::DECIMAL: return decimals(name, field, type, seed);
    case LogicalTypeId::FLOAT: return floats<float>(name, field, seed);
    case LogicalTypeId::DOUBLE: return floats<double>(name, field, seed);
    case LogicalTypeId::VARCHAR: return std::unique_ptr<Generator>(std::make_unique<Texts>(field, seed, false));
    case LogicalTypeId::BLOB: return std::unique_ptr<Generator>(std::make_unique<Texts>(field, seed, true));
    case LogicalTypeId::TIME: return integers<int64_t>(name, field, type, seed, {0, kDayUs - 1});
    case LogicalTypeId::DATE: return times<int32_t>(field, seed, clock, kDayUs);
    case LogicalTypeId::TIMESTAMP:
    case LogicalTypeId::TIMESTAMP_TZ: return times<int64_t>(field, seed, clock);
    case LogicalTypeId::TIMESTAMP_MS: return times<int64_t>(field, seed, clock, 1000);
    case LogicalTypeId::TIMESTAMP_SEC: return times<int64_t>(field, seed, clock, 1'000'000);
    default: return unsupported(fmt::format("column '{}': connector 'datagen' makes no values of type {}", name, type.ToString()));
  }
}

}  // namespace

Result<std::unique_ptr<Generator>> make_generator(const std::vector<std::string>& path, const LogicalType& type,
                                                  const std::map<std::string, FieldOptions>& fields, uint64_t seed, const Clock* clock) {
  if (type.id() == LogicalTypeId::STRUCT) {
    std::vector<std::unique_ptr<Generator>> children;
    for (const auto& child : duckdb::StructType::GetChildTypes(type)) {
      std::vector<std::string> below = path;
      below.push_back(child.first);
      DS_ASSIGN_OR_RETURN(auto generator, make_generator(below, child.second, fields, seed, clock));
      children.push_back(std::move(generator));
    }
    return std::unique_ptr<Generator>(std::make_unique<Rows>(std::move(children)));
  }
  std::string name = fmt::format("{}", fmt::join(path, "."));
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  auto said = fields.find(name);
  return scalar(name, type, said == fields.end() ? FieldOptions() : said->second, name_seed(seed, name), clock);
}

}  // namespace deltastream::connect::datagen
