/* What a campaign does, step by step, without a network: the test plays the other side. The programs in examples/c run
   whole campaigns against the sandbox. */
#include "one_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW 1700000000000u

static airudder_campaign begin(void) {
  airudder_campaign_config config = AIRUDDER_CAMPAIGN_CONFIG_INIT;
  airudder_campaign campaign;
  config.workflow_template_id = 7;
  config.name = "july";
  config.end_time = "2099-07-31 18:00:00+08:00";
  assert_int_equal(airudder_campaign_new(client, &config, &campaign, NULL), 0);
  return campaign;
}

/* The journal, as it would be on the disk. */
static char journal[16384];

static void add(airudder_campaign campaign, const char *id, const char *callee) {
  assert_int_equal(airudder_campaign_set_str(campaign, "/callee", callee), 0);
  assert_int_equal(airudder_campaign_set_str(campaign, "/platform", "TEMP1"), 0);
  assert_int_equal(airudder_campaign_set_strn(campaign, "/caseid", id, strlen(id)), 0);
  assert_int_equal(airudder_campaign_set_json(campaign, "/variables", "{}", 2), 0);
  assert_int_equal(airudder_campaign_add(campaign, NULL), 0);
}

/* Answers the requests of a call; NULL breaks the connection of its own request. */
static void run(airudder_call call, const char *body) {
  airudder_step step;
  while (airudder_call_poll(call, NOW, &step) == AIRUDDER_OK && step.kind == AIRUDDER_STEP_SEND) {
    static const char token[] = "{\"code\":200,\"data\":{\"token\":\"fake-token\"}}";
    const char *answer = strstr(step.request->url, "/auth") ? token : body;
    if (answer) {
      airudder_call_on_response(call, NOW, 200, NULL, 0, answer, strlen(answer));
    } else {
      airudder_call_on_failure(call, NOW, AIRUDDER_FAILURE_RESET, NULL);
    }
  }
  assert_int_equal(step.kind, AIRUDDER_STEP_DONE);
}

static void hand_back(airudder_campaign campaign, airudder_call call) {
  assert_int_equal(airudder_campaign_on_result(campaign, NOW, call, NULL), 0);
  assert_int_equal(airudder_campaign_on_result(campaign, NOW, call, NULL), AIRUDDER_E1008_MISUSE); /* not twice */
  assert_int_equal(airudder_call_free(call), 0);
}

/* The next step behind the call that fetches the token. */
static airudder_campaign_step poll(airudder_campaign campaign) {
  airudder_campaign_step step;
  const airudder_request *request;
  assert_int_equal(airudder_campaign_poll(campaign, NOW, &step, NULL), 0);
  if (step.kind != AIRUDDER_CAMPAIGN_CALL) return step;
  assert_int_equal(airudder_call_prepare(step.call, &request, NULL), 0);
  if (strstr(request->url, "/auth") == NULL) return step;
  run(step.call, NULL);
  hand_back(campaign, step.call);
  return poll(campaign);
}

/* Writes what is for the journal, and gives the step behind it. */
static airudder_campaign_step poll_past_journal(airudder_campaign campaign) {
  airudder_campaign_step step = poll(campaign);
  while (step.kind == AIRUDDER_CAMPAIGN_JOURNAL) {
    assert_true(strlen(journal) + step.journal.len < sizeof journal);
    strcat(journal, step.journal.data);
    assert_int_equal(airudder_campaign_journal_written(campaign), 0);
    step = poll(campaign);
  }
  return step;
}

static const char created[] = "{\"code\":200,\"data\":{\"workflow_id\":\"w-1\"}}";

/* Up to the upload of two contacts, which is the call that it gives. */
static airudder_call up_to_upload(airudder_campaign campaign) {
  airudder_campaign_step step;
  size_t good;
  journal[0] = '\0';
  assert_int_equal(airudder_campaign_resume(campaign, NULL, 0, &good, NULL), 0);
  step = poll_past_journal(campaign);
  assert_int_equal(step.kind, AIRUDDER_CAMPAIGN_CONTACTS);
  assert_true(step.want > 0);
  add(campaign, "c-1", "+6200000000001");
  add(campaign, "c-2", "no number");
  add(campaign, "c-3", "+6200000000003");
  assert_int_equal(airudder_campaign_end_of_contacts(campaign, NULL), 0);
  step = poll_past_journal(campaign);
  assert_int_equal(step.kind, AIRUDDER_CAMPAIGN_CALL);
  run(step.call, created);
  hand_back(campaign, step.call);
  step = poll_past_journal(campaign);
  assert_int_equal(step.kind, AIRUDDER_CAMPAIGN_CALL);
  return step.call;
}

