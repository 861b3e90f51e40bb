#include "cli/settings.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "common/files.h"

#include <vector>

namespace deltastream::cli {
namespace {

class Recorder final : public Logger {
 public:
  void log(LogLevel, std::string_view message) override { lines.emplace_back(message); }
  std::vector<std::string> lines;
};

TEST(Settings, ValuesAreReadAndChecked) {
  Settings settings;
  EXPECT_EQ(settings.integer("parallelism.default", 7), 7);
  ASSERT_TRUE(settings.set("parallelism.default", "3", false).ok());
  ASSERT_TRUE(settings.set("execution.checkpointing.interval", "2 ms", false).ok());
  ASSERT_TRUE(settings.set("pipeline.name", "my flights", false).ok());
  EXPECT_EQ(settings.integer("parallelism.default", 7), 3);
  EXPECT_EQ(settings.duration_us("execution.checkpointing.interval", 0), 2000);
  EXPECT_EQ(settings.text("pipeline.name", ""), "my flights");
  settings.reset("parallelism.default");
  EXPECT_EQ(settings.integer("parallelism.default", 7), 7);
  settings.reset("");
  EXPECT_FALSE(settings.has("pipeline.name"));
}

TEST(Settings, WrongValuesNameKeyAndValue) {
  struct { const char* key; const char* value; } cases[] = {
      {"parallelism.default", "many"}, {"parallelism.default", "0"}, {"parallelism.default", "3x"}, {"execution.batch-rows", "2049"},
      {"execution.checkpointing.interval", "soon"}, {"execution.checkpointing.interval", "0"}, {"pipeline.name", ""}, {"pipeline.name", "../x"}, {"pipeline.name", "a/b"},
      {"table.local-time-zone", ""},
  };
  for (const auto& c : cases) {
    Settings settings;
    Status status = settings.set(c.key, c.value, false);
    ASSERT_FALSE(status.ok()) << c.key << " = " << c.value;
    EXPECT_NE(status.error().message().find(c.key), std::string::npos);
    EXPECT_NE(status.error().message().find(c.value), std::string::npos);
  }
}

TEST(Settings, TheCommandLineWins) {
  Settings settings;
  ASSERT_TRUE(settings.set("parallelism.default", "4", true).ok());
  ASSERT_TRUE(settings.set("parallelism.default", "2", false).ok());
  settings.reset("");
  EXPECT_EQ(settings.integer("parallelism.default", 0), 4);
}

TEST(Settings, ASlipIsAnErrorAForeignKeyAWarning) {
  Settings settings;
  Status slip = settings.set("execution.checkpointing.intervall", "1 s", false);
  ASSERT_FALSE(slip.ok());
  EXPECT_NE(slip.error().message().find("did you mean 'execution.checkpointing.interval'"), std::string::npos);
  EXPECT_FALSE(settings.set("paralellism.default", "1", false).ok());
  EXPECT_TRUE(settings.set("execution.checkpointing.mode", "EXACTLY_ONCE", false).ok());
  EXPECT_TRUE(settings.set("table.exec.mini-batch.enabled", "true", false).ok());
  Recorder recorder;
  settings.warn_unknown(recorder);
  ASSERT_EQ(recorder.lines.size(), 2u);
  EXPECT_NE(recorder.lines[0].find("execution.checkpointing.mode"), std::string::npos);
}

TEST(Settings, EveryRowIsInTheManual) {
  std::string manual = settings_as_markdown();
  for (const SettingRow& row : setting_rows()) EXPECT_NE(manual.find(row.key), std::string::npos);
}

TEST(Settings, TheManualHoldsTheTable) {
  const std::string file = (std::filesystem::path(__FILE__).parent_path() / "../../docs/settings.md").string();
  auto manual = read_file(system_files(), file);
  ASSERT_TRUE(manual.ok());
  EXPECT_NE(manual->find(settings_as_markdown()), std::string::npos) << "put the output of `deltastream settings` into docs/settings.md";
}

}  // namespace
}  // namespace deltastream::cli
