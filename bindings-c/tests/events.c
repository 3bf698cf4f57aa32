/* Deliveries of events, without a server. */
#include "one_client.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static void plain_events_are_refused_where_only_a_key_is_given(void **state) {
  static const char body[] = "{\"event\":\"channel.message.sent\",\"messages\":[]}";
  airudder_webhooks_config config = AIRUDDER_WEBHOOKS_CONFIG_INIT;
  airudder_error error = AIRUDDER_ERROR_INIT;
  airudder_webhooks hooks;
  airudder_event event;
  int old;
  (void)state;
  config.encryption_key = "fake-key-16bytes";
  config.allow_unsigned = 1;
  /* A program that was compiled before there was `require_encryption` says so by the size of its struct. */
  for (old = 0; old < 2; old++) {
    if (old) config.size = offsetof(airudder_webhooks_config, require_encryption);
    assert_int_equal(airudder_webhooks_new(&config, &hooks, NULL), 0);
    assert_int_equal(airudder_webhooks_unwrap(hooks, NULL, 0, body, strlen(body), NULL, &event, &error),
                     AIRUDDER_E5008_NOT_ENCRYPTED);
    assert_non_null(strstr(error.message, "set require_encryption to -1"));
    assert_int_equal(airudder_webhooks_free(hooks), 0);
  }
  config.size = sizeof config;
  config.require_encryption = -1;
  assert_int_equal(airudder_webhooks_new(&config, &hooks, NULL), 0);
  assert_int_equal(airudder_webhooks_unwrap(hooks, NULL, 0, body, strlen(body), NULL, &event, NULL), 0);
  assert_int_equal(airudder_event_free(event), 0);
  assert_int_equal(airudder_webhooks_free(hooks), 0);
}

static void a_scheme_that_signs_a_header_field_cannot_sign_without_it(void **state) {
  airudder_webhooks_config config = AIRUDDER_WEBHOOKS_CONFIG_INIT;
  airudder_error error = AIRUDDER_ERROR_INIT;
  airudder_webhooks hooks;
  airudder_buffer buffer;
  (void)state;
  config.secret = "fake-webhook-secret";
  config.scheme = "hmac-sha256:hex:header(X-Time)+body";
  assert_int_equal(airudder_webhooks_new(&config, &hooks, NULL), 0);
  assert_int_equal(airudder_webhooks_sign(hooks, "{}", 2, &buffer, &error), AIRUDDER_E1010_INVALID_REQUEST);
  assert_non_null(strstr(error.message, "X-Time"));
  assert_int_equal(airudder_webhooks_free(hooks), 0);
}

/* A delivery to a receiver whose settings these are. */
static int unwrap(const airudder_webhooks_config *config, const airudder_delivery *delivery) {
  airudder_webhooks hooks;
  airudder_event event;
  int code;
  assert_int_equal(airudder_webhooks_new(config, &hooks, NULL), 0);
  code = airudder_webhooks_unwrap_delivery(hooks, delivery, NULL, &event, NULL);
  if (code == 0) {
    int verified;
    assert_int_equal(airudder_event_verified(event, &verified), 0);
    assert_true(verified);
    assert_int_equal(airudder_event_free(event), 0);
  }
  assert_int_equal(airudder_webhooks_free(hooks), 0);
  return code;
}

