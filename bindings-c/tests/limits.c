/* Campaigns with a rate and closed times, that are asked whom not to call, and that wait for the API. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <airudder.h>
#include <stdio.h>
#include <string.h>

#include "one_client.h"

static const uint64_t MINUTE = 60000;
/* The time by both clocks, and what was sent. */
static uint64_t now, elapsed;
static unsigned uploads, lookups, contacts;
/* The first upload is refused for now. */
static int is_busy;

static airudder_campaign_config settings(void) {
  airudder_campaign_config config = AIRUDDER_CAMPAIGN_CONFIG_INIT;
  config.workflow_template_id = 7;
  config.name = "july";
  config.end_time = "2099-12-01 18:00:00+08:00";
  config.batch_size = 10;
  now = 1700000000000;
  elapsed = uploads = lookups = contacts = 0;
  is_busy = 0;
  return config;
}

static void pass(uint64_t ms) {
  now += ms;
  elapsed += ms;
}

static void add(airudder_campaign campaign) {
  char contact[100];
  int len =
      snprintf(contact, sizeof contact, "[{\"callee\":\"+62%08u\",\"platform\":\"P\",\"variables\":{}}]", contacts);
  assert_int_equal(airudder_campaign_add_json(campaign, contact, (size_t)len, NULL), 0);
  contacts++;
}

static const char *answer_to(const char *url) {
  if (strstr(url, "/auth")) return "{\"code\":200,\"data\":{\"token\":\"fake-token\"}}";
  if (strstr(url, "/detailinstances")) {
    lookups++;
    return "{\"code\":200,\"data\":{\"rows\":[]}}";
  }
  if (strstr(url, "/uploaddetails") && uploads++ == 0 && is_busy) return "{\"code\":429,\"message\":\"no\"}";
  return "{\"code\":200,\"data\":{\"workflow_id\":\"w-1\"}}";
}

static void run(airudder_campaign campaign, airudder_call call) {
  airudder_step step;
  while (airudder_call_poll(call, now, &step) == AIRUDDER_OK && step.kind != AIRUDDER_STEP_DONE) {
    if (step.kind == AIRUDDER_STEP_SEND) {
      const char *answer = answer_to(step.request->url);
      airudder_call_on_response(call, now, 200, NULL, 0, answer, strlen(answer));
    } else {
      pass(step.wait_until_ms - now);
    }
  }
  assert_int_equal(airudder_campaign_on_result_at(campaign, now, elapsed, call, NULL), 0);
  assert_int_equal(airudder_call_free(call), 0);
}

/* Goes on with so many contacts until there is a wait, somebody is to be screened, or it is over; gives that step. */
static airudder_campaign_step go_on(airudder_campaign campaign, unsigned count) {
  for (;;) {
    airudder_campaign_step step;
    assert_int_equal(airudder_campaign_poll_at(campaign, now, elapsed, &step, NULL), 0);
    switch (step.kind) {
      case AIRUDDER_CAMPAIGN_JOURNAL:
        assert_int_equal(airudder_campaign_journal_written(campaign), 0);
        break;
      case AIRUDDER_CAMPAIGN_CONTACTS:
        while (step.want-- > 0 && contacts < count) add(campaign);
        if (contacts == count) assert_int_equal(airudder_campaign_end_of_contacts(campaign, NULL), 0);
        break;
      case AIRUDDER_CAMPAIGN_CALL:
        run(campaign, step.call);
        break;
      default:
        return step;
    }
  }
}

static airudder_campaign made(const airudder_campaign_config *config) {
  airudder_campaign campaign;
  size_t good;
  assert_int_equal(airudder_campaign_new(client, config, &campaign, NULL), 0);
  assert_int_equal(airudder_campaign_resume(campaign, NULL, 0, &good, NULL), 0);
  return campaign;
}

static void free_accepted(airudder_campaign campaign, uint64_t accepted, uint64_t rejected) {
  airudder_progress progress;
  assert_int_equal(airudder_campaign_progress(campaign, &progress), 0);
  assert_int_equal(progress.accepted, accepted);
  assert_int_equal(progress.rejected, rejected);
  assert_int_equal(airudder_campaign_free(campaign), 0);
}

static void check_phase(airudder_campaign campaign, airudder_phase phase, uint64_t until_ms) {
  airudder_phase is;
  uint64_t until;
  assert_int_equal(airudder_campaign_phase(campaign, &is, &until), 0);
  assert_int_equal(is, phase);
  assert_int_equal(until, until_ms);
}

static void uploads_keep_to_the_rate(void **state) {
  airudder_campaign_config config = settings();
  airudder_campaign campaign;
  airudder_campaign_step step;
  (void)state;
  config.rate = 2;
  campaign = made(&config);
  step = go_on(campaign, 20);
  assert_int_equal(step.kind, AIRUDDER_CAMPAIGN_WAIT);
  assert_int_equal(step.wait_until_ms, now + 5000);
  assert_int_equal(uploads, 1);
  check_phase(campaign, AIRUDDER_PHASE_PAUSED, now + 5000);
  pass(5000);
  assert_int_equal(go_on(campaign, 20).kind, AIRUDDER_CAMPAIGN_DONE);
  free_accepted(campaign, 20, 0);
}

