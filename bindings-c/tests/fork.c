/* fork() while other threads are inside the library: a child that hangs is ended by its alarm, and fails the test. */
#define _GNU_SOURCE
#include "one_client.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 4
#define FORKERS 2
#define PATIENCE_SECONDS 30
#define NOW UINT64_C(1700000000000)

static airudder_webhooks hooks;
static int forks, stop;

/* All kinds of handles, and the locks of a session. 0 if something went wrong. */
static int use(airudder_client a_client) {
  static const char body[] = "{\"event\":\"call.finished\",\"details\":[{\"callee\":\"+6200012345678\"}]}";
  airudder_campaign_config config = AIRUDDER_CAMPAIGN_CONFIG_INIT;
  airudder_campaign campaign;
  airudder_buffer buffer;
  airudder_event event;
  airudder_call call;
  airudder_step step;
  airudder_text text;
  config.workflow_template_id = 7;
  config.name = "july";
  config.end_time = "2099-07-31 18:00:00+08:00";
  return !airudder_call_begin(a_client, AIRUDDER_OP_ROBOTS_LIST, &call, NULL) &&
         !airudder_call_poll(call, NOW, &step) && !airudder_call_free(call) &&
         !airudder_campaign_new(a_client, &config, &campaign, NULL) && !airudder_campaign_free(campaign) &&
         !airudder_webhooks_unwrap(hooks, NULL, 0, body, strlen(body), NULL, &event, NULL) &&
         !airudder_event_get_str(event, "/details/0/callee", &text) && !airudder_event_free(event) &&
         !airudder_digest(body, strlen(body), &buffer, NULL) && !airudder_buffer_free(buffer);
}

static void *keep_using(void *context) {
  (void)context;
  while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
    if (!use(client)) abort();
  }
  return NULL;
}

/* What a child does, with what its parent had and with a client of its own: its exit status. */
static int child(void) {
  airudder_client parents = client;
  int ok = use(parents) && make_client(NULL) == 0 && use(client) && !free_client(NULL);
  client = parents;
  return ok && !free_client(NULL) ? 0 : 1;
}

static int ended_well(pid_t pid) {
  int status;
  return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void *keep_forking(void *context) {
  size_t *bad = context;
  int i;
  for (i = 0; i < forks; i++) {
    pid_t pid = fork();
    if (pid == 0) {
      alarm(PATIENCE_SECONDS);
      _exit(child());
    }
    if (!ended_well(pid)) ++*bad;
  }
  return NULL;
}

static void children_use_the_library_as_their_parent_did(void **state) {
  pthread_t users[THREADS], forkers[FORKERS];
  size_t bad[FORKERS] = {0}, i;
  (void)state;
  for (i = 0; i < THREADS; i++) assert_int_equal(pthread_create(&users[i], NULL, keep_using, NULL), 0);
  for (i = 0; i < FORKERS; i++) assert_int_equal(pthread_create(&forkers[i], NULL, keep_forking, &bad[i]), 0);
  for (i = 0; i < FORKERS; i++) pthread_join(forkers[i], NULL);
  __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
  for (i = 0; i < THREADS; i++) pthread_join(users[i], NULL);
  for (i = 0; i < FORKERS; i++) assert_int_equal(bad[i], 0);
  assert_true(use(client));
}

static sig_atomic_t interrupted;
static pid_t from_handler;

static void fork_once(int number) {
  (void)number;
  if (interrupted++) return;
  from_handler = fork();
  if (from_handler == 0) _exit(0);
}

/* A crash handler that forks, to have a debugger look, must not wait for the function that it interrupted. */
static void a_signal_handler_may_fork(void **state) {
  const struct itimerval soon = {{0, 0}, {0, 2000}};
  size_t len = 16u << 20;
  char *bytes = calloc(1, len);
  airudder_buffer buffer;
  int i;
  (void)state;
  assert_non_null(bytes);
  alarm(PATIENCE_SECONDS * 5);
  signal(SIGPROF, fork_once);
  setitimer(ITIMER_PROF, &soon, NULL);
  for (i = 0; i < 1000 && !interrupted; i++) {
    assert_int_equal(airudder_digest(bytes, len, &buffer, NULL), 0);
    assert_int_equal(airudder_buffer_free(buffer), 0);
  }
  alarm(0);
  assert_true(interrupted);
  assert_true(ended_well(from_handler));
  free(bytes);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(children_use_the_library_as_their_parent_did),
      cmocka_unit_test(a_signal_handler_may_fork),
  };
  airudder_webhooks_config config = AIRUDDER_WEBHOOKS_CONFIG_INIT;
  int failed;
  forks = argc > 1 ? atoi(argv[1]) : 200;
  config.allow_unsigned = 1;
  if (airudder_webhooks_new(&config, &hooks, NULL)) return 1;
  failed = cmocka_run_group_tests(tests, make_client, free_client);
  airudder_webhooks_free(hooks);
  return failed;
}
