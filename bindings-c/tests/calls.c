/* What a call does, without a network: the test plays the other side. */
#include "one_client.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define NOW 1700000000000u

static airudder_call begin(int operation) {
  airudder_call call;
  assert_int_equal(airudder_call_begin(client, operation, &call, NULL), 0);
  return call;
}

/* An upload of one contact that is right. */
static airudder_call begin_upload(void) {
  airudder_call call = begin(AIRUDDER_OP_WORKFLOW_UPLOAD_DETAILS);
  assert_int_equal(airudder_call_set_str(call, "/workflow_id", "w-1"), 0);
  assert_int_equal(airudder_call_set_str(call, "/details/0/callee", "+6200012345678"), 0);
  assert_int_equal(airudder_call_set_str(call, "/details/0/platform", "TEMP1"), 0);
  assert_int_equal(airudder_call_set_str(call, "/details/0/variables/customer_name", "Ana"), 0);
  return call;
}

static const airudder_request *poll_request(airudder_call call) {
  airudder_step step;
  assert_int_equal(airudder_call_poll(call, NOW, &step), 0);
  assert_int_equal(step.kind, AIRUDDER_STEP_SEND);
  return step.request;
}

static void poll_done(airudder_call call) {
  airudder_step step;
  assert_int_equal(airudder_call_poll(call, NOW, &step), 0);
  assert_int_equal(step.kind, AIRUDDER_STEP_DONE);
  assert_null(step.request);
}

static void respond(airudder_call call, const char *body) {
  assert_int_equal(airudder_call_on_response(call, NOW, 200, NULL, 0, body, strlen(body)), 0);
}

/* The request of the call itself, behind that for the token if there is none yet. */
static const airudder_request *poll_own_request(airudder_call call) {
  const airudder_request *request = poll_request(call);
  if (strstr(request->url, "/auth") != NULL) {
    respond(call, "{\"code\":200,\"data\":{\"token\":\"fake-token\"}}");
    request = poll_request(call);
  }
  return request;
}

static void assert_error(airudder_call call, int code, const char *pointer) {
  airudder_error error = AIRUDDER_ERROR_INIT;
  assert_int_equal(airudder_call_result(call, &error), code);
  assert_int_equal(error.code, code);
  assert_string_equal(error.pointer, pointer);
  assert_int_equal(airudder_call_result(call, NULL), code); /* any number of times */
}

static void parameters_become_json_in_their_order(void **state) {
  airudder_call call = begin_upload();
  const airudder_request *request;
  (void)state;
  assert_int_equal(airudder_call_set_str(call, "/details/-/callee", "+6200012345679"), 0);
  assert_int_equal(airudder_call_set_strn(call, "/details/1/platform", "TEMP1-and-more", 5), 0);
  assert_int_equal(airudder_call_set_json(call, "/details/1/variables", "{\"a\":\"1\"}", 9), 0);
  assert_int_equal(airudder_call_set_str(call, "/details/1/variables/a~1b", "2"), 0);
  assert_int_equal(airudder_call_set_double(call, "/details/1/pds_variables/score", 0.5), 0);
  assert_int_equal(airudder_call_set_bool(call, "/details/1/pds_variables/vip", 7), 0);
  assert_int_equal(airudder_call_set_null(call, "/details/1/pds_variables/agent"), 0);
  assert_int_equal(airudder_call_set_int(call, "/details/1/pds_variables/rank", INT64_MIN), 0);
  request = poll_own_request(call);
  assert_string_equal(
      request->body,
      "{\"workflow_id\":\"w-1\",\"details\":[{\"callee\":\"+6200012345678\",\"platform\":\"TEMP1\","
      "\"variables\":{\"customer_name\":\"Ana\"}},{\"callee\":\"+6200012345679\",\"platform\":\"TEMP1\","
      "\"variables\":{\"a\":\"1\",\"a/b\":\"2\"},"
      "\"pds_variables\":{\"score\":0.5,\"vip\":true,\"agent\":null,\"rank\":-9223372036854775808}}]}");
  assert_int_equal(request->body_len, strlen(request->body));
  assert_string_equal(request->method, "POST");
  assert_int_equal(request->timeout_ms, 10000);
  assert_int_equal(airudder_call_free(call), 0);
}