static void contacts_are_sent_and_reported(void **state) {
  airudder_campaign campaign = begin();
  airudder_call upload = up_to_upload(campaign);
  airudder_progress progress;
  airudder_text text, pointer;
  int64_t contact;
  size_t count;
  (void)state;
  assert_int_equal(airudder_campaign_result(campaign, NULL), AIRUDDER_E1008_MISUSE); /* not done yet */
  run(upload, created);
  hand_back(campaign, upload);
  assert_int_equal(poll_past_journal(campaign).kind, AIRUDDER_CAMPAIGN_DONE);
  assert_int_equal(airudder_campaign_result(campaign, NULL), 0);
  assert_int_equal(airudder_campaign_progress(campaign, &progress), 0);
  assert_int_equal(progress.contacts, 3);
  assert_int_equal(progress.accepted, 2);
  assert_int_equal(progress.rejected, 1);
  assert_int_equal(progress.doubtful, 0);
  assert_int_equal(airudder_campaign_get_count(campaign, "/rejected", &count), 0);
  assert_int_equal(count, 1);
  assert_int_equal(airudder_campaign_get_int(campaign, "/rejected/0/contact", &contact), 0);
  assert_int_equal(contact, 1);
  assert_int_equal(airudder_campaign_get_str(campaign, "/rejected/0/pointer", &pointer), 0);
  assert_int_equal(airudder_campaign_report_json(campaign, &text), 0);
  assert_non_null(
      strstr(text.data, "{\"accepted\":2,\"rejected\":[{\"contact\":1,\"case_id\":\"c-2\",\"code\":\"E1007\""));
  assert_null(strstr(text.data, "+620000000000"));
  /* What only looks leaves the texts alone; Valgrind and the sanitizers see to it. */
  assert_int_equal(airudder_campaign_progress(campaign, &progress), 0);
  assert_int_equal(airudder_campaign_result(campaign, NULL), 0);
  assert_int_equal(airudder_campaign_get_count(campaign, "/nothing", &count), AIRUDDER_E1017_NO_VALUE);
  assert_string_equal(pointer.data, "/callee");
  assert_int_equal(strlen(text.data), text.len);
  assert_int_equal(airudder_campaign_free(campaign), 0);
}

/* After a crash in the middle of the upload, it is looked up before anything is sent. */
static void a_doubtful_upload_is_looked_up_by_the_next_run(void **state) {
  airudder_campaign campaign = begin();
  airudder_call upload = up_to_upload(campaign);
  airudder_campaign_step step;
  airudder_progress progress;
  size_t good, len;
  int look_ups = 0;
  (void)state;
  run(upload, NULL);
  assert_int_equal(airudder_call_result(upload, NULL), AIRUDDER_E7005_OUTCOME_UNKNOWN);
  assert_int_equal(airudder_call_free(upload), 0);
  assert_int_equal(airudder_campaign_free(campaign), 0);

  campaign = begin();
  len = strlen(journal);
  strcpy(journal + len, "{\"torn\xff"); /* as a crash leaves it */
  assert_int_equal(airudder_campaign_resume(campaign, journal, strlen(journal), &good, NULL), 0);
  assert_int_equal(good, len);
  journal[good] = '\0';
  assert_int_equal(poll_past_journal(campaign).kind, AIRUDDER_CAMPAIGN_CONTACTS);
  add(campaign, "c-1", "+6200000000001");
  add(campaign, "c-2", "no number");
  add(campaign, "c-3", "+6200000000003");
  assert_int_equal(airudder_campaign_end_of_contacts(campaign, NULL), 0);
  while ((step = poll_past_journal(campaign)).kind == AIRUDDER_CAMPAIGN_CALL) {
    const airudder_request *request;
    assert_int_equal(airudder_call_prepare(step.call, &request, NULL), 0);
    assert_non_null(strstr(request->url, "/detailinstances")); /* nothing is sent again */
    run(step.call, "{\"code\":200,\"data\":{\"rows\":[{\"workflow_id\":\"w-1\"}]}}");
    hand_back(campaign, step.call);
    look_ups++;
  }
  assert_int_equal(step.kind, AIRUDDER_CAMPAIGN_DONE);
  assert_int_equal(look_ups, 2);
  assert_int_equal(airudder_campaign_progress(campaign, &progress), 0);
  assert_int_equal(progress.accepted, 2);
  assert_int_equal(airudder_campaign_free(campaign), 0);
}

