/* Campaigns that several workers send, each its own partition. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <airudder.h>
#include <stdio.h>
#include <string.h>

#include "one_client.h"

static const uint64_t NOW = 1700000000000;
/* One line, kept by whoever comes first. */
static char kept[1024];

static airudder_campaign made(uint32_t index, uint32_t count) {
  airudder_campaign_config config = AIRUDDER_CAMPAIGN_CONFIG_INIT;
  airudder_campaign campaign = 0;
  config.workflow_template_id = 7;
  config.name = "july";
  config.end_time = "2099-12-01 18:00:00+08:00";
  config.partition_index = index;
  config.partition_count = count;
  assert_int_equal(airudder_campaign_new(client, &config, &campaign, NULL), 0);
  return campaign;
}

/* Keeps the head unless there is one, and takes the one that there is. */
static int take_head(airudder_campaign campaign, airudder_error *err) {
  airudder_text line;
  assert_int_equal(airudder_campaign_head(campaign, NOW, &line, NULL), 0);
  assert_int_equal(line.data[line.len - 1], '\n');
  if (!kept[0]) strcpy(kept, line.data);
  return airudder_campaign_resume_head(campaign, kept, strlen(kept), err);
}

static void workers_share_a_head(void **state) {
  uint32_t index;
  airudder_error err = AIRUDDER_ERROR_INIT;
  (void)state;
  kept[0] = '\0';
  for (index = 0; index < 3; index++) {
    airudder_campaign campaign = made(index, 3);
    assert_int_equal(take_head(campaign, NULL), 0);
    assert_int_equal(airudder_campaign_free(campaign), 0);
  }
  {
    airudder_campaign other = made(0, 4);
    assert_int_equal(take_head(other, &err), AIRUDDER_E1012_JOURNAL_MISMATCH);
    assert_string_equal(err.pointer, "/partition");
    assert_int_equal(airudder_campaign_free(other), 0);
  }
}

static void a_partition_needs_its_head_and_only_a_partition_has_one(void **state) {
  airudder_campaign_step step;
  airudder_campaign campaign = made(1, 2), whole = made(0, 0);
  airudder_text line;
  (void)state;
  kept[0] = '\0';
  assert_int_equal(airudder_campaign_poll_at(campaign, NOW, 0, &step, NULL), AIRUDDER_E1008_MISUSE);
  assert_int_equal(airudder_campaign_resume_head(campaign, "{}\n", 3, NULL), AIRUDDER_E1011_JOURNAL_DAMAGED);
  assert_int_equal(take_head(campaign, NULL), 0);
  assert_int_equal(airudder_campaign_poll_at(campaign, NOW, 0, &step, NULL), 0);
  assert_int_equal(step.kind, AIRUDDER_CAMPAIGN_CALL);
  assert_int_equal(airudder_call_free(step.call), 0);
  assert_int_equal(airudder_campaign_head(campaign, NOW, &line, NULL), AIRUDDER_E1008_MISUSE);
  assert_int_equal(line.len, 0);
  assert_int_equal(airudder_campaign_head(whole, NOW, &line, NULL), AIRUDDER_E1008_MISUSE);
  assert_int_equal(airudder_campaign_resume_head(whole, kept, strlen(kept), NULL), AIRUDDER_E1008_MISUSE);
  assert_int_equal(airudder_campaign_free(campaign), 0);
  assert_int_equal(airudder_campaign_free(whole), 0);
}

static void a_partition_that_is_none_is_refused(void **state) {
  static const uint32_t wrong[][2] = {{2, 2}, {1, 0}, {4294967295U, 2}};
  size_t i;
  (void)state;
  for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    airudder_campaign_config config = AIRUDDER_CAMPAIGN_CONFIG_INIT;
    airudder_campaign campaign;
    airudder_error err = AIRUDDER_ERROR_INIT;
    config.name = "july";
    config.end_time = "2099-12-01 18:00:00+08:00";
    config.partition_index = wrong[i][0];
    config.partition_count = wrong[i][1];
    assert_int_equal(airudder_campaign_new(client, &config, &campaign, &err), AIRUDDER_E1001_INVALID_CONFIG);
    assert_string_equal(err.pointer, "/partition");
  }
}

/* Checks the same contacts as each of the workers; each is accepted by the one whose partition it is in. */
static void each_contact_is_one_workers(void **state) {
  enum { CONTACTS = 60, WORKERS = 4 };
  unsigned total = 0;
  uint32_t index;
  (void)state;
  kept[0] = '\0';
  for (index = 0; index < WORKERS; index++) {
    airudder_campaign_config config = AIRUDDER_CAMPAIGN_CONFIG_INIT;
    airudder_campaign campaign;
    airudder_progress progress;
    airudder_phase phase;
    uint64_t until_ms;
    unsigned number, own = 0;
    config.name = "july";
    config.end_time = "2099-12-01 18:00:00+08:00";
    config.check_only = 1;
    config.partition_index = index;
    config.partition_count = WORKERS;
    assert_int_equal(airudder_campaign_new(client, &config, &campaign, NULL), 0);
    for (number = 0; number < CONTACTS; number++) {
      char contact[100];
      uint32_t partition;
      int len =
          snprintf(contact, sizeof contact, "[{\"callee\":\"+62%08u\",\"platform\":\"P\",\"variables\":{}}]", number);
      assert_int_equal(airudder_campaign_add_json(campaign, contact, (size_t)len, NULL), 0);
      assert_int_equal(airudder_partition_of(contact + 1, (size_t)len - 2, WORKERS, &partition, NULL), 0);
      own += partition == index;
    }
    assert_int_equal(airudder_campaign_progress(campaign, &progress), 0);
    assert_int_equal(progress.accepted + progress.rejected, own);
    assert_int_equal(progress.contacts, own);
    assert_int_equal(airudder_campaign_phase(campaign, &phase, &until_ms), 0);
    assert_int_equal(phase, AIRUDDER_PHASE_READING);
    assert_int_equal(until_ms, 0);
    assert_int_equal(airudder_campaign_end_of_contacts(campaign, NULL), 0);
    assert_int_equal(airudder_campaign_phase(campaign, &phase, &until_ms), 0);
    assert_int_equal(phase, AIRUDDER_PHASE_ENDED);
    total += own;
    assert_int_equal(airudder_campaign_free(campaign), 0);
  }
  assert_int_equal(total, CONTACTS);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(workers_share_a_head),
      cmocka_unit_test(a_partition_needs_its_head_and_only_a_partition_has_one),
      cmocka_unit_test(a_partition_that_is_none_is_refused),
      cmocka_unit_test(each_contact_is_one_workers),
  };
  return cmocka_run_group_tests(tests, make_client, free_client);
}
