// A whole job — files, SQL, two Delta tables — in which the n-th call to the file system fails, for n = 1 … until none is
// struck. Whatever the first run says, the next one over the same folders must end with exactly the right rows.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "common/faulty_files.h"
#include "common/temp_folder.h"
#include "connect/table.h"
#include "engine/batch.h"
#include "engine/script.h"
#include "stream/job.h"

namespace deltastream {
namespace {

constexpr int kRows = 200;

std::string script(const std::string& folder) {
  return "CREATE TABLE numbers (id BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' DAY)\n"
         "WITH ('connector' = 'filesystem', 'path' = '" + folder + "/in', 'format' = 'json');\n"
         "CREATE TABLE kept (id BIGINT, half BIGINT) WITH ('connector' = 'delta', 'table_path' = '" + folder + "/kept');\n"
         "CREATE TABLE counted (window_start TIMESTAMP(3), n BIGINT, s BIGINT) WITH ('connector' = 'delta', 'table_path' = '" + folder + "/counted');\n"
         "EXECUTE STATEMENT SET BEGIN\n"
         "INSERT INTO kept SELECT id, id // 2 FROM numbers WHERE id % 5 <> 0;\n"
         "INSERT INTO counted SELECT window_start, COUNT(*), SUM(id) FROM TABLE(TUMBLE(TABLE numbers, DESCRIPTOR(ts), INTERVAL '10' SECOND))\n"
         "GROUP BY window_start, window_end;\n"
         "END;\n";
}

void write_input(const std::string& folder) {
  std::filesystem::create_directories(folder + "/in");
  for (int file = 0; file < 2; file++) {
    std::ofstream out(folder + "/in/" + std::to_string(file) + ".json");
    for (int id = file; id < kRows; id += 2) {
      char stamp[32];
      std::snprintf(stamp, sizeof stamp, "2024-01-01 00:%02d:%02d", id / 60, id % 60);
      out << "{\"id\": " << id << ", \"ts\": \"" << stamp << "\"}\n";
    }
  }
}

// Adds the sources that the plan reads, by table name.
Status add_sources(const engine::PlanNode& node, const engine::Catalog& catalog, const connect::ConnectorContext& context, stream::JobPart& part) {
  if (node.kind == engine::NodeKind::kSource) {
    DS_ASSIGN_OR_RETURN(const engine::TableDefinition* table, catalog.table(node.table));
    DS_ASSIGN_OR_RETURN(auto source, connect::make_source(*table, context));
    part.sources[node.table] = std::move(source);
  }
  for (const auto& child : node.children) DS_RETURN_IF_ERROR(add_sources(*child, catalog, context, part));
  return {};
}

Result<stream::JobPart> make_part(const engine::InsertStatement& insert, const engine::Catalog& catalog, engine::StreamPlanner& planner,
                                  const connect::ConnectorContext& context) {
  auto bounded = [](const engine::TableDefinition& table) {
    auto known = connect::is_bounded(table);
    return known.ok() && *known;
  };
  DS_ASSIGN_OR_RETURN(auto plan, planner.plan_insert(insert, catalog, bounded));
  DS_ASSIGN_OR_RETURN(const engine::TableDefinition* target, catalog.table(insert.table));
  stream::JobPart part;
  part.plan = std::make_shared<engine::StreamPlan>(std::move(plan));
  DS_RETURN_IF_ERROR(add_sources(*part.plan->root, catalog, context, part));
  DS_ASSIGN_OR_RETURN(auto sink, connect::make_sink(*target, context));
  part.sink = std::move(sink);
  part.sink_name = target->name;
  part.sink_fields = target->physical_fields();
  return part;
}

Status run_job(const std::string& folder, const Environment& environment, int64_t checkpoint_interval_us) {
  const std::string text = script(folder);
  DS_ASSIGN_OR_RETURN(auto statements, engine::parse_script(text));
  DS_ASSIGN_OR_RETURN(auto planner, engine::StreamPlanner::create());
  engine::Catalog catalog;
  connect::ConnectorContext context{environment, folder, "faults"};
  std::vector<stream::JobPart> parts;
  for (engine::Statement& statement : statements) {
    if (auto* create = std::get_if<engine::CreateTableStatement>(&statement.body)) {
      DS_RETURN_IF_ERROR(planner->bind_table(create->table, text));
      DS_RETURN_IF_ERROR(catalog.add_table(create->table, false));
    } else if (auto* set = std::get_if<engine::StatementSet>(&statement.body)) {
      for (const engine::InsertStatement& insert : set->inserts) {
        DS_ASSIGN_OR_RETURN(auto part, make_part(insert, catalog, *planner, context));
        parts.push_back(std::move(part));
      }
    }
  }
  stream::JobOptions options;
  options.pipeline = "faults";
  options.state_folder = folder + "/state";
  options.parallelism = 2;
  options.batch_rows = 16;
  options.checkpoint_interval_us = checkpoint_interval_us;
  options.fingerprint = "one";
  options.environment = environment;
  DS_ASSIGN_OR_RETURN(auto job, stream::Job::create(std::move(parts), std::move(options)));
  DS_ASSIGN_OR_RETURN(stream::JobEnd end, job->run());
  if (end != stream::JobEnd::kFinished) return internal("the job stopped before the end of its input");
  return {};
}

// The rows of a query, one line each.
Result<std::string> query(const std::string& sql) {
  DS_ASSIGN_OR_RETURN(auto session, engine::BatchSession::create());
  DS_ASSIGN_OR_RETURN(auto result, session->execute(sql));
  std::string text;
  for (;;) {
    DS_ASSIGN_OR_RETURN(DataChunk * chunk, result->next());
    if (!chunk) return text;
    for (duckdb::idx_t row = 0; row < chunk->size(); row++) {
      for (duckdb::idx_t column = 0; column < chunk->ColumnCount(); column++) text += chunk->GetValue(column, row).ToString() + " ";
      text += "\n";
    }
  }
}

// ids 0 … 199 without the multiples of 5: 160 rows, 160 different, sum 19900 - 3900.
const std::string kKept = "160 160 16000 \n";
// 20 windows of 10 rows.
const std::string kCounted = "20 20 200 19900 \n";

void expect_right_rows(const std::string& folder, const std::string& where) {
  auto kept = query("SELECT count(*), count(DISTINCT id), sum(id)::BIGINT FROM delta_scan('" + folder + "/kept') WHERE half = id // 2");
  ASSERT_TRUE(kept.ok()) << where << kept.error().to_string();
  EXPECT_EQ(*kept, kKept) << where;
  auto counted = query("SELECT count(*), count(DISTINCT window_start), sum(n)::BIGINT, sum(s)::BIGINT FROM delta_scan('" + folder + "/counted') WHERE n = 10");
  ASSERT_TRUE(counted.ok()) << where << counted.error().to_string();
  EXPECT_EQ(*counted, kCounted) << where;
}

struct Case {
  Fault fault;
  const char* name;
  bool from_then_on;
  int64_t checkpoint_interval_us;
  uint64_t step;  // between the calls tried
};

class JobFaults : public testing::TestWithParam<Case> {};

TEST_P(JobFaults, TheNextRunEndsWithTheRightRows) {
  const Case& param = GetParam();
  uint64_t faults = 0, failed_runs = 0;
  for (uint64_t n = 1;; n += param.step) {
    ASSERT_LT(n, 5000u) << "the job never gets through";
    TempFolder folder;
    write_input(folder.path());
    FaultyFiles files(system_files());
    files.faults().set({.fault = param.fault, .at = n, .from_then_on = param.from_then_on});
    Environment environment;
    environment.files = &files;
    auto first = run_job(folder.path(), environment, param.checkpoint_interval_us);
    const bool struck = files.faults().struck() > 0;
    const std::string where = std::string(param.name) + " at call " + std::to_string(n) + ": ";
    failed_runs += !first.ok();
    if (first.ok()) {
      expect_right_rows(folder.path(), where + "acknowledged: ");
    } else {
      ASSERT_TRUE(struck) << where << first.error().to_string();
      EXPECT_NE(first.error().kind(), ErrorKind::kInternal) << where << first.error().to_string();
      EXPECT_NE(first.error().kind(), ErrorKind::kCorrupt) << where << first.error().to_string();
    }
    auto second = run_job(folder.path(), Environment(), param.checkpoint_interval_us);
    ASSERT_TRUE(second.ok()) << where << second.error().to_string();
    expect_right_rows(folder.path(), where);
    if (HasFailure() || !struck) break;
    faults++;
  }
  std::printf("%s: faults=%lu failed_runs=%lu lost=0 doubled=0\n", param.name, faults, failed_runs);
  EXPECT_GT(faults, 10u);
  EXPECT_GT(failed_runs, 5u) << "a fault that nobody notices tests nothing";
}

constexpr int64_t kOnlyTheLast = 3'600'000'000;

INSTANTIATE_TEST_SUITE_P(Faults, JobFaults,
                         testing::Values(Case{Fault::kIoError, "IoError", false, kOnlyTheLast, 1},
                                         Case{Fault::kNoSpace, "NoSpaceFromThenOn", true, kOnlyTheLast, 1},
                                         Case{Fault::kShortWrite, "ShortWrite", false, kOnlyTheLast, 1},
                                         Case{Fault::kAnswerLost, "AnswerLost", false, kOnlyTheLast, 1},
                                         Case{Fault::kIoError, "IoErrorAmongCheckpoints", false, 1'000, 5},
                                         Case{Fault::kAnswerLost, "AnswerLostAmongCheckpoints", false, 1'000, 5}),
                         [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace deltastream
