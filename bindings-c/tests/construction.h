/* How services sign, one delivery of each. vectors.c includes it behind what all its cases share. */
#ifndef CONSTRUCTION_H
#define CONSTRUCTION_H

/* Another secret, which is hex or Base64 where the right one is; the caller frees it. */
static char *changed(const char *secret) {
  size_t len = strlen(secret);
  char *other = malloc(len + 1);
  assert_non_null(other);
  memcpy(other, secret, len + 1);
  other[len / 2] = other[len / 2] == '0' ? '1' : '0';
  return other;
}

static airudder_webhooks construction_receiver(const cJSON *one, const char *secret, const char *key) {
  airudder_webhooks_config config = AIRUDDER_WEBHOOKS_CONFIG_INIT;
  airudder_webhooks hooks;
  config.scheme = text(one, "scheme");
  config.own_verifier = config.scheme == NULL;
  config.secret = config.scheme ? secret : NULL;
  config.sign_key = config.scheme ? key : NULL;
  config.encryption_key = text(one, "encryption_key");
  assert_int_equal(airudder_webhooks_new(&config, &hooks, NULL), 0);
  return hooks;
}

static void assert_weak(airudder_webhooks hooks, int is_weak) {
  airudder_buffer buffer;
  assert_int_equal(airudder_webhooks_weakness(hooks, &buffer, NULL), 0);
  assert_int_equal(buffer != 0, is_weak);
  if (buffer) assert_int_equal(airudder_buffer_free(buffer), 0);
}

/* Verifies by the scheme; where there is none, the delivery counts as verified by the caller, and is read. */
static int construction_code(airudder_webhooks hooks, const airudder_delivery *delivery, int has_scheme) {
  airudder_event event;
  int code = has_scheme ? airudder_webhooks_unwrap_delivery(hooks, delivery, NULL, &event, NULL)
                        : airudder_webhooks_unwrap_verified(hooks, delivery->headers, delivery->header_count,
                                                            delivery->body, delivery->body_len, NULL, &event, NULL);
  if (code == 0) assert_int_equal(airudder_event_free(event), 0);
  assert_int_equal(airudder_webhooks_free(hooks), 0);
  return code;
}

static void construction_case(const cJSON *one) {
  const char *secret = text(one, "secret"), *key = text(one, "key"), *body = text(one, "body");
  char *other_secret = changed(secret), *other_key = key ? changed(key) : NULL;
  int has_scheme = text(one, "scheme") != NULL, code;
  airudder_delivery delivery = AIRUDDER_DELIVERY_INIT;
  airudder_webhooks hooks = construction_receiver(one, secret, key);
  airudder_header *headers = fields(part(one, "headers"), &delivery.header_count);
  delivery.headers = headers;
  delivery.body = body;
  delivery.body_len = strlen(body);
  delivery.method = text(one, "method");
  delivery.url = text(one, "url");
  delivery.received_ms = (uint64_t)part(one, "received_ms")->valuedouble;
  assert_weak(hooks, is_true(one, "weak"));
  code = construction_code(hooks, &delivery, has_scheme);
  /* A body that is no JSON object is refused behind the signature. */
  if (code != 0) assert_true(code == AIRUDDER_E5005_INVALID_BODY && body[0] != '{');
  if (has_scheme) {
    hooks = construction_receiver(one, other_secret, other_key);
    assert_int_equal(construction_code(hooks, &delivery, has_scheme), AIRUDDER_E5002_SIGNATURE_MISMATCH);
  }
  free(headers);
  free(other_secret);
  free(other_key);
}

#endif
