#include "storage/stores.h"

#include <gtest/gtest.h>

#include "common/temp_folder.h"
#include "storage/cached/read_cache.h"
#include "storage/faulty.h"

namespace deltastream::storage {
namespace {

TEST(OpenStore, TakesPathsAndFileUris) {
  TempFolder folder;
  auto by_path = open_store(folder / "lake/");
  auto by_uri = open_store("file://" + (folder / "lake"));
  ASSERT_TRUE(by_path.ok() && by_uri.ok());
  ASSERT_TRUE((*by_path)->put("x", "1").ok());
  EXPECT_EQ(*(*by_uri)->get("x"), "1");
  EXPECT_EQ((*by_path)->describe(), "file:" + (folder / "lake"));
  EXPECT_EQ((*by_uri)->describe(), (*by_path)->describe());
  EXPECT_EQ((*by_uri)->local_folder(), folder / "lake");
}

TEST(OpenStore, AStoreBeforeALocalOneIsLocal) {
  TempFolder folder;
  std::shared_ptr<ObjectStore> local = make_local_store(folder.path());
  EXPECT_EQ(make_cached_store(local, std::make_shared<ReadCache>(1000))->local_folder(), folder.path());
  EXPECT_EQ(FaultyStore(local).local_folder(), folder.path());
  EXPECT_EQ(make_cached_store(make_memory_store(), std::make_shared<ReadCache>(1000))->local_folder(), std::nullopt);
}

TEST(OpenStore, NamesTheSchemeItDoesNotKnowAndNothingElse) {
  auto store = open_store("ftp://user:secret@bucket/key");
  ASSERT_FALSE(store.ok());
  EXPECT_EQ(store.error().kind(), ErrorKind::kUnsupported);
  EXPECT_NE(store.error().message().find("'ftp://'"), std::string::npos);
  EXPECT_EQ(store.error().to_string().find("secret"), std::string::npos);
  EXPECT_EQ(open_store("").error().kind(), ErrorKind::kInvalidArgument);
  auto credential = open_store("s3://user:secret@bucket/key");
  ASSERT_FALSE(credential.ok());
  EXPECT_EQ(credential.error().kind(), ErrorKind::kInvalidArgument);
  EXPECT_EQ(credential.error().to_string().find("secret"), std::string::npos);
}

}  // namespace
}  // namespace deltastream::storage
