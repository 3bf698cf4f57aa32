/* Receives AI Rudder's events with libmicrohttpd: verifies, stores them in SQLite, each once, and answers at once.

     ./receiver 9000 events.sqlite

   AIRUDDER_WEBHOOK_SECRET is the secret of the signatures; AIRUDDER_ENCRYPTION_KEY the key, if events are encrypted.
   The order is what matters, whatever server you use: take the raw bytes, unwrap, store under the dedupe key, commit,
   and only then answer 200. Work on the events later, from the database. */
#include <airudder.h>
#include <arpa/inet.h>
#include <microhttpd.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BODY (8u << 20)
#define MAX_FIELDS 64

struct receiver {
  airudder_webhooks hooks;
  sqlite3 *database;
  sqlite3_stmt *insert;
};

/* A delivery as it comes in. */
struct delivery {
  char *body;
  size_t len;
  int too_large;
  airudder_header headers[MAX_FIELDS];
  size_t header_count;
};

/* Stores the event; one that was stored before changes nothing. 0 if it could not be stored. */
static int store(struct receiver *receiver, airudder_event event) {
  airudder_text key, type, json;
  int stored;
  if (airudder_event_dedupe_key(event, &key) || airudder_event_type(event, &type) ||
      airudder_event_json(event, &json)) {
    return 0;
  }
  sqlite3_bind_text(receiver->insert, 1, key.data, (int)key.len, SQLITE_STATIC);
  sqlite3_bind_text(receiver->insert, 2, type.data, (int)type.len, SQLITE_STATIC);
  sqlite3_bind_text(receiver->insert, 3, json.data, (int)json.len, SQLITE_STATIC);
  stored = sqlite3_step(receiver->insert) == SQLITE_DONE;
  sqlite3_reset(receiver->insert);
  return stored;
}

/* Whether an error is about the delivery, and not about this program. */
static int from_outside(int code) {
  return code / 1000 == 5 || code == AIRUDDER_E6002_INVALID_CIPHERTEXT || code == AIRUDDER_E6003_INVALID_PADDING;
}

/* The status to answer with. */
static unsigned take(struct receiver *receiver, const struct delivery *delivery) {
  airudder_error error = AIRUDDER_ERROR_INIT;
  airudder_event event;
  unsigned status;
  if (delivery->too_large) return MHD_HTTP_CONTENT_TOO_LARGE;
  airudder_webhooks_unwrap(receiver->hooks, delivery->headers, delivery->header_count, delivery->body, delivery->len,
                           NULL, &event, &error);
  if (error.code != AIRUDDER_OK) {
    fprintf(stderr, "refused: %s\n", error.message);
    return from_outside(error.code) ? MHD_HTTP_BAD_REQUEST : MHD_HTTP_INTERNAL_SERVER_ERROR;
  }
  /* What is not stored gets no 200, so AI Rudder sends it again. */
  status = store(receiver, event) ? MHD_HTTP_OK : MHD_HTTP_INTERNAL_SERVER_ERROR;
  airudder_event_free(event);
  return status;
}

static enum MHD_Result on_field(void *context, enum MHD_ValueKind kind, const char *name, const char *value) {
  struct delivery *delivery = context;
  (void)kind;
  if (delivery->header_count == MAX_FIELDS) return MHD_NO;
  delivery->headers[delivery->header_count].name = name;
  delivery->headers[delivery->header_count++].value = value ? value : "";
  return MHD_YES;
}

static void append(struct delivery *delivery, const char *data, size_t len) {
  char *more = len <= MAX_BODY - delivery->len ? realloc(delivery->body, delivery->len + len) : NULL;
  if (more == NULL) {
    delivery->too_large = 1;
    return;
  }
  memcpy(more + delivery->len, data, len);
  delivery->body = more;
  delivery->len += len;
}

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned status) {
  static char nothing[] = "{}";
  struct MHD_Response *response = MHD_create_response_from_buffer(2, nothing, MHD_RESPMEM_PERSISTENT);
  enum MHD_Result result;
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
  result = MHD_queue_response(connection, status, response);
  MHD_destroy_response(response);
  return result;
}