static void a_wrong_parameter_is_found_at_once_and_never_left_out(void **state) {
  static const struct {
    const char *pointer;
    const char *value;
    int code;
    const char *where;
  } wrong[] = {
      {"/workflow_idd", "w", AIRUDDER_E1004_UNKNOWN_FIELD, "/workflow_idd"},
      {"/details/1/calle", "+62", AIRUDDER_E1004_UNKNOWN_FIELD, "/details/1/calle"},
      {"/details/-/callee", "0812", AIRUDDER_E1007_INVALID_VALUE, "/details/1/callee"},
      {"/details", "x", AIRUDDER_E1006_WRONG_TYPE, "/details"},
      {"/details/0/variables/0", NULL, AIRUDDER_E1016_INVALID_ARGUMENT, "/details/0/variables/0"},
      {"/details/3/callee", "+62", AIRUDDER_E1016_INVALID_ARGUMENT, "/details/3"},
      {"details", "x", AIRUDDER_E1016_INVALID_ARGUMENT, ""},
      {"/details/0/variables/~2", "x", AIRUDDER_E1016_INVALID_ARGUMENT, ""},
      {"/details/0/variables/~", "x", AIRUDDER_E1016_INVALID_ARGUMENT, ""},
      {"/workflow_id", "\xc3\x28", AIRUDDER_E1016_INVALID_ARGUMENT, "/workflow_id"},
  };
  size_t i;
  (void)state;
  for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    airudder_call call = begin_upload();
    assert_int_equal(airudder_call_set_str(call, wrong[i].pointer, wrong[i].value), wrong[i].code);
    assert_int_equal(airudder_call_set_str(call, "/workflow_id", "w-2"), 0); /* does not heal it */
    poll_done(call);
    assert_error(call, wrong[i].code, wrong[i].where);
    assert_int_equal(airudder_call_free(call), 0);
  }
}

static void what_is_missing_is_found_by_the_first_poll(void **state) {
  airudder_call call = begin(AIRUDDER_OP_WORKFLOW_UPLOAD_DETAILS);
  (void)state;
  assert_int_equal(airudder_call_set_str(call, "/workflow_id", "w-1"), 0);
  assert_int_equal(airudder_call_set_str(call, "/details/0/callee", "+6200012345678"), 0);
  poll_done(call);
  assert_error(call, AIRUDDER_E1005_MISSING_FIELD, "/details/0/platform");
  assert_int_equal(airudder_call_set_str(call, "/details/0/platform", "TEMP1"), AIRUDDER_E1008_MISUSE);
  assert_int_equal(airudder_call_free(call), 0);
}

static void results_are_read_by_pointer(void **state) {
  airudder_call call = begin(AIRUDDER_OP_ROBOTS_LIST);
  airudder_text text, again;
  airudder_type type;
  int64_t integer;
  double real;
  int flag;
  size_t count;
  (void)state;
  poll_own_request(call);
  respond(call,
          "{\"code\":200,\"data\":[{\"RobotID\":\"r\\u0000\\u00e9\",\"n\":-5,\"big\":18446744073709551615,\"half\":2.5,"
          "\"yes\":true,\"nothing\":null,\"a/b~c\":\"odd\"},[]]}");
  assert_int_equal(airudder_call_get_str(call, "/0/RobotID", &text), 0);
  assert_int_equal(text.len, 4);
  assert_memory_equal(text.data, "r\0\xc3\xa9", 5);
  assert_int_equal(airudder_call_get_int(call, "/0/n", &integer), 0);
  assert_int_equal(integer, -5);
  assert_int_equal(airudder_call_get_int(call, "/0/big", &integer), AIRUDDER_E1006_WRONG_TYPE);
  assert_int_equal(airudder_call_get_int(call, "/0/half", &integer), AIRUDDER_E1006_WRONG_TYPE);
  assert_int_equal(airudder_call_get_double(call, "/0/half", &real), 0);
  assert_true(fabs(real - 2.5) < 1e-9);
  assert_int_equal(airudder_call_get_bool(call, "/0/yes", &flag), 0);
  assert_int_equal(flag, 1);
  assert_int_equal(airudder_call_get_count(call, "", &count), 0);
  assert_int_equal(count, 2);
  assert_int_equal(airudder_call_get_count(call, "/0", &count), 0);
  assert_int_equal(count, 7);
  assert_int_equal(airudder_call_get_name(call, "/0", 1, &text), 0);
  assert_string_equal(text.data, "n");
  assert_int_equal(airudder_call_get_name(call, "/0", 7, &text), AIRUDDER_E1006_WRONG_TYPE);
  assert_null(text.data);
  assert_int_equal(airudder_call_get_type(call, "/0/nothing", &type), 0);
  assert_int_equal(type, AIRUDDER_TYPE_NULL);
  assert_int_equal(airudder_call_get_type(call, "/0/missing", &type), 0);
  assert_int_equal(type, AIRUDDER_TYPE_NONE);
  assert_int_equal(airudder_call_get_str(call, "/0/missing", &text), AIRUDDER_E1017_NO_VALUE);
  assert_int_equal(airudder_call_get_str(call, "/00", &text), AIRUDDER_E1017_NO_VALUE);
  assert_int_equal(airudder_call_get_str(call, "/0/a~1b~0c", &text), 0);
  assert_string_equal(text.data, "odd");
  assert_int_equal(airudder_call_get_json(call, "/0/nothing", &text), 0);
  assert_string_equal(text.data, "null");
  assert_int_equal(airudder_call_get_json(call, "/0/nothing", &again), 0);
  assert_ptr_equal(text.data, again.data);
  assert_int_equal(airudder_call_result_file(call, &text), AIRUDDER_E1017_NO_VALUE);
  assert_int_equal(airudder_call_free(call), 0);
}

