/* HTTP over a bare socket, to show how little the library needs. It speaks http:// only; for https:// use libcurl. */
#ifndef SOCKET_HTTP_H
#define SOCKET_HTTP_H

#include <airudder.h>

#define MAX_FIELDS 64

struct response {
  int status;
  airudder_header headers[MAX_FIELDS];
  size_t header_count;
  const char *body;
  size_t body_len;
  char *memory; /* what the rest points into; free() it */
};

/* Sends a request and reads the response: 0, or one of airudder_failure. */
int http_send(const airudder_request *request, struct response *response);

/* Runs a call to its end: sends what it wants sent, and sleeps until it wants to go on. */
void http_run(airudder_call call);

#endif
