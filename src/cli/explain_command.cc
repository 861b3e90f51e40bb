#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/graph_svg.h"
#include "cli/output.h"
#include "cli/pipeline.h"

namespace deltastream::cli {
namespace {

Status write_svg(const Pipeline& pipeline, const std::string& path) {
  std::vector<std::shared_ptr<const engine::StreamPlan>> plans;
  std::vector<std::string> sinks;
  for (const PipelinePart& part : pipeline.parts) {
    plans.push_back(part.plan);
    sinks.push_back(part.sink_name);
  }
  DS_ASSIGN_OR_RETURN(auto output, open_output(path));
  DS_RETURN_IF_ERROR(output->append(graph_svg(plans, sinks)));
  auto finished = output->finish();
  return finished.ok() ? Status() : Status(std::move(finished).error());
}

}  // namespace

int explain_command(const ExplainOptions& options) {
  auto settings = split_settings(options.settings);
  if (!settings.ok()) return fail(settings.error());
  auto pipeline = load_pipeline({options.file, std::move(*settings)});
  if (!pipeline.ok()) return fail(pipeline.error());
  fmt::print("{}", pipeline->output);
  for (const PipelinePart& part : pipeline->parts) fmt::print("sink {}\n{}\n", part.sink_name, part.plan->to_string());
  if (options.svg.empty()) return 0;
  Status drawn = write_svg(*pipeline, options.svg);
  return drawn.ok() ? 0 : fail(drawn.error());
}

}  // namespace deltastream::cli
