/* A campaign over bare sockets, which needs nothing but libairudder and libc; job.h says how to start it. */
#include "clock.h"
#include "job.h"
#include "socket_http.h"

/* One step of the campaign, which was polled at that Unix time; 0 if it has to stop. */
static int act(struct job *job, const airudder_campaign_step *step, uint64_t polled_ms) {
  switch (step->kind) {
    case AIRUDDER_CAMPAIGN_CALL:
      http_run(step->call);
      return job_result(job, step->call);
    case AIRUDDER_CAMPAIGN_WAIT:
      if (step->wait_until_ms > polled_ms) sleep_for(step->wait_until_ms - polled_ms);
      return 1;
    default:
      return job_step(job, step);
  }
}

int main(int argc, char **argv) {
  struct job job;
  int status = 1;
  if (job_open(&job, argc, argv, 1)) {
    airudder_campaign_step step;
    uint64_t polled_ms;
    do polled_ms = unix_ms();
    while (airudder_campaign_poll_at(job.campaign, polled_ms, monotonic_ms(), &step, &job.error) == AIRUDDER_OK &&
           step.kind != AIRUDDER_CAMPAIGN_DONE && act(&job, &step, polled_ms));
    status = job_report(&job);
  }
  job_close(&job);
  return status;
}
