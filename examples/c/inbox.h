/* What a receiver keeps, in an SQLite database: events, each once, and in quarantine the deliveries that it cannot
   verify yet.

   The order is what matters, whatever server you use: take the raw bytes, give them to inbox_receive(), and answer with
   the status that it returns and the body {}. What gets a 200 is in the database. Work on the events later, from there.

   How AI Rudder signs is not published: the scheme is an assumption until airudder_detect() has named it from a
   delivery. A receiver that answered 400 meanwhile would lose each result after six attempts. So it keeps what does not
   verify, and inbox_replay() reads it once the scheme is known. Then set AIRUDDER_WEBHOOK_SCHEME, and forgeries get a
   400. */
#ifndef INBOX_H
#define INBOX_H

#include <airudder.h>
#include <sqlite3.h>

/* The largest body of an event, in bytes. */
#define MAX_BODY (8u << 20)
/* How many deliveries are kept in quarantine, since anybody may send some, and how many bytes, heads included. */
#ifndef MAX_KEPT
#define MAX_KEPT 10000
#endif
#define MAX_KEPT_BYTES (256 << 20)

struct inbox {
  airudder_webhooks hooks;
  sqlite3 *database;
  /* Whether the scheme is known, so that what does not verify is refused. */
  int settled;
};

/* Opens the database at a path, with the settings of the environment: AIRUDDER_WEBHOOK_SECRET, AIRUDDER_ENCRYPTION_KEY
   if events are encrypted, and, once they are known, AIRUDDER_WEBHOOK_SCHEME and AIRUDDER_WEBHOOK_CIPHER. Says on
   stderr why it fails, and returns 0. */
int inbox_open(struct inbox *inbox, const char *path);

/* Takes one delivery, and gives the status to answer with. 200: stored, or kept. 400: not AI Rudder's, whatever is
   wrong with it: who could tell a wrong signature from a wrong padding might decrypt by trying. 413: too large. 500 and
   503: AI Rudder is to send it again. */
int inbox_receive(struct inbox *inbox, const airudder_header *headers, size_t header_count, const void *body,
                  size_t len);

/* Finds out from the quarantine how AI Rudder signs and encrypts, and stores what verifies so; the rest stays. Says on
   stdout what it found, and how many it read. 0 if it found nothing. */
int inbox_replay(struct inbox *inbox);

void inbox_close(struct inbox *inbox);

#endif
