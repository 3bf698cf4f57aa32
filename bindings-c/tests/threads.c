/* A client is for all threads, a call for one at a time. */
#include "one_client.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

#define THREADS 8
#define CALLS 25

static int token_requests, done_calls;

/* The other side: answers a request after a moment. */
static void answer(airudder_call call, const airudder_request *request, uint64_t now) {
  static const struct timespec moment = {0, 2000000};
  const char *body = "{\"code\":200,\"data\":{\"rows\":[{\"workflow_id\":\"w-1\"}]}}";
  nanosleep(&moment, NULL);
  if (strstr(request->url, "/auth") != NULL) {
    __atomic_fetch_add(&token_requests, 1, __ATOMIC_RELAXED);
    body = "{\"code\":200,\"data\":{\"token\":\"fake-token\"}}";
  }
  airudder_call_on_response(call, now, 200, NULL, 0, body, strlen(body));
}

static void *run_calls(void *context) {
  uint64_t now = 1700000000000;
  int i;
  (void)context;
  for (i = 0; i < CALLS; i++) {
    airudder_call call = 0;
    airudder_step step;
    airudder_text id;
    airudder_call_begin(client, AIRUDDER_OP_WORKFLOW_DETAIL_INSTANCES, &call, NULL);
    airudder_call_set_str(call, "/case_id", "c-1");
    airudder_call_set_str(call, "/start_time", "2026-01-01 00:00:00+08:00");
    airudder_call_set_str(call, "/end_time", "2026-12-31 00:00:00+08:00");
    while (airudder_call_poll(call, now, &step) == AIRUDDER_OK && step.kind != AIRUDDER_STEP_DONE) {
      if (step.kind == AIRUDDER_STEP_SEND) {
        answer(call, step.request, now);
      } else {
        static const struct timespec moment = {0, 1000000};
        nanosleep(&moment, NULL);
        now++;
      }
    }
    if (airudder_call_get_str(call, "/rows/0/workflow_id", &id) == AIRUDDER_OK && strcmp(id.data, "w-1") == 0) {
      __atomic_fetch_add(&done_calls, 1, __ATOMIC_RELAXED);
    }
    airudder_call_free(call);
  }
  return NULL;
}

static void threads_share_a_client_and_its_token(void **state) {
  pthread_t threads[THREADS];
  int i;
  (void)state;
  for (i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&threads[i], NULL, run_calls, NULL), 0);
  for (i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  assert_int_equal(done_calls, THREADS * CALLS);
  assert_int_equal(token_requests, 1);
}

/* A thread that keeps a call busy. */
struct busy {
  airudder_call call;
  int stop;
  int failed;
};

static void *keep_busy(void *context) {
  static char variables[1 << 20];
  struct busy *busy = context;
  memset(variables, ' ', sizeof variables);
  memcpy(variables, "{\"a\":\"b\"", 8);
  variables[sizeof variables - 1] = '}';
  while (!__atomic_load_n(&busy->stop, __ATOMIC_RELAXED)) {
    int code = airudder_call_set_json(busy->call, "/details/0/variables", variables, sizeof variables);
    if (code != AIRUDDER_OK && code != AIRUDDER_E1015_BUSY) busy->failed = code;
  }
  return NULL;
}

static void a_second_thread_is_told_that_a_call_is_busy(void **state) {
  struct busy busy = {0, 0, 0};
  const airudder_request *request;
  pthread_t thread;
  time_t end = time(NULL) + 120;
  int code = 0;
  (void)state;
  assert_int_equal(airudder_call_begin(client, AIRUDDER_OP_WORKFLOW_UPLOAD_DETAILS, &busy.call, NULL), 0);
  assert_int_equal(airudder_call_set_str(busy.call, "/workflow_id", "w-1"), 0);
  assert_int_equal(airudder_call_set_str(busy.call, "/details/0/callee", "+6200012345678"), 0);
  assert_int_equal(airudder_call_set_str(busy.call, "/details/0/platform", "TEMP1"), 0);
  assert_int_equal(pthread_create(&thread, NULL, keep_busy, &busy), 0);
  while (code != AIRUDDER_E1015_BUSY && time(NULL) < end) {
    static const struct timespec moment = {0, 100000};
    nanosleep(&moment, NULL);
    code = airudder_call_set_str(busy.call, "/workflow_id", "w-1");
    assert_true(code == AIRUDDER_OK || code == AIRUDDER_E1015_BUSY);
  }
  __atomic_store_n(&busy.stop, 1, __ATOMIC_RELAXED);
  pthread_join(thread, NULL);
  assert_int_equal(code, AIRUDDER_E1015_BUSY);
  assert_int_equal(busy.failed, 0);
  /* Nothing was disturbed. */
  assert_int_equal(airudder_call_prepare(busy.call, &request, NULL), 0);
  assert_string_equal(request->body,
                      "{\"workflow_id\":\"w-1\",\"details\":[{\"callee\":\"+6200012345678\",\"platform\":\"TEMP1\","
                      "\"variables\":{\"a\":\"b\"}}]}");
  assert_int_equal(airudder_call_free(busy.call), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(threads_share_a_client_and_its_token),
      cmocka_unit_test(a_second_thread_is_told_that_a_call_is_busy),
  };
  return cmocka_run_group_tests(tests, make_client, free_client);
}