static void a_damaged_journal_is_refused(void **state) {
  airudder_campaign campaign = begin();
  airudder_error error = AIRUDDER_ERROR_INIT;
  airudder_call upload = up_to_upload(campaign);
  size_t good;
  (void)state;
  assert_int_equal(airudder_call_free(upload), 0);
  assert_int_equal(airudder_campaign_free(campaign), 0);
  campaign = begin();
  journal[20] = '\xff';
  assert_int_equal(airudder_campaign_resume(campaign, journal, strlen(journal), &good, &error),
                   AIRUDDER_E1011_JOURNAL_DAMAGED);
  assert_int_equal(good, strlen(journal)); /* who cuts it all the same loses nothing */
  assert_non_null(strstr(error.message, "E1011"));
  assert_int_equal(airudder_campaign_resume(0, journal, 7, &good, NULL), AIRUDDER_E1014_INVALID_HANDLE);
  assert_int_equal(good, 7);
  assert_int_equal(airudder_campaign_resume(campaign, NULL, 7, &good, NULL), AIRUDDER_E1016_INVALID_ARGUMENT);
  assert_int_equal(good, 7);
  assert_int_equal(airudder_campaign_free(campaign), 0);
}

/* The fence: the length that the journal has before the lines. */
static void the_length_of_the_journal_comes_with_its_lines(void **state) {
  airudder_campaign campaign = begin();
  airudder_campaign_step step;
  size_t good, lines = 0;
  (void)state;
  journal[0] = '\0';
  assert_int_equal(airudder_campaign_resume(campaign, NULL, 0, &good, NULL), 0);
  for (;;) {
    assert_int_equal(airudder_campaign_poll_at(campaign, NOW, 1000, &step, NULL), 0);
    if (step.kind == AIRUDDER_CAMPAIGN_CONTACTS) {
      add(campaign, "c-1", "+6200000000001");
      assert_int_equal(airudder_campaign_end_of_contacts(campaign, NULL), 0);
    } else if (step.kind == AIRUDDER_CAMPAIGN_CALL) {
      run(step.call, created);
      assert_int_equal(airudder_campaign_on_result_at(campaign, NOW, 1000, step.call, NULL), 0);
      assert_int_equal(airudder_call_free(step.call), 0);
    } else if (step.kind == AIRUDDER_CAMPAIGN_JOURNAL) {
      assert_int_equal(step.journal_at, strlen(journal));
      strcat(journal, step.journal.data);
      assert_int_equal(airudder_campaign_journal_written(campaign), 0);
      lines++;
    } else {
      break;
    }
  }
  assert_int_equal(step.kind, AIRUDDER_CAMPAIGN_DONE);
  assert_true(lines > 2);
  assert_int_equal(airudder_campaign_free(campaign), 0);
}

/* A program that was compiled with the header of 0.1.0 has no room for what the struct got since. */
static void an_old_program_has_its_memory_left_alone(void **state) {
  struct {
    airudder_campaign_step_kind kind;
    airudder_text journal;
    size_t want;
    airudder_call call;
    uint64_t wait_until_ms;
    unsigned char behind[64];
  } old;
  airudder_campaign_config config = AIRUDDER_CAMPAIGN_CONFIG_INIT;
  airudder_campaign campaign;
  size_t i;
  (void)state;
  config.size = offsetof(airudder_campaign_config, journal_key);
  config.workflow_template_id = 7;
  config.name = "july";
  config.end_time = "2099-07-31 18:00:00+08:00";
  memset(&config.journal_key, 0x55, sizeof config - config.size); /* other memory of the program's */
  assert_int_equal(airudder_campaign_new(client, &config, &campaign, NULL), 0);
  memset(&old, 0x55, sizeof old);
  assert_int_equal(airudder_campaign_poll(campaign, NOW, (airudder_campaign_step *)(void *)&old, NULL), 0);
  assert_int_equal(old.kind, AIRUDDER_CAMPAIGN_CALL);
  assert_int_equal(old.wait_until_ms, 0);
  assert_int_equal(airudder_call_free(old.call), 0);
  for (i = 0; i < sizeof old.behind; i++) assert_int_equal(old.behind[i], 0x55);
  assert_int_equal(airudder_campaign_poll(0, NOW, (airudder_campaign_step *)(void *)&old, NULL),
                   AIRUDDER_E1014_INVALID_HANDLE);
  for (i = 0; i < sizeof old.behind; i++) assert_int_equal(old.behind[i], 0x55);
  assert_int_equal(airudder_campaign_free(campaign), 0);
}

