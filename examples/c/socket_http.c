#define _POSIX_C_SOURCE 200809L
#include "socket_http.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "clock.h"

/* More than any answer of the API has; what is longer is not read into memory. */
#define MAX_ANSWER ((size_t)128 << 20)

/* Splits http://host:port/path; 0 if it is not such a URL. */
static int split(const char *url, char host[256], char port[6], const char **path) {
  const char *authority, *slash, *colon;
  size_t host_len, port_len;
  if (strncmp(url, "http://", 7) != 0) return 0;
  authority = url + 7;
  slash = strchr(authority, '/');
  if (slash == NULL) return 0;
  colon = memchr(authority, ':', (size_t)(slash - authority));
  host_len = (size_t)((colon ? colon : slash) - authority);
  port_len = colon ? (size_t)(slash - colon) - 1 : 2;
  if (host_len >= 256 || port_len >= 6) return 0;
  memcpy(host, authority, host_len);
  host[host_len] = '\0';
  memcpy(port, colon ? colon + 1 : "80", port_len);
  port[port_len] = '\0';
  *path = slash;
  return 1;
}

/* Lets the socket's next step take no longer than until then; 0 if it is too late. */
static int limit(int fd, uint64_t deadline_ms) {
  struct timeval left;
  uint64_t now = now_ms(), left_ms = deadline_ms > now ? deadline_ms - now : 0;
  left.tv_sec = (time_t)(left_ms / 1000);
  left.tv_usec = (suseconds_t)(left_ms % 1000) * 1000;
  return left_ms > 0 && setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &left, sizeof left) == 0 &&
         setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &left, sizeof left) == 0;
}

/* Connects within the time; -1 if that surely failed. */
static int connect_to(const char *host, const char *port, uint64_t deadline_ms) {
  struct addrinfo hints, *found, *one;
  int fd = -1;
  memset(&hints, 0, sizeof hints);
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(host, port, &hints, &found) != 0) return -1;
  for (one = found; one != NULL && fd < 0; one = one->ai_next) {
    fd = socket(one->ai_family, one->ai_socktype, one->ai_protocol);
    if (fd < 0) continue;
    if (!limit(fd, deadline_ms) || connect(fd, one->ai_addr, one->ai_addrlen) != 0) {
      close(fd);
      fd = -1;
    }
  }
  freeaddrinfo(found);
  return fd;
}

static int send_all(int fd, const char *data, size_t len) {
  while (len > 0) {
    ssize_t sent = send(fd, data, len, MSG_NOSIGNAL);
    if (sent <= 0) return 0;
    data += sent;
    len -= (size_t)sent;
  }
  return 1;
}

static int send_request(int fd, const airudder_request *request, const char *host, const char *path) {
  char line[1024];
  size_t i;
  /* HTTP/1.0: the answer comes in one piece, and the connection is closed behind it. */
  int ok = send_all(fd, request->method, strlen(request->method)) && send_all(fd, " ", 1) &&
           send_all(fd, path, strlen(path)) && send_all(fd, " HTTP/1.0\r\n", 11);
  int len = snprintf(line, sizeof line, "Host: %s\r\nContent-Length: %lu\r\n", host, (unsigned long)request->body_len);
  ok = ok && send_all(fd, line, (size_t)len);
  for (i = 0; ok && i < request->header_count; i++) {
    const airudder_header *field = &request->headers[i];
    ok = send_all(fd, field->name, strlen(field->name)) && send_all(fd, ": ", 2) &&
         send_all(fd, field->value, strlen(field->value)) && send_all(fd, "\r\n", 2);
  }
  return ok && send_all(fd, "\r\n", 2) && send_all(fd, request->body, request->body_len);
}

