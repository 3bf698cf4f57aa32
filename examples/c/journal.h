/* The journal of a campaign: an append-only file that one process has at a time. It is what keeps people from being
   called twice, so nothing counts before it is on the disk. */
#ifndef JOURNAL_H
#define JOURNAL_H

#include <airudder.h>

struct journal {
  const char *path; /* must stay as it is while the journal is open */
  int file, name;   /* the file, and the socket whose name keeps others away as well; -1: none */
};

/* Each returns AIRUDDER_OK, or else the number of an error. AIRUDDER_E1018_JOURNAL_CONFLICT: another process has the
   journal, or wrote to it. JOURNAL_FAILED: see errno. */
#define JOURNAL_FAILED (-1)

/* Opens and locks the file, and makes it if it is not there. The lock goes with the process, however it dies. */
int journal_open(struct journal *journal, const char *path);

/* Takes up what an earlier run wrote, and cuts off a line that a crash tore. */
int journal_resume(struct journal *journal, airudder_campaign campaign, airudder_error *error);

/* Appends the lines of a step and waits for the disk. If that fails, stop: nothing may be sent on the strength of
   these lines. None of them stays in the file, unless somebody else wrote to it, too. */
int journal_append(struct journal *journal, const airudder_campaign_step *step);

/* Lets others have it. */
void journal_close(struct journal *journal);

#endif