/* One number that fits no type of C, or one odd text, must not take the rest of the document with it. */
static void numbers_are_kept_as_they_were_written(void **state) {
  static const char *const unreadable[] = {"\\ud800", "\\ud800\\n"};
  airudder_call call = begin(AIRUDDER_OP_ROBOTS_LIST);
  airudder_text text;
  airudder_type type;
  int64_t integer;
  double real;
  size_t count, i;
  (void)state;
  poll_own_request(call);
  respond(
      call,
      "{\"code\":200,\"data\": [ {} , [ ] , {\"q\\\"}]\\\\\" : \"]\\\\\"} , 1e400,-1.50 ,12345678901234567890123]}");
  assert_int_equal(airudder_call_get_count(call, "", &count), 0);
  assert_int_equal(count, 6);
  assert_int_equal(airudder_call_get_str(call, "/2/q\"}]\\", &text), 0);
  assert_string_equal(text.data, "]\\");
  assert_int_equal(airudder_call_get_type(call, "/3", &type), 0);
  assert_int_equal(type, AIRUDDER_TYPE_NUMBER);
  assert_int_equal(airudder_call_get_int(call, "/3", &integer), AIRUDDER_E1006_WRONG_TYPE);
  assert_int_equal(airudder_call_get_double(call, "/3", &real), AIRUDDER_E1006_WRONG_TYPE);
  assert_int_equal(airudder_call_get_json(call, "/3", &text), 0);
  assert_string_equal(text.data, "1e400");
  assert_int_equal(airudder_call_get_double(call, "/4", &real), 0);
  assert_true(fabs(real + 1.5) < 1e-9);
  assert_int_equal(airudder_call_get_json(call, "/4", &text), 0);
  assert_string_equal(text.data, "-1.50");
  assert_int_equal(airudder_call_get_int(call, "/5", &integer), AIRUDDER_E1006_WRONG_TYPE);
  assert_int_equal(airudder_call_get_json(call, "/5", &text), 0);
  assert_string_equal(text.data, "12345678901234567890123");
  assert_int_equal(airudder_call_free(call), 0);

  for (i = 0; i < 2; i++) {
    char json[32];
    snprintf(json, sizeof json, "[\"%s\"]", unreadable[i]);
    call = begin(AIRUDDER_OP_WORKFLOW_UPLOAD_DETAILS);
    assert_int_equal(airudder_call_set_json(call, "/details", json, strlen(json)), AIRUDDER_E1003_INVALID_JSON);
    assert_int_equal(airudder_call_free(call), 0);
  }
}

