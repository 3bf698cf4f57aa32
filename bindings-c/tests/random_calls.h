/* A caller that does anything, by the bytes of an input: any function after any other, with handles that live, were
   freed, are of another kind or none, and with texts of any length. Each input is copied to memory of its own exact
   size, and freed behind the call, so that a sanitizer finds what is read beyond it or kept. */
#ifndef RANDOM_CALLS_H
#define RANDOM_CALLS_H

#include "hostile_uses.h"

#include <limits.h>

enum { MOST_HANDLES = 48, MOST_TEXTS = 32 };

/* What is left of the input. */
static const uint8_t *input;
static size_t input_len;

static unsigned next(void) {
  if (input_len == 0) return 0;
  input_len--;
  return *input++;
}

/* Everything that was ever made; what was freed stays, as a handle that is stale. */
static struct {
  uint64_t handle;
  int (*release)(uint64_t);
  int is_freed;
} handles[MOST_HANDLES];
static size_t handle_count;

/* Texts that must live as long as their handles. */
static struct {
  uint64_t handle;
  airudder_text text;
} lasting[MOST_TEXTS];
static size_t lasting_count;

static int keep_it(uint64_t handle, int (*release)(uint64_t)) {
  if (handle_count == MOST_HANDLES) return 0;
  handles[handle_count].handle = handle;
  handles[handle_count].release = release;
  handles[handle_count++].is_freed = 0;
  return 1;
}

static void remember_it(uint64_t handle, const airudder_text *text) {
  if (lasting_count == MOST_TEXTS) return;
  lasting[lasting_count].handle = handle;
  lasting[lasting_count++].text = *text;
}

/* Frees a thing, at its first time and at any further one. */
static void free_one(size_t which) {
  size_t i, left = 0;
  int code = handles[which].release(handles[which].handle);
  noted(code);
  if (code != (handles[which].is_freed ? AIRUDDER_E1014_INVALID_HANDLE : AIRUDDER_OK)) abort();
  handles[which].is_freed = 1;
  for (i = 0; i < lasting_count; i++) {
    if (lasting[i].handle != handles[which].handle) lasting[left++] = lasting[i];
  }
  lasting_count = left;
}

static void see_all_lasting(void) {
  size_t i;
  for (i = 0; i < lasting_count; i++) {
    airudder_text text = lasting[i].text;
    see(&text);
  }
}

static uint64_t some_handle(void) {
  static const uint64_t bad[] = {0, 1, UINT64_MAX, UINT64_C(0x0200000000ffffff)};
  unsigned which = next();
  if (which >= 0xf0 || handle_count == 0) return bad[which % COUNT(bad)];
  return handles[handle_count - 1 - which % handle_count].handle;
}

/* Texts with which something works, among any others. */
static const char *const good_texts[] = {
    "/details/0/callee",
    "/details/0/variables/customer_name",
    "/workflow_id",
    "/callee",
    "/platform",
    "/rejected/0/code",
    "+6200012345678",
    "w",
    "POST",
    "/service/cloud/robots",
    "https://api.example.test",
    "fake-secret-of-a-test",
    "airudderredduria",
    "hmac-sha256:hex:body",
    "hmac-sha256:hex:params(&,=)+secret",
    "aes-ecb:zero:base64",
    "aes-cbc:pkcs7:base64:iv=prefix:key=sha256",
    "2099-12-01 18:00:00+08:00",
    "workflow.upload_details",
    "call.finished",
    "",
    "{\"workflow_id\":\"w\",\"details\":[{\"callee\":\"+6200012345678\",\"platform\":\"P\",\"variables\":{}}]}",
    "[{\"callee\":\"+6200012345678\",\"platform\":\"P\",\"caseid\":\"c-1\",\"variables\":{}}]",
    "{\"code\":200,\"data\":{\"token\":\"fake-token\",\"workflow_id\":\"w\",\"rows\":[{\"workflow_id\":\"w\"}]}}",
    "{\"code\":401,\"message\":\"no\"}",
    "{\"event\":\"call.finished\",\"details\":[{\"callee\":\"+6200012345678\",\"n\":1.5,\"x\":null}]}",
    "{\"airudder_catalog\":1,\"operations\":[{\"name\":\"plans.list\",\"method\":\"GET\",\"path\":\"/plans\"}]}",
};

/* A copy of a good text, or of what stands in the input, of exactly its size; NULL for none. */
static char *some_text(size_t *len, int with_nul) {
  unsigned which = next();
  const char *from;
  char *copy;
  if (which == UINT8_MAX) return *len = 0, NULL;
  if (which < 0xc0) {
    from = good_texts[which % COUNT(good_texts)];
    *len = strlen(from);
  } else {
    *len = next() % 64;
    if (*len > input_len) *len = input_len;
    from = (const char *)input;
    input += *len;
    input_len -= *len;
  }
  copy = malloc(*len + (size_t)with_nul + (*len + (size_t)with_nul == 0));
  if (!copy) abort();
  if (*len) memcpy(copy, from, *len);
  if (with_nul) copy[*len] = '\0';
  return copy;
}