/* Takes the journal up with these settings. */
static int take_up(airudder_client owner, const airudder_campaign_config *config, airudder_error *error) {
  airudder_campaign campaign;
  size_t good;
  int code;
  assert_int_equal(airudder_campaign_new(owner, config, &campaign, NULL), 0);
  code = airudder_campaign_resume(campaign, journal, strlen(journal), &good, error);
  assert_int_equal(good, strlen(journal));
  assert_int_equal(airudder_campaign_free(campaign), 0);
  return code;
}

/* A journal belongs to an account, and to the key of its fingerprints. */
static void settings_of_the_journal_reach_the_campaign(void **state) {
  airudder_campaign_config config = AIRUDDER_CAMPAIGN_CONFIG_INIT;
  airudder_config account = AIRUDDER_CONFIG_INIT;
  airudder_campaign campaign = begin();
  airudder_error error = AIRUDDER_ERROR_INIT;
  airudder_client other;
  (void)state;
  assert_int_equal(airudder_call_free(up_to_upload(campaign)), 0);
  assert_int_equal(airudder_campaign_free(campaign), 0);
  config.workflow_template_id = 7;
  config.name = "july";
  config.end_time = "2099-07-31 18:00:00+08:00";
  config.journal_key = "another-fake-secret";
  assert_int_equal(take_up(client, &config, &error), AIRUDDER_E1012_JOURNAL_MISMATCH);
  assert_string_equal(error.pointer, "/journal_key");
  config.journal_key = "fake-app-secret";
  assert_int_equal(take_up(client, &config, &error), 0);
  account.app_key = "another-fake-key";
  account.app_secret = "another-fake-secret";
  assert_int_equal(airudder_client_new(&account, &other, NULL), 0);
  assert_int_equal(take_up(other, &config, &error), AIRUDDER_E1012_JOURNAL_MISMATCH);
  config.same_account = 1;
  assert_int_equal(take_up(other, &config, &error), 0);
  assert_int_equal(airudder_client_free(other), 0);
}

static void what_is_done_in_the_wrong_order_is_refused(void **state) {
  airudder_campaign campaign = begin(), other = begin();
  airudder_campaign_step step;
  airudder_call upload, stranger;
  size_t good;
  (void)state;
  assert_int_equal(airudder_campaign_journal_written(campaign), AIRUDDER_E1008_MISUSE);
  step = poll(campaign);
  assert_int_equal(step.kind, AIRUDDER_CAMPAIGN_JOURNAL);
  assert_int_equal(airudder_campaign_poll(campaign, NOW, &step, NULL), AIRUDDER_E1008_MISUSE); /* not written yet */
  assert_int_equal(airudder_campaign_resume(campaign, NULL, 0, &good, NULL), AIRUDDER_E1008_MISUSE);
  assert_int_equal(airudder_campaign_free(campaign), 0);

  campaign = begin();
  upload = up_to_upload(campaign);
  assert_int_equal(airudder_campaign_on_result(campaign, NOW, upload, NULL), AIRUDDER_E1008_MISUSE); /* not done */
  assert_int_equal(airudder_call_begin(client, AIRUDDER_OP_ROBOTS_LIST, &stranger, NULL), 0);
  assert_int_equal(airudder_campaign_on_result(campaign, NOW, stranger, NULL), AIRUDDER_E1008_MISUSE);
  run(upload, created);
  assert_int_equal(airudder_campaign_on_result(other, NOW, upload, NULL), AIRUDDER_E1008_MISUSE);
  hand_back(campaign, upload);
  assert_int_equal(airudder_call_free(stranger), 0);
  assert_int_equal(airudder_campaign_free(other), 0);
  assert_int_equal(airudder_campaign_free(campaign), 0);
}

