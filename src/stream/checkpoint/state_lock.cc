#include "stream/checkpoint/state_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

namespace deltastream::stream {

Result<std::unique_ptr<StateLock>> StateLock::acquire(const std::string& folder, const std::string& pipeline, const Environment& environment) {
  DS_RETURN_IF_ERROR(environment.files->make_directories(folder).context(fmt::format("state folder of pipeline '{}'", pipeline)));
  const std::string path = folder + "/lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return error_from_errno(errno, "open", path);
  std::unique_ptr<StateLock> lock(new StateLock(fd));
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return error_from_errno(errno, "lock", path);
    char holder[32] = "";
    const ssize_t got = ::pread(fd, holder, sizeof holder - 1, 0);
    const std::string_view text(holder, got > 0 ? static_cast<size_t>(got) : 0);
    return conflict(fmt::format("pipeline '{}' is running already: process {} holds '{}'; stop that one, or give this one another 'pipeline.name'",
                                pipeline, text.empty() ? "?" : text.substr(0, text.find('\n')), path));
  }
  // Whom to look for; the lock itself does not need it.
  const std::string process = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, process.data(), process.size(), 0) < 0) {
    environment.logger->info(fmt::format("'{}' could not be told the process", path));
  }
  return lock;
}

StateLock::~StateLock() { ::close(fd_); }

}  // namespace deltastream::stream
