/* A caller that does everything wrong: every function with every kind of bad argument, in one thread and in many. Each
   call must end with a known number, and nothing may crash, leak or be undefined. A test reads the header and makes
   sure that no function is missing here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "hostile.h"

#include <airudder.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char event_json[] =
    "{\"event\":\"call.finished\",\"details\":[{\"callee\":\"+6200012345678\",\"n\":1.5,\"x\":null}]}";
static const char catalog_json[] =
    "{\"airudder_catalog\":1,\"operations\":[{\"name\":\"plans.list\",\"method\":\"GET\",\"path\":\"/plans\"}]}";
static char huge[8 << 20];

static void use_calls(const struct arguments *a) {
  airudder_call_options options = AIRUDDER_CALL_OPTIONS_INIT;
  airudder_raw_request raw = AIRUDDER_RAW_REQUEST_INIT;
  airudder_call made = 0;
  airudder_step step;
  airudder_text text;
  airudder_type type;
  const airudder_request *request;
  int flag;
  int64_t integer;
  double real;
  size_t count;

  note(airudder_call_start(a->handle, a->number, a->bytes, a->len, OUT(made), a->error));
  if (made) airudder_call_free(made);
  made = 0;
  note(airudder_call_begin(a->handle, a->number, OUT(made), a->error));
  if (made) airudder_call_free(made);
  made = 0;
  raw.method = raw.path = raw.query = raw.body = a->text;
  raw.auth = raw.file = a->number;
  note(airudder_call_raw(a->handle, &raw, OUT(made), a->error));
  if (made) airudder_call_free(made);
  note(airudder_call_raw(a->handle, NULL, OUT(made), a->error));
  options.base_url = a->text;
  options.headers = a->headers;
  options.header_count = a->header_count;
  options.max_retries = options.lenient = a->number;
  options.timeout_ms = options.deadline_ms = options.seed = a->time;
  note(airudder_call_set_options(a->handle, a->outputs ? &options : NULL));
  note(airudder_call_set_str(a->handle, a->text, a->text));
  note(airudder_call_set_strn(a->handle, a->text, a->bytes, a->len));
  note(airudder_call_set_int(a->handle, a->text, a->number));
  note(airudder_call_set_double(a->handle, a->text, a->number ? 1e300 * 1e300 : 0.5));
  note(airudder_call_set_bool(a->handle, a->text, a->number));
  note(airudder_call_set_null(a->handle, a->text));
  note(airudder_call_set_json(a->handle, a->text, a->bytes, a->len));
  note(airudder_call_curl(a->handle, OUT(text), a->error));
  note(airudder_call_prepare(a->handle, OUT(request), a->error));
  note(airudder_call_poll(a->handle, a->time, OUT(step)));
  note(airudder_call_is_file(a->handle, a->number, a->headers, a->header_count, OUT(flag)));
  note(airudder_call_on_response(a->handle, a->time, a->number, a->headers, a->header_count, a->bytes, a->len));
  note(airudder_call_on_failure(a->handle, a->time, a->number, a->text));
  note(airudder_call_result(a->handle, a->error));
  note(airudder_call_result_json(a->handle, OUT(text)));
  note(airudder_call_result_file(a->handle, OUT(text)));
  note(airudder_call_get_str(a->handle, a->text, OUT(text)));
  note(airudder_call_get_int(a->handle, a->text, OUT(integer)));
  note(airudder_call_get_double(a->handle, a->text, OUT(real)));
  note(airudder_call_get_bool(a->handle, a->text, OUT(flag)));
  note(airudder_call_get_count(a->handle, a->text, OUT(count)));
  note(airudder_call_get_name(a->handle, a->text, a->len, OUT(text)));
  note(airudder_call_get_type(a->handle, a->text, OUT(type)));
  note(airudder_call_get_json(a->handle, a->text, OUT(text)));
}

static void use_campaigns(const struct arguments *a) {
  airudder_campaign_config config = AIRUDDER_CAMPAIGN_CONFIG_INIT;
  airudder_campaign made = 0;
  airudder_campaign_step step;
  airudder_progress progress;
  airudder_text text;
  int64_t integer;
  size_t count;
  uint32_t partition;
  airudder_phase phase;
  uint64_t until_ms;

  config.name = config.end_time = a->text;
  config.workflow_template_id = config.settle_ms = a->number;
  config.batch_size = config.in_flight = config.lookups_in_flight = a->len;
  config.seed = a->time;
  config.allow_duplicates = config.retry_rejected = config.same_account = a->number;
  config.journal_key = a->text;
  config.partition_index = config.partition_count = config.max_doubtful_batches = (uint32_t)a->len;
  config.max_outage_ms = config.screen = a->number;
  config.rate = (double)a->number / 3;
  note(airudder_campaign_new(a->handle, &config, OUT(made), a->error));
  if (made) airudder_campaign_free(made);
  note(airudder_campaign_new(a->handle, NULL, OUT(made), a->error));
  note(airudder_partition_of(a->bytes, a->len, (uint32_t)a->time, OUT(partition), a->error));
  note(airudder_campaign_head(a->handle, a->time, OUT(text), a->error));
  note(airudder_campaign_resume_head(a->handle, a->bytes, a->len, a->error));
  note(airudder_campaign_resume(a->handle, a->bytes, a->len, OUT(count), a->error));
  step.call = 0;
  note(airudder_campaign_poll(a->handle, a->time, OUT(step), a->error));
  if (step.call) airudder_call_free(step.call);
  step.call = 0;
  note(airudder_campaign_poll_at(a->handle, a->time, a->time, OUT(step), a->error));
  if (step.call) airudder_call_free(step.call);
  note(airudder_campaign_journal_written(a->handle));
  note(airudder_campaign_set_str(a->handle, a->text, a->text));
  note(airudder_campaign_set_strn(a->handle, a->text, a->bytes, a->len));
  note(airudder_campaign_set_json(a->handle, a->text, a->bytes, a->len));
  note(airudder_campaign_suppress(a->handle, a->text, a->error));
  note(airudder_campaign_suppress_case_id(a->handle, a->text, a->error));
  note(airudder_campaign_to_screen(a->handle, OUT(text)));
  note(airudder_campaign_screened(a->handle, a->error));
  note(airudder_campaign_close_between(a->handle, a->time, a->time + 1));
  note(airudder_campaign_add(a->handle, a->error));
  note(airudder_campaign_add_json(a->handle, a->bytes, a->len, a->error));
  note(airudder_campaign_on_result(a->handle, a->time, a->handle, a->error));
  note(airudder_campaign_on_result_at(a->handle, a->time, a->time, a->handle, a->error));
  note(airudder_campaign_progress(a->handle, OUT(progress)));
  note(airudder_campaign_phase(a->handle, OUT(phase), OUT(until_ms)));
  note(airudder_campaign_result(a->handle, a->error));
  note(airudder_campaign_report_json(a->handle, OUT(text)));
  note(airudder_campaign_get_str(a->handle, a->text, OUT(text)));
  note(airudder_campaign_get_int(a->handle, a->text, OUT(integer)));
  note(airudder_campaign_get_count(a->handle, a->text, OUT(count)));
  note(airudder_campaign_end_of_contacts(a->handle, a->error));
  note(airudder_campaign_give_up(a->handle));
}

static void free_if(airudder_buffer *buffer) {
  if (*buffer) airudder_buffer_free(*buffer);
  *buffer = 0;
}

static void use_catalogs(const struct arguments *a) {
  airudder_catalog made = 0;
  airudder_buffer buffer = 0;
  airudder_call call = 0;

  note(airudder_catalog_extend(a->bytes, a->len, OUT(made), a->error));
  if (made) airudder_catalog_free(made);
  note(airudder_catalog_list(a->handle, OUT(buffer), a->error));
  if (buffer) airudder_buffer_free(buffer);
  note(airudder_call_start_named(a->handle, a->text, a->bytes, a->len, OUT(call), a->error));
  if (call) airudder_call_free(call);
  call = 0;
  note(airudder_call_begin_named(a->handle, a->text, OUT(call), a->error));
  if (call) airudder_call_free(call);
}

static void use_events(const struct arguments *a) {
  airudder_webhooks_config config = AIRUDDER_WEBHOOKS_CONFIG_INIT;
  airudder_delivery delivery = AIRUDDER_DELIVERY_INIT;
  airudder_webhooks hooks = 0;
  airudder_event event = 0;
  airudder_buffer buffer = 0;
  airudder_header header;
  airudder_text text;
  airudder_type type;
  airudder_ack ack;
  airudder_call call = 0;
  int flag;
  int64_t integer;
  double real;
  size_t count;

  note(airudder_call_begin_verify_push(a->handle, a->handle, OUT(call), a->error));
  if (call) airudder_call_free(call);
  config.secret = config.other_secret = config.sign_key = config.scheme = config.encryption_key = config.cipher =
      a->text;
  config.max_body_bytes = a->len;
  config.max_depth = config.allow_unsigned = config.require_encryption = config.own_verifier = a->number;
  config.tolerance_ms = (int64_t)a->time;
  config.catalog = a->outputs ? a->handle : 0;
  note(airudder_webhooks_new(&config, OUT(hooks), a->error));
  if (hooks) airudder_webhooks_free(hooks);
  note(airudder_webhooks_new(NULL, OUT(hooks), a->error));
  note(airudder_webhooks_unwrap(a->handle, a->headers, a->header_count, a->bytes, a->len, a->text, OUT(event),
                                a->error));
  if (event) airudder_event_free(event);
  note(airudder_webhooks_unwrap_verified(a->handle, a->headers, a->header_count, a->bytes, a->len, a->text, OUT(event),
                                         a->error));
  if (event) airudder_event_free(event);
  delivery.headers = a->headers, delivery.header_count = a->header_count;
  delivery.body = a->bytes, delivery.body_len = a->len;
  delivery.method = delivery.url = a->text;
  delivery.received_ms = a->time;
  note(airudder_webhooks_unwrap_delivery(a->handle, &delivery, a->text, OUT(event), a->error));
  if (event) airudder_event_free(event);
  note(airudder_webhooks_unwrap_delivery(a->handle, NULL, a->text, OUT(event), a->error));
  note(airudder_webhooks_weakness(a->handle, OUT(buffer), a->error));
  free_if(&buffer);
  note(airudder_webhooks_sign(a->handle, a->bytes, a->len, OUT(buffer), a->error));
  free_if(&buffer);
  note(airudder_webhooks_seal(a->handle, a->bytes, a->len, a->bytes, a->len, OUT(buffer), a->error));
  if (buffer) airudder_buffer_free(buffer);
  note(airudder_webhooks_ack(OUT(ack)));
  note(airudder_event_type(a->handle, OUT(text)));
  note(airudder_event_dedupe_key(a->handle, OUT(text)));
  note(airudder_event_json(a->handle, OUT(text)));
  note(airudder_event_known(a->handle, OUT(flag)));
  note(airudder_event_verified(a->handle, OUT(flag)));
  note(airudder_event_get_str(a->handle, a->text, OUT(text)));
  note(airudder_event_get_int(a->handle, a->text, OUT(integer)));
  note(airudder_event_get_double(a->handle, a->text, OUT(real)));
  note(airudder_event_get_bool(a->handle, a->text, OUT(flag)));
  note(airudder_event_get_count(a->handle, a->text, OUT(count)));
  note(airudder_event_get_name(a->handle, a->text, a->len, OUT(text)));
  note(airudder_event_get_type(a->handle, a->text, OUT(type)));
  note(airudder_event_get_json(a->handle, a->text, OUT(text)));
  note(airudder_buffer_data(a->handle, OUT(text)));
  note(airudder_buffer_header(a->handle, a->len, OUT(header)));
}

static void use_crypto(const struct arguments *a) {
  airudder_config config = AIRUDDER_CONFIG_INIT;
  airudder_client client = 0;
  airudder_detection found;
  airudder_buffer b = 0;
  const char *t = a->text;

  config.app_key = config.app_secret = config.base_url = config.encryption_key = config.auth_scheme = t;
  config.sign_key = config.sign_secret = config.sign_scheme = t;
  config.max_retries = config.lenient = a->number;
  config.requests_per_second = (double)a->number / 3;
  config.timeout_ms = config.seed = a->time;
  config.catalog = a->outputs ? a->handle : 0;
  note(airudder_client_new(&config, OUT(client), a->error));
  if (client) airudder_client_free(client);
  note(airudder_client_new(NULL, OUT(client), a->error));
  note(airudder_encrypt(a->bytes, a->len, a->bytes, a->len, OUT(b), a->error));
  free_if(&b);
  note(airudder_decrypt(a->bytes, a->len, a->bytes, a->len, OUT(b), a->error));
  free_if(&b);
  note(airudder_encrypt_with(t, a->bytes, a->len, a->bytes, a->len, a->bytes, a->len, OUT(b), a->error));
  free_if(&b);
  note(airudder_decrypt_with(t, a->bytes, a->len, a->bytes, a->len, OUT(b), a->error));
  free_if(&b);
  note(airudder_encrypt_with_headers(t, a->bytes, a->len, a->headers, a->header_count, a->bytes, a->len, a->bytes,
                                     a->len, OUT(b), a->error));
  free_if(&b);
  note(airudder_decrypt_with_headers(t, a->headers, a->header_count, a->bytes, a->len, a->bytes, a->len, OUT(b),
                                     a->error));
  free_if(&b);
  if (a->len < sizeof huge) {
    note(airudder_digest(a->bytes, a->len, OUT(b), a->error));
    free_if(&b);
  }
  note(airudder_sign(t, t, t, a->headers, a->header_count, a->bytes, a->len, OUT(b), a->error));
  free_if(&b);
  note(airudder_verify(t, t, t, t, a->headers, a->header_count, a->bytes, a->len, a->error));
  note(airudder_detect(a->headers, a->header_count, a->bytes, a->len, t, t, OUT(found), OUT(b), a->error));
  free_if(&b);
  assert_true(known(0) && airudder_strerror(a->number) && airudder_version() && airudder_abi_version() == 0);
  assert_true(airudder_operation(t) >= 0);
}

static void use_everything(const struct arguments *a) {
  use_calls(a);
  use_campaigns(a);
  use_catalogs(a);
  use_events(a);
  use_crypto(a);
}

/* Things that live, one of each kind. */
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
  a.handle = handle;
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
  a.handle = l.client;
  use_everything(&a);
  a.handle = l.call;
  use_everything(&a);
  a.handle = l.hooks;
  use_everything(&a);
  a.handle = l.campaign;
  use_everything(&a);
  memset(huge, '/', sizeof huge - 1);
  huge[sizeof huge - 1] = '\0';
  a.text = huge;
  a.handle = l.call;
  use_everything(&a);
  a.handle = l.event;
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
    a.handle = handles[(seed >> 16) % COUNT(handles)];
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
  for (i = 0; i < COUNT(threads); i++) {
    assert_int_equal(pthread_create(&threads[i], NULL, trample, (void *)(i + 1)), 0);
  }
  for (i = 0; i < COUNT(threads); i++) pthread_join(threads[i], NULL);
  assert_int_equal(airudder_call_free(shared.call), AIRUDDER_E1014_INVALID_HANDLE);
  assert_int_equal(airudder_event_free(shared.event), AIRUDDER_E1014_INVALID_HANDLE);
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
