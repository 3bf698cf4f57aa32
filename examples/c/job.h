/* What the programs for campaigns share: the settings, the contacts and the journal. How calls are run is theirs.

     program contacts.csv journal.jsonl

   needs these environment variables; those in brackets have a default:

     AIRUDDER_APP_KEY, AIRUDDER_APP_SECRET      from AI Rudder
     [AIRUDDER_ENCRYPTION_KEY]                  if requests are to be encrypted
     [AIRUDDER_BASE_URL]                        another host than https://api.airudder.com
     AIRUDDER_TEMPLATE_ID, AIRUDDER_PLATFORM    the workflow's template, and the platform of the contacts
     AIRUDDER_END_TIME                          when the workflow ends, as 2099-12-01 18:00:00+08:00
     [AIRUDDER_CAMPAIGN]                        the campaign's name: campaign
     [AIRUDDER_BATCH_SIZE]                      contacts in one upload: 1000
     [AIRUDDER_SETTLE_MS]                       see settle_ms in airudder.h
     [AIRUDDER_TIMEOUT_MS]                      the time limit of one request: 10000

   The contacts are lines of caseid,callee,country,customer_name,borrow_total_money,due_date below a line of these
   names; no value holds a comma or a quote. When the program is stopped, in whatever way, start it again: it goes on
   where it was, and phones nobody twice. */
#ifndef JOB_H
#define JOB_H

#include <airudder.h>
#include <stdio.h>

#include "journal.h"

struct job {
  airudder_client client;
  airudder_campaign campaign;
  airudder_error error;
  FILE *contacts;
  struct journal journal;
  const char *platform;
};

/* Opens everything; 0 after a message if that fails. Call job_close() in any case. `in_flight`: uploads at once. */
int job_open(struct job *job, int argc, char **argv, size_t in_flight);

/* Does what the campaign wants of the journal or of the contacts; 0 after a message if that fails. */
int job_step(struct job *job, const airudder_campaign_step *step);

/* Hands a call back that has run to its end, and frees it; 0 after a message if that fails. */
int job_result(struct job *job, airudder_call call);

/* Says what became of the contacts. The program's exit status: 0; 2 if contacts stay in doubt, which somebody has to
 * look at; 1 if the campaign stopped before its end, so that the program is to be started again. */
int job_report(struct job *job);

void job_close(struct job *job);

#endif
