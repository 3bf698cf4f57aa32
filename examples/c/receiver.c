/* Receives AI Rudder's events with libmicrohttpd, and keeps them as inbox.h says.

     ./receiver 9000 events.sqlite
     ./receiver replay events.sqlite

   The second reads what was kept while the scheme of the signatures was an assumption. The settings are those of
   inbox.h. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inbox.h"

#define MAX_FIELDS 64

/* A delivery as it comes in. */
struct delivery {
  char *body;
  size_t len;
  int too_large;
  airudder_header headers[MAX_FIELDS];
  size_t header_count;
};

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
    const char *stated = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    /* libmicrohttpd itself refuses what is no length. */
    if (stated != NULL && strtoull(stated, NULL, 10) > MAX_BODY) return answer(connection, MHD_HTTP_CONTENT_TOO_LARGE);
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
  if (delivery->too_large) return answer(connection, MHD_HTTP_CONTENT_TOO_LARGE);
  return answer(connection, (unsigned)inbox_receive(context, delivery->headers, delivery->header_count, delivery->body,
                                                    delivery->len));
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

int main(int argc, char **argv) {
  struct inbox inbox;
  struct MHD_Daemon *server;
  struct sockaddr_in address;
  sigset_t stop;
  int signal_number;

  if (argc != 3) {
    fprintf(stderr, "usage: %s PORT|replay DATABASE\n", argv[0]);
    return 2;
  }
  if (!inbox_open(&inbox, argv[2])) return 1;
  if (strcmp(argv[1], "replay") == 0) {
    int found = inbox_replay(&inbox);
    inbox_close(&inbox);
    return found ? 0 : 1;
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
  server = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, on_request, &inbox, MHD_OPTION_SOCK_ADDR,
                            &address, MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL, MHD_OPTION_CONNECTION_TIMEOUT, 10u,
                            MHD_OPTION_CONNECTION_LIMIT, 64u, MHD_OPTION_END);
  if (server == NULL) {
    perror("the server cannot start");
    inbox_close(&inbox);
    return 1;
  }
  printf("listening on port %u\n", MHD_get_daemon_info(server, MHD_DAEMON_INFO_BIND_PORT)->port);
  fflush(stdout);
  sigwait(&stop, &signal_number);
  MHD_stop_daemon(server);
  inbox_close(&inbox);
  return 0;
}
