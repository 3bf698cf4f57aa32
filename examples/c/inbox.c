#include "inbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As many as a server hands on. */
#define MAX_FIELDS 64

static const char SCHEMA[] =
    "PRAGMA journal_mode = WAL;"
    "CREATE TABLE IF NOT EXISTS events (dedupe_key TEXT PRIMARY KEY, type TEXT NOT NULL, body TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS quarantine (id INTEGER PRIMARY KEY, received_at TEXT NOT NULL DEFAULT "
    "CURRENT_TIMESTAMP,"
    " head BLOB NOT NULL, body BLOB NOT NULL, size INTEGER NOT NULL)";

static const char *setting(const char *name) {
  const char *value = getenv(name);
  return value != NULL && *value != '\0' ? value : NULL;
}

static int make_hooks(airudder_webhooks *hooks, const char *scheme, const char *cipher) {
  airudder_webhooks_config config = AIRUDDER_WEBHOOKS_CONFIG_INIT;
  airudder_error error = AIRUDDER_ERROR_INIT;
  config.secret = getenv("AIRUDDER_WEBHOOK_SECRET");
  config.encryption_key = setting("AIRUDDER_ENCRYPTION_KEY");
  config.scheme = scheme;
  config.cipher = cipher;
  config.max_body_bytes = MAX_BODY;
  if (airudder_webhooks_new(&config, hooks, &error)) fprintf(stderr, "%s\n", error.message);
  return error.code == AIRUDDER_OK;
}

int inbox_open(struct inbox *inbox, const char *path) {
  const char *scheme = setting("AIRUDDER_WEBHOOK_SCHEME");
  memset(inbox, 0, sizeof *inbox);
  inbox->settled = scheme != NULL;
  if (!make_hooks(&inbox->hooks, scheme, setting("AIRUDDER_WEBHOOK_CIPHER"))) return 0;
  if (sqlite3_open(path, &inbox->database) == SQLITE_OK &&
      sqlite3_exec(inbox->database, SCHEMA, NULL, NULL, NULL) == SQLITE_OK) {
    return 1;
  }
  fprintf(stderr, "%s: %s\n", path, sqlite3_errmsg(inbox->database));
  inbox_close(inbox);
  return 0;
}

void inbox_close(struct inbox *inbox) {
  sqlite3_close(inbox->database);
  airudder_webhooks_free(inbox->hooks);
}

static sqlite3_stmt *prepare(struct inbox *inbox, const char *sql) {
  sqlite3_stmt *statement = NULL;
  sqlite3_prepare_v2(inbox->database, sql, -1, &statement, NULL);
  return statement;
}

/* Runs a statement to its end; 0 if it fails. */
static int done(sqlite3_stmt *statement) {
  int result = sqlite3_step(statement);
  sqlite3_finalize(statement);
  return result == SQLITE_DONE;
}

/* Stores the event; one that was stored before changes nothing. 0 if it could not be stored. */
static int store(struct inbox *inbox, airudder_event event) {
  airudder_text key, type, json;
  sqlite3_stmt *insert;
  if (airudder_event_dedupe_key(event, &key) || airudder_event_type(event, &type) ||
      airudder_event_json(event, &json)) {
    return 0;
  }
  insert = prepare(inbox, "INSERT OR IGNORE INTO events VALUES (?, ?, ?)");
  sqlite3_bind_text(insert, 1, key.data, (int)key.len, SQLITE_STATIC);
  sqlite3_bind_text(insert, 2, type.data, (int)type.len, SQLITE_STATIC);
  sqlite3_bind_text(insert, 3, json.data, (int)json.len, SQLITE_STATIC);
  return done(insert);
}

/* The header fields as text, name and value each ending in a zero byte; NULL without memory. */
static char *write_head(const airudder_header *headers, size_t count, size_t *len) {
  size_t i, at = 0;
  char *head;
  *len = 0;
  for (i = 0; i < count; i++) *len += strlen(headers[i].name) + strlen(headers[i].value) + 2;
  head = malloc(*len + 1);
  for (i = 0; head != NULL && i < count; i++) {
    memcpy(head + at, headers[i].name, strlen(headers[i].name) + 1);
    at += strlen(headers[i].name) + 1;
    memcpy(head + at, headers[i].value, strlen(headers[i].value) + 1);
    at += strlen(headers[i].value) + 1;
  }
  return head;
}

static size_t read_head(const char *head, size_t len, airudder_header headers[MAX_FIELDS]) {
  size_t at = 0, count = 0;
  while (at < len && count < MAX_FIELDS) {
    headers[count].name = head + at;
    at += strlen(head + at) + 1;
    headers[count++].value = head + at;
    at += strlen(head + at) + 1;
  }
  return count;
}

