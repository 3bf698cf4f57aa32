/* Threads that share a client and a receiver; with an argument, they also have a race of their own. */
#include <airudder.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 4

static airudder_client client;
static airudder_webhooks hooks;
static int own, racing;

static void own_race(void) {
  if (racing) own++;
}

static void *use(void *context) {
  static const char body[] = "{\"event\":\"call.finished\"}";
  int i;
  (void)context;
  for (i = 0; i < 50; i++) {
    airudder_call call;
    airudder_event event;
    airudder_step step;
    if (airudder_call_begin(client, AIRUDDER_OP_ROBOTS_LIST, &call, NULL) ||
        airudder_call_poll(call, 1700000000000, &step) || airudder_call_free(call)) {
      abort();
    }
    if (airudder_webhooks_unwrap(hooks, NULL, 0, body, strlen(body), NULL, &event, NULL) ||
        airudder_event_free(event)) {
      abort();
    }
    own_race();
  }
  return NULL;
}

int main(int argc, char **argv) {
  airudder_config config = AIRUDDER_CONFIG_INIT;
  airudder_webhooks_config receiver = AIRUDDER_WEBHOOKS_CONFIG_INIT;
  pthread_t threads[THREADS];
  int i;
  (void)argv;
  racing = argc > 1;
  config.app_key = "fake-app-key";
  config.app_secret = "fake-app-secret";
  receiver.allow_unsigned = 1;
  if (airudder_client_new(&config, &client, NULL) || airudder_webhooks_new(&receiver, &hooks, NULL)) return 1;
  for (i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, use, NULL);
  for (i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  return airudder_client_free(client) || airudder_webhooks_free(hooks);
}
