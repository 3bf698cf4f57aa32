/* Memory that runs out: every way in with a large input, and every amount of memory from nothing up. Each time the
   function must end, with success or with AIRUDDER_E1026_OUT_OF_MEMORY, and the program must live. */
#define _GNU_SOURCE
#include "one_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOW UINT64_C(1700000000000)
#define LARGE ((size_t)1 << 20)
#define CONTACTS 3000

static char large_text[LARGE];        /* aaa… */
static char large_list[LARGE];        /* [0,0,…] */
static char large_strings[LARGE];     /* {"rows":["\u00e9",…]} */
static char large_params[LARGE + 64]; /* an upload */
static char large_contacts[LARGE];
static airudder_client sealing; /* a client that encrypts */
static airudder_webhooks hooks, sealing_hooks;
static airudder_buffer sealed;

/* Makes a list of so many elements, or as many as there is room for. */
static size_t fill(char *list, const char *before, const char *element, const char *after, size_t most) {
  size_t len = strlen(before), one = strlen(element);
  strcpy(list, before);
  for (; most > 0 && len + one + strlen(after) + 2 < LARGE; most--) {
    memcpy(list + len, element, one);
    len += one;
    list[len++] = ',';
  }
  strcpy(list + len - 1, after);
  return strlen(list);
}

static int limit(size_t more) {
  FILE *file = fopen("/proc/self/statm", "r");
  unsigned long pages;
  struct rlimit limit;
  if (file == NULL || fscanf(file, "%lu", &pages) != 1) return 0;
  fclose(file);
  limit.rlim_cur = limit.rlim_max = pages * (unsigned long)sysconf(_SC_PAGESIZE) + more;
  return setrlimit(RLIMIT_AS, &limit) == 0;
}

/* Polls a call up to the request that is its own, past that for the token. */
static int poll_to_send(airudder_call call) {
  static const char token[] = "{\"code\":200,\"data\":{\"token\":\"fake-token\"}}";
  airudder_step step;
  int code;
  while ((code = airudder_call_poll(call, NOW, &step)) == 0 && step.kind == AIRUDDER_STEP_SEND &&
         strstr(step.request->url, "/auth")) {
    code = airudder_call_on_response(call, NOW, 200, NULL, 0, token, strlen(token));
    if (code) break;
  }
  return code || step.kind == AIRUDDER_STEP_SEND ? code : airudder_call_result(call, NULL);
}

static airudder_call call;
static airudder_campaign campaign;
static airudder_event event;
static airudder_text text;
static airudder_buffer buffer;

static int prepare_nothing(void) { return 0; }

static int prepare_draft(void) { return airudder_call_begin(client, AIRUDDER_OP_WORKFLOW_UPLOAD_DETAILS, &call, NULL); }

static int prepare_look_up(void) {
  static const char params[] =
      "{\"case_id\":\"c\",\"start_time\":\"2020-01-01 00:00:00+08:00\",\"end_time\":\"2020-01-02 00:00:00+08:00\"}";
  int code = airudder_call_start(client, AIRUDDER_OP_WORKFLOW_DETAIL_INSTANCES, params, strlen(params), &call, NULL);
  return code ? code : poll_to_send(call);
}

static int prepare_campaign(void) {
  airudder_campaign_config config = AIRUDDER_CAMPAIGN_CONFIG_INIT;
  config.workflow_template_id = 7;
  config.name = "july";
  config.end_time = "2099-07-31 18:00:00+08:00";
  config.batch_size = CONTACTS;
  return airudder_campaign_new(client, &config, &campaign, NULL);
}

static int start(void) {
  int code =
      airudder_call_start(client, AIRUDDER_OP_WORKFLOW_UPLOAD_DETAILS, large_params, strlen(large_params), &call, NULL);
  return code ? code : poll_to_send(call);
}

static int start_sealed(void) {
  int code = airudder_call_start(sealing, AIRUDDER_OP_WORKFLOW_UPLOAD_DETAILS, large_params, strlen(large_params),
                                 &call, NULL);
  return code ? code : poll_to_send(call);
}

static int set_text(void) { return airudder_call_set_str(call, "/workflow_id", large_text); }

static int set_list(void) {
  int code = airudder_call_set_json(call, "/details/0/pds_variables/a", large_list, strlen(large_list));
  return code ? code : airudder_call_set_str(call, "/details/0/callee", "+6200000000001");
}

static int set_large_pointer(void) {
  int code = airudder_call_set_str(call, large_text, "x");
  return code == AIRUDDER_E1016_INVALID_ARGUMENT ? 0 : code;
}