/* As where somebody cut it inside an emoji. Nothing else changes: not a pair, not a backslash. */
static void a_text_that_is_cut_inside_a_character_is_read(void **state) {
  airudder_call call = begin(AIRUDDER_OP_ROBOTS_LIST);
  airudder_text text;
  (void)state;
  poll_own_request(call);
  respond(call,
          "{\"code\":200,\"data\":[\"cut "
          "\\ud83d\",\"\\ude00\\ud83d\\n\",\"\\ud83d\\uDE00\",\"\\\\ud83d\",{\"\\uD83D\":\"name\"}]}");
  assert_int_equal(airudder_call_get_str(call, "/0", &text), 0);
  assert_string_equal(text.data, "cut \xef\xbf\xbd");
  assert_int_equal(airudder_call_get_str(call, "/1", &text), 0);
  assert_string_equal(text.data, "\xef\xbf\xbd\xef\xbf\xbd\n");
  assert_int_equal(airudder_call_get_str(call, "/2", &text), 0);
  assert_string_equal(text.data, "\xf0\x9f\x98\x80");
  assert_int_equal(airudder_call_get_str(call, "/3", &text), 0);
  assert_string_equal(text.data, "\\ud83d");
  assert_int_equal(airudder_call_get_str(call, "/4/\xef\xbf\xbd", &text), 0);
  assert_string_equal(text.data, "name");
  assert_int_equal(airudder_call_result_json(call, &text), 0);
  assert_non_null(strstr(text.data, "\"cut \\ud83d\"")); /* the whole is as it came */
  assert_int_equal(airudder_call_free(call), 0);
}

/* So deep that reading it would overflow the stack. */
static void what_is_nested_too_deeply_is_refused(void **state) {
  static char deep[200001];
  airudder_call call = begin(AIRUDDER_OP_WORKFLOW_UPLOAD_DETAILS);
  (void)state;
  memset(deep, '[', 100000);
  memset(deep + 100000, ']', 100000);
  assert_int_equal(airudder_call_set_json(call, "/details", deep, 200000), AIRUDDER_E1003_INVALID_JSON);
  assert_int_equal(airudder_call_free(call), 0);
}

static void options_that_cannot_be_set_are_not_left_out(void **state) {
  airudder_call call = begin_upload();
  airudder_call_options options = AIRUDDER_CALL_OPTIONS_INIT;
  (void)state;
  options.header_count = 1;
  assert_int_equal(airudder_call_set_options(call, &options), AIRUDDER_E1016_INVALID_ARGUMENT);
  poll_done(call);
  assert_error(call, AIRUDDER_E1016_INVALID_ARGUMENT, "");
  assert_int_equal(airudder_call_free(call), 0);
}

static void without_checks_anything_is_sent(void **state) {
  airudder_call call = begin(AIRUDDER_OP_WORKFLOW_UPLOAD_DETAILS);
  airudder_call_options options = AIRUDDER_CALL_OPTIONS_INIT;
  (void)state;
  options.lenient = 1;
  options.base_url = "https://other.example.test";
  assert_int_equal(airudder_call_set_options(call, &options), 0);
  assert_int_equal(airudder_call_set_str(call, "/newer_field", "x"), 0);
  {
    const airudder_request *request = poll_own_request(call);
    assert_string_equal(request->body, "{\"newer_field\":\"x\"}");
    assert_non_null(strstr(request->url, "https://other.example.test/"));
  }
  assert_int_equal(airudder_call_free(call), 0);
}

static void a_doubtful_upload_is_never_sent_again(void **state) {
  const int failures[] = {AIRUDDER_FAILURE_TIMEOUT, AIRUDDER_FAILURE_RESET, AIRUDDER_FAILURE_OTHER, 0, 99, -1};
  size_t i;
  (void)state;
  for (i = 0; i < sizeof failures / sizeof *failures; i++) {
    airudder_call call = begin_upload();
    airudder_error error = AIRUDDER_ERROR_INIT;
    poll_own_request(call);
    assert_int_equal(airudder_call_on_failure(call, NOW, failures[i], "the cable was cut"), 0);
    poll_done(call);
    assert_int_equal(airudder_call_result(call, &error), AIRUDDER_E7005_OUTCOME_UNKNOWN);
    assert_int_equal(error.outcome, AIRUDDER_OUTCOME_UNKNOWN);
    assert_int_equal(error.retry_after_ms, -1);
    assert_string_equal(error.operation, "workflow.upload_details");
    assert_non_null(strstr(error.message, "the cable was cut"));
    assert_int_equal(airudder_call_free(call), 0);
  }
}

