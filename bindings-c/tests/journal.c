/* The journal of examples/c: one at a time, and nothing that somebody else wrote is taken for its own or cut off. */
#define _DEFAULT_SOURCE
#include "one_client.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "journal.h"

#define LINE "{\"line\":1}\n"
#define PATH "july.jsonl"

static airudder_campaign_step lines(const char *text, size_t at) {
  airudder_campaign_step step;
  memset(&step, 0, sizeof step);
  step.kind = AIRUDDER_CAMPAIGN_JOURNAL;
  step.journal.data = text;
  step.journal.len = strlen(text);
  step.journal_at = at;
  return step;
}

static int append(struct journal *journal, const char *text, size_t at) {
  airudder_campaign_step step = lines(text, at);
  return journal_append(journal, &step);
}

static void write_file(const char *text, const char *mode) {
  FILE *file = fopen(PATH, mode);
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

static void assert_content(const char *expected) {
  char content[256] = "";
  FILE *file = fopen(PATH, "r");
  assert_non_null(file);
  content[fread(content, 1, sizeof content - 1, file)] = '\0';
  fclose(file);
  assert_string_equal(content, expected);
}

static airudder_campaign begin(void) {
  airudder_campaign_config config = AIRUDDER_CAMPAIGN_CONFIG_INIT;
  airudder_campaign campaign;
  config.workflow_template_id = 7;
  config.name = "july";
  config.end_time = "2099-07-31 18:00:00+08:00";
  assert_int_equal(airudder_campaign_new(client, &config, &campaign, NULL), 0);
  return campaign;
}

static int remove_file(void **state) {
  (void)state;
  return unlink(PATH) == 0 || errno == ENOENT ? 0 : 1;
}

static void one_at_a_time_in_one_process_too(void **state) {
  struct journal first, second;
  (void)state;
  assert_int_equal(journal_open(&first, PATH), AIRUDDER_OK);
  assert_int_equal(journal_open(&second, PATH), AIRUDDER_E1018_JOURNAL_CONFLICT);
  journal_close(&first);
  assert_int_equal(journal_open(&second, PATH), AIRUDDER_OK);
  journal_close(&second);
}

static void a_child_that_was_forked_keeps_no_lock_on_the_file(void **state) {
  struct journal journal;
  pid_t child;
  (void)state;
  assert_int_equal(journal_open(&journal, PATH), AIRUDDER_OK);
  child = fork();
  if (child == 0) {
    close(journal.name); /* a child that goes on by itself closes it, as journal.h says */
    alarm(60);
    pause();
    _exit(0);
  }
  journal_close(&journal);
  while (journal_open(&journal, PATH) == AIRUDDER_E1018_JOURNAL_CONFLICT) usleep(1000);
  journal_close(&journal);
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
}

static void a_new_file_is_the_owners_alone(void **state) {
  struct journal journal;
  struct stat file;
  mode_t mask = umask(0);
  (void)state;
  assert_int_equal(journal_open(&journal, PATH), AIRUDDER_OK);
  umask(mask);
  journal_close(&journal);
  assert_int_equal(stat(PATH, &file), 0);
  assert_int_equal(file.st_mode & 0777, 0600);
}

static void lines_go_where_the_core_says_and_nowhere_else(void **state) {
  struct journal journal;
  (void)state;
  assert_int_equal(journal_open(&journal, PATH), AIRUDDER_OK);
  assert_int_equal(append(&journal, LINE, 0), AIRUDDER_OK);
  assert_int_equal(append(&journal, LINE, strlen(LINE)), AIRUDDER_OK);
  assert_int_equal(append(&journal, LINE, strlen(LINE)), AIRUDDER_E1018_JOURNAL_CONFLICT);
  write_file("foreign\n", "a");
  assert_int_equal(append(&journal, LINE, 2 * strlen(LINE)), AIRUDDER_E1018_JOURNAL_CONFLICT);
  assert_content(LINE LINE "foreign\n");
  journal_close(&journal);
}

static void a_file_that_was_replaced_takes_no_line_more(void **state) {
  struct journal journal;
  (void)state;
  assert_int_equal(journal_open(&journal, PATH), AIRUDDER_OK);
  assert_int_equal(unlink(PATH), 0);
  assert_int_equal(append(&journal, LINE, 0), AIRUDDER_E1018_JOURNAL_CONFLICT);
  write_file("", "w");
  assert_int_equal(append(&journal, LINE, 0), AIRUDDER_E1018_JOURNAL_CONFLICT);
  assert_content("");
  journal_close(&journal);
}

static void what_cannot_be_written_does_not_stay(void **state) {
  const struct rlimit small = {strlen(LINE) + 4, RLIM_INFINITY};
  struct rlimit usual;
  struct journal journal;
  (void)state;
  assert_int_equal(journal_open(&journal, PATH), AIRUDDER_OK);
  assert_int_equal(append(&journal, LINE, 0), AIRUDDER_OK);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &usual), 0);
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
  assert_int_equal(append(&journal, LINE, strlen(LINE)), JOURNAL_FAILED);
  assert_int_equal(errno, EFBIG);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &usual), 0);
  assert_content(LINE);
  journal_close(&journal);
}

static void a_torn_line_is_cut_off(void **state) {
  airudder_campaign campaign = begin();
  struct journal journal;
  (void)state;
  assert_int_equal(journal_open(&journal, PATH), AIRUDDER_OK);
  assert_int_equal(journal_resume(&journal, campaign, NULL), AIRUDDER_OK);
  journal_close(&journal);
  write_file("{\"record\":\"camp", "w");
  assert_int_equal(journal_open(&journal, PATH), AIRUDDER_OK);
  assert_int_equal(journal_resume(&journal, campaign, NULL), AIRUDDER_OK);
  assert_content("");
  journal_close(&journal);
  airudder_campaign_free(campaign);
}

static void what_is_no_journal_is_left_alone(void **state) {
  airudder_campaign campaign = begin();
  struct journal journal;
  (void)state;
  write_file("dear diary,\ntoday nothing happened\n", "w");
  assert_int_equal(journal_open(&journal, PATH), AIRUDDER_OK);
  assert_int_equal(journal_resume(&journal, campaign, NULL), AIRUDDER_E1011_JOURNAL_DAMAGED);
  assert_content("dear diary,\ntoday nothing happened\n");
  journal_close(&journal);
  airudder_campaign_free(campaign);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_teardown(one_at_a_time_in_one_process_too, remove_file),
      cmocka_unit_test_teardown(a_child_that_was_forked_keeps_no_lock_on_the_file, remove_file),
      cmocka_unit_test_teardown(a_new_file_is_the_owners_alone, remove_file),
      cmocka_unit_test_teardown(lines_go_where_the_core_says_and_nowhere_else, remove_file),
      cmocka_unit_test_teardown(a_file_that_was_replaced_takes_no_line_more, remove_file),
      cmocka_unit_test_teardown(what_cannot_be_written_does_not_stay, remove_file),
      cmocka_unit_test_teardown(a_torn_line_is_cut_off, remove_file),
      cmocka_unit_test_teardown(what_is_no_journal_is_left_alone, remove_file),
  };
  return cmocka_run_group_tests(tests, make_client, free_client);
}
