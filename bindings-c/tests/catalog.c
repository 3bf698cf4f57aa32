/* Operations and events of one's own, without a network: the test plays the other side. */
#include "one_client.h"

#include <stdio.h>
#include <string.h>

#define NOW 1700000000000u

static const char file[] =
    "{\"airudder_catalog\":1,\"operations\":["
    "{\"name\":\"plans.run\",\"method\":\"POST\",\"path\":\"/service/plans/{plan_id}/"
    "runs\",\"find_out\":\"plans.list\","
    "\"params\":{\"properties\":{\"plan_id\":{\"type\":\"string\"},\"note\":{\"type\":\"string\"}},\"required\":["
    "\"plan_id\"]}},"
    "{\"name\":\"plans.list\",\"method\":\"GET\",\"path\":\"/service/plans\",\"replay\":\"safe\"}],"
    "\"events\":[{\"name\":\"plan.finished\",\"when\":{\"/event\":\"plan.finished\"}}]}";

/* A client with the catalog, which itself is freed at once. */
static airudder_client planner(void) {
  airudder_config config = AIRUDDER_CONFIG_INIT;
  airudder_catalog catalog;
  airudder_client made;
  assert_int_equal(airudder_catalog_extend(file, strlen(file), &catalog, NULL), 0);
  config.app_key = "fake-app-key";
  config.app_secret = "fake-app-secret";
  config.base_url = "https://api.example.test";
  config.catalog = catalog;
  assert_int_equal(airudder_client_new(&config, &made, NULL), 0);
  assert_int_equal(airudder_catalog_free(catalog), 0);
  assert_int_equal(airudder_catalog_free(catalog), AIRUDDER_E1014_INVALID_HANDLE);
  return made;
}

static const airudder_request *poll_request(airudder_call call) {
  airudder_step step;
  assert_int_equal(airudder_call_poll(call, NOW, &step), 0);
  assert_int_equal(step.kind, AIRUDDER_STEP_SEND);
  return step.request;
}

static void respond(airudder_call call, const char *body) {
  assert_int_equal(airudder_call_on_response(call, NOW, 200, NULL, 0, body, strlen(body)), 0);
}

/* The request of the call itself, behind that for the token. */
static const airudder_request *poll_own_request(airudder_call call) {
  poll_request(call);
  respond(call, "{\"code\":200,\"data\":{\"token\":\"fake-token\"}}");
  return poll_request(call);
}

static void calls_of_ones_own(void **state) {
  airudder_client own = planner();
  airudder_call call;
  airudder_text text;
  airudder_step step;
  const airudder_request *request;
  (void)state;
  assert_int_equal(airudder_call_begin_named(own, "plans.run", &call, NULL), 0);
  assert_int_equal(airudder_call_set_str(call, "/plan_id", "a/b"), 0);
  assert_int_equal(airudder_call_set_str(call, "/note", "n"), 0);
  request = poll_own_request(call);
  assert_string_equal(request->method, "POST");
  assert_string_equal(request->url, "https://api.example.test/service/plans/a%2Fb/runs");
  assert_memory_equal(request->body, "{\"note\":\"n\"}", request->body_len);
  respond(call, "{\"code\":200,\"data\":{\"run_id\":\"r-1\"}}");
  assert_int_equal(airudder_call_poll(call, NOW, &step), 0);
  assert_int_equal(airudder_call_result(call, NULL), 0);
  assert_int_equal(airudder_call_get_str(call, "/run_id", &text), 0);
  assert_string_equal(text.data, "r-1");
  assert_int_equal(airudder_call_free(call), 0);
  assert_int_equal(airudder_client_free(own), 0);
}

static void what_must_not_be_sent_twice_is_not(void **state) {
  airudder_client own = planner();
  airudder_error error = AIRUDDER_ERROR_INIT;
  airudder_call call;
  airudder_step step;
  (void)state;
  assert_int_equal(airudder_call_start_named(own, "plans.run", "{\"plan_id\":\"p\"}", 15, &call, NULL), 0);
  poll_own_request(call);
  assert_int_equal(airudder_call_on_failure(call, NOW, AIRUDDER_FAILURE_TIMEOUT, ""), 0);
  assert_int_equal(airudder_call_poll(call, NOW, &step), 0);
  assert_int_equal(airudder_call_result(call, &error), AIRUDDER_E7005_OUTCOME_UNKNOWN);
  assert_non_null(strstr(error.message, "plans.list"));
  assert_int_equal(airudder_call_free(call), 0);
  assert_int_equal(airudder_client_free(own), 0);
}