/* One row that is Latin-1 must neither be sent without its name, nor stop the others, nor move their places. */
static void a_contact_with_a_field_that_cannot_be_set_is_rejected(void **state) {
  airudder_campaign campaign = begin();
  airudder_progress progress;
  airudder_text text;
  (void)state;
  assert_int_equal(poll_past_journal(campaign).kind, AIRUDDER_CAMPAIGN_CONTACTS);
  assert_int_equal(airudder_campaign_set_str(campaign, "/callee", "+6200000000001"), 0);
  assert_int_equal(airudder_campaign_set_str(campaign, "/variables/name", "Jos\xe9"), AIRUDDER_E1016_INVALID_ARGUMENT);
  assert_int_equal(airudder_campaign_add(campaign, NULL), 0);
  add(campaign, "c-1", "+6200000000001"); /* the next one begins afresh */
  add(campaign, "c-2", "nobody");
  assert_int_equal(airudder_campaign_progress(campaign, &progress), 0);
  assert_int_equal(progress.contacts, 3);
  assert_int_equal(progress.rejected, 2);
  assert_int_equal(airudder_campaign_report_json(campaign, &text), 0);
  assert_non_null(
      strstr(text.data,
             "[{\"contact\":0,\"case_id\":null,\"code\":\"E1016\",\"pointer\":\"/variables/name\",\"message\":"
             "\"value is not UTF-8: byte 3 is wrong\"},{\"contact\":2,"));
  assert_int_equal(airudder_campaign_free(campaign), 0);
}

static void a_campaign_that_is_given_up_sends_no_more(void **state) {
  airudder_campaign campaign = begin();
  airudder_call upload = up_to_upload(campaign);
  (void)state;
  assert_int_equal(airudder_campaign_give_up(campaign), 0);
  assert_int_equal(poll_past_journal(campaign).kind, AIRUDDER_CAMPAIGN_WAIT); /* for the upload that is under way */
  run(upload, created);
  hand_back(campaign, upload);
  assert_int_equal(poll_past_journal(campaign).kind, AIRUDDER_CAMPAIGN_DONE);
  assert_int_equal(airudder_campaign_result(campaign, NULL), 0); /* nothing stopped it but the caller */
  assert_int_equal(airudder_campaign_free(campaign), 0);
}

/* Ends the contacts; gives the first step behind them, whatever it is. */
static int after_contacts(airudder_campaign campaign, airudder_campaign_step *step) {
  int code = airudder_campaign_poll(campaign, NOW, step, NULL);
  while (code == AIRUDDER_OK && step->kind != AIRUDDER_CAMPAIGN_CONTACTS) {
    if (step->kind == AIRUDDER_CAMPAIGN_JOURNAL) airudder_campaign_journal_written(campaign);
    if (step->kind == AIRUDDER_CAMPAIGN_CALL) {
      run(step->call, "{}");
      hand_back(campaign, step->call);
    }
    code = airudder_campaign_poll(campaign, NOW, step, NULL);
  }
  if (code != AIRUDDER_OK) return code;
  add(campaign, "c-1", "+6212345678");
  add(campaign, "c-2", "0812345678");
  add(campaign, "c-3", "+6212345679");
  assert_int_equal(airudder_campaign_end_of_contacts(campaign, NULL), 0);
  return airudder_campaign_poll(campaign, NOW, step, NULL);
}

static airudder_campaign_config settings(void) {
  airudder_campaign_config config = AIRUDDER_CAMPAIGN_CONFIG_INIT;
  config.workflow_template_id = 7;
  config.name = "july";
  config.end_time = "2099-07-31 18:00:00+08:00";
  return config;
}

static void checked_contacts_are_not_sent(void **state) {
  (void)state;
  airudder_campaign_config config = settings();
  airudder_campaign campaign;
  airudder_campaign_step step;
  airudder_progress progress;
  config.check_only = 1;
  assert_int_equal(airudder_campaign_new(client, &config, &campaign, NULL), 0);
  assert_int_equal(after_contacts(campaign, &step), 0);
  assert_int_equal(step.kind, AIRUDDER_CAMPAIGN_DONE);
  assert_int_equal(airudder_campaign_progress(campaign, &progress), 0);
  assert_int_equal(progress.accepted, 2);
  assert_int_equal(progress.rejected, 1);
  assert_int_equal(airudder_campaign_free(campaign), 0);
}

static void a_required_journal_must_be_there(void **state) {
  (void)state;
  airudder_campaign_config config = settings();
  airudder_campaign campaign;
  airudder_campaign_step step;
  config.require_journal = 1;
  assert_int_equal(airudder_campaign_new(client, &config, &campaign, NULL), 0);
  assert_int_equal(after_contacts(campaign, &step), AIRUDDER_E1019_JOURNAL_MISSING);
  assert_int_equal(airudder_campaign_free(campaign), 0);
}

