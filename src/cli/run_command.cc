#include <algorithm>
#include <filesystem>
#include <memory>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/live_view.h"
#include "cli/pipeline.h"
#include "cli/progress_text.h"
#include "cli/resume_command.h"
#include "cli/stop_signals.h"
#include "cli/terminal.h"
#include "common/duration.h"
#include "connect/table.h"
#include "stream/job.h"

namespace deltastream::cli {
namespace {

// Where the checkpoints live: the command line, the file's setting, or beside the file.
std::string state_folder(const RunOptions& options, const Pipeline& pipeline) {
  if (!options.state_folder.empty()) return options.state_folder;
  const std::string beside = pipeline.base_folder + "/.deltastream/" + pipeline.name;
  std::string folder = pipeline.settings.text("execution.checkpointing.dir", beside);
  if (folder.starts_with("file://")) return folder.substr(7);
  return folder.starts_with("file:") ? folder.substr(5) : folder;
}

// Moves the state of earlier runs beside itself: nothing is deleted that somebody may want back.
Status set_aside(const std::string& folder) {
  std::error_code error;
  if (!std::filesystem::exists(folder, error)) return {};
  for (int number = 1;; number++) {
    std::string aside = fmt::format("{}.old-{}", folder, number);
    if (std::filesystem::exists(aside, error)) continue;
    DS_RETURN_IF_ERROR(system_files().rename(folder, aside));
    fmt::print(stderr, "the state of earlier runs is now in {}\n", aside);
    return {};
  }
}

Result<std::vector<stream::JobPart>> connect_parts(Pipeline& pipeline, const Environment& environment) {
  const connect::ConnectorContext context{environment, pipeline.base_folder, pipeline.name};
  std::vector<stream::JobPart> parts;
  for (PipelinePart& planned : pipeline.parts) {
    stream::JobPart part;
    for (const auto& [name, table] : planned.sources) {
      DS_ASSIGN_OR_RETURN(part.sources[name], connect::make_source(table, context));
    }
    DS_ASSIGN_OR_RETURN(part.sink, connect::make_sink(planned.sink, context));
    part.plan = planned.plan;
    part.sink_name = planned.sink_name;
    part.sink_fields = planned.sink_fields;
    parts.push_back(std::move(part));
  }
  return parts;
}

stream::JobOptions job_options(const RunOptions& options, const Pipeline& pipeline, const Environment& environment) {
  stream::JobOptions job;
  job.pipeline = pipeline.name;
  job.state_folder = state_folder(options, pipeline);
  job.parallelism = static_cast<size_t>(options.parallelism > 0 ? options.parallelism : pipeline.settings.integer("parallelism.default", 0));
  job.checkpoint_interval_us = pipeline.settings.duration_us("execution.checkpointing.interval", job.checkpoint_interval_us);
  job.batch_rows = static_cast<size_t>(pipeline.settings.integer("execution.batch-rows", static_cast<int64_t>(job.batch_rows)));
  job.idle_timeout_us = pipeline.settings.duration_us("table.exec.source.idle-timeout", 0);
  job.retained_checkpoints =
      static_cast<size_t>(pipeline.settings.integer("execution.checkpointing.num-retained", static_cast<int64_t>(job.retained_checkpoints)));
  job.fingerprint = pipeline.fingerprint;
  job.environment = environment;
  return job;
}

void say_end(stream::JobEnd end, const stream::JobProgress& progress, const RunOptions& options) {
  if (end == stream::JobEnd::kFinished) {
    const bool nothing_new = progress.restored_epoch > 0 && progress.completed_epoch == progress.restored_epoch;
    fmt::print(stderr, "finished in {}, {}checkpoint {}\n", format_duration(progress.elapsed_us), nothing_new ? "with nothing new since " : "",
               progress.completed_epoch);
  } else {
    fmt::print(stderr, "stopped after {}, with everything up to checkpoint {} kept; to go on: {}\n",
               format_duration(progress.elapsed_us), progress.completed_epoch, resume_command(options));
  }
  fmt::print(stderr, "{}", summary_text(progress));
}

bool waits_for_time(const engine::PlanNode& node) {
  return node.watermark || std::any_of(node.children.begin(), node.children.end(), [](const auto& child) { return waits_for_time(*child); });
}

// Rows on the same screen leave no place for a block that is drawn again and again.
bool prints_rows(const PipelinePart& part) {
  return isatty(STDOUT_FILENO) && std::any_of(part.sink.options.begin(), part.sink.options.end(),
                                              [](const auto& option) { return option.key == "connector" && option.value == "print"; });
}

Result<stream::JobEnd> run_parts(const RunOptions& options, Pipeline& pipeline) {
  const auto& planned = pipeline.parts;
  const bool event_time = std::any_of(planned.begin(), planned.end(), [](const PipelinePart& part) { return waits_for_time(*part.plan->root); });
  const bool in_place = can_redraw(STDERR_FILENO) && std::none_of(planned.begin(), planned.end(), prints_rows);
  LiveView view(in_place, event_time);
  Environment environment;
  environment.logger = &view;
  pipeline.settings.warn_unknown(view);
  stream::JobOptions job_settings = job_options(options, pipeline, environment);
  if (options.fresh) DS_RETURN_IF_ERROR(set_aside(job_settings.state_folder));
  DS_ASSIGN_OR_RETURN(auto parts, connect_parts(pipeline, environment));
  DS_ASSIGN_OR_RETURN(std::unique_ptr<stream::Job> job, stream::Job::create(std::move(parts), std::move(job_settings)));
  StopSignals signals(*job, in_place ? LiveView::kErase : "");
  view.start(*job, [&] { return signals.asked(); });
  Result<stream::JobEnd> end = job->run();
  view.stop();
  if (end.ok()) say_end(*end, job->progress(), options);
  return end;
}

}  // namespace

int run_command(const RunOptions& options) {
  auto settings = split_settings(options.settings);
  if (!settings.ok()) return fail(settings.error());
  auto pipeline = load_pipeline({options.file, std::move(*settings)});
  if (!pipeline.ok()) return fail(pipeline.error());
  fmt::print("{}", pipeline->output);
  std::fflush(stdout);
  if (pipeline->parts.empty()) {
    if (pipeline->statements == 0) return fail(invalid_argument(fmt::format("{} has no statement", options.file)));
    // Declarations alone are checked. Whoever has forgotten the INSERT INTO must not take that for a run.
    if (pipeline->output.empty()) fmt::print(stderr, "{}: no INSERT INTO and no query, so nothing runs\n", options.file);
    return 0;
  }
  auto end = run_parts(options, *pipeline);
  return end.ok() ? 0 : fail(end.error());
}

}  // namespace deltastream::cli