static int some_number(void) {
  static const int numbers[] = {0, 1, 2, 3, 4, 200, 401, 429, 500, 503, -1, INT_MAX, INT_MIN};
  unsigned which = next();
  return which < COUNT(numbers) ? numbers[which] : (int)(which - COUNT(numbers));
}

static uint64_t some_time(void) {
  unsigned which = next();
  if (which == 0) return 0;
  return which == UINT8_MAX ? UINT64_MAX : UINT64_C(1700000000000) + which * UINT64_C(1000);
}

/* The number of calls in hostile_uses.h. */
static int count_calls(void) {
  struct arguments none;
  memset(&none, 0, sizeof none);
  chosen = INT_MAX;
  place = 0;
  use_everything(&none);
  return place;
}

static void one_call(int which) {
  airudder_error error = AIRUDDER_ERROR_INIT;
  airudder_header headers[2];
  size_t lens[5];
  char *texts[5];
  struct arguments a;
  size_t i, count = next() % 4 ? 2 : COUNT(texts);
  int times;
  memset(&a, 0, sizeof a);
  a.handle = some_handle();
  a.other = some_handle();
  for (i = 0; i < COUNT(texts); i++) texts[i] = i < count ? some_text(&lens[i], i != 1) : NULL;
  a.text = texts[0];
  a.bytes = texts[1];
  a.len = texts[1] ? lens[1] : 0;
  headers[0].name = "X-AIRudder-Sign";
  headers[0].value = texts[2] ? texts[2] : "";
  headers[1].name = texts[3] ? texts[3] : "Content-Type";
  headers[1].value = texts[4] ? texts[4] : "application/json";
  a.header_count = next() % 3;
  a.headers = a.header_count ? headers : NULL;
  a.number = some_number();
  a.time = some_time();
  a.error = next() % 2 ? &error : NULL;
  a.outputs = next() % 16 != 15;
  chosen = which;
  /* Some twice, by what the library may have kept. */
  for (times = next() % 4 ? 1 : 2; times > 0; times--) {
    place = 0;
    use_everything(&a);
    see_all_lasting();
  }
  for (i = 0; i < COUNT(texts); i++) free(texts[i]);
}

/* A client, and what is made with one, so that calls and campaigns come about soon. */
static void one_client(void) {
  airudder_config config = AIRUDDER_CONFIG_INIT;
  airudder_campaign_config july = AIRUDDER_CAMPAIGN_CONFIG_INIT;
  airudder_webhooks_config hooks = AIRUDDER_WEBHOOKS_CONFIG_INIT;
  airudder_client client = 0;
  airudder_event event = 0;
  uint64_t made = 0;
  config.app_key = "fake-app-key";
  config.app_secret = "fake-app-secret";
  july.name = "july";
  july.end_time = "2099-12-01 18:00:00+08:00";
  hooks.allow_unsigned = 1;
  noted(airudder_client_new(&config, &client, NULL));
  switch (next() % 4) {
    case 0:
      noted(airudder_call_begin(client, AIRUDDER_OP_WORKFLOW_UPLOAD_DETAILS, &made, NULL));
      keep_or_free(&made, airudder_call_free);
      break;
    case 1:
      noted(airudder_campaign_new(client, &july, &made, NULL));
      keep_or_free(&made, airudder_campaign_free);
      break;
    case 2:
      noted(airudder_webhooks_new(&hooks, &made, NULL));
      keep_or_free(&made, airudder_webhooks_free);
      break;
    default:
      noted(airudder_webhooks_new(&hooks, &made, NULL));
      noted(airudder_webhooks_unwrap(made, NULL, 0, event_json, sizeof event_json - 1, NULL, &event, NULL));
      keep_or_free(&event, airudder_event_free);
      keep_or_free(&made, airudder_webhooks_free);
  }
  keep_or_free(&client, airudder_client_free);
}

/* Calls what the input says, and frees everything. */
static void random_calls(const uint8_t *data, size_t size) {
  static int call_count;
  size_t i;
  input = data;
  input_len = size;
  handle_count = lasting_count = 0;
  keep = keep_it;
  remember = remember_it;
  if (!call_count) call_count = count_calls();
  while (input_len > 0) {
    int which = (int)(next() % (unsigned)(call_count + 8));
    if (which < call_count) {
      one_call(which);
    } else if ((which - call_count) % 2 && handle_count > 0) {
      free_one(next() % handle_count);
    } else {
      one_client();
    }
    see_all_lasting();
  }
  for (i = 0; i < handle_count; i++) {
    if (!handles[i].is_freed) free_one(i);
  }
}

#endif