static void who_is_suppressed_is_rejected(void **state) {
  (void)state;
  airudder_campaign_config config = settings();
  airudder_campaign campaign;
  airudder_campaign_step step;
  airudder_progress progress;
  airudder_error err = AIRUDDER_ERROR_INIT;
  config.check_only = 1;
  assert_int_equal(airudder_campaign_new(client, &config, &campaign, NULL), 0);
  assert_int_equal(airudder_campaign_suppress(campaign, "+6212345678\n", NULL), 0);
  assert_int_equal(airudder_campaign_suppress(campaign, "\n", NULL), 0);
  assert_int_equal(airudder_campaign_suppress_case_id(campaign, "c-3", NULL), 0);
  assert_int_equal(airudder_campaign_suppress(campaign, "0812", &err), AIRUDDER_E1001_INVALID_CONFIG);
  assert_string_equal(err.pointer, "/suppress");
  assert_int_equal(airudder_campaign_suppress(campaign, NULL, NULL), AIRUDDER_E1016_INVALID_ARGUMENT);
  assert_int_equal(airudder_campaign_suppress_case_id(0, "c-1", NULL), AIRUDDER_E1014_INVALID_HANDLE);
  assert_int_equal(after_contacts(campaign, &step), 0);
  assert_int_equal(airudder_campaign_progress(campaign, &progress), 0);
  assert_int_equal(progress.accepted, 0);
  assert_int_equal(progress.rejected, 3);
  assert_int_equal(airudder_campaign_suppress(campaign, "+62812", NULL), AIRUDDER_E1008_MISUSE);
  assert_int_equal(airudder_campaign_free(campaign), 0);
}

static void a_lost_journal_needs_the_time_since_when_to_look(void **state) {
  (void)state;
  airudder_campaign_config config = settings();
  airudder_campaign campaign;
  airudder_error err = AIRUDDER_ERROR_INIT;
  config.recover = "yesterday";
  assert_int_equal(airudder_campaign_new(client, &config, &campaign, &err), AIRUDDER_E1001_INVALID_CONFIG);
  assert_string_equal(err.pointer, "/recover");
}

static void too_many_rejected_stop_it(void **state) {
  (void)state;
  static const struct {
    int64_t number;
    double share;
    int stops;
  } cases[] = {{0, 0, 0}, {1, 0, 0}, {AIRUDDER_NEVER, 0, 1}, {0, 0.3, 1}, {0, 0.4, 0}, {1, 0.3, 0}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    airudder_campaign_config config = settings();
    airudder_campaign campaign;
    airudder_campaign_step step;
    airudder_error err = AIRUDDER_ERROR_INIT;
    config.max_rejected = cases[i].number;
    config.max_rejected_share = cases[i].share;
    assert_int_equal(airudder_campaign_new(client, &config, &campaign, NULL), 0);
    assert_int_equal(after_contacts(campaign, &step), 0);
    assert_int_equal(step.kind == AIRUDDER_CAMPAIGN_DONE, cases[i].stops);
    if (cases[i].stops) {
      assert_int_equal(airudder_campaign_result(campaign, &err), AIRUDDER_E1020_TOO_MANY_REJECTED);
    } else if (step.kind == AIRUDDER_CAMPAIGN_CALL) {
      airudder_call_free(step.call);
    }
    assert_int_equal(airudder_campaign_free(campaign), 0);
  }
  airudder_campaign_config config = settings();
  airudder_campaign campaign;
  config.max_rejected_share = 1.5;
  assert_int_equal(airudder_campaign_new(client, &config, &campaign, NULL), AIRUDDER_E1001_INVALID_CONFIG);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(contacts_are_sent_and_reported),
      cmocka_unit_test(a_doubtful_upload_is_looked_up_by_the_next_run),
      cmocka_unit_test(a_damaged_journal_is_refused),
      cmocka_unit_test(the_length_of_the_journal_comes_with_its_lines),
      cmocka_unit_test(an_old_program_has_its_memory_left_alone),
      cmocka_unit_test(settings_of_the_journal_reach_the_campaign),
      cmocka_unit_test(what_is_done_in_the_wrong_order_is_refused),
      cmocka_unit_test(a_contact_with_a_field_that_cannot_be_set_is_rejected),
      cmocka_unit_test(a_campaign_that_is_given_up_sends_no_more),
      cmocka_unit_test(checked_contacts_are_not_sent),
      cmocka_unit_test(a_required_journal_must_be_there),
      cmocka_unit_test(who_is_suppressed_is_rejected),
      cmocka_unit_test(a_lost_journal_needs_the_time_since_when_to_look),
      cmocka_unit_test(too_many_rejected_stop_it),
  };
  journal[0] = '\0';
  return cmocka_run_group_tests(tests, make_client, free_client);
}