static int build(void) {
  int code = airudder_call_set_json(call, "", large_params, strlen(large_params));
  return code ? code : poll_to_send(call);
}

static int respond(void) {
  static char body[LARGE + 64];
  sprintf(body, "{\"code\":200,\"data\":%s}", large_strings);
  return airudder_call_on_response(call, NOW, 200, NULL, 0, body, strlen(body));
}

static int respond_and_read(void) {
  int code = respond();
  size_t count;
  if (!code) code = airudder_call_result_json(call, &text);
  if (!code) code = airudder_call_get_count(call, "/rows", &count);
  if (!code) code = airudder_call_get_str(call, "/rows/0", &text);
  if (!code) code = airudder_call_get_json(call, "/rows", &text);
  return code;
}

static int respond_with_large_headers(void) {
  airudder_header header;
  header.name = header.value = large_text;
  return airudder_call_on_response(call, NOW, 200, &header, 1, "{}", 2);
}

/* It is reported in any case; only what it says about it may be missing. */
static int report_failure(void) { return airudder_call_on_failure(call, NOW, AIRUDDER_FAILURE_RESET, large_text); }

static int unwrap(void) {
  size_t count;
  int code = airudder_webhooks_unwrap(hooks, NULL, 0, large_strings, strlen(large_strings), NULL, &event, NULL);
  if (!code) code = airudder_event_get_count(event, "/rows", &count);
  if (!code) code = airudder_event_get_json(event, "/rows", &text);
  return code;
}

static int unwrap_sealed(void) {
  airudder_header header;
  int code = airudder_buffer_data(sealed, &text);
  if (!code) code = airudder_buffer_header(sealed, 0, &header);
  return code ? code : airudder_webhooks_unwrap(sealing_hooks, &header, 1, text.data, text.len, NULL, &event, NULL);
}

static int seal(void) {
  return airudder_webhooks_seal(sealing_hooks, large_strings, strlen(large_strings), NULL, 0, &buffer, NULL);
}

static int sign(void) {
  return airudder_sign("sha256:hex:body+secret", "fake", NULL, NULL, 0, large_text, strlen(large_text), &buffer, NULL);
}

static int encrypt(void) {
  return airudder_encrypt(large_text, strlen(large_text), "fake-key-16bytes", 16, &buffer, NULL);
}

static int decrypt(void) {
  int code = airudder_buffer_data(sealed, &text);
  return code ? code : airudder_decrypt(text.data, text.len, "fake-key-16bytes", 16, &buffer, NULL);
}

static int resume(void) {
  size_t good;
  int code = airudder_campaign_resume(campaign, large_text, strlen(large_text), &good, NULL);
  return code == AIRUDDER_E1011_JOURNAL_DAMAGED || code == AIRUDDER_E1012_JOURNAL_MISMATCH ? 0 : code;
}

/* Up to the upload of a batch. */
static int run_campaign(void) {
  static const char answer[] = "{\"code\":200,\"data\":{\"workflow_id\":\"w-1\",\"token\":\"fake-token\"}}";
  airudder_campaign_step work;
  airudder_step step;
  int code, calls = 0;
  while ((code = airudder_campaign_poll(campaign, NOW, &work, NULL)) == 0 && work.kind != AIRUDDER_CAMPAIGN_DONE) {
    if (work.kind == AIRUDDER_CAMPAIGN_JOURNAL) {
      code = airudder_campaign_journal_written(campaign);
    } else if (work.kind == AIRUDDER_CAMPAIGN_CONTACTS) {
      code = airudder_campaign_add_json(campaign, large_contacts, strlen(large_contacts), NULL);
      if (!code) code = airudder_campaign_end_of_contacts(campaign, NULL);
    } else if (work.kind == AIRUDDER_CAMPAIGN_CALL) {
      calls++;
      while ((code = airudder_call_poll(work.call, NOW, &step)) == 0 && step.kind == AIRUDDER_STEP_SEND) {
        code = airudder_call_on_response(work.call, NOW, 200, NULL, 0, answer, strlen(answer));
        if (code) break;
      }
      if (!code) code = airudder_campaign_on_result(campaign, NOW, work.call, NULL);
    }
    if (code) return code;
  }
  if (!code) code = airudder_campaign_report_json(campaign, &text);
  return code ? code : calls >= 2 ? 0 : -1;
}

