#pragma once
// Bytes to and from one broker, in plain text over TCP. Used by one thread; another may cancel it through the stop signal.
// Errors: unavailable when the broker cannot be reached, ends the connection or does not answer in time; cancelled.

#include <cstdint>
#include <string>
#include <string_view>

#include "common/result.h"

struct sockaddr;

namespace deltastream::connect::kafka::fetch {

// Where an answer comes from, in order.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  virtual Status read(char* to, size_t bytes) = 0;
};

// Wakes all that wait on a connection, for good. Thread-safe.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;
  void raise();
  int fd() const { return fd_; }

 private:
  const int fd_;
};

class Connection final : public ByteSource {
 public:
  Connection(const StopSignal& stop, int connect_timeout_ms, int io_timeout_ms)
      : stop_(stop), connect_timeout_ms_(connect_timeout_ms), io_timeout_ms_(io_timeout_ms) {}
  ~Connection() override { close(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool is_open() const { return socket_ >= 0; }
  // Tries each address of the name.
  Status open(const std::string& host, int port);
  Status write(std::string_view bytes);
  Status read(char* to, size_t bytes) override;
  void close();

 private:
  Status connect_to(const sockaddr* address, unsigned length);
  // Until the socket is ready for these events of poll(2).
  Status wait(short events, int timeout_ms, std::string_view what);
  Result<size_t> receive(char* to, size_t bytes);

  const StopSignal& stop_;
  const int connect_timeout_ms_, io_timeout_ms_;
  int socket_ = -1;
  // What came along with what was asked for: heads are small, and each would cost a call.
  char ahead_[16 * 1024];
  size_t ahead_at_ = 0, ahead_end_ = 0;
};

}  // namespace deltastream::connect::kafka::fetch
