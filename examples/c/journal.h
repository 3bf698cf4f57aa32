/* The journal of a campaign: an append-only file that one process has at a time. It is what keeps people from being
   called twice, so nothing counts before it is on the disk. */
#ifndef JOURNAL_H
#define JOURNAL_H

#include <airudder.h>

/* Opens and locks the file, makes it if it is not there; -1 if that fails. */
int journal_open(const char *path);

/* Takes up what an earlier run wrote, and cuts off a line that a crash tore; 0 if that fails. */
int journal_resume(int journal, airudder_campaign campaign, airudder_error *error);

/* Appends the lines and waits for the disk; 0 if that fails, and then none of them is there. */
int journal_append(int journal, airudder_text lines);

#endif