static void what_was_surely_not_sent_is_sent_again_unless_told_otherwise(void **state) {
  airudder_call_options options = AIRUDDER_CALL_OPTIONS_INIT;
  airudder_call call = begin_upload();
  airudder_step step;
  (void)state;
  poll_own_request(call);
  assert_int_equal(airudder_call_on_failure(call, NOW, AIRUDDER_FAILURE_CONNECT, NULL), 0);
  assert_int_equal(airudder_call_poll(call, NOW, &step), 0);
  assert_int_equal(step.kind, AIRUDDER_STEP_WAIT);
  assert_true(step.wait_until_ms > NOW && step.wait_until_ms <= NOW + 250);
  assert_int_equal(airudder_call_poll(call, step.wait_until_ms, &step), 0);
  assert_int_equal(step.kind, AIRUDDER_STEP_SEND);
  assert_int_equal(airudder_call_free(call), 0);

  call = begin_upload();
  options.max_retries = AIRUDDER_NEVER;
  assert_int_equal(airudder_call_set_options(call, &options), 0);
  poll_own_request(call);
  assert_int_equal(airudder_call_on_failure(call, NOW, AIRUDDER_FAILURE_CONNECT, NULL), 0);
  poll_done(call);
  assert_error(call, AIRUDDER_E7001_CONNECT_FAILED, "");
  assert_int_equal(airudder_call_free(call), 0);
}

static void calls_in_the_wrong_order_change_nothing(void **state) {
  airudder_call call = begin(AIRUDDER_OP_ROBOTS_LIST);
  airudder_step step;
  airudder_text text;
  const airudder_request *request;
  char url[256];
  (void)state;
  assert_int_equal(airudder_call_on_response(call, NOW, 200, NULL, 0, "", 0), AIRUDDER_E1008_MISUSE);
  assert_int_equal(airudder_call_on_failure(call, NOW, AIRUDDER_FAILURE_RESET, NULL), AIRUDDER_E1008_MISUSE);
  assert_int_equal(airudder_call_result(call, NULL), AIRUDDER_E1008_MISUSE);
  request = poll_own_request(call);
  snprintf(url, sizeof url, "%s", request->url);
  assert_int_equal(airudder_call_poll(call, NOW, &step), AIRUDDER_E1008_MISUSE);
  assert_null(step.request);
  assert_string_equal(request->url, url); /* still there to be sent */
  assert_int_equal(airudder_call_result(call, NULL), AIRUDDER_E1008_MISUSE);
  assert_int_equal(airudder_call_result_json(call, &text), AIRUDDER_E1008_MISUSE);
  assert_int_equal(airudder_call_on_response(call, NOW, 70000, NULL, 0, "", 0), AIRUDDER_E1016_INVALID_ARGUMENT);
  assert_int_equal(airudder_call_on_response(call, NOW, 200, NULL, 1, "", 0), AIRUDDER_E1016_INVALID_ARGUMENT);
  respond(call, "{\"code\":200,\"data\":[]}");
  assert_int_equal(airudder_call_result(call, NULL), 0);
  assert_int_equal(airudder_call_on_response(call, NOW, 200, NULL, 0, "", 0), AIRUDDER_E1008_MISUSE);
  poll_done(call);
  assert_int_equal(airudder_call_free(call), 0);
}

static void a_call_is_shown_without_secrets_and_without_being_sent(void **state) {
  airudder_call call = begin_upload();
  airudder_call_options options = AIRUDDER_CALL_OPTIONS_INIT;
  airudder_header field = {"X-Api-Secret", "fake-secret-field"};
  const airudder_request *request;
  airudder_text text;
  (void)state;
  options.headers = &field;
  options.header_count = 1;
  assert_int_equal(airudder_call_set_options(call, &options), 0);
  assert_int_equal(airudder_call_curl(call, &text, NULL), 0);
  assert_non_null(strstr(text.data, "curl -X POST 'https://api.example.test/service/cloud/workflow/uploaddetails'"));
  assert_null(strstr(text.data, "fake-secret-field"));
  assert_null(strstr(text.data, "+6200012345678"));
  assert_int_equal(airudder_call_prepare(call, &request, NULL), 0);
  assert_non_null(strstr(request->body, "+6200012345678"));
  assert_int_equal(airudder_call_set_str(call, "/workflow_id", "w-2"), AIRUDDER_E1008_MISUSE);
  poll_own_request(call);
  assert_int_equal(airudder_call_free(call), 0);
}

