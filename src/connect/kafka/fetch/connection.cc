#include "connect/kafka/fetch/connection.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace deltastream::connect::kafka::fetch {
namespace {

struct AddressDeleter {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

Error lost(std::string_view what) { return unavailable(std::string(what) + ": " + std::strerror(errno)); }

}  // namespace

StopSignal::StopSignal() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
StopSignal::~StopSignal() { ::close(fd_); }
void StopSignal::raise() {
  const uint64_t one = 1;
  // It fails only when the counter is full, and then it is raised.
  [[maybe_unused]] const ssize_t written = ::write(fd_, &one, sizeof one);
}

void Connection::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  ahead_at_ = ahead_end_ = 0;
}

Status Connection::open(const std::string& host, int port) {
  close();
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  if (const int code = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); code != 0) {
    return unavailable("the name '" + host + "' has no address: " + gai_strerror(code));
  }
  const std::unique_ptr<addrinfo, AddressDeleter> addresses(found);
  Status tried = unavailable("the name '" + host + "' has no address");
  for (const addrinfo* address = found; address; address = address->ai_next) {
    tried = connect_to(address->ai_addr, address->ai_addrlen);
    if (tried.ok() || tried.error().kind() == ErrorKind::kCancelled) return tried;
    close();
  }
  return tried;
}

Status Connection::connect_to(const sockaddr* address, unsigned length) {
  socket_ = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket_ < 0) return lost("making a socket");
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  setsockopt(socket_, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  if (::connect(socket_, address, length) == 0) return {};
  if (errno != EINPROGRESS && errno != EINTR) return lost("connecting");
  DS_RETURN_IF_ERROR(wait(POLLOUT, connect_timeout_ms_, "connecting"));
  int code = 0;
  socklen_t size = sizeof code;
  if (getsockopt(socket_, SOL_SOCKET, SO_ERROR, &code, &size) != 0) return lost("connecting");
  errno = code;
  return code == 0 ? Status() : lost("connecting");
}

Status Connection::wait(short events, int timeout_ms, std::string_view what) {
  pollfd waited[2] = {{socket_, events, 0}, {stop_.fd(), POLLIN, 0}};
  int ready;
  do ready = poll(waited, 2, timeout_ms);
  while (ready < 0 && errno == EINTR);
  if (ready < 0) return lost(what);
  if (waited[1].revents) return cancelled(std::string(what));
  if (ready == 0) return unavailable(std::string(what) + ": no answer in time");
  return {};
}

Status Connection::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      DS_RETURN_IF_ERROR(wait(POLLOUT, io_timeout_ms_, "asking"));
    } else if (errno != EINTR) {
      return lost("asking");
    }
  }
  return {};
}

Result<size_t> Connection::receive(char* to, size_t bytes) {
  for (;;) {
    const ssize_t got = recv(socket_, to, bytes, 0);
    if (got > 0) return static_cast<size_t>(got);
    if (got == 0) return unavailable("the broker ended the connection");
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      DS_RETURN_IF_ERROR(wait(POLLIN, io_timeout_ms_, "reading the answer"));
    } else if (errno != EINTR) {
      return lost("reading the answer");
    }
  }
}

Status Connection::read(char* to, size_t bytes) {
  while (bytes > 0) {
    if (ahead_at_ == ahead_end_ && bytes >= sizeof ahead_) {
      DS_ASSIGN_OR_RETURN(const size_t got, receive(to, bytes));
      to += got;
      bytes -= got;
      continue;
    }
    if (ahead_at_ == ahead_end_) {
      DS_ASSIGN_OR_RETURN(ahead_end_, receive(ahead_, sizeof ahead_));
      ahead_at_ = 0;
    }
    const size_t taken = std::min(bytes, ahead_end_ - ahead_at_);
    std::memcpy(to, ahead_ + ahead_at_, taken);
    ahead_at_ += taken;
    to += taken;
    bytes -= taken;
  }
  return {};
}

}  // namespace deltastream::connect::kafka::fetch