static void method_url_and_time_are_signed(void **state) {
  static const char body[] = "{\"event\":\"channel.message.sent\",\"messages\":[]}";
  static const uint64_t signed_ms = 1720159500000U;
  airudder_webhooks_config config = AIRUDDER_WEBHOOKS_CONFIG_INIT;
  airudder_delivery delivery = AIRUDDER_DELIVERY_INIT;
  airudder_header headers[] = {{"X-Time", "1720159500"}, {"X-AIRudder-Sign", NULL}};
  airudder_buffer buffer, answer;
  airudder_detection found;
  airudder_text signature;
  (void)state;
  config.secret = "fake-webhook-secret";
  /* What is signed here in one, the receiver puts together. */
  assert_int_equal(airudder_sign("hmac-sha256:hex:'POST/hook?tenant=1'+header(X-Time)+body", config.secret, NULL,
                                 headers, 1, body, strlen(body), &buffer, NULL),
                   0);
  assert_int_equal(airudder_buffer_data(buffer, &signature), 0);
  headers[1].value = signature.data;
  config.scheme = "hmac-sha256:hex:method+url+time(header(X-Time))+body";
  delivery.headers = headers;
  delivery.header_count = 2;
  delivery.body = body;
  delivery.body_len = strlen(body);
  delivery.url = "/hook?tenant=1";
  delivery.received_ms = signed_ms + 899000;
  assert_int_equal(unwrap(&config, &delivery), 0);
  assert_int_equal(airudder_detect_delivery(&delivery, config.secret, NULL, NULL, &found, &answer, NULL), 0);
  assert_string_equal(found.scheme.data, "hmac-sha256:hex:method+url+time(header(X-Time))+body");
  assert_int_equal(airudder_buffer_free(answer), 0);
  delivery.method = "PUT";
  assert_int_equal(unwrap(&config, &delivery), AIRUDDER_E5002_SIGNATURE_MISMATCH);
  delivery.method = NULL;
  delivery.url = "/hook?tenant=2";
  assert_int_equal(unwrap(&config, &delivery), AIRUDDER_E5002_SIGNATURE_MISMATCH);
  delivery.url = "/hook?tenant=1";
  delivery.received_ms = signed_ms + 901000;
  assert_int_equal(unwrap(&config, &delivery), AIRUDDER_E5007_SIGNATURE_TOO_OLD);
  config.tolerance_ms = 902000;
  assert_int_equal(unwrap(&config, &delivery), 0);
  config.tolerance_ms = 1000;
  assert_int_equal(unwrap(&config, &delivery), AIRUDDER_E5007_SIGNATURE_TOO_OLD);
  config.tolerance_ms = AIRUDDER_NEVER;
  delivery.received_ms = 0;
  assert_int_equal(unwrap(&config, &delivery), 0);
  /* A program of an older header has no tolerance of its own. */
  config.size = offsetof(airudder_webhooks_config, tolerance_ms);
  delivery.received_ms = signed_ms + 901000;
  assert_int_equal(unwrap(&config, &delivery), AIRUDDER_E5007_SIGNATURE_TOO_OLD);
  delivery.size = 0;
  assert_int_equal(unwrap(&config, &delivery), AIRUDDER_E1016_INVALID_ARGUMENT);
  assert_int_equal(airudder_buffer_free(buffer), 0);
}

static void a_weak_scheme_says_so(void **state) {
  airudder_webhooks_config config = AIRUDDER_WEBHOOKS_CONFIG_INIT;
  airudder_webhooks hooks;
  airudder_buffer buffer;
  airudder_text text;
  (void)state;
  config.secret = "fake-webhook-secret";
  config.scheme = "sha256:hex:secret+body;weak";
  assert_int_equal(airudder_webhooks_new(&config, &hooks, NULL), 0);
  assert_int_equal(airudder_webhooks_weakness(hooks, &buffer, NULL), 0);
  assert_int_equal(airudder_buffer_data(buffer, &text), 0);
  assert_non_null(strstr(text.data, "can be extended"));
  assert_int_equal(airudder_buffer_free(buffer), 0);
  assert_int_equal(airudder_webhooks_free(hooks), 0);
  config.scheme = "hmac-sha256:hex:body";
  assert_int_equal(airudder_webhooks_new(&config, &hooks, NULL), 0);
  assert_int_equal(airudder_webhooks_weakness(hooks, &buffer, NULL), 0);
  assert_int_equal(buffer, 0);
  assert_int_equal(airudder_webhooks_free(hooks), 0);
}

