/* A caller that does everything wrong: every function with every kind of bad argument, in one thread and in many. Each
   call must end with a known number, and nothing may crash, leak or be undefined. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "hostile_uses.h"

#include <airudder.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char catalog_json[] =
    "{\"airudder_catalog\":1,\"operations\":[{\"name\":\"plans.list\",\"method\":\"GET\",\"path\":\"/plans\"}]}";

struct living {
  airudder_catalog catalog;
  airudder_client client;
  airudder_call call;
  airudder_campaign campaign;
  airudder_webhooks hooks;
  airudder_event event;
  airudder_buffer buffer;
};

static struct living make(void) {
  airudder_config config = AIRUDDER_CONFIG_INIT;
  airudder_campaign_config campaign = AIRUDDER_CAMPAIGN_CONFIG_INIT;
  airudder_webhooks_config webhooks = AIRUDDER_WEBHOOKS_CONFIG_INIT;
  struct living l;
  config.app_key = "fake-app-key";
  config.app_secret = "fake-app-secret";
  campaign.name = "hostile";
  campaign.end_time = "2099-12-01 18:00:00+08:00";
  webhooks.allow_unsigned = 1;
  assert_int_equal(airudder_catalog_extend(catalog_json, sizeof catalog_json - 1, &l.catalog, NULL), 0);
  config.catalog = webhooks.catalog = l.catalog;
  assert_int_equal(airudder_client_new(&config, &l.client, NULL), 0);
  assert_int_equal(airudder_call_begin(l.client, AIRUDDER_OP_WORKFLOW_UPLOAD_DETAILS, &l.call, NULL), 0);
  assert_int_equal(airudder_campaign_new(l.client, &campaign, &l.campaign, NULL), 0);
  assert_int_equal(airudder_webhooks_new(&webhooks, &l.hooks, NULL), 0);
  assert_int_equal(airudder_webhooks_unwrap(l.hooks, NULL, 0, event_json, sizeof event_json - 1, NULL, &l.event, NULL),
                   0);
  assert_int_equal(airudder_digest("x", 1, &l.buffer, NULL), 0);
  return l;
}

static void destroy(const struct living *l, int code) {
  assert_int_equal(airudder_catalog_free(l->catalog), code);
  assert_int_equal(airudder_client_free(l->client), code);
  assert_int_equal(airudder_call_free(l->call), code);
  assert_int_equal(airudder_campaign_free(l->campaign), code);
  assert_int_equal(airudder_webhooks_free(l->hooks), code);
  assert_int_equal(airudder_event_free(l->event), code);
  assert_int_equal(airudder_buffer_free(l->buffer), code);
}

static char many_slashes[4096];

static const char *const texts[] = {NULL,         "",         "/details/0/callee", "/details/-",
                                    "no pointer", "\xff\xfe", many_slashes,        "aes-cbc:pkcs7:base64:iv=prefix",
                                    "POST"};

static const airudder_header bad_headers[] = {{"X-AIRudder-Sign", "\xff\xff"}, {"", ""}};
static const airudder_header null_headers[] = {{NULL, NULL}};

/* Every combination of what is wrong, with this handle. */
static void use_all_arguments(uint64_t handle) {
  static const int numbers[] = {0, 1, 3, 200, -1, INT_MAX, INT_MIN};
  static const size_t lens[] = {0, 1, 16, 17, sizeof event_json - 1};
  airudder_error good = AIRUDDER_ERROR_INIT, empty, newer = AIRUDDER_ERROR_INIT;
  airudder_error *errors[4];
  struct arguments a;
  size_t t, i, turn = 0;
  memset(&empty, 0, sizeof empty);
  newer.size = SIZE_MAX;
  errors[0] = NULL;
  errors[1] = &good;
  errors[2] = &empty;
  errors[3] = &newer;
  memset(&a, 0, sizeof a);
  a.handle = a.other = handle;
  for (t = 0; t < COUNT(texts); t++) {
    for (i = 0; i < COUNT(lens) + 3; i++, turn++) {
      a.text = texts[t];
      a.bytes = i < COUNT(lens) ? event_json : NULL;
      a.len = i < COUNT(lens) ? lens[i] : i == COUNT(lens) ? SIZE_MAX : 5;
      if (i == COUNT(lens) + 2) {
        a.bytes = event_json;
        a.len = (size_t)PTRDIFF_MAX + 1;
      }
      a.headers = turn % 3 == 0 ? NULL : turn % 3 == 1 ? bad_headers : null_headers;
      a.header_count = turn % 5 == 4 ? SIZE_MAX : turn % 3 == 1 ? COUNT(bad_headers) : 1;
      if (a.header_count == SIZE_MAX && turn % 2) a.headers = NULL;
      a.number = numbers[turn % COUNT(numbers)];
      a.time = turn % 4 == 0 ? 0 : turn % 4 == 1 ? UINT64_MAX : 1700000000000;
      a.error = errors[turn % COUNT(errors)];
      a.outputs = turn % 2 == 0;
      use_everything(&a);
      a.outputs = !a.outputs;
      use_everything(&a);
    }
  }
}