static void faults_are_told(void **state) {
  static const char bad[] =
      "{\"airudder_catalog\":1,\"operations\":[{\"name\":\"plans\",\"method\":\"GET\",\"path\":\"/x\"}]}";
  airudder_client own = planner();
  airudder_error error = AIRUDDER_ERROR_INIT;
  airudder_config config = AIRUDDER_CONFIG_INIT;
  airudder_catalog catalog = 1;
  airudder_call call = 1;
  airudder_step step;
  (void)state;
  assert_int_equal(airudder_call_start_named(own, "plans.run", "{\"plan_id\":\"p\",\"nte\":1}", 23, &call, &error),
                   AIRUDDER_E1004_UNKNOWN_FIELD);
  assert_int_equal(call, 0);
  assert_string_equal(error.pointer, "/nte");
  assert_int_equal(airudder_call_begin_named(own, "plans.rnu", &call, &error), AIRUDDER_E1002_UNKNOWN_OPERATION);
  assert_non_null(strstr(error.message, "plans.run"));
  assert_int_equal(airudder_call_begin_named(own, "plans.run", &call, NULL), 0);
  assert_int_equal(airudder_call_poll(call, NOW, &step), 0);
  assert_int_equal(airudder_call_result(call, &error), AIRUDDER_E1005_MISSING_FIELD);
  assert_string_equal(error.pointer, "/plan_id");
  assert_int_equal(airudder_call_free(call), 0);
  assert_int_equal(airudder_client_free(own), 0);
  assert_int_equal(airudder_catalog_extend(bad, strlen(bad), &catalog, &error), AIRUDDER_E1027_INVALID_CATALOG);
  assert_int_equal(catalog, 0);
  assert_string_equal(error.pointer, "/operations/0/name");
  config.catalog = client; /* a handle of something else */
  assert_int_equal(airudder_client_new(&config, &own, &error), AIRUDDER_E1014_INVALID_HANDLE);
  assert_string_equal(error.pointer, "/catalog");
}

static void events_and_list_of_ones_own(void **state) {
  static const char body[] = "{\"event\":\"plan.finished\"}";
  airudder_webhooks_config config = AIRUDDER_WEBHOOKS_CONFIG_INIT;
  airudder_webhooks hooks;
  airudder_catalog catalog;
  airudder_event event;
  airudder_buffer buffer;
  airudder_text text;
  int known;
  (void)state;
  assert_int_equal(airudder_catalog_extend(file, strlen(file), &catalog, NULL), 0);
  assert_int_equal(airudder_catalog_list(catalog, &buffer, NULL), 0);
  assert_int_equal(airudder_buffer_data(buffer, &text), 0);
  assert_non_null(strstr(text.data, "\"envelope\":\"cloud\""));
  assert_int_equal(airudder_buffer_free(buffer), 0);
  config.allow_unsigned = 1;
  config.catalog = catalog;
  assert_int_equal(airudder_webhooks_new(&config, &hooks, NULL), 0);
  assert_int_equal(airudder_catalog_free(catalog), 0);
  assert_int_equal(airudder_webhooks_unwrap(hooks, NULL, 0, body, strlen(body), NULL, &event, NULL), 0);
  assert_int_equal(airudder_event_type(event, &text), 0);
  assert_string_equal(text.data, "plan.finished");
  assert_int_equal(airudder_event_known(event, &known), 0);
  assert_true(known);
  assert_int_equal(airudder_event_free(event), 0);
  assert_int_equal(airudder_webhooks_free(hooks), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(calls_of_ones_own),
      cmocka_unit_test(what_must_not_be_sent_twice_is_not),
      cmocka_unit_test(faults_are_told),
      cmocka_unit_test(events_and_list_of_ones_own),
  };
  return cmocka_run_group_tests(tests, make_client, free_client);
}
