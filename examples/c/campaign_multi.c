/* A campaign over libcurl's multi interface: many calls at once, in one thread. job.h says how to start it. */
#include <stdlib.h>

#include "clock.h"
#include "exchange.h"
#include "job.h"

/* A call under way. */
struct running {
  airudder_call call;
  struct exchange exchange;
  uint64_t wait_until_ms; /* of a call that waits; 0: its request is under way */
  struct running *next;
};

struct loop {
  CURLM *multi;
  struct running *first;
};

/* Lets a call go on: gives its request to libcurl, or notes when it wants to be polled. 1 if it is done. */
static int go_on(struct loop *loop, struct running *running) {
  airudder_step step;
  if (airudder_call_poll(running->call, now_ms(), &step) != AIRUDDER_OK || step.kind == AIRUDDER_STEP_DONE) return 1;
  if (step.kind == AIRUDDER_STEP_WAIT) {
    running->wait_until_ms = step.wait_until_ms;
    return 0;
  }
  running->wait_until_ms = 0;
  if (!exchange_begin(&running->exchange, step.request)) {
    exchange_end(&running->exchange, running->call, CURLE_OUT_OF_MEMORY);
    return go_on(loop, running);
  }
  curl_easy_setopt(running->exchange.curl, CURLOPT_PRIVATE, running);
  curl_multi_add_handle(loop->multi, running->exchange.curl);
  return 0;
}

/* Takes a call that is done out of the list, and hands it back. */
static int finish(struct loop *loop, struct job *job, struct running *done) {
  struct running **link = &loop->first;
  int ok;
  while (*link != done) link = &(*link)->next;
  *link = done->next;
  ok = job_result(job, done->call);
  free(done);
  return ok;
}

static int start(struct loop *loop, struct job *job, airudder_call call) {
  struct running *running = calloc(1, sizeof *running);
  if (running == NULL) return 0;
  running->call = call;
  running->next = loop->first;
  loop->first = running;
  return go_on(loop, running) ? finish(loop, job, running) : 1;
}

/* Lets the calls go on whose time has come. */
static int wake(struct loop *loop, struct job *job) {
  struct running *running = loop->first;
  while (running != NULL) {
    struct running *next = running->next;
    if (running->wait_until_ms != 0 && running->wait_until_ms <= now_ms() && go_on(loop, running) &&
        !finish(loop, job, running)) {
      return 0;
    }
    running = next;
  }
  return 1;
}

/* Waits until something happens, or so long at most, and hands back the calls that are done. */
static int wait_for_calls(struct loop *loop, struct job *job, uint64_t most_ms) {
  struct running *running;
  CURLMsg *message;
  int count;
  uint64_t now = now_ms(), then_ms = now + (most_ms < 1000 ? most_ms : 1000);
  for (running = loop->first; running != NULL; running = running->next) {
    if (running->wait_until_ms != 0 && running->wait_until_ms < then_ms) then_ms = running->wait_until_ms;
  }
  curl_multi_perform(loop->multi, &count);
  curl_multi_poll(loop->multi, NULL, 0, then_ms > now ? (int)(then_ms - now) : 0, NULL);
  curl_multi_perform(loop->multi, &count);
  while ((message = curl_multi_info_read(loop->multi, &count)) != NULL) {
    CURLcode code = message->data.result;
    char *context;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &context);
    running = (struct running *)(void *)context;
    curl_multi_remove_handle(loop->multi, running->exchange.curl);
    exchange_end(&running->exchange, running->call, code);
    if (go_on(loop, running) && !finish(loop, job, running)) return 0;
  }
  return wake(loop, job);
}

/* One step of the campaign, which was polled at that Unix time; 0 if it has to stop. */
static int act(struct loop *loop, struct job *job, const airudder_campaign_step *step, uint64_t polled_ms) {
  switch (step->kind) {
    case AIRUDDER_CAMPAIGN_CALL:
      return start(loop, job, step->call);
    case AIRUDDER_CAMPAIGN_WAIT:
      return wait_for_calls(loop, job, step->wait_until_ms > polled_ms ? step->wait_until_ms - polled_ms : 0);
    default:
      return job_step(job, step);
  }
}

/* Frees what is under way when the campaign has to stop. The journal has it as doubtful. */
static void abandon(struct loop *loop) {
  while (loop->first != NULL) {
    struct running *running = loop->first;
    loop->first = running->next;
    if (running->wait_until_ms == 0) {
      curl_multi_remove_handle(loop->multi, running->exchange.curl);
      exchange_end(&running->exchange, running->call, CURLE_ABORTED_BY_CALLBACK);
    }
    airudder_call_free(running->call);
    free(running);
  }
}

int main(int argc, char **argv) {
  struct job job;
  struct loop loop = {NULL, NULL};
  int status = 1;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  loop.multi = curl_multi_init();
  if (loop.multi != NULL && job_open(&job, argc, argv, 4)) {
    airudder_campaign_step step;
    uint64_t polled_ms;
    do polled_ms = unix_ms();
    while (airudder_campaign_poll_at(job.campaign, polled_ms, monotonic_ms(), &step, &job.error) == AIRUDDER_OK &&
           step.kind != AIRUDDER_CAMPAIGN_DONE && act(&loop, &job, &step, polled_ms));
    abandon(&loop);
    status = job_report(&job);
  }
  job_close(&job);
  curl_multi_cleanup(loop.multi);
  curl_global_cleanup();
  return status;
}
