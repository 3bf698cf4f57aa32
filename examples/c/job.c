#define _POSIX_C_SOURCE 200809L
#include "job.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"

static int complain(const char *what) {
  fprintf(stderr, "%s\n", what);
  return 0;
}

/* What the library says of a journal that it cannot read is in the error; of the rest, this file tells. */
static int complain_of_journal(const struct job *job, int code) {
  if (code == JOURNAL_FAILED) return perror(job->journal.path), 0;
  if (code == job->error.code) return complain(job->error.message);
  fprintf(stderr, "%s: E%d: %s\n", job->journal.path, code, airudder_strerror(code));
  return 0;
}

static const char *setting(const char *name, const char *usual) {
  const char *value = getenv(name);
  return value ? value : usual;
}

int job_open(struct job *job, int argc, char **argv, size_t in_flight) {
  airudder_config config = AIRUDDER_CONFIG_INIT;
  airudder_campaign_config campaign = AIRUDDER_CAMPAIGN_CONFIG_INIT;
  airudder_error error = AIRUDDER_ERROR_INIT;
  const struct journal closed = {NULL, -1, -1};
  int next, code;

  memset(job, 0, sizeof *job);
  job->error = error;
  job->journal = closed;
  if (argc != 3) return complain("usage: PROGRAM contacts.csv journal.jsonl; job.h says more");
  job->platform = getenv("AIRUDDER_PLATFORM");
  if (job->platform == NULL) return complain("the environment variable AIRUDDER_PLATFORM is missing; see job.h");

  config.app_key = getenv("AIRUDDER_APP_KEY");
  config.app_secret = getenv("AIRUDDER_APP_SECRET");
  config.base_url = getenv("AIRUDDER_BASE_URL");
  config.encryption_key = getenv("AIRUDDER_ENCRYPTION_KEY");
  config.timeout_ms = (uint64_t)atoll(setting("AIRUDDER_TIMEOUT_MS", "0"));
  config.seed = now_ms() ^ (uint64_t)getpid();
  if (airudder_client_new(&config, &job->client, &job->error)) return complain(job->error.message);

  campaign.workflow_template_id = atoll(setting("AIRUDDER_TEMPLATE_ID", "0"));
  if (campaign.workflow_template_id <= 0) return complain("AIRUDDER_TEMPLATE_ID is missing, or no number; see job.h");
  campaign.name = setting("AIRUDDER_CAMPAIGN", "campaign");
  campaign.end_time = getenv("AIRUDDER_END_TIME");
  if (campaign.end_time == NULL) return complain("AIRUDDER_END_TIME is missing; see job.h");
  campaign.settle_ms = atoll(setting("AIRUDDER_SETTLE_MS", "0"));
  campaign.batch_size = (size_t)atoll(setting("AIRUDDER_BATCH_SIZE", "0"));
  campaign.in_flight = in_flight;
  if (airudder_campaign_new(job->client, &campaign, &job->campaign, &job->error)) return complain(job->error.message);

  job->contacts = fopen(argv[1], "r");
  if (job->contacts == NULL) return perror(argv[1]), 0;
  code = journal_open(&job->journal, argv[2]);
  if (code == AIRUDDER_OK) code = journal_resume(&job->journal, job->campaign, &job->error);
  if (code != AIRUDDER_OK) return complain_of_journal(job, code);
  do next = getc(job->contacts); /* the names */
  while (next != '\n' && next != EOF);
  return 1;
}

/* Adds the contact of a line; 0 after a message. */
static int add_contact(struct job *job, char *line) {
  static const char *const fields[] = {
      "/caseid", "/callee", NULL, "/variables/customer_name", "/variables/borrow_total_money", "/variables/due_date"};
  char *rest = line;
  size_t i;
  line[strcspn(line, "\r\n")] = '\0';
  for (i = 0; i < sizeof fields / sizeof *fields && rest != NULL; i++) {
    char *value = rest, *comma = strchr(rest, ',');
    if (comma) *comma = '\0';
    rest = comma ? comma + 1 : NULL;
    if (fields[i]) airudder_campaign_set_str(job->campaign, fields[i], value);
  }
  airudder_campaign_set_str(job->campaign, "/platform", job->platform);
  /* A contact that breaks a rule is reported in the end; only what stops the campaign is an error here. */
  return airudder_campaign_add(job->campaign, &job->error) == AIRUDDER_OK || complain(job->error.message);
}

static int feed(struct job *job, size_t want) {
  char *line = NULL;
  size_t room = 0;
  int ok = 1;
  for (; ok && want > 0 && getline(&line, &room, job->contacts) >= 0; want--) ok = add_contact(job, line);
  free(line);
  if (!ok || want == 0) return ok;
  /* Half of a file is not all contacts. */
  if (ferror(job->contacts)) return complain("the contacts cannot be read to their end");
  return airudder_campaign_end_of_contacts(job->campaign, &job->error) == AIRUDDER_OK || complain(job->error.message);
}

int job_step(struct job *job, const airudder_campaign_step *step) {
  int code;
  if (step->kind == AIRUDDER_CAMPAIGN_CONTACTS) return feed(job, step->want);
  code = journal_append(&job->journal, step);
  if (code != AIRUDDER_OK) return complain_of_journal(job, code);
  return airudder_campaign_journal_written(job->campaign) == AIRUDDER_OK;
}

int job_result(struct job *job, airudder_call call) {
  int code = airudder_campaign_on_result_at(job->campaign, unix_ms(), monotonic_ms(), call, &job->error);
  airudder_call_free(call);
  return code == AIRUDDER_OK || complain(job->error.message);
}

int job_report(struct job *job) {
  airudder_progress progress;
  airudder_text text;
  int64_t contact;
  size_t i;
  if (airudder_campaign_progress(job->campaign, &progress)) return 1;
  printf("accepted %lu, rejected %lu, doubtful %lu of %lu contacts\n", (unsigned long)progress.accepted,
         (unsigned long)progress.rejected, (unsigned long)progress.doubtful, (unsigned long)progress.contacts);
  for (i = 0; i < 5; i++) {
    char pointer[64];
    snprintf(pointer, sizeof pointer, "/rejected/%lu/contact", (unsigned long)i);
    if (airudder_campaign_get_int(job->campaign, pointer, &contact)) break;
    snprintf(pointer, sizeof pointer, "/rejected/%lu/message", (unsigned long)i);
    if (airudder_campaign_get_str(job->campaign, pointer, &text)) break;
    printf("contact %ld: %s\n", (long)contact, text.data);
  }
  if (airudder_campaign_result(job->campaign, &job->error)) return complain(job->error.message), 1;
  return progress.doubtful ? 2 : 0;
}

void job_close(struct job *job) {
  if (job->campaign) airudder_campaign_free(job->campaign);
  if (job->client) airudder_client_free(job->client);
  if (job->contacts) fclose(job->contacts);
  journal_close(&job->journal);
}
