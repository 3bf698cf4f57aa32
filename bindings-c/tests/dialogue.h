/* Dialogues between a host and calls. vectors.c includes it behind what all its cases share. */
#ifndef DIALOGUE_H
#define DIALOGUE_H

#define MOST_CALLS 8

static int failure(const char *name) {
  if (strcmp(name, "connect_failed") == 0) return AIRUDDER_FAILURE_CONNECT;
  if (strcmp(name, "timeout") == 0) return AIRUDDER_FAILURE_TIMEOUT;
  if (strcmp(name, "reset") == 0) return AIRUDDER_FAILURE_RESET;
  assert_string_equal(name, "other");
  return AIRUDDER_FAILURE_OTHER;
}

static airudder_outcome outcome(const char *name) {
  if (!name) return AIRUDDER_OUTCOME_NONE;
  if (strcmp(name, "not_sent") == 0) return AIRUDDER_OUTCOME_NOT_SENT;
  if (strcmp(name, "rejected") == 0) return AIRUDDER_OUTCOME_REJECTED;
  assert_string_equal(name, "unknown");
  return AIRUDDER_OUTCOME_UNKNOWN;
}

static void assert_sends(const airudder_step *step, const cJSON *expected) {
  const char *body = text(expected, "body");
  assert_int_equal(step->kind, AIRUDDER_STEP_SEND);
  assert_string_equal(step->request->method, text(expected, "method"));
  assert_string_equal(step->request->url, text(expected, "url"));
  assert_fields(step->request, part(expected, "headers"));
  assert_int_equal(step->request->body_len, strlen(body));
  assert_string_equal(step->request->body, body);
}

/* Why it waits is not told in C. */
static void assert_waits(const airudder_step *step, const cJSON *expected) {
  assert_int_equal(step->kind, AIRUDDER_STEP_WAIT);
  assert_true((double)step->wait_until_ms >= part(expected, "from")->valuedouble);
  assert_true((double)step->wait_until_ms <= part(expected, "until")->valuedouble);
}

static void assert_ended(airudder_call call, const airudder_step *step, const cJSON *expected) {
  airudder_error error = AIRUDDER_ERROR_INIT;
  assert_int_equal(step->kind, AIRUDDER_STEP_DONE);
  if (!text(expected, "error")) {
    assert_result(call, expected);
    return;
  }
  assert_int_equal(airudder_call_result(call, &error), expected_error(expected));
  assert_int_equal(error.outcome, outcome(text(expected, "outcome")));
}

static void is_told(airudder_call call, uint64_t at, const cJSON *answer) {
  size_t count;
  const char *body = text(answer, "body");
  airudder_header *headers = fields(part(answer, "headers"), &count);
  int status = part(answer, "status")->valueint;
  assert_int_equal(airudder_call_on_response(call, at, status, headers, count, body, strlen(body)), 0);
  free(headers);
}

static void dialogue_step(airudder_call *call, const cJSON *one) {
  uint64_t at = (uint64_t)part(one, "at")->valuedouble;
  airudder_step step;
  if (part(one, "answer")) {
    is_told(*call, at, part(one, "answer"));
  } else if (part(one, "fail")) {
    assert_int_equal(airudder_call_on_failure(*call, at, failure(text(one, "fail")), NULL), 0);
  } else if (part(one, "drop")) {
    assert_int_equal(airudder_call_free(*call), 0);
    *call = 0;
  } else {
    assert_int_equal(airudder_call_poll(*call, at, &step), 0);
    if (part(one, "send"))
      assert_sends(&step, part(one, "send"));
    else if (part(one, "wait"))
      assert_waits(&step, part(one, "wait"));
    else
      assert_ended(*call, &step, part(one, "done"));
  }
}

static void dialogue_case(const cJSON *one) {
  airudder_config config = AIRUDDER_CONFIG_INIT;
  const cJSON *given = part(one, "config"), *retries = part(given, "max_retries"), *begun, *step;
  const cJSON *pace = part(given, "requests_per_second");
  airudder_client client;
  airudder_call calls[MOST_CALLS];
  int count = 0, i;
  config.app_key = "fake-app-key";
  config.app_secret = "fake-app-secret";
  config.base_url = "https://api.example.test";
  config.encryption_key = text(given, "encryption_key");
  /* In C, 0 is the default. */
  if (retries) config.max_retries = retries->valueint == 0 ? AIRUDDER_NEVER : retries->valueint;
  if (pace) config.requests_per_second = pace->valuedouble;
  assert_int_equal(airudder_client_new(&config, &client, NULL), 0);
  cJSON_ArrayForEach(begun, part(one, "calls")) {
    char *params = cJSON_PrintUnformatted(part(begun, "params"));
    int operation = airudder_operation(text(begun, "operation"));
    assert_true(count < MOST_CALLS);
    assert_int_equal(airudder_call_start(client, operation, params, strlen(params), &calls[count++], NULL), 0);
    free(params);
  }
  cJSON_ArrayForEach(step, part(one, "steps")) dialogue_step(&calls[part(step, "call")->valueint], step);
  for (i = 0; i < count; i++) {
    if (calls[i]) assert_int_equal(airudder_call_free(calls[i]), 0);
  }
  assert_int_equal(airudder_client_free(client), 0);
}

#endif
