/* What is nested as deeply as the library takes it, in a thread with a small stack. */
#include "one_client.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW UINT64_C(1700000000000)
#define LEVELS 98

static size_t stack_size;

/* Lists, or objects of the name a, in each other. */
static void nest(char *json, const char *before, const char *open, const char *close, const char *after) {
  int i;
  strcpy(json, before);
  for (i = 0; i < LEVELS; i++) strcat(json, open);
  strcat(json, "1");
  for (i = 0; i < LEVELS; i++) strcat(json, close);
  strcat(json, after);
}

static int parameters(const char *open, const char *close) {
  char json[1024];
  airudder_call call;
  const airudder_request *request;
  int code;
  nest(json, "", open, close, "");
  airudder_call_begin(client, AIRUDDER_OP_WORKFLOW_UPLOAD_DETAILS, &call, NULL);
  airudder_call_set_str(call, "/workflow_id", "w-1");
  airudder_call_set_str(call, "/details/0/callee", "+6200012345678");
  airudder_call_set_str(call, "/details/0/platform", "TEMP1");
  airudder_call_set_json(call, "/details/0/variables", "{}", 2);
  airudder_call_set_json(call, "/details/0/pds_variables/a", json, strlen(json));
  code = airudder_call_prepare(call, &request, NULL);
  if (!code && !strstr(request->body, json)) code = -1;
  return code ? code : airudder_call_free(call);
}

static int result(const char *open, const char *close) {
  static const char token[] = "{\"code\":200,\"data\":{\"token\":\"fake-token\"}}";
  char json[1024], inner[1024];
  airudder_call call;
  airudder_step step;
  airudder_text text;
  int code;
  nest(inner, "", open, close, "");
  nest(json, "{\"code\":200,\"data\":{\"a\":", open, close, "}}");
  code = airudder_call_start(client, AIRUDDER_OP_ROBOTS_LIST, "{}", 2, &call, NULL);
  while (!code && !airudder_call_poll(call, NOW, &step) && step.kind == AIRUDDER_STEP_SEND) {
    const char *body = strstr(step.request->url, "/auth") ? token : json;
    code = airudder_call_on_response(call, NOW, 200, NULL, 0, body, strlen(body));
  }
  if (!code) code = airudder_call_get_json(call, "/a", &text);
  if (!code && strcmp(text.data, inner) != 0) code = -1;
  return code ? code : airudder_call_free(call);
}

static int delivery(const char *open, const char *close) {
  airudder_webhooks_config config = AIRUDDER_WEBHOOKS_CONFIG_INIT;
  char json[1024], inner[1024];
  airudder_webhooks hooks;
  airudder_event event;
  airudder_text text;
  int code;
  config.allow_unsigned = 1;
  config.max_depth = 100;
  nest(inner, "", open, close, "");
  nest(json, "{\"event\":\"x\",\"a\":", open, close, "}");
  code = airudder_webhooks_new(&config, &hooks, NULL);
  if (!code) code = airudder_webhooks_unwrap(hooks, NULL, 0, json, strlen(json), NULL, &event, NULL);
  if (!code) code = airudder_event_get_json(event, "/a", &text);
  if (!code && strcmp(text.data, inner) != 0) code = -1;
  if (!code) code = airudder_event_free(event);
  return code ? code : airudder_webhooks_free(hooks);
}

static int contact(const char *open, const char *close) {
  airudder_campaign_config config = AIRUDDER_CAMPAIGN_CONFIG_INIT;
  char json[1024];
  airudder_campaign campaign;
  airudder_campaign_step work;
  int code;
  config.workflow_template_id = 7;
  config.name = "july";
  config.end_time = "2099-07-31 18:00:00+08:00";
  nest(json, "", open, close, "");
  code = airudder_campaign_new(client, &config, &campaign, NULL);
  while (!code && !(code = airudder_campaign_poll(campaign, NOW, &work, NULL)) &&
         work.kind == AIRUDDER_CAMPAIGN_JOURNAL) {
    code = airudder_campaign_journal_written(campaign);
  }
  if (!code) code = airudder_campaign_set_json(campaign, "/pds_variables/a", json, strlen(json));
  if (!code) code = airudder_campaign_set_str(campaign, "/callee", "+6200012345678");
  if (!code) code = airudder_campaign_add(campaign, NULL);
  return code ? code : airudder_campaign_free(campaign);
}

/* A schema that contains itself, within others, and parameters as deep as they may be. */
static int schemas(const char *open, const char *close) {
  static const char file[] =
      "{\"airudder_catalog\":1,\"events\":[],\"operations\":[{\"name\":\"p.run\",\"method\":\"POST\",\"path\":\"/p\","
      "\"params\":{\"properties\":{\"a\":{\"$ref\":\"#/$defs/n\"}},\"$defs\":{\"n\":"
      "{\"allOf\":[{\"anyOf\":[{\"oneOf\":[{\"properties\":{\"a\":{\"$ref\":\"#/$defs/n\"}},"
      "\"items\":{\"$ref\":\"#/$defs/n\"}}]}]}]}}}}]}";
  airudder_config config = AIRUDDER_CONFIG_INIT;
  char json[1024];
  airudder_catalog catalog;
  airudder_client own;
  airudder_call call;
  int code = airudder_catalog_extend(file, strlen(file), &catalog, NULL);
  if (code) return code;
  config.app_key = config.app_secret = "fake";
  config.base_url = "https://api.example.test";
  config.catalog = catalog;
  nest(json, "{\"a\":", open, close, "}");
  code = airudder_client_new(&config, &own, NULL);
  if (!code) code = airudder_call_start_named(own, "p.run", json, strlen(json), &call, NULL);
  if (!code) code = airudder_call_free(call);
  if (!code) code = airudder_client_free(own);
  return code ? code : airudder_catalog_free(catalog);
}

struct task {
  int (*way)(const char *, const char *);
  int code;
};

static void *run(void *context) {
  struct task *task = context;
  task->code = task->way("[", "]");
  if (!task->code) task->code = task->way("{\"a\":", "}");
  return NULL;
}

static void run_by(int (*way)(const char *, const char *), size_t stack) {
  struct task task = {way, 0};
  pthread_attr_t attributes;
  pthread_t thread;
  assert_int_equal(pthread_attr_init(&attributes), 0);
  assert_int_equal(pthread_attr_setstacksize(&attributes, stack), 0);
  assert_int_equal(pthread_create(&thread, &attributes, run, &task), 0);
  pthread_join(thread, NULL);
  pthread_attr_destroy(&attributes);
  assert_int_equal(task.code, 0);
}

static void a_small_stack_is_enough(void **state) {
  (void)state;
  run_by(parameters, stack_size);
  run_by(result, stack_size);
  run_by(delivery, stack_size);
  run_by(contact, stack_size);
}

static void a_mebibyte_is_enough_for_schemas(void **state) {
  (void)state;
  run_by(schemas, 1 << 20);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_small_stack_is_enough),
                                     cmocka_unit_test(a_mebibyte_is_enough_for_schemas)};
  stack_size = argc > 1 ? (size_t)atoi(argv[1]) : 32768;
  return cmocka_run_group_tests(tests, make_client, free_client);
}
