/* One request and its response over libcurl. AIRUDDER_CA_FILE may name a PEM file of the authorities to trust in place
   of the system's, for instance where a proxy looks into TLS. */
#ifndef EXCHANGE_H
#define EXCHANGE_H

#include <airudder.h>
#include <curl/curl.h>

struct exchange {
  CURL *curl;
  struct curl_slist *fields; /* what is sent */
  airudder_header *headers;  /* what came */
  size_t header_count;
  int is_head_whole; /* the empty line behind it came */
  char *body;
  size_t body_len;
};

/* Makes it ready to be performed; 0 if there is no memory. The request must live as long. */
int exchange_begin(struct exchange *exchange, const airudder_request *request);

/* Tells the call what came of it, and frees it. */
void exchange_end(struct exchange *exchange, airudder_call call, CURLcode code);

#endif