static void handles_of_nothing(void **state) {
  struct living l = make();
  uint64_t bad[] = {0, 1, UINT64_MAX, UINT64_C(0x0200000000ffffff), UINT64_C(0xff00000000000001)};
  size_t i;
  (void)state;
  for (i = 0; i < COUNT(bad); i++) use_all_arguments(bad[i]);
  destroy(&l, 0);
  destroy(&l, AIRUDDER_E1014_INVALID_HANDLE); /* twice */
  use_all_arguments(l.call);
  use_all_arguments(l.event);
}

static void handles_of_something_else(void **state) {
  struct living l = make();
  (void)state;
  assert_int_equal(airudder_client_free(l.call), AIRUDDER_E1014_INVALID_HANDLE);
  assert_int_equal(airudder_call_free(l.client), AIRUDDER_E1014_INVALID_HANDLE);
  assert_int_equal(airudder_campaign_free(l.event), AIRUDDER_E1014_INVALID_HANDLE);
  assert_int_equal(airudder_webhooks_free(l.buffer), AIRUDDER_E1014_INVALID_HANDLE);
  assert_int_equal(airudder_event_free(l.campaign), AIRUDDER_E1014_INVALID_HANDLE);
  assert_int_equal(airudder_buffer_free(l.hooks), AIRUDDER_E1014_INVALID_HANDLE);
  use_all_arguments(l.client);
  use_all_arguments(l.call);
  use_all_arguments(l.campaign);
  use_all_arguments(l.hooks);
  use_all_arguments(l.event);
  use_all_arguments(l.buffer);
  destroy(&l, 0);
}

static void huge_inputs(void **state) {
  struct living l = make();
  struct arguments a;
  airudder_error error = AIRUDDER_ERROR_INIT;
  (void)state;
  memset(&a, 0, sizeof a);
  a.text = "";
  a.bytes = huge;
  a.len = sizeof huge;
  a.error = &error;
  a.outputs = 1;
  a.number = AIRUDDER_OP_WORKFLOW_UPLOAD_DETAILS;
  memset(huge, '[', sizeof huge);
  a.handle = a.other = l.client;
  use_everything(&a);
  a.handle = a.other = l.call;
  use_everything(&a);
  a.handle = a.other = l.hooks;
  use_everything(&a);
  a.handle = a.other = l.campaign;
  use_everything(&a);
  memset(huge, '/', sizeof huge - 1);
  huge[sizeof huge - 1] = '\0';
  a.text = huge;
  a.handle = a.other = l.call;
  use_everything(&a);
  a.handle = a.other = l.event;
  use_everything(&a);
  destroy(&l, 0);
}