static void raw_requests_are_checked_when_they_are_made(void **state) {
  airudder_raw_request raw = AIRUDDER_RAW_REQUEST_INIT;
  airudder_error error = AIRUDDER_ERROR_INIT;
  airudder_call call;
  (void)state;
  raw.method = "POST";
  raw.path = "/service/cloud/anything";
  raw.body = "{\"a\":1}";
  assert_int_equal(airudder_call_raw(client, &raw, &call, &error), 0);
  assert_string_equal(poll_own_request(call)->body, raw.body);
  respond(call, "{\"code\":200,\"data\":{\"b\":2}}");
  assert_int_equal(airudder_call_result(call, NULL), 0);
  assert_int_equal(airudder_call_set_str(call, "/a", "2"), AIRUDDER_E1008_MISUSE);
  assert_int_equal(airudder_call_free(call), 0);
  raw.auth = 9;
  assert_int_equal(airudder_call_raw(client, &raw, &call, &error), AIRUDDER_E1010_INVALID_REQUEST);
  assert_string_equal(error.pointer, "/auth");
  raw.auth = AIRUDDER_AUTH_TOKEN;
  raw.path = "no path";
  assert_int_equal(airudder_call_raw(client, &raw, &call, &error), AIRUDDER_E1010_INVALID_REQUEST);
  assert_string_equal(error.pointer, "/path");
}

static void settings_that_are_wrong_are_named(void **state) {
  airudder_config config = AIRUDDER_CONFIG_INIT;
  airudder_error error = AIRUDDER_ERROR_INIT;
  airudder_client none;
  (void)state;
  config.encryption_key = "fake-short-key";
  assert_int_equal(airudder_client_new(&config, &none, &error), AIRUDDER_E6001_INVALID_KEY);
  assert_string_equal(error.pointer, "/encryption_key");
  assert_null(strstr(error.message, "fake-short-key"));
  assert_int_equal(none, 0);
  assert_int_equal(airudder_client_new(&config, &none, NULL), AIRUDDER_E6001_INVALID_KEY);
  config.encryption_key = NULL;
  config.base_url = "http://api.example.test";
  assert_int_equal(airudder_client_new(&config, &none, &error), AIRUDDER_E1001_INVALID_CONFIG);
  assert_string_equal(error.pointer, "/base_url");
  config.base_url = "https://api.example.\xff";
  assert_int_equal(airudder_client_new(&config, &none, &error), AIRUDDER_E1016_INVALID_ARGUMENT);
  assert_string_equal(error.pointer, "/base_url");
  {
    airudder_webhooks_config hooks = AIRUDDER_WEBHOOKS_CONFIG_INIT;
    assert_int_equal(airudder_webhooks_new(&hooks, &none, &error), AIRUDDER_E1001_INVALID_CONFIG);
    assert_non_null(strstr(error.message, "set allow_unsigned to 1")); /* the setting's name in C */
    hooks.other_secret = "\xff";
    assert_int_equal(airudder_webhooks_new(&hooks, &none, &error), AIRUDDER_E1016_INVALID_ARGUMENT);
    assert_string_equal(error.pointer, "/other_secret");
  }
}