static const struct {
  const char *name;
  int (*prepare)(void), (*run)(void);
} ways[] = {
    {"start", prepare_nothing, start},
    {"start_sealed", prepare_nothing, start_sealed},
    {"set_text", prepare_draft, set_text},
    {"set_list", prepare_draft, set_list},
    {"set_large_pointer", prepare_draft, set_large_pointer},
    {"build", prepare_draft, build},
    {"respond", prepare_look_up, respond},
    {"respond_and_read", prepare_look_up, respond_and_read},
    {"respond_with_large_headers", prepare_look_up, respond_with_large_headers},
    {"report_failure", prepare_look_up, report_failure},
    {"unwrap", prepare_nothing, unwrap},
    {"unwrap_sealed", prepare_nothing, unwrap_sealed},
    {"seal", prepare_nothing, seal},
    {"sign", prepare_nothing, sign},
    {"encrypt", prepare_nothing, encrypt},
    {"decrypt", prepare_nothing, decrypt},
    {"resume", prepare_campaign, resume},
    {"run_campaign", prepare_campaign, run_campaign},
};

/* In a process of its own: 0 it succeeded, 1 there was no memory, 2 something else. */
static int outcome(size_t way, size_t memory) {
  int status, code;
  pid_t pid = fork();
  if (pid != 0) {
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 2;
  }
  alarm(60);
  code = ways[way].prepare();
  if (code || !limit(memory)) _exit(2);
  code = ways[way].run();
  if (code == 0 || code == AIRUDDER_E1026_OUT_OF_MEMORY) _exit(code ? 1 : 0);
  fprintf(stderr, "%s with %lu bytes: E%d\n", ways[way].name, (unsigned long)memory, code);
  _exit(2);
}

static void without_memory_functions_fail_and_the_program_lives(void **state) {
  size_t way, memory;
  (void)state;
  for (way = 0; way < sizeof ways / sizeof *ways; way++) {
    size_t refused = 0, succeeded = 0, died = 0, enough = 0;
    for (memory = 0; memory < ((size_t)512 << 20); memory += 65536 + memory / 10) {
      int came = outcome(way, memory);
      if (came == 0 && succeeded++ == 0) enough = memory;
      if (came == 1) refused++;
      if (came == 2) died++;
      if (succeeded > 3) break;
    }
    printf("%s: refused %lu times, then enough with %lu KiB\n", ways[way].name, (unsigned long)refused,
           (unsigned long)enough >> 10);
    assert_int_equal(died, 0);
    assert_true((refused > 0 || ways[way].run == report_failure) && succeeded > 3);
  }
}

int main(void) {
  static const char contact[] =
      "{\"callee\":\"+62000%07d\",\"platform\":\"TEMP1\",\"caseid\":\"c-%d\",\"variables\":{\"customer_name\":\"Ana\"}}"
      ",";
  const struct CMUnitTest tests[] = {cmocka_unit_test(without_memory_functions_fail_and_the_program_lives)};
  airudder_config config = AIRUDDER_CONFIG_INIT;
  airudder_webhooks_config plain = AIRUDDER_WEBHOOKS_CONFIG_INIT, secret = AIRUDDER_WEBHOOKS_CONFIG_INIT;
  size_t len = 1;
  int i, failed;

  memset(large_text, 'a', LARGE - 1);
  fill(large_list, "[", "0", "]", LARGE);
  fill(large_strings, "{\"event\":\"x\",\"rows\":[", "\"a\\u00e9\"", "]}", LARGE);
  large_contacts[0] = '[';
  for (i = 0; i < CONTACTS; i++) len += (size_t)sprintf(large_contacts + len, contact, i, i);
  large_contacts[len - 1] = ']';
  sprintf(large_params, "{\"workflow_id\":\"w-1\",\"details\":%s}", large_contacts);

  config.app_key = "fake-app-key";
  config.app_secret = "fake-app-secret";
  config.encryption_key = secret.encryption_key = "fake-key-16bytes";
  plain.allow_unsigned = 1;
  secret.secret = "fake-webhook-secret";
  secret.allow_unsigned = 1;
  if (airudder_client_new(&config, &sealing, NULL) || airudder_webhooks_new(&plain, &hooks, NULL) ||
      airudder_webhooks_new(&secret, &sealing_hooks, NULL) ||
      airudder_webhooks_seal(sealing_hooks, large_strings, strlen(large_strings), NULL, 0, &sealed, NULL)) {
    return 1;
  }
  failed = cmocka_run_group_tests(tests, make_client, free_client);
  airudder_client_free(sealing);
  airudder_webhooks_free(hooks);
  airudder_webhooks_free(sealing_hooks);
  airudder_buffer_free(sealed);
  return failed;
}
