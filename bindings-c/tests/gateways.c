/* One operation through a gateway that misbehaves: test_gateways.py arms the gateway once this has said "ready".

     gateways OPERATION WORKFLOW CASEID CALLEE TASK TIMEOUT_MS

   Prints the outcome of the operation, the milliseconds that it took, and the outcome of a lookup behind it. HTTP goes
   over libcurl as in examples/c/exchange.c, or, where OVER_SOCKETS is defined, over bare sockets as in socket_http.c.
 */
#include <airudder.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

/* The body of the last answer, which is the file where the result is one. */
static char *last = NULL;
static size_t last_len = 0;

static void keep(const char *body, size_t len) {
  free(last);
  last = malloc(len + 1);
  last_len = last == NULL ? 0 : len;
  if (last != NULL && len > 0) memcpy(last, body, len);
}

#ifdef OVER_SOCKETS
#include "socket_http.h"

static void send_one(airudder_call call, const airudder_request *request) {
  struct response response;
  int failure = http_send(request, &response);
  if (!failure) {
    keep(response.body, response.body_len);
    if (airudder_call_on_response(call, now_ms(), response.status, response.headers, response.header_count,
                                  response.body, response.body_len)) {
      failure = AIRUDDER_FAILURE_OTHER;
    }
  }
  if (failure) airudder_call_on_failure(call, now_ms(), failure, NULL);
  free(response.memory);
}
#else
#include "exchange.h"

static void send_one(airudder_call call, const airudder_request *request) {
  struct exchange exchange;
  CURLcode code = CURLE_OUT_OF_MEMORY;
  if (exchange_begin(&exchange, request)) code = curl_easy_perform(exchange.curl);
  keep(exchange.body, exchange.body_len);
  exchange_end(&exchange, call, code);
}
#endif

static void run(airudder_call call) {
  airudder_step step;
  while (airudder_call_poll(call, now_ms(), &step) == AIRUDDER_OK && step.kind != AIRUDDER_STEP_DONE) {
    if (step.kind == AIRUDDER_STEP_WAIT) {
      sleep_until(step.wait_until_ms);
    } else {
      send_one(call, step.request);
    }
  }
}

/* Runs a call; 0 after its outcome was printed if that is an error. */
static int succeeds(airudder_call call) {
  static const char *const outcomes[] = {"no outcome", "not sent", "refused", "accepted", "unknown"};
  airudder_error error = AIRUDDER_ERROR_INIT;
  run(call);
  if (airudder_call_result(call, &error) == AIRUDDER_OK) return 1;
  printf("%s E%d\n", outcomes[error.outcome], error.code);
  return 0;
}

/* Runs a call and prints its outcome: "accepted" if the text at this place of the result is the expected one. */
static void tell(airudder_call call, const char *pointer, const char *expected) {
  airudder_text found;
  if (succeeds(call)) {
    int is_right = airudder_call_get_str(call, pointer, &found) == AIRUDDER_OK && strcmp(found.data, expected) == 0;
    puts(is_right ? "accepted" : "altered");
  }
  airudder_call_free(call);
}

static void look_up(airudder_client client, const char *workflow, int max_retries) {
  airudder_call_options options = AIRUDDER_CALL_OPTIONS_INIT;
  airudder_call call;
  options.max_retries = max_retries;
  airudder_call_begin(client, AIRUDDER_OP_WORKFLOW_DETAIL_INSTANCES, &call, NULL);
  airudder_call_set_options(call, &options);
  airudder_call_set_str(call, "/case_id", "marker");
  airudder_call_set_str(call, "/start_time", "2020-01-01 00:00:00+08:00");
  airudder_call_set_str(call, "/end_time", "2099-12-01 00:00:00+08:00");
  tell(call, "/rows/0/workflow_id", workflow);
}

static void upload(airudder_client client, char **argv) {
  airudder_call call;
  airudder_call_begin(client, AIRUDDER_OP_WORKFLOW_UPLOAD_DETAILS, &call, NULL);
  airudder_call_set_str(call, "/workflow_id", argv[2]);
  airudder_call_set_str(call, "/details/0/caseid", argv[3]);
  airudder_call_set_str(call, "/details/0/callee", argv[4]);
  airudder_call_set_str(call, "/details/0/platform", "TEMP1");
  airudder_call_set_str(call, "/details/0/variables/customer_name", "Ana");
  tell(call, "/workflow_id", argv[2]);
}

/* Prints the file in hexadecimal, or the error. */
static void download(airudder_client client, char **argv) {
  airudder_text type;
  airudder_call call;
  size_t i;
  airudder_call_begin(client, AIRUDDER_OP_TASKS_RECORDING, &call, NULL);
  airudder_call_set_str(call, "/TaskID", argv[5]);
  airudder_call_set_str(call, "/Callee", argv[4]);
  if (succeeds(call) && airudder_call_result_file(call, &type) != AIRUDDER_OK) {
    puts("altered");
  } else if (airudder_call_result(call, NULL) == AIRUDDER_OK) {
    for (i = 0; i < last_len; i++) printf("%02x", (unsigned char)last[i]);
    puts("");
  }
  airudder_call_free(call);
}

static void act(const char *operation, airudder_client client, char **argv) {
  if (strcmp(operation, "upload") == 0) {
    upload(client, argv);
  } else if (strcmp(operation, "download") == 0) {
    download(client, argv);
  } else {
    look_up(client, argv[2], strcmp(operation, "read_once") == 0 ? AIRUDDER_NEVER : 0);
  }
}

int main(int argc, char **argv) {
  airudder_config config = AIRUDDER_CONFIG_INIT;
  airudder_client client;
  uint64_t begin;
  if (argc != 7) return 2;
  config.app_key = getenv("AIRUDDER_APP_KEY");
  config.app_secret = getenv("AIRUDDER_APP_SECRET");
  config.base_url = getenv("AIRUDDER_BASE_URL");
  config.encryption_key = getenv("AIRUDDER_ENCRYPTION_KEY");
  config.timeout_ms = (uint64_t)atoll(argv[6]);
  config.seed = now_ms();
  if (airudder_client_new(&config, &client, NULL)) return 1;
  if (strcmp(argv[1], "token") == 0) {
    puts("ready");
  } else {
    look_up(client, argv[2], 0); /* "accepted": it has a token */
  }
  fflush(stdout);
  getchar();
  begin = now_ms();
  act(argv[1], client, argv);
  printf("%lu\n", (unsigned long)(now_ms() - begin));
  look_up(client, argv[2], 0);
  airudder_client_free(client);
  free(last);
  return 0;
}