static void structs_of_unknown_size(void **state) {
  static const size_t sizes[] = {
      0, 1, 8, SIZE_MAX, sizeof(airudder_config) + 8, offsetof(airudder_config, requests_per_second) - 1};
  airudder_config config = AIRUDDER_CONFIG_INIT;
  airudder_error error = AIRUDDER_ERROR_INIT;
  airudder_client client;
  size_t i;
  union {
    char bytes[sizeof(airudder_error) + 8];
    airudder_error error;
  } memory;
  (void)state;
  for (i = 0; i < COUNT(sizes); i++) {
    config.size = sizes[i];
    assert_int_equal(airudder_client_new(&config, &client, &error), AIRUDDER_E1016_INVALID_ARGUMENT);
    assert_int_equal(error.code, AIRUDDER_E1016_INVALID_ARGUMENT);
    assert_int_equal(client, 0);
  }
  /* Whoever forgot the size, or has a newer header, is told all the same. */
  for (i = 0; i < COUNT(sizes); i++) {
    memset(&memory, 0x55, sizeof memory);
    memory.error.size = sizes[i];
    assert_int_equal(airudder_client_new(NULL, &client, &memory.error), AIRUDDER_E1016_INVALID_ARGUMENT);
    assert_int_equal(memory.error.code, AIRUDDER_E1016_INVALID_ARGUMENT);
    assert_string_equal(memory.error.message, "E1016: config is NULL");
    assert_int_equal(memory.error.size, sizes[i]);
    assert_int_equal(memory.bytes[sizeof(airudder_error)], 0x55);
  }
  /* A pointer that cannot be one to such a struct: neither read nor written. */
  memset(&memory, 0x55, sizeof memory);
  assert_int_equal(airudder_client_new((const airudder_config *)(const void *)(memory.bytes + 1), &client, &error),
                   AIRUDDER_E1016_INVALID_ARGUMENT);
  assert_int_equal(airudder_client_new(NULL, &client, (airudder_error *)(void *)(memory.bytes + 1)),
                   AIRUDDER_E1016_INVALID_ARGUMENT);
  for (i = 0; i < sizeof memory.bytes; i++) assert_int_equal(memory.bytes[i], 0x55);
}

/* All threads use, and free, the same things. */
static struct living shared;
static int rounds;

static void *trample(void *context) {
  unsigned seed = (unsigned)(size_t)context;
  airudder_error error = AIRUDDER_ERROR_INIT;
  int i;
  for (i = 0; i < rounds; i++) {
    const uint64_t handles[] = {shared.client, shared.call, shared.campaign, shared.hooks, shared.event, shared.buffer};
    struct arguments a;
    memset(&a, 0, sizeof a);
    seed = seed * 1103515245 + 12345;
    a.handle = a.other = handles[(seed >> 16) % COUNT(handles)];
    a.text = texts[(seed >> 18) % COUNT(texts)];
    a.bytes = event_json;
    a.len = (seed >> 20) % sizeof event_json;
    a.headers = bad_headers;
    a.header_count = COUNT(bad_headers);
    a.number = (int)((seed >> 22) % 8);
    a.time = 1700000000000 + (uint64_t)i;
    a.error = &error;
    a.outputs = 1;
    use_everything(&a);
    if (i == rounds / 2) {
      note(airudder_call_free(shared.call));
      note(airudder_event_free(shared.event));
    }
  }
  return NULL;
}

static void many_threads(void **state) {
  pthread_t threads[6];
  size_t i;
  (void)state;
  shared = make();
  is_shared = 1;
  for (i = 0; i < COUNT(threads); i++) {
    assert_int_equal(pthread_create(&threads[i], NULL, trample, (void *)(i + 1)), 0);
  }
  for (i = 0; i < COUNT(threads); i++) pthread_join(threads[i], NULL);
  is_shared = 0;
  assert_int_equal(airudder_call_free(shared.call), AIRUDDER_E1014_INVALID_HANDLE);
  assert_int_equal(airudder_event_free(shared.event), AIRUDDER_E1014_INVALID_HANDLE);
  assert_int_equal(airudder_catalog_free(shared.catalog), 0);
  assert_int_equal(airudder_client_free(shared.client), 0);
  assert_int_equal(airudder_campaign_free(shared.campaign), 0);
  assert_int_equal(airudder_webhooks_free(shared.hooks), 0);
  assert_int_equal(airudder_buffer_free(shared.buffer), 0);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(handles_of_nothing), cmocka_unit_test(handles_of_something_else),
      cmocka_unit_test(huge_inputs),        cmocka_unit_test(structs_of_unknown_size),
      cmocka_unit_test(many_threads),
  };
  int failed;
  rounds = argc > 1 ? atoi(argv[1]) : 1000;
  memset(many_slashes, '/', sizeof many_slashes - 1);
  failed = cmocka_run_group_tests(tests, NULL, NULL);
  printf("%ld calls, %ld refused\n", calls, refusals);
  return failed;
}