static void a_push_is_verified_by_asking_the_api(void **state) {
  static const struct {
    const char *push, *params;
  } pushes[] = {
      {"{\"workflow_id\":\"w-1\",\"node_id\":\"n-1\",\"callee\":{\"callee_number\":\"+6200012345678\",\"case_id\":\"c-"
       "1\"}}",
       "{\"workflow_id\":\"w-1\",\"node_id\":\"n-1\",\"callee\":\"+6200012345678\",\"case_id\":\"c-1\"}"},
      {"{\"workflow_id\":\"w-1\",\"node_id\":\"n-1\",\"callee\":{},\"callee_number\":\"+6200012345678\",\"case_id\":"
       "\"\"}",
       "{\"workflow_id\":\"w-1\",\"node_id\":\"n-1\",\"callee\":\"+6200012345678\"}"},
  };
  static const char other[] = "{\"event\":\"message.send\"}";
  static const char half[] = "{\"node_id\":\"n-1\",\"callee\":{\"callee_number\":\"+6200012345678\"}}";
  airudder_webhooks_config config = AIRUDDER_WEBHOOKS_CONFIG_INIT;
  airudder_error error = AIRUDDER_ERROR_INIT;
  airudder_webhooks hooks;
  airudder_event event;
  airudder_call call;
  size_t i;
  (void)state;
  config.allow_unsigned = 1;
  assert_int_equal(airudder_webhooks_new(&config, &hooks, NULL), 0);
  for (i = 0; i < sizeof pushes / sizeof *pushes; i++) {
    const airudder_request *request;
    assert_int_equal(
        airudder_webhooks_unwrap(hooks, NULL, 0, pushes[i].push, strlen(pushes[i].push), NULL, &event, NULL), 0);
    assert_int_equal(airudder_call_begin_verify_push(client, event, &call, NULL), 0);
    assert_int_equal(airudder_event_free(event), 0);
    assert_int_equal(airudder_call_prepare(call, &request, NULL), 0);
    assert_non_null(strstr(request->url, "/service/cloud/workflow/apinoticeinfo"));
    assert_string_equal(request->body, pushes[i].params);
    assert_int_equal(airudder_call_free(call), 0);
  }
  assert_int_equal(airudder_webhooks_unwrap(hooks, NULL, 0, other, strlen(other), NULL, &event, NULL), 0);
  assert_int_equal(airudder_call_begin_verify_push(client, event, &call, &error), AIRUDDER_E1008_MISUSE);
  assert_int_equal(call, 0);
  assert_int_equal(airudder_event_free(event), 0);
  assert_int_equal(airudder_webhooks_unwrap(hooks, NULL, 0, half, strlen(half), NULL, &event, NULL), 0);
  assert_int_equal(airudder_call_begin_verify_push(client, event, &call, &error), AIRUDDER_E1005_MISSING_FIELD);
  assert_string_equal(error.pointer, "/workflow_id");
  assert_int_equal(airudder_call_begin_verify_push(client, 0, &call, &error), AIRUDDER_E1014_INVALID_HANDLE);
  assert_int_equal(airudder_event_free(event), 0);
  assert_int_equal(airudder_webhooks_free(hooks), 0);
}

static void the_library_says_what_it_is(void **state) {
  (void)state;
  assert_int_equal(airudder_abi_version(), AIRUDDER_ABI_VERSION);
  assert_non_null(strchr(airudder_version(), '.'));
  assert_non_null(strstr(airudder_strerror(AIRUDDER_E1005_MISSING_FIELD), "required"));
  assert_int_equal(airudder_operation("workflow.upload_details"), AIRUDDER_OP_WORKFLOW_UPLOAD_DETAILS);
  assert_int_equal(airudder_operation("workflow.nothing"), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(parameters_become_json_in_their_order),
      cmocka_unit_test(a_wrong_parameter_is_found_at_once_and_never_left_out),
      cmocka_unit_test(what_is_missing_is_found_by_the_first_poll),
      cmocka_unit_test(results_are_read_by_pointer),
      cmocka_unit_test(numbers_are_kept_as_they_were_written),
      cmocka_unit_test(a_text_that_is_cut_inside_a_character_is_read),
      cmocka_unit_test(what_is_nested_too_deeply_is_refused),
      cmocka_unit_test(options_that_cannot_be_set_are_not_left_out),
      cmocka_unit_test(without_checks_anything_is_sent),
      cmocka_unit_test(a_doubtful_upload_is_never_sent_again),
      cmocka_unit_test(what_was_surely_not_sent_is_sent_again_unless_told_otherwise),
      cmocka_unit_test(calls_in_the_wrong_order_change_nothing),
      cmocka_unit_test(a_call_is_shown_without_secrets_and_without_being_sent),
      cmocka_unit_test(raw_requests_are_checked_when_they_are_made),
      cmocka_unit_test(settings_that_are_wrong_are_named),
      cmocka_unit_test(a_push_is_verified_by_asking_the_api),
      cmocka_unit_test(the_library_says_what_it_is),
  };
  return cmocka_run_group_tests(tests, make_client, free_client);
}
