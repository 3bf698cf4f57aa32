#define _POSIX_C_SOURCE 200809L
#include "exchange.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"

/* More than any answer of the API has; what is longer is not read into memory. */
#define MAX_BODY ((size_t)128 << 20)
#define MAX_FIELDS 1000

static size_t on_header(char *line, size_t size, size_t count, void *context) {
  struct exchange *exchange = context;
  size_t len = size * count, name_len;
  char *colon = memchr(line, ':', len), *value, *name;
  airudder_header *more;
  if (len > 5 && memcmp(line, "HTTP/", 5) == 0) {
    /* A new response, after an interim one: only the last one's fields count. */
    while (exchange->header_count > 0) free((char *)exchange->headers[--exchange->header_count].name);
    exchange->is_head_whole = 0;
  }
  if (*line == '\r' || *line == '\n') exchange->is_head_whole = 1;
  /* Behind the head come trailers, which are no fields of the response. */
  if (colon == NULL || exchange->is_head_whole) return len;
  name_len = (size_t)(colon - line);
  if (exchange->header_count == MAX_FIELDS) return 0;
  more = realloc(exchange->headers, (exchange->header_count + 1) * sizeof *more);
  if (more == NULL) return 0;
  exchange->headers = more;
  name = malloc(len + 1);
  if (name == NULL) return 0;
  memcpy(name, line, len);
  name[len] = '\0';
  name[name_len] = '\0';
  value = name + name_len + 1;
  value += strspn(value, " \t");
  value[strcspn(value, "\r\n")] = '\0';
  exchange->headers[exchange->header_count].name = name;
  exchange->headers[exchange->header_count++].value = value;
  return len;
}

static size_t on_body(char *data, size_t size, size_t count, void *context) {
  struct exchange *exchange = context;
  size_t len = size * count;
  char *more = NULL;
  if (len <= MAX_BODY - exchange->body_len) more = realloc(exchange->body, exchange->body_len + len + 1);
  if (more == NULL) return 0;
  exchange->body = more;
  memcpy(exchange->body + exchange->body_len, data, len);
  exchange->body_len += len;
  return len;
}

int exchange_begin(struct exchange *exchange, const airudder_request *request) {
  size_t i;
  const char *authorities = getenv("AIRUDDER_CA_FILE");
  CURL *curl = curl_easy_init();
  memset(exchange, 0, sizeof *exchange);
  if (curl == NULL) return 0;
  exchange->curl = curl;
  for (i = 0; i < request->header_count; i++) {
    const airudder_header *field = &request->headers[i];
    size_t room = strlen(field->name) + strlen(field->value) + 3;
    char *line = malloc(room);
    if (line == NULL) return 0;
    strcpy(line, field->name);
    strcat(strcat(line, ": "), field->value);
    exchange->fields = curl_slist_append(exchange->fields, line);
    free(line);
  }
  exchange->fields = curl_slist_append(exchange->fields, "Expect:"); /* do not ask first whether a body is welcome */
  curl_easy_setopt(curl, CURLOPT_URL, request->url);
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
  if (strcmp(request->method, "GET") != 0) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
  }
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, exchange->fields);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, exchange);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, exchange);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  if (authorities != NULL) curl_easy_setopt(curl, CURLOPT_CAINFO, authorities);
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  /* libcurl sends a request again by itself when a connection that it uses again turns out to be closed. Whether the
     first one was carried out nobody knows then, and people might be phoned twice: so every request has a connection
     of its own. */
  curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
  return exchange->fields != NULL;
}

/* Only where surely nothing was sent may the request be repeated. */
static int failure_of(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
      return AIRUDDER_FAILURE_CONNECT;
    case CURLE_OPERATION_TIMEDOUT:
      return AIRUDDER_FAILURE_TIMEOUT;
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      return AIRUDDER_FAILURE_RESET;
    default:
      return AIRUDDER_FAILURE_OTHER;
  }
}

void exchange_end(struct exchange *exchange, airudder_call call, CURLcode code) {
  long status = 0;
  /* To libcurl, a connection that is closed amid the head has ended a response without a body. */
  if (code == CURLE_OK && !exchange->is_head_whole) code = CURLE_PARTIAL_FILE;
  if (code == CURLE_OK) curl_easy_getinfo(exchange->curl, CURLINFO_RESPONSE_CODE, &status);
  if (code != CURLE_OK ||
      airudder_call_on_response(call, now_ms(), (int)status, exchange->headers, exchange->header_count, exchange->body,
                                exchange->body_len) != AIRUDDER_OK) {
    airudder_call_on_failure(call, now_ms(), failure_of(code), curl_easy_strerror(code));
  }
  curl_easy_cleanup(exchange->curl);
  curl_slist_free_all(exchange->fields);
  while (exchange->header_count > 0) free((char *)exchange->headers[--exchange->header_count].name);
  free(exchange->headers);
  free(exchange->body);
}
