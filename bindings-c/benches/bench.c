/* Sealing and unwrapping, against what people write by hand with OpenSSL and yyjson. `make bench` runs it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "airudder.h"
#include "by_hand.h"

#define ROUNDS 15
#define LONG_ENOUGH 0.004 /* seconds: so that the clock and the scheduler do not matter */

static airudder_client client;
static airudder_webhooks plain_hooks, sealing_hooks;

/* One delivery. */
static struct {
  const char *body;
  size_t length;
  int sealed;
  airudder_header headers[7];
} delivery;

static void must(int code, const char *what) {
  if (code != 0) {
    fprintf(stderr, "%s: %d\n", what, code);
    exit(1);
  }
}

static void receive_ours(void) {
  airudder_event event;
  airudder_text text;
  airudder_webhooks hooks = delivery.sealed ? sealing_hooks : plain_hooks;
  must(airudder_webhooks_unwrap(hooks, delivery.headers, 7, delivery.body, delivery.length, NULL, &event, NULL),
       "unwrap");
  must(airudder_event_type(event, &text), "type");
  must(airudder_event_dedupe_key(event, &text), "dedupe_key");
  must(airudder_event_json(event, &text), "json");
  must(airudder_event_free(event), "free");
}

static void receive_by_hand(void) {
  must(by_hand_receive(delivery.headers[6].value, delivery.body, delivery.length, delivery.sealed), "by hand");
}

static void seal_ours(void) {
  airudder_call call;
  const airudder_request *request;
  must(airudder_call_begin(client, AIRUDDER_OP_WORKFLOW_UPLOAD_DETAILS, &call, NULL), "begin");
  must(airudder_call_set_str(call, "/workflow_id", "fake-workflow"), "set");
  must(airudder_call_set_str(call, "/details/0/callee", "+620000000001"), "set");
  must(airudder_call_set_str(call, "/details/0/platform", "TEMP1"), "set");
  must(airudder_call_set_str(call, "/details/0/caseid", "case-000001"), "set");
  must(airudder_call_set_str(call, "/details/0/variables/customer_name", "Ana Example"), "set");
  must(airudder_call_set_str(call, "/details/0/variables/borrow_total_money", "1250"), "set");
  must(airudder_call_set_str(call, "/details/0/variables/due_date", "2026-12-01"), "set");
  must(airudder_call_prepare(call, &request, NULL), "prepare");
  must(airudder_call_free(call), "free");
}

/* The same with parameters that are JSON text already. */
static void seal_json_ours(void) {
  airudder_call call;
  const airudder_request *request;
  size_t length;
  char *params = by_hand_params(&length);
  must(airudder_call_start(client, AIRUDDER_OP_WORKFLOW_UPLOAD_DETAILS, params, length, &call, NULL), "start");
  must(airudder_call_prepare(call, &request, NULL), "prepare");
  must(airudder_call_free(call), "free");
  free(params);
}

static void seal_by_hand(void) { must(by_hand_seal(), "by hand"); }

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* The seconds of one of so many runs. */
static double each(void (*run)(void), int times) {
  double began = now();
  for (int i = 0; i < times; i++) run();
  return (now() - began) / times;
}

static int by_size(const void *a, const void *b) {
  double one = *(const double *)a, other = *(const double *)b;
  return (one > other) - (one < other);
}

static double median(double values[ROUNDS]) {
  qsort(values, ROUNDS, sizeof *values, by_size);
  return values[ROUNDS / 2];
}

/* Prints the median of the ratios of measurements next to each other, and both medians. */
static void compare(const char *work, const char *about, void (*ours)(void), void (*theirs)(void)) {
  double own[ROUNDS], peer[ROUNDS], ratio[ROUNDS];
  int times = 1;
  while (each(ours, times) * times < LONG_ENOUGH) times *= 2;
  for (int round = 0; round < ROUNDS; round++) {
    own[round] = each(ours, times);
    peer[round] = each(theirs, times);
    ratio[round] = peer[round] / own[round];
  }
  printf(
      "{\"language\":\"C\",\"work\":\"%s\",\"about\":\"%s\",\"peer\":\"OpenSSL and yyjson\",\"ratio\":%.4f,"
      "\"ours_us\":%.4f,\"peer_us\":%.4f}\n",
      work, about, median(ratio), 1e6 * median(own), 1e6 * median(peer));
}

static void unwrap(const char *about, const char *body, size_t length, int sealed) {
  static char signature[65], size[24];
  by_hand_sign(body, length, signature);
  snprintf(size, sizeof size, "%zu", length);
  airudder_header headers[7] = {
      {"Host", "example.com"},        {"User-Agent", "Airudder"},         {"Content-Type", "application/json"},
      {"Content-Length", size},       {"X-Forwarded-For", "203.0.113.7"}, {"X-Request-Id", "fake-request-1"},
      {"X-AIRudder-Sign", signature},
  };
  memcpy(delivery.headers, headers, sizeof headers);
  delivery.body = body, delivery.length = length, delivery.sealed = sealed;
  compare("W3", about, receive_ours, receive_by_hand);
}

/* A whole file; the caller frees it. */
static char *contents(const char *path, size_t *length) {
  FILE *file = fopen(path, "rb");
  char *text = malloc(1 << 16);
  if (file == NULL || text == NULL) {
    perror(path);
    exit(1);
  }
  *length = fread(text, 1, 1 << 16, file);
  fclose(file);
  return text;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: bench <event.json>\n");
    return 2;
  }
  airudder_config config = AIRUDDER_CONFIG_INIT;
  config.app_key = "fake-app-key", config.app_secret = "fake-app-secret", config.encryption_key = BY_HAND_KEY;
  must(airudder_client_new(&config, &client, NULL), "client");
  airudder_webhooks_config receiver = AIRUDDER_WEBHOOKS_CONFIG_INIT;
  receiver.secret = BY_HAND_SECRET;
  must(airudder_webhooks_new(&receiver, &plain_hooks, NULL), "webhooks");
  receiver.encryption_key = BY_HAND_KEY;
  must(airudder_webhooks_new(&receiver, &sealing_hooks, NULL), "webhooks");

  compare("W4", "seal one contact, set field by field", seal_ours, seal_by_hand);
  compare("W4", "seal one contact, from JSON text", seal_json_ours, seal_by_hand);
  size_t length, compact_length, sealed_length;
  char *event = contents(argv[1], &length);
  char *compact = by_hand_compact(event, length, &compact_length);
  char *sealed = by_hand_encrypted(compact, compact_length, &sealed_length);
  unwrap("receive an event, 2 KB", compact, compact_length, 0);
  unwrap("receive an event, 3 KB", event, length, 0);
  unwrap("receive an event, 2 KB, sealed", sealed, sealed_length, 1);
  free(event), free(compact), free(sealed);
  airudder_webhooks_free(plain_hooks), airudder_webhooks_free(sealing_hooks), airudder_client_free(client);
  return 0;
}