static void events_are_signed_for_tests(void **state) {
  static const char body[] = "{\"event\":\"channel.message.sent\",\"messages\":[]}";
  airudder_webhooks_config config = AIRUDDER_WEBHOOKS_CONFIG_INIT;
  airudder_webhooks hooks;
  airudder_buffer buffer;
  airudder_event event;
  airudder_header header;
  airudder_detection found;
  airudder_text text;
  airudder_ack ack;
  (void)state;
  config.secret = "fake-webhook-secret";
  assert_int_equal(airudder_webhooks_new(&config, &hooks, NULL), 0);
  assert_int_equal(airudder_webhooks_sign(hooks, body, strlen(body), &buffer, NULL), 0);
  assert_int_equal(airudder_buffer_header(buffer, 0, &header), 0);
  assert_int_equal(airudder_webhooks_unwrap(hooks, &header, 1, body, strlen(body), NULL, &event, NULL), 0);
  assert_int_equal(airudder_event_type(event, &text), 0);
  assert_string_equal(text.data, "channel.message.sent");
  assert_int_equal(airudder_event_free(event), 0);
  assert_int_equal(airudder_webhooks_unwrap(hooks, &header, 1, body, strlen(body) - 1, NULL, &event, NULL),
                   AIRUDDER_E5002_SIGNATURE_MISMATCH);
  assert_int_equal(event, 0);
  assert_int_equal(airudder_webhooks_unwrap(hooks, &header, 1, body, strlen(body), "pds.nothing", &event, NULL),
                   AIRUDDER_E1001_INVALID_CONFIG);
  assert_int_equal(airudder_webhooks_unwrap(hooks, &header, 1, body, strlen(body), "pds.task.status", &event, NULL), 0);
  assert_int_equal(airudder_event_type(event, &text), 0);
  assert_string_equal(text.data, "pds.task.status"); /* whatever the body says */
  assert_int_equal(airudder_event_free(event), 0);
  assert_int_equal(airudder_buffer_header(buffer, 1, &header), AIRUDDER_E1017_NO_VALUE);
  assert_null(header.name);

  assert_int_equal(airudder_buffer_header(buffer, 0, &header), 0);
  assert_int_equal(airudder_buffer_free(buffer), 0);
  assert_int_equal(airudder_webhooks_seal(hooks, body, strlen(body), NULL, 0, &buffer, NULL), 0);
  assert_int_equal(airudder_buffer_data(buffer, &text), 0);
  assert_string_equal(text.data, body);
  {
    airudder_header headers[8];
    size_t count = 0;
    airudder_buffer answer;
    while (airudder_buffer_header(buffer, count, &headers[count]) == 0) count++;
    assert_int_equal(
        airudder_detect(headers, count, text.data, text.len, "fake-webhook-secret", NULL, &found, &answer, NULL), 0);
    assert_string_equal(found.scheme.data, "hmac-sha256:hex:body");
    assert_null(found.cipher.data);
    assert_non_null(strstr(found.notes.data, "hmac-sha256:hex:body"));
    assert_int_equal(airudder_buffer_free(answer), 0);
  }
  assert_int_equal(airudder_buffer_free(buffer), 0);
  assert_int_equal(airudder_webhooks_ack(&ack), 0);
  assert_int_equal(ack.status, 200);
  assert_int_equal(ack.body_len, strlen(ack.body));
  assert_int_equal(airudder_webhooks_free(hooks), 0);
}

/* What a push says of its contact is read from its callee, else from beside it; an empty case id is left out. */
int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(plain_events_are_refused_where_only_a_key_is_given),
      cmocka_unit_test(a_scheme_that_signs_a_header_field_cannot_sign_without_it),
      cmocka_unit_test(method_url_and_time_are_signed),
      cmocka_unit_test(a_weak_scheme_says_so),
      cmocka_unit_test(events_are_signed_for_tests),
  };
  return cmocka_run_group_tests(tests, make_client, free_client);
}
