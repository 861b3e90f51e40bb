// What a session keeps of the tables it has opened must never show: each statement sees the table as it stands.
#include "engine/delta_scan/session_tables.h"

#include <chrono>

#include "engine/batch/session_testing.h"
#include "engine/delta_scan/table.h"

namespace deltastream::engine {
namespace {

std::string column(const std::string& name, const std::string& type) { return HandmadeTable::field(name, type); }

// Counts what is read of a table's log.
class CountingFiles final : public Files {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override {
    opened++;
    return system_files().open(path, mode);
  }
  Result<FileStat> stat(const std::string& path) override { return system_files().stat(path); }
  Result<std::vector<DirectoryEntry>> list(const std::string& path) override { return system_files().list(path); }
  Result<std::vector<DirectoryName>> list_names(const std::string& path, const std::function<bool(std::string_view)>& keep) override {
    listed++;
    return system_files().list_names(path, keep);
  }
  Status make_directories(const std::string& path) override { return system_files().make_directories(path); }
  Status link(const std::string& existing, const std::string& target) override { return system_files().link(existing, target); }
  Status rename(const std::string& from, const std::string& to) override { return system_files().rename(from, to); }
  Status remove(const std::string& path) override { return system_files().remove(path); }
  Status sync_directory(const std::string& path) override { return system_files().sync_directory(path); }
  int opened = 0;
  int listed = 0;
};

class KeptTables : public SessionTest {
 protected:
  void SetUp() override {
    SessionTest::SetUp();
    environment_.files = &files_;
    access_ = std::make_unique<TableAccess>(environment_, std::vector<std::string>());
  }
  HandmadeTable table(const std::string& name) { return HandmadeTable(folder_ / name); }
  void copy(const HandmadeTable& into, const std::string& file, const std::string& sql) {
    ASSERT_EQ(rows("COPY (" + sql + ") TO '" + into.path() + "/" + file + "' (FORMAT parquet)").find(':'), std::string::npos);
  }
  std::string scan(const HandmadeTable& table, const std::string& parameters = "") {
    return rows("SELECT * FROM delta_scan('" + table.path() + "'" + parameters + ") ORDER BY 1");
  }
  std::shared_ptr<DeltaTable> open(const HandmadeTable& table, std::optional<int64_t> version = std::nullopt) {
    auto opened = access_->open(table.path(), {version, std::nullopt});
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().to_string());
    return opened.ok() ? *opened : nullptr;
  }

