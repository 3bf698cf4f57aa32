/* A campaign over libcurl, one request at a time. job.h says how to start it. */
#include "clock.h"
#include "exchange.h"
#include "job.h"

/* Runs a call to its end. */
static void run(airudder_call call) {
  airudder_step step;
  while (airudder_call_poll(call, now_ms(), &step) == AIRUDDER_OK && step.kind != AIRUDDER_STEP_DONE) {
    if (step.kind == AIRUDDER_STEP_WAIT) {
      sleep_until(step.wait_until_ms);
    } else {
      struct exchange exchange;
      CURLcode code = CURLE_OUT_OF_MEMORY;
      if (exchange_begin(&exchange, step.request)) code = curl_easy_perform(exchange.curl);
      exchange_end(&exchange, call, code);
    }
  }
}

/* One step of the campaign; 0 if it has to stop. */
static int act(struct job *job, const airudder_campaign_step *step) {
  switch (step->kind) {
    case AIRUDDER_CAMPAIGN_CALL:
      run(step->call);
      return job_result(job, step->call);
    case AIRUDDER_CAMPAIGN_WAIT:
      sleep_until(step->wait_until_ms);
      return 1;
    default:
      return job_step(job, step);
  }
}

int main(int argc, char **argv) {
  struct job job;
  int status = 1;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  if (job_open(&job, argc, argv, 1)) {
    airudder_campaign_step step;
    while (airudder_campaign_poll(job.campaign, now_ms(), &step, &job.error) == AIRUDDER_OK &&
           step.kind != AIRUDDER_CAMPAIGN_DONE && act(&job, &step)) {
      continue;
    }
    status = job_report(&job);
  }
  job_close(&job);
  curl_global_cleanup();
  return status;
}