static void nothing_is_uploaded_while_it_is_closed(void **state) {
  airudder_campaign_config config = settings();
  airudder_campaign campaign = made(&config);
  airudder_campaign_step step;
  (void)state;
  assert_int_equal(airudder_campaign_close_between(campaign, now - MINUTE, now + MINUTE), 0);
  assert_int_equal(airudder_campaign_close_between(0, now - MINUTE, now + MINUTE), AIRUDDER_E1014_INVALID_HANDLE);
  step = go_on(campaign, 10);
  assert_int_equal(step.kind, AIRUDDER_CAMPAIGN_WAIT);
  assert_int_equal(step.wait_until_ms, now + MINUTE);
  check_phase(campaign, AIRUDDER_PHASE_PAUSED, now + MINUTE);
  assert_int_equal(uploads, 0);
  pass(MINUTE);
  assert_int_equal(go_on(campaign, 10).kind, AIRUDDER_CAMPAIGN_DONE);
  free_accepted(campaign, 10, 0);
}

static void somebody_is_asked_whom_not_to_call(void **state) {
  airudder_campaign_config config = settings();
  airudder_campaign campaign;
  airudder_text text;
  (void)state;
  config.screen = 1;
  campaign = made(&config);
  assert_int_equal(airudder_campaign_to_screen(campaign, &text), AIRUDDER_E1008_MISUSE);
  assert_int_equal(airudder_campaign_screened(campaign, NULL), AIRUDDER_E1008_MISUSE);
  assert_int_equal(go_on(campaign, 10).kind, AIRUDDER_CAMPAIGN_SCREEN);
  assert_int_equal(airudder_campaign_to_screen(campaign, &text), 0);
  assert_non_null(strstr(text.data, "\"+6200000009\""));
  assert_int_equal(airudder_campaign_suppress(campaign, "+6200000009", NULL), 0);
  assert_int_equal(airudder_campaign_screened(campaign, NULL), 0);
  assert_int_equal(airudder_campaign_suppress(campaign, "+6200000008", NULL), AIRUDDER_E1008_MISUSE);
  assert_int_equal(go_on(campaign, 10).kind, AIRUDDER_CAMPAIGN_DONE);
  free_accepted(campaign, 9, 1);
}

static void it_waits_for_an_api_that_refuses_for_now(void **state) {
  airudder_campaign_config config = settings();
  airudder_campaign campaign = made(&config);
  airudder_campaign_step step;
  (void)state;
  is_busy = 1;
  step = go_on(campaign, 10);
  assert_int_equal(step.kind, AIRUDDER_CAMPAIGN_WAIT);
  check_phase(campaign, AIRUDDER_PHASE_WAITING_FOR_API, step.wait_until_ms);
  pass(step.wait_until_ms - now);
  assert_int_equal(go_on(campaign, 10).kind, AIRUDDER_CAMPAIGN_DONE);
  assert_int_equal(uploads, 2);
  assert_int_equal(lookups, 1);
  free_accepted(campaign, 10, 0);
}

static void it_need_not_wait_for_the_api(void **state) {
  airudder_campaign_config config = settings();
  airudder_campaign campaign;
  (void)state;
  config.max_outage_ms = AIRUDDER_NEVER;
  campaign = made(&config);
  is_busy = 1;
  assert_int_equal(go_on(campaign, 10).kind, AIRUDDER_CAMPAIGN_DONE);
  assert_int_equal(airudder_campaign_result(campaign, NULL), AIRUDDER_E3002_RATE_LIMITED);
  free_accepted(campaign, 0, 0);
}

static void a_wrong_pace_is_refused(void **state) {
  airudder_campaign_config config = settings();
  airudder_config other = AIRUDDER_CONFIG_INIT;
  airudder_campaign campaign;
  airudder_client wrong;
  airudder_error err = AIRUDDER_ERROR_INIT;
  (void)state;
  config.rate = -1;
  assert_int_equal(airudder_campaign_new(client, &config, &campaign, &err), AIRUDDER_E1001_INVALID_CONFIG);
  assert_string_equal(err.pointer, "/rate");
  other.requests_per_second = -1;
  assert_int_equal(airudder_client_new(&other, &wrong, &err), AIRUDDER_E1001_INVALID_CONFIG);
  assert_string_equal(err.pointer, "/requests_per_second");
}

static void requests_keep_to_the_pace_of_their_client(void **state) {
  airudder_config config = AIRUDDER_CONFIG_INIT;
  airudder_client paced;
  airudder_call call;
  airudder_step step;
  (void)state;
  config.app_key = "fake-app-key";
  config.app_secret = "fake-app-secret";
  config.requests_per_second = 2;
  now = 1700000000000;
  assert_int_equal(airudder_client_new(&config, &paced, NULL), 0);
  assert_int_equal(airudder_call_start(paced, AIRUDDER_OP_ROBOTS_LIST, "{}", 2, &call, NULL), 0);
  assert_int_equal(airudder_call_poll(call, now, &step), 0);
  assert_int_equal(step.kind, AIRUDDER_STEP_SEND);
  airudder_call_on_response(call, now, 200, NULL, 0, answer_to("/auth"), strlen(answer_to("/auth")));
  assert_int_equal(airudder_call_poll(call, now, &step), 0);
  assert_int_equal(step.kind, AIRUDDER_STEP_WAIT);
  assert_int_equal(step.wait_until_ms, now + 500);
  assert_int_equal(airudder_call_poll(call, now + 500, &step), 0);
  assert_int_equal(step.kind, AIRUDDER_STEP_SEND);
  assert_int_equal(airudder_call_free(call), 0);
  assert_int_equal(airudder_client_free(paced), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(uploads_keep_to_the_rate),
      cmocka_unit_test(nothing_is_uploaded_while_it_is_closed),
      cmocka_unit_test(somebody_is_asked_whom_not_to_call),
      cmocka_unit_test(it_waits_for_an_api_that_refuses_for_now),
      cmocka_unit_test(it_need_not_wait_for_the_api),
      cmocka_unit_test(a_wrong_pace_is_refused),
      cmocka_unit_test(requests_keep_to_the_pace_of_their_client),
  };
  return cmocka_run_group_tests(tests, make_client, free_client);
}