  TempFolder folder_;
  CountingFiles files_;
  Environment environment_;
  std::unique_ptr<TableAccess> access_;
};

TEST_F(KeptTables, ALookCostsNoListingAndNoReplay) {
  auto t = table("t");
  copy(t, "1.parquet", "SELECT 1 AS a");
  t.commit(0, HandmadeTable::head(column("a", "integer")) + t.add("1.parquet"));
  for (int version = 1; version < 50; version++) t.commit(version, R"({"commitInfo":{"timestamp":1}})" "\n");
  ASSERT_TRUE(open(t));
  files_.opened = files_.listed = 0;
  auto again = open(t);
  EXPECT_EQ(again->snapshot.version(), 49);
  EXPECT_EQ(files_.listed, 0);
  EXPECT_EQ(files_.opened, 1) << "the newest commit, to see that it is the same";
  again.reset();
  t.commit(50, t.add("1.parquet", "{}", "", "2.parquet"));
  files_.opened = 0;
  EXPECT_EQ(open(t)->snapshot.files().size(), 2u);
  EXPECT_EQ(files_.listed, 0);
  EXPECT_LE(files_.opened, 3);
}

TEST_F(KeptTables, NewCommitsAreSeen) {
  auto t = table("t");
  copy(t, "1.parquet", "SELECT 1 AS a");
  copy(t, "2.parquet", "SELECT 2 AS a, 'x' AS b");
  t.commit(0, HandmadeTable::head(column("a", "integer")) + t.add("1.parquet"));
  EXPECT_EQ(scan(t), "1\n");
  t.commit(1, HandmadeTable::head(column("a", "integer") + "," + column("b", "string")) + t.add("2.parquet"));
  EXPECT_EQ(scan(t), "1|NULL\n2|x\n");
  EXPECT_EQ(scan(t, ", version => 0"), "1\n");
  EXPECT_EQ(scan(t), "1|NULL\n2|x\n");
  t.commit(2, R"({"remove":{"path":"1.parquet","deletionTimestamp":1,"dataChange":true}})" "\n");
  EXPECT_EQ(scan(t), "2|x\n");
  EXPECT_EQ(scan(t, ", version => 1"), "1|NULL\n2|x\n");
}

TEST_F(KeptTables, ATableMadeAnewIsAnother) {
  auto t = table("t");
  copy(t, "1.parquet", "SELECT 1 AS a");
  copy(t, "2.parquet", "SELECT 2 AS a");
  t.commit(0, HandmadeTable::head(column("a", "integer")) + t.add("1.parquet"));
  t.commit(1, R"({"commitInfo":{"timestamp":1}})" "\n");
  EXPECT_EQ(scan(t), "1\n");
  EXPECT_EQ(scan(t, ", version => 0"), "1\n");
  // As long as the old one.
  t.commit(0, HandmadeTable::head(column("a", "integer")) + t.add("2.parquet"));
  t.commit(1, R"({"commitInfo":{"timestamp":2}})" "\n");
  EXPECT_EQ(scan(t), "2\n");
  EXPECT_EQ(scan(t, ", version => 0"), "2\n");
  // Shorter.
  std::filesystem::remove_all(t.path() + "/_delta_log");
  std::filesystem::create_directories(t.path() + "/_delta_log");
  t.commit(0, HandmadeTable::head(column("a", "integer")) + t.add("1.parquet"));
  EXPECT_EQ(scan(t), "1\n");
  // Longer.
  std::filesystem::remove_all(t.path() + "/_delta_log");
  std::filesystem::create_directories(t.path() + "/_delta_log");
  t.commit(0, HandmadeTable::head(column("b", "integer")));
  t.commit(1, R"({"commitInfo":{"timestamp":3}})" "\n");
  EXPECT_EQ(scan(t), "");
  // Gone.
  std::filesystem::remove_all(t.path() + "/_delta_log");
  EXPECT_EQ(failure("SELECT * FROM delta_scan('" + t.path() + "')").kind(), ErrorKind::kNotFound);
}

TEST_F(KeptTables, WhatAStatementHoldsStaysAsItIs) {
  auto t = table("t");
  copy(t, "1.parquet", "SELECT 1 AS a");
  t.commit(0, HandmadeTable::head(column("a", "integer")) + t.add("1.parquet"));
  auto held = open(t);
  t.commit(1, t.add("1.parquet", "{}", "", "2.parquet"));
  auto newer = open(t);
  EXPECT_EQ(held->snapshot.version(), 0);
  EXPECT_EQ(held->snapshot.files().size(), 1u);
  EXPECT_EQ(newer->snapshot.version(), 1);
  EXPECT_EQ(open(t).get(), newer.get()) << "one that did not move is shared";
}

TEST_F(KeptTables, ALinkThatIsPointedElsewhere) {
  auto one = table("one"), two = table("two");
  copy(one, "1.parquet", "SELECT 1 AS a");
  copy(two, "1.parquet", "SELECT 2 AS a");
  // What DuckDB keeps of a file it tells by its path, size and time.
  std::filesystem::last_write_time(two.path() + "/1.parquet", std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  for (const auto* t : {&one, &two}) t->commit(0, HandmadeTable::head(column("a", "integer")) + t->add("1.parquet"));
  std::string link = folder_ / "link";
  std::filesystem::create_directory_symlink(one.path(), link);
  EXPECT_EQ(rows("SELECT * FROM delta_scan('" + link + "')"), "1\n");
  std::filesystem::remove(link);
  std::filesystem::create_directory_symlink(two.path(), link);
  EXPECT_EQ(rows("SELECT * FROM delta_scan('" + link + "')"), "2\n");
}

TEST_F(KeptTables, WithinItsBudget) {
  std::vector<HandmadeTable> tables;
  for (const char* name : {"a", "b", "c"}) {
    tables.push_back(table(name));
    tables.back().commit(0, HandmadeTable::head(column("a", "integer")));
  }
  auto read = [&](const HandmadeTable& t) { return open(t); };
  SessionTables kept(48 << 10);
  for (const auto& t : tables) {
    EXPECT_TRUE(kept.get({t.path(), std::nullopt}, [&] { return Result<std::shared_ptr<DeltaTable>>(read(t)); }).ok());
  }
  EXPECT_EQ(kept.size(), 2u);
  SessionTables none(1);
  EXPECT_TRUE(none.get({"a", std::nullopt}, [&] { return Result<std::shared_ptr<DeltaTable>>(read(tables[0])); }).ok());
  EXPECT_EQ(none.size(), 0u);
}

}  // namespace
}  // namespace deltastream::engine
