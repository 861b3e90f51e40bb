#include "storage/local/staging_file.h"

#include "storage/object_path.h"

namespace deltastream::storage {
namespace {

std::string folder_of(const std::string& path) {
  size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// A file that stands where a folder is needed must not read as "this object already exists".
Error folder_in_the_way(Error error) {
  if (error.kind() != ErrorKind::kAlreadyExists) return error;
  return invalid_argument(error.describe() + " and no folder");
}

}  // namespace

Result<StagingFile> StagingFile::create(const Environment& environment, const std::string& target) {
  const std::string folder = folder_of(target);
  constexpr int kTries = 8;  // a seeded Random repeats the names of the run before it
  for (int i = 0; i < kTries; i++) {
    std::string name = folder + "/" + kStagingPrefix + environment.random->uuid();
    auto file = environment.files->open(name, OpenMode::kCreateNew);
    if (!file.ok() && file.error().kind() == ErrorKind::kNotFound) {
      if (auto made = environment.files->make_directories(folder); !made.ok()) return folder_in_the_way(std::move(made).error());
      file = environment.files->open(name, OpenMode::kCreateNew);
    }
    if (file.ok()) return StagingFile(environment, target, std::move(name), std::move(file).value());
    if (file.error().kind() != ErrorKind::kAlreadyExists) return std::move(file).error();
  }
  return unavailable("no free staging name in '" + folder + "' after " + std::to_string(kTries) + " tries");
}

StagingFile::~StagingFile() {
  if (!file_) return;
  file_.reset();
  // Best effort: what stays behind carries a staging name, which no listing shows.
  (void)environment_.files->remove(name_);
}

Status StagingFile::append(std::string_view bytes) { return file_->append(bytes); }

Result<FileStat> StagingFile::seal() {
  DS_RETURN_IF_ERROR(file_->sync());
  return environment_.files->stat(name_);
}

Status StagingFile::publish_replacing() {
  DS_RETURN_IF_ERROR(environment_.files->rename(name_, target_));
  file_.reset();
  return sync_folder();
}

Status StagingFile::publish_if_absent() {
  auto linked = environment_.files->link(name_, target_);
  if (!linked.ok() && linked.error().kind() == ErrorKind::kUnavailable) {
    // EIO and its like say nothing about whether the name was entered.
    return commit_state_unknown(linked.error().describe());
  }
  if (!linked.ok() && linked.error().kind() == ErrorKind::kAlreadyExists) {
    // Whoever put it there may have died, or failed, before the folder was synced; the caller goes on from what stands.
    DS_RETURN_IF_ERROR(sync_folder());
    return linked;
  }
  if (!linked.ok()) return linked;
  file_.reset();
  // The object stands: a staging name left behind is litter, no failure.
  (void)environment_.files->remove(name_);
  return sync_folder();
}

Status StagingFile::sync_folder() {
  auto synced = environment_.files->sync_directory(folder_of(target_));
  // Visible, but a power cut may still take it away.
  if (!synced.ok()) return commit_state_unknown(synced.error().describe());
  return {};
}

}  // namespace deltastream::storage