/* libmicrohttpd calls this once for the head, then for each piece of the body, and once more at its end. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *data, size_t *len, void **state) {
  struct delivery *delivery = *state;
  (void)url;
  (void)version;
  if (delivery == NULL) {
    *state = calloc(1, sizeof *delivery);
    return *state ? MHD_YES : MHD_NO;
  }
  if (*len > 0) {
    append(delivery, data, *len);
    *len = 0;
    return MHD_YES;
  }
  if (strcmp(method, "POST") != 0) return answer(connection, MHD_HTTP_METHOD_NOT_ALLOWED);
  MHD_get_connection_values(connection, MHD_HEADER_KIND, on_field, delivery);
  return answer(connection, take(context, delivery));
}

static void on_end(void *context, struct MHD_Connection *connection, void **state,
                   enum MHD_RequestTerminationCode why) {
  struct delivery *delivery = *state;
  (void)context;
  (void)connection;
  (void)why;
  if (delivery) free(delivery->body);
  free(delivery);
}

static int open_database(struct receiver *receiver, const char *path) {
  return sqlite3_open(path, &receiver->database) == SQLITE_OK &&
         sqlite3_exec(
             receiver->database,
             "PRAGMA journal_mode = WAL;"
             "CREATE TABLE IF NOT EXISTS events (dedupe_key TEXT PRIMARY KEY, type TEXT NOT NULL, body TEXT NOT NULL)",
             NULL, NULL, NULL) == SQLITE_OK &&
         sqlite3_prepare_v2(receiver->database, "INSERT OR IGNORE INTO events VALUES (?, ?, ?)", -1, &receiver->insert,
                            NULL) == SQLITE_OK;
}

int main(int argc, char **argv) {
  airudder_webhooks_config config = AIRUDDER_WEBHOOKS_CONFIG_INIT;
  airudder_error error = AIRUDDER_ERROR_INIT;
  struct receiver receiver = {0, NULL, NULL};
  struct MHD_Daemon *server;
  struct sockaddr_in address;
  sigset_t stop;
  int signal_number;

  if (argc != 3) {
    fprintf(stderr, "usage: %s PORT DATABASE\n", argv[0]);
    return 2;
  }
  config.secret = getenv("AIRUDDER_WEBHOOK_SECRET");
  config.encryption_key = getenv("AIRUDDER_ENCRYPTION_KEY");
  if (airudder_webhooks_new(&config, &receiver.hooks, &error)) {
    fprintf(stderr, "%s\n", error.message);
    return 1;
  }
  if (!open_database(&receiver, argv[2])) {
    fprintf(stderr, "%s: %s\n", argv[2], sqlite3_errmsg(receiver.database));
    return 1;
  }
  /* Before the server's thread starts, so that the signals come to this one. */
  sigemptyset(&stop);
  sigaddset(&stop, SIGINT);
  sigaddset(&stop, SIGTERM);
  sigprocmask(SIG_BLOCK, &stop, NULL);
  /* On this machine only: what the world sees is your reverse proxy, which has the certificate. */
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons((uint16_t)atoi(argv[1]));
  server = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, on_request, &receiver, MHD_OPTION_SOCK_ADDR,
                            &address, MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL, MHD_OPTION_CONNECTION_TIMEOUT, 10u,
                            MHD_OPTION_END);
  if (server == NULL) {
    perror("the server cannot start");
    return 1;
  }
  printf("listening on port %u\n", MHD_get_daemon_info(server, MHD_DAEMON_INFO_BIND_PORT)->port);
  fflush(stdout);
  sigwait(&stop, &signal_number);
  MHD_stop_daemon(server);
  sqlite3_finalize(receiver.insert);
  sqlite3_close(receiver.database);
  airudder_webhooks_free(receiver.hooks);
  return 0;
}
