#pragma once
// Result<T>: a value, or an Error of one of few kinds. A kind exists only because callers act differently on it.
// Context is gathered on the way up: `return std::move(result).context("reading <path>")`.
// Immutable after construction; safe to move between threads. Never holds a secret.

#include <cassert>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace deltastream {

enum class ErrorKind {
  kNotFound,            // the named thing is not there
  kAlreadyExists,       // put-if-absent lost, name taken
  kCorrupt,             // bytes that break their own format
  kUnsupported,         // understood, but not offered; names the feature
  kConflict,            // a concurrent writer or pipeline stands in the way; says with what
  kCommitStateUnknown,  // the effect may or may not have happened: read back before trying again
  kPermission,          // refused by the operating system, a store or a grant
  kResource,            // disk, memory, handles or a budget exhausted
  kCancelled,           // asked to stop
  kInvalidArgument,     // the caller's (user's) input is wrong
  kUnavailable,         // a peer is away: trying again later can help
  kInternal,            // our bug
};

// The stable name of a kind as it appears in messages and tests, e.g. "invalid argument".
std::string_view kind_name(ErrorKind kind);

class Error {
 public:
  Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}

  ErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }
  Error& add_context(std::string text) {
    context_.push_back(std::move(text));
    return *this;
  }
  // "outermost context: …: message"
  std::string describe() const;
  // "invalid argument: " + describe()
  std::string to_string() const;

 private:
  ErrorKind kind_;
  std::string message_;
  std::vector<std::string> context_;
};

template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit on purpose
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() & { assert(ok()); return std::get<0>(state_); }
  const T& value() const& { assert(ok()); return std::get<0>(state_); }
  T&& value() && { assert(ok()); return std::get<0>(std::move(state_)); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  const Error& error() const& { assert(!ok()); return std::get<1>(state_); }
  Error&& error() && { assert(!ok()); return std::get<1>(std::move(state_)); }
  Result&& context(std::string text) && {
    if (!ok()) std::get<1>(state_).add_context(std::move(text));
    return std::move(*this);
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  bool ok() const { return error_.index() == 0; }
  explicit operator bool() const { return ok(); }
  const Error& error() const& { assert(!ok()); return std::get<1>(error_); }
  Error&& error() && { assert(!ok()); return std::get<1>(std::move(error_)); }
  Result&& context(std::string text) && {
    if (!ok()) std::get<1>(error_).add_context(std::move(text));
    return std::move(*this);
  }

 private:
  std::variant<std::monostate, Error> error_;
};

using Status = Result<void>;

// One maker a kind, so that call sites read as sentences.
inline Error not_found(std::string message) { return {ErrorKind::kNotFound, std::move(message)}; }
inline Error already_exists(std::string message) { return {ErrorKind::kAlreadyExists, std::move(message)}; }
inline Error corrupt(std::string message) { return {ErrorKind::kCorrupt, std::move(message)}; }
inline Error unsupported(std::string message) { return {ErrorKind::kUnsupported, std::move(message)}; }
inline Error conflict(std::string message) { return {ErrorKind::kConflict, std::move(message)}; }
inline Error commit_state_unknown(std::string message) { return {ErrorKind::kCommitStateUnknown, std::move(message)}; }
inline Error permission(std::string message) { return {ErrorKind::kPermission, std::move(message)}; }
inline Error resource(std::string message) { return {ErrorKind::kResource, std::move(message)}; }
inline Error cancelled(std::string message) { return {ErrorKind::kCancelled, std::move(message)}; }
inline Error invalid_argument(std::string message) { return {ErrorKind::kInvalidArgument, std::move(message)}; }
inline Error unavailable(std::string message) { return {ErrorKind::kUnavailable, std::move(message)}; }
inline Error internal(std::string message) { return {ErrorKind::kInternal, std::move(message)}; }

// The error for a failed system call: maps errno to a kind (ENOENT not found, EEXIST already exists, EACCES/EPERM/EROFS
// permission, ENOSPC/EDQUOT/EMFILE/ENOMEM resource, EIO and the rest unavailable) and says what was tried on which path.
Error error_from_errno(int errno_value, std::string_view action, std::string_view path);

}  // namespace deltastream

#define DS_CONCAT_INNER(a, b) a##b
#define DS_CONCAT(a, b) DS_CONCAT_INNER(a, b)
#define DS_RETURN_IF_ERROR(expr)                              \
  do {                                                        \
    if (auto ds_status = (expr); !ds_status.ok()) {           \
      return std::move(ds_status).error();                    \
    }                                                         \
  } while (false)
#define DS_ASSIGN_OR_RETURN_IMPL(tmp, lhs, expr) \
  auto tmp = (expr);                             \
  if (!tmp.ok()) return std::move(tmp).error();  \
  lhs = std::move(tmp).value()
#define DS_ASSIGN_OR_RETURN(lhs, expr) DS_ASSIGN_OR_RETURN_IMPL(DS_CONCAT(ds_result_, __LINE__), lhs, expr)