/* Keeps a delivery that cannot be verified; the status to answer with. */
static int keep(struct inbox *inbox, const airudder_header *headers, size_t count, const void *body, size_t len) {
  size_t head_len;
  char *head = write_head(headers, count, &head_len);
  sqlite3_stmt *insert = prepare(inbox,
                                 "INSERT INTO quarantine (head, body, size) SELECT ?1, ?2, ?3 FROM"
                                 " (SELECT count(*) AS kept, coalesce(sum(size), 0) AS bytes FROM quarantine)"
                                 " WHERE kept < ?4 AND bytes + ?3 <= ?5");
  int stored;
  if (head == NULL) {
    sqlite3_finalize(insert);
    return 500;
  }
  sqlite3_bind_blob(insert, 1, head, (int)head_len, SQLITE_STATIC);
  sqlite3_bind_blob(insert, 2, len ? body : "", (int)len, SQLITE_STATIC);
  sqlite3_bind_int64(insert, 3, (sqlite3_int64)(head_len + len));
  sqlite3_bind_int64(insert, 4, MAX_KEPT);
  sqlite3_bind_int64(insert, 5, MAX_KEPT_BYTES);
  stored = done(insert);
  free(head);
  if (!stored) return 500;
  return sqlite3_changes(inbox->database) == 1 ? 200 : 503;
}

/* Whether an error is about the delivery, and not about this program. */
static int from_outside(int code) {
  return code / 1000 == 5 || code == AIRUDDER_E6002_INVALID_CIPHERTEXT || code == AIRUDDER_E6003_INVALID_PADDING ||
         code == AIRUDDER_E6008_WRONG_TAG || code == AIRUDDER_E6009_WRONG_FRAME;
}

int inbox_receive(struct inbox *inbox, const airudder_header *headers, size_t header_count, const void *body,
                  size_t len) {
  airudder_error error = AIRUDDER_ERROR_INIT;
  airudder_event event;
  int stored;
  airudder_webhooks_unwrap(inbox->hooks, headers, header_count, body, len, NULL, &event, &error);
  if (error.code == AIRUDDER_OK) {
    stored = store(inbox, event);
    airudder_event_free(event);
    return stored ? 200 : 500;
  }
  fprintf(stderr, "not verified: %s\n", error.message);
  if (!from_outside(error.code)) return 500;
  if (error.code == AIRUDDER_E5003_BODY_TOO_LARGE) return 413;
  return inbox->settled ? 400 : keep(inbox, headers, header_count, body, len);
}

/* One after the other in quarantine: its number, or 0 at the end. */
static sqlite3_int64 next_kept(sqlite3_stmt *select, sqlite3_int64 last) {
  sqlite3_reset(select);
  sqlite3_bind_int64(select, 1, last);
  return sqlite3_step(select) == SQLITE_ROW ? sqlite3_column_int64(select, 0) : 0;
}

/* Tries the deliveries in quarantine until one tells how it was signed; the receiver that reads those, or 0. */
static airudder_webhooks find(sqlite3_stmt *select) {
  const char *secret = getenv("AIRUDDER_WEBHOOK_SECRET"), *key = setting("AIRUDDER_ENCRYPTION_KEY");
  airudder_header headers[MAX_FIELDS];
  airudder_webhooks hooks = 0;
  sqlite3_int64 id = 0;
  while (hooks == 0 && (id = next_kept(select, id)) != 0) {
    airudder_detection found;
    airudder_buffer buffer = 0;
    size_t count = read_head(sqlite3_column_blob(select, 1), (size_t)sqlite3_column_bytes(select, 1), headers);
    if (airudder_detect(headers, count, sqlite3_column_blob(select, 2), (size_t)sqlite3_column_bytes(select, 2), secret,
                        key, &found, &buffer, NULL)) {
      continue; /* too large to be tried */
    }
    if (found.scheme.data != NULL && make_hooks(&hooks, found.scheme.data, found.cipher.data)) {
      printf("%s\nAIRUDDER_WEBHOOK_SCHEME=%s\n", found.notes.data, found.scheme.data);
      if (found.cipher.data != NULL) printf("AIRUDDER_WEBHOOK_CIPHER=%s\n", found.cipher.data);
    }
    airudder_buffer_free(buffer);
  }
  return hooks;
}

static int release(struct inbox *inbox, sqlite3_int64 id) {
  sqlite3_stmt *statement = prepare(inbox, "DELETE FROM quarantine WHERE id = ?");
  sqlite3_bind_int64(statement, 1, id);
  return done(statement);
}

int inbox_replay(struct inbox *inbox) {
  sqlite3_stmt *select = prepare(inbox, "SELECT id, head, body FROM quarantine WHERE id > ? ORDER BY id LIMIT 1");
  airudder_webhooks hooks = find(select);
  airudder_header headers[MAX_FIELDS];
  sqlite3_int64 id = 0;
  int verified = 0, left = 0;
  while (hooks != 0 && (id = next_kept(select, id)) != 0) {
    airudder_event event;
    size_t count = read_head(sqlite3_column_blob(select, 1), (size_t)sqlite3_column_bytes(select, 1), headers);
    int code = airudder_webhooks_unwrap(hooks, headers, count, sqlite3_column_blob(select, 2),
                                        (size_t)sqlite3_column_bytes(select, 2), NULL, &event, NULL);
    int moved = code == AIRUDDER_OK && store(inbox, event) && release(inbox, id);
    if (code == AIRUDDER_OK) airudder_event_free(event);
    if (moved) {
      verified++;
    } else {
      left++;
    }
  }
  sqlite3_finalize(select);
  if (hooks == 0) {
    puts("no delivery in quarantine is signed in a known way by this secret");
    return 0;
  }
  printf("%d verified and stored, %d left in quarantine\n", verified, left);
  airudder_webhooks_free(hooks);
  return 1;
}
