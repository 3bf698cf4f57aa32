/* The C++ wrapper where something goes wrong. */
#include <airudder.hpp>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <type_traits>

#define CHECK(what) ((what) ? void() : fail(#what, __LINE__))

static void fail(const char *what, int line) {
  std::fprintf(stderr, "line %d: %s\n", line, what);
  std::exit(1);
}

static_assert(!std::is_copy_constructible_v<airudder::client> &&
              std::is_nothrow_move_constructible_v<airudder::client>);

/* Gives a token, and then throws. */
struct broken {
  int requests = 0;
  airudder::answer send(const airudder_request &request) {
    if (++requests > 1) throw request.body_len;
    return airudder::response{200, {}, R"({"code":200,"data":{"token":"fake-token"}})"};
  }
  std::uint64_t now_ms() { return 1700000000000; }
  void sleep_until(std::uint64_t) {}
};

static airudder::client make() {
  airudder_config config = AIRUDDER_CONFIG_INIT;
  config.app_key = "fake-app-key";
  config.app_secret = "fake-app-secret";
  return airudder::client::make(config).value();
}

/* An upload whose transport threw may have been sent: it says so, instead of seeming to be under way for ever. */
static void a_transport_that_throws_leaves_an_outcome(const airudder::client &client) {
  auto call = client.begin(AIRUDDER_OP_WORKFLOW_UPLOAD_DETAILS).value();
  call.set("/workflow_id", "w-1").set("/details/0/callee", "+6200012345678").set("/details/0/platform", "TEMP1");
  call.set_json("/details/0/variables", "{}");
  broken transport;
  bool threw = false;
  try {
    static_cast<void>(call.run(transport));
  } catch (std::size_t) {
    threw = true;
  }
  CHECK(threw);
  const auto outcome = call.run(transport); /* goes on where it was */
  CHECK(!outcome && outcome.error().code == AIRUDDER_E7005_OUTCOME_UNKNOWN);
  CHECK(outcome.error().outcome == AIRUDDER_OUTCOME_UNKNOWN && transport.requests == 2);
}

static void errors_are_values_or_exceptions(const airudder::client &client) {
  try {
    client.begin(9999).value();
    CHECK(!"no operation has this number");
  } catch (const airudder::exception &exception) {
    CHECK(exception.code() == AIRUDDER_E1002_UNKNOWN_OPERATION);
    CHECK(std::string_view(exception.what()) == exception.error().message);
  }
  const auto none = airudder::event().type();
  CHECK(!none && none.error().code == AIRUDDER_E1014_INVALID_HANDLE);
  airudder_campaign_config config = AIRUDDER_CAMPAIGN_CONFIG_INIT;
  config.workflow_template_id = 7;
  config.name = "july";
  config.end_time = "2099-07-31 18:00:00+08:00";
  auto campaign = client.campaign(config).value();
  CHECK(campaign.set_json("", R"({"callee":"+6200012345678","platform":"TEMP1","variables":{}})").add());
  const auto progress = campaign.progress();
  CHECK(progress && progress->contacts == 1 && (*progress).rejected == 0 && progress.value().doubtful == 0);
  CHECK(campaign.give_up());
}

int main() {
  airudder::client client = make();
  a_transport_that_throws_leaves_an_outcome(client);
  errors_are_values_or_exceptions(client);
}
