#include "storage/http/retry.h"

#include <gtest/gtest.h>

#include "storage/http/process_environment.h"
#include "storage/http/remote_store.h"
#include "storage/s3/s3_store.h"
#include "storage/s3/signer.h"

namespace deltastream::storage {
namespace {

// Answers from a script and keeps what it was asked.
class ScriptedTransport final : public HttpTransport {
 public:
  explicit ScriptedTransport(std::vector<Result<HttpResponse>> answers) : answers_(std::move(answers)) {}
  Result<HttpResponse> send(const HttpRequest& request) override {
    asked.push_back(request);
    if (asked.size() > answers_.size()) return internal("asked more often than the script says");
    return answers_[asked.size() - 1];
  }
  std::vector<HttpRequest> asked;

 private:
  std::vector<Result<HttpResponse>> answers_;
};

HttpResponse answer(int status, std::string body = "", std::map<std::string, std::string> headers = {}) { return {status, std::move(headers), std::move(body)}; }

struct Harness {
  explicit Harness(std::vector<Result<HttpResponse>> answers) : transport(std::make_shared<ScriptedTransport>(std::move(answers))) {
    RetryPolicy policy;
    policy.attempts = 4;
    policy.sleep = [this](int64_t us) { slept.push_back(us); };
    retry.emplace(transport, Environment(), policy);
  }
  Result<HttpResponse> send(bool idempotent) {
    return retry->send([]() -> Result<HttpRequest> { return HttpRequest{"PUT", "http://x/y", {}, {}, false}; }, idempotent);
  }
  std::shared_ptr<ScriptedTransport> transport;
  std::optional<HttpRetry> retry;
  std::vector<int64_t> slept;
};

TEST(HttpRetry, RepeatsWhatMayBeRepeated) {
  Harness harness({answer(503), commit_state_unknown("lost"), answer(500), answer(200, "done")});
  auto response = harness.send(true);
  ASSERT_TRUE(response.ok());
  EXPECT_EQ(response->body, "done");
  ASSERT_EQ(harness.slept.size(), 3u);
  for (size_t i = 0; i < 3; i++) EXPECT_LE(harness.slept[i], 100'000 << i);
}

TEST(HttpRetry, GivesUpAfterItsAttempts) {
  Harness harness({unavailable("a"), unavailable("b"), unavailable("c"), commit_state_unknown("d")});
  EXPECT_EQ(harness.send(true).error().kind(), ErrorKind::kUnavailable);
  EXPECT_EQ(harness.transport->asked.size(), 4u);
}

TEST(HttpRetry, ALostAnswerOfAConditionalPutIsNotRepeated) {
  Harness lost({commit_state_unknown("lost")});
  EXPECT_EQ(lost.send(false).error().kind(), ErrorKind::kCommitStateUnknown);
  Harness broken({answer(500)});
  EXPECT_EQ(broken.send(false).error().kind(), ErrorKind::kCommitStateUnknown);
  Harness slowed({answer(503), unavailable("no connection"), answer(200)});
  EXPECT_TRUE(slowed.send(false).ok()) << "nothing had happened";
}

TEST(HttpRetry, ErrorsHaveKindsAndNoLongBodies) {
  EXPECT_EQ(error_from_status(answer(404), "x").kind(), ErrorKind::kNotFound);
  EXPECT_EQ(error_from_status(answer(403), "x").kind(), ErrorKind::kPermission);
  EXPECT_EQ(error_from_status(answer(412), "x").kind(), ErrorKind::kAlreadyExists);
  EXPECT_EQ(error_from_status(answer(400), "x").kind(), ErrorKind::kInvalidArgument);
  EXPECT_LT(error_from_status(answer(400, std::string(100'000, 'a')), "x").message().size(), 500u);
  auto xml = [](const std::string& code, const std::string& more = "") {
    return "<?xml version=\"1.0\"?>\n<Error><Code>" + code + "</Code><Message>Why.</Message>" + more + "</Error>";
  };
  EXPECT_EQ(error_from_status(answer(404, xml("NoSuchBucket")), "x").message(), "x: the store answered 404: NoSuchBucket: Why.");
  EXPECT_EQ(error_from_status(answer(400, xml("ExpiredToken")), "x").kind(), ErrorKind::kPermission);
  Error elsewhere = error_from_status(answer(400, xml("AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>")), "x");
  EXPECT_EQ(elsewhere.kind(), ErrorKind::kInvalidArgument);
  EXPECT_NE(elsewhere.message().find("'eu-west-1': set AWS_REGION"), std::string::npos) << elsewhere.message();
  HttpResponse moved = answer(301, xml("PermanentRedirect"));
  moved.headers["x-amz-bucket-region"] = "us-west-2";
  EXPECT_NE(error_from_status(moved, "x").message().find("'us-west-2'"), std::string::npos);
  EXPECT_EQ(error_from_status(answer(404, "<Code>cut"), "x").message(), "x: the store answered 404: <Code>cut");
}

std::shared_ptr<ObjectStore> s3_over(const std::shared_ptr<ScriptedTransport>& transport, const Variables& variables) {
  auto store = s3::open_s3("bucket/root", Environment(), variables, transport);
  EXPECT_TRUE(store.ok());
  return *store;
}

const GivenVariables kKeys({{"AWS_ACCESS_KEY_ID", "key"}, {"AWS_SECRET_ACCESS_KEY", "secret"}, {"AWS_ENDPOINT_URL", "http://127.0.0.1:1"}});

TEST(S3Store, APutThatWasRepeatedDoesNotSayWhoseObjectStandsThere) {
  auto transport = std::make_shared<ScriptedTransport>(std::vector<Result<HttpResponse>>{answer(412)});
  EXPECT_EQ(s3_over(transport, kKeys)->put_if_absent("a", "x").error().kind(), ErrorKind::kAlreadyExists);
}

TEST(S3Store, ListsPageByPageFromBeforeTheStart) {
  const std::string first = "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>a b</NextContinuationToken>"
                            "<Contents><Key>root/log/1</Key><Size>3</Size><LastModified>2024-10-01T10:00:00.250Z</LastModified></Contents></ListBucketResult>";
  const std::string second = "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>root/log/2</Key><Size>4</Size></Contents>"
                             "<Contents><Key>root/log/folder/</Key><Size>0</Size></Contents></ListBucketResult>";
  auto transport = std::make_shared<ScriptedTransport>(std::vector<Result<HttpResponse>>{answer(200, first), answer(200, second)});
  auto listed = s3_over(transport, kKeys)->list("log/", "log/1");
  ASSERT_TRUE(listed.ok());
  ASSERT_EQ(listed->size(), 2u);
  EXPECT_EQ((*listed)[0].path, "log/1");
  EXPECT_EQ((*listed)[0].modified_ms, 1727776800250);
  EXPECT_NE(transport->asked[0].url.find("list-type=2&prefix=root%2Flog%2F&start-after=root%2Flog%2F0~"), std::string::npos) << transport->asked[0].url;
  EXPECT_NE(transport->asked[1].url.find("continuation-token=a%20b&list-type=2"), std::string::npos);
}

TEST(S3Store, WithoutCredentialsItSaysWhatToSet) {
  const GivenVariables nothing({{"AWS_EC2_METADATA_DISABLED", "true"}, {"HOME", "/nonexistent"}});
  auto transport = std::make_shared<ScriptedTransport>(std::vector<Result<HttpResponse>>{});
  auto got = s3_over(transport, nothing)->get("a");
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.error().kind(), ErrorKind::kPermission);
  EXPECT_NE(got.error().message().find("AWS_ACCESS_KEY_ID"), std::string::npos);
}

// The example of Amazon's manual: "Signature Calculations for the Authorization Header", GET object.
TEST(S3Signer, SignsTheExampleOfTheManual) {
  HttpRequest request{"GET", "https://examplebucket.s3.amazonaws.com/test.txt", {{"Range", "bytes=0-9"}}, {}, false};
  s3::sign(request, {"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""}, "us-east-1", "s3", 1369353600000);
  EXPECT_EQ(request.headers.back().second,
            "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(HttpDates, BothForms) {
  EXPECT_EQ(parse_http_date_ms("Tue, 01 Oct 2024 10:00:00 GMT"), 1727776800000);
  EXPECT_EQ(parse_iso_date_ms("2024-10-01T10:00:00Z"), 1727776800000);
  EXPECT_EQ(parse_http_date_ms("yesterday"), 0);
}

}  // namespace
}  // namespace deltastream::storage