/* Reads to the end of the connection; NULL if it broke off, it is too late, or there is too much. */
static char *read_all(int fd, uint64_t deadline_ms, size_t *len) {
  size_t room = 65536;
  char *data = malloc(room + 1);
  *len = 0;
  while (data != NULL) {
    ssize_t got = limit(fd, deadline_ms) ? recv(fd, data + *len, room - *len, 0) : -1;
    if (got < 0) break;
    *len += (size_t)got;
    if (got == 0) {
      data[*len] = '\0';
      return data;
    }
    if (*len == room) {
      char *more = room < MAX_ANSWER ? realloc(data, room * 2 + 1) : NULL;
      if (more == NULL) break;
      data = more;
      room *= 2;
    }
  }
  free(data);
  return NULL;
}

/* Takes the response apart, in place; 0 if it is not whole. */
static int parse(char *data, size_t len, struct response *response) {
  char *line, *body, *end = data + len;
  size_t expected = 0;
  int known = 0;
  for (;; data = body + 4) {
    body = strstr(data, "\r\n\r\n");
    if (body == NULL || sscanf(data, "HTTP/%*s %d", &response->status) != 1) return 0;
    /* Behind an interim answer, such as 103 Early Hints, comes the one that counts. */
    if (response->status >= 200) break;
  }
  line = data;
  body[2] = '\0';
  response->body = body + 4;
  response->body_len = (size_t)(end - response->body);
  response->header_count = 0;
  while ((line = strstr(line, "\r\n")) != NULL && line[2] != '\0' && response->header_count < MAX_FIELDS) {
    airudder_header *field = &response->headers[response->header_count];
    char *colon;
    *line = '\0';
    line += 2;
    colon = strchr(line, ':');
    if (colon == NULL) return 0;
    *colon = '\0';
    field->name = line;
    line = colon + 1;
    field->value = line + strspn(line, " ");
    /* A request of HTTP/1.0 allows none. */
    if (strcasecmp(field->name, "Transfer-Encoding") == 0) return 0;
    if (strcasecmp(field->name, "Content-Length") == 0) {
      size_t length = strtoul(field->value, NULL, 10);
      if (known && length != expected) return 0;
      expected = length;
      known = 1;
    }
    response->header_count++;
  }
  if (line != NULL) *line = '\0';
  return !known || response->body_len == expected;
}

int http_send(const airudder_request *request, struct response *response) {
  char host[256], port[6];
  const char *path;
  size_t len = 0;
  uint64_t deadline_ms = now_ms() + request->timeout_ms;
  int fd, sent;
  memset(response, 0, sizeof *response);
  if (!split(request->url, host, port, &path)) return AIRUDDER_FAILURE_CONNECT;
  fd = connect_to(host, port, deadline_ms);
  if (fd < 0) return AIRUDDER_FAILURE_CONNECT;
  sent = send_request(fd, request, host, path);
  if (sent) response->memory = read_all(fd, deadline_ms, &len);
  close(fd);
  /* From the first byte on, nobody knows what the other side made of it. */
  if (response->memory == NULL) return now_ms() < deadline_ms ? AIRUDDER_FAILURE_RESET : AIRUDDER_FAILURE_TIMEOUT;
  if (parse(response->memory, len, response)) return 0;
  free(response->memory);
  response->memory = NULL;
  return AIRUDDER_FAILURE_RESET;
}

void http_run(airudder_call call) {
  airudder_step step;
  while (airudder_call_poll(call, now_ms(), &step) == AIRUDDER_OK && step.kind != AIRUDDER_STEP_DONE) {
    if (step.kind == AIRUDDER_STEP_WAIT) {
      sleep_until(step.wait_until_ms);
    } else {
      struct response response;
      int failure = http_send(step.request, &response);
      /* What the library cannot take for an answer, such as a field that is not UTF-8, is none. */
      if (!failure && airudder_call_on_response(call, now_ms(), response.status, response.headers,
                                                response.header_count, response.body, response.body_len)) {
        failure = AIRUDDER_FAILURE_OTHER;
      }
      if (failure) airudder_call_on_failure(call, now_ms(), failure, NULL);
      free(response.memory);
    }
  }
}
