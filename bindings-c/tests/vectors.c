/* The vectors that every language runs; see core/vectors/README.md. cJSON reads the files; the library needs none.

     vectors core/vectors */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <airudder.h>
#include <cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *folder;

static const cJSON *part(const cJSON *object, const char *name) {
  return cJSON_GetObjectItemCaseSensitive(object, name);
}

static const char *text(const cJSON *object, const char *name) { return cJSON_GetStringValue(part(object, name)); }

static int is_true(const cJSON *object, const char *name) { return cJSON_IsTrue(part(object, name)); }

/* The number of an error that is written "E1004"; 0 where the case has none. */
static int expected_error(const cJSON *one) {
  const char *error = text(one, "error");
  return error ? atoi(error + 1) : 0;
}

/* Bytes from hex; the caller frees them. */
static unsigned char *hex(const char *digits, size_t *len) {
  size_t i;
  unsigned char *bytes = malloc(strlen(digits) / 2 + 1);
  assert_non_null(bytes);
  *len = strlen(digits) / 2;
  for (i = 0; i < *len; i++) {
    unsigned byte;
    assert_int_equal(sscanf(digits + 2 * i, "%2x", &byte), 1);
    bytes[i] = (unsigned char)byte;
  }
  return bytes;
}

/* Header fields from a list of pairs, which they point into; the caller frees the array. */
static airudder_header *fields(const cJSON *pairs, size_t *count) {
  const cJSON *pair;
  airudder_header *headers = calloc((size_t)cJSON_GetArraySize(pairs) + 1, sizeof *headers);
  assert_non_null(headers);
  *count = 0;
  cJSON_ArrayForEach(pair, pairs) {
    headers[*count].name = cJSON_GetStringValue(cJSON_GetArrayItem(pair, 0));
    headers[(*count)++].value = cJSON_GetStringValue(cJSON_GetArrayItem(pair, 1));
  }
  return headers;
}

static void assert_same(airudder_text given, const char *expected, size_t len) {
  assert_int_equal(given.len, len);
  assert_memory_equal(given.data, expected, len);
  assert_int_equal(given.data[given.len], '\0');
}

static void assert_buffer(airudder_buffer buffer, const char *expected, size_t len) {
  airudder_text data;
  assert_int_equal(airudder_buffer_data(buffer, &data), 0);
  assert_same(data, expected, len);
  assert_int_equal(airudder_buffer_free(buffer), 0);
}

/* Runs all cases of a file, and says how many there were. */
static void each(const char *name, void (*check)(const cJSON *one)) {
  char path[1024];
  FILE *file;
  long len;
  char *content;
  cJSON *all;
  const cJSON *cases;
  const cJSON *one;
  int count;
  snprintf(path, sizeof path, "%s/%s.json", folder, name);
  file = fopen(path, "rb");
  assert_non_null(file);
  fseek(file, 0, SEEK_END);
  len = ftell(file);
  rewind(file);
  content = malloc((size_t)len + 1);
  assert_non_null(content);
  assert_int_equal(fread(content, 1, (size_t)len, file), len);
  content[len] = '\0';
  fclose(file);
  all = cJSON_Parse(content);
  free(content);
  cases = part(all, "cases");
  count = cJSON_GetArraySize(cases);
  assert_int_equal(count, part(all, "count")->valueint);
  cJSON_ArrayForEach(one, cases) {
    print_message("%s\n", text(one, "id"));
    check(one);
  }
  printf("%s: %d cases\n", name, count);
  cJSON_Delete(all);
}

static void cipher_case(const cJSON *one) {
  const char *cipher = text(one, "cipher"), *key = text(one, "key"), *action = text(one, "do");
  const char *iv_hex = text(one, "iv"), *plain_hex = text(one, "plain"), *sealed_hex = text(one, "text_hex");
  const char *sealed = text(one, "text");
  size_t iv_len = 0, plain_len = 0, count, sealed_len = sealed ? strlen(sealed) : 0;
  unsigned char *iv = hex(iv_hex ? iv_hex : "", &iv_len);
  unsigned char *plain = hex(plain_hex ? plain_hex : "", &plain_len);
  unsigned char *bytes = sealed_hex ? hex(sealed_hex, &sealed_len) : NULL;
  const void *body = bytes ? (const void *)bytes : sealed;
  airudder_header *headers = fields(part(one, "headers"), &count);
  size_t key_len = strlen(key);
  airudder_buffer buffer;
  int code;
  if (strcmp(action, "decrypt") != 0) {
    if (count)
      code = airudder_encrypt_with_headers(cipher, iv, iv_len, headers, count, plain, plain_len, key, key_len, &buffer,
                                           NULL);
    else
      code = airudder_encrypt_with(cipher, iv, iv_len, plain, plain_len, key, key_len, &buffer, NULL);
    assert_int_equal(code, expected_error(one));
    if (code == 0) assert_buffer(buffer, sealed, sealed_len);
  }
  if (strcmp(action, "encrypt") != 0) {
    if (count)
      code = airudder_decrypt_with_headers(cipher, headers, count, body, sealed_len, key, key_len, &buffer, NULL);
    else
      code = airudder_decrypt_with(cipher, body, sealed_len, key, key_len, &buffer, NULL);
    assert_int_equal(code, expected_error(one));
    if (code == 0) assert_buffer(buffer, (char *)plain, plain_len);
  }
  free(headers);
  free(bytes);
  free(iv);
  free(plain);
}

static void signature_case(const cJSON *one) {
  const char *scheme = text(one, "scheme"), *secret = text(one, "secret"), *key = text(one, "key");
  const char *json = text(one, "body"), *body_hex = text(one, "body_hex"), *signature = text(one, "signature");
  size_t count, len = 0;
  unsigned char *bytes = hex(body_hex ? body_hex : "", &len);
  const void *body = json ? (const void *)json : bytes;
  airudder_header *headers = fields(part(one, "headers"), &count);
  airudder_buffer buffer;
  airudder_text made;
  if (json) len = strlen(json);
  assert_int_equal(airudder_verify(signature, scheme, secret, key, headers, count, body, len, NULL),
                   expected_error(one));
  if (!expected_error(one)) {
    assert_int_equal(airudder_sign(scheme, secret, key, headers, count, body, len, &buffer, NULL), 0);
    assert_int_equal(airudder_buffer_data(buffer, &made), 0);
    assert_int_equal(strcmp(made.data, signature) != 0, is_true(one, "accepted"));
    assert_int_equal(airudder_buffer_free(buffer), 0);
  }
  free(bytes);
  free(headers);
}

static airudder_webhooks_config webhooks_config(const cJSON *given) {
  airudder_webhooks_config config = AIRUDDER_WEBHOOKS_CONFIG_INIT;
  const cJSON *secrets = part(given, "secrets");
  const cJSON *depth = part(given, "max_depth");
  const cJSON *encryption = part(given, "require_encryption");
  const cJSON *largest = part(given, "max_body_bytes");
  assert_true(cJSON_GetArraySize(secrets) <= 2);
  config.secret = cJSON_GetStringValue(cJSON_GetArrayItem(secrets, 0));
  config.other_secret = cJSON_GetStringValue(cJSON_GetArrayItem(secrets, 1));
  config.scheme = text(given, "scheme");
  config.encryption_key = text(given, "encryption_key");
  config.cipher = text(given, "cipher");
  config.require_encryption = encryption == NULL ? 0 : cJSON_IsTrue(encryption) ? 1 : -1;
  config.allow_unsigned = cJSON_IsFalse(part(given, "require_signature"));
  if (largest) config.max_body_bytes = (size_t)largest->valueint;
  /* In C, 0 is the default: what is not allowed elsewhere is a negative depth here. */
  if (depth) config.max_depth = depth->valueint == 0 ? AIRUDDER_NEVER : depth->valueint;
  return config;
}

static void webhook_case(const cJSON *one) {
  airudder_webhooks_config config = webhooks_config(part(one, "config"));
  const cJSON *expected = part(one, "event");
  const char *json = text(one, "body"), *body_hex = text(one, "body_hex");
  size_t count, len = 0;
  airudder_header *headers = fields(part(one, "headers"), &count);
  unsigned char *bytes = hex(body_hex ? body_hex : "", &len);
  const void *body = json ? (const void *)json : bytes;
  airudder_webhooks hooks;
  airudder_event event;
  int code = airudder_webhooks_new(&config, &hooks, NULL);
  if (code == 0) {
    code = airudder_webhooks_unwrap(hooks, headers, count, body, json ? strlen(json) : len, text(one, "kind"), &event,
                                    NULL);
    assert_int_equal(airudder_webhooks_free(hooks), 0);
  }
  assert_int_equal(code, expected_error(one));
  if (code == 0) {
    const char *whole = text(expected, "text");
    airudder_text said;
    int flag;
    assert_int_equal(airudder_event_type(event, &said), 0);
    assert_string_equal(said.data, text(expected, "type"));
    assert_int_equal(airudder_event_dedupe_key(event, &said), 0);
    assert_string_equal(said.data, text(expected, "dedupe_key"));
    assert_int_equal(airudder_event_json(event, &said), 0);
    assert_same(said, whole, strlen(whole));
    assert_int_equal(airudder_event_known(event, &flag), 0);
    assert_int_equal(flag, is_true(expected, "known"));
    assert_int_equal(airudder_event_verified(event, &flag), 0);
    assert_int_equal(flag, is_true(expected, "verified"));
    assert_int_equal(airudder_event_free(event), 0);
  }
  free(bytes);
  free(headers);
}

static airudder_client operation_client(const cJSON *one) {
  airudder_config config = AIRUDDER_CONFIG_INIT;
  airudder_client client;
  config.app_key = "fake-app-key";
  config.app_secret = "fake-app-secret";
  config.base_url = "https://api.example.test";
  config.encryption_key = text(one, "encryption_key");
  config.sign_key = "0123456789abcdef0123456789abcdef";
  config.sign_secret = "fake-secret-for-tests";
  assert_int_equal(airudder_client_new(&config, &client, NULL), 0);
  return client;
}

/* The request of the call itself: where it needs a token, the one for the token comes first. */
static const airudder_request *own_request(airudder_call call, const cJSON *expected) {
  static const char token[] = "{\"code\":200,\"data\":{\"token\":\"fake-token\"}}";
  const cJSON *pair;
  airudder_step step;
  assert_int_equal(airudder_call_poll(call, 0, &step), 0);
  assert_int_equal(step.kind, AIRUDDER_STEP_SEND);
  cJSON_ArrayForEach(pair, part(expected, "headers")) {
    if (strcmp(cJSON_GetStringValue(cJSON_GetArrayItem(pair, 0)), "Authorization") == 0) {
      assert_int_equal(airudder_call_on_response(call, 0, 200, NULL, 0, token, strlen(token)), 0);
      assert_int_equal(airudder_call_poll(call, 0, &step), 0);
      assert_int_equal(step.kind, AIRUDDER_STEP_SEND);
    }
  }
  return step.request;
}

static void assert_fields(const airudder_request *request, const cJSON *expected) {
  const cJSON *pair;
  size_t i;
  assert_int_equal(request->header_count, cJSON_GetArraySize(expected));
  cJSON_ArrayForEach(pair, expected) {
    const char *name = cJSON_GetStringValue(cJSON_GetArrayItem(pair, 0));
    for (i = 0; i < request->header_count && strcmp(request->headers[i].name, name) != 0; i++) continue;
    assert_true(i < request->header_count);
    assert_string_equal(request->headers[i].value, cJSON_GetStringValue(cJSON_GetArrayItem(pair, 1)));
  }
}

static void assert_result(airudder_call call, const cJSON *one) {
  airudder_text said;
  assert_int_equal(airudder_call_result(call, NULL), 0);
  if (text(one, "file")) {
    assert_int_equal(airudder_call_result_file(call, &said), 0);
    assert_string_equal(said.data, text(one, "file"));
  } else {
    cJSON *result;
    assert_int_equal(airudder_call_result_json(call, &said), 0);
    result = cJSON_Parse(said.data);
    assert_true(cJSON_Compare(result, part(one, "result"), 1));
    cJSON_Delete(result);
  }
}

/* Sets a value and all that is in it, each by its own function. */
static void set_all(airudder_call call, const char *pointer, const cJSON *value) {
  const cJSON *child;
  int code = 0, index = 0;
  if (cJSON_IsObject(value) || cJSON_IsArray(value)) {
    code = airudder_call_set_json(call, pointer, cJSON_IsObject(value) ? "{}" : "[]", 2);
  } else if (cJSON_IsString(value)) {
    code = airudder_call_set_str(call, pointer, value->valuestring);
  } else if (cJSON_IsBool(value)) {
    code = airudder_call_set_bool(call, pointer, cJSON_IsTrue(value));
  } else if (cJSON_IsNull(value)) {
    code = airudder_call_set_null(call, pointer);
  } else if (value->valuedouble == (double)(int64_t)value->valuedouble) {
    code = airudder_call_set_int(call, pointer, (int64_t)value->valuedouble);
  } else {
    code = airudder_call_set_double(call, pointer, value->valuedouble);
  }
  assert_int_equal(code, 0);
  cJSON_ArrayForEach(child, value) {
    char inner[256];
    if (child->string) {
      assert_null(strpbrk(child->string, "~/"));
      snprintf(inner, sizeof inner, "%s/%s", pointer, child->string);
    } else {
      snprintf(inner, sizeof inner, "%s/%d", pointer, index++);
    }
    set_all(call, inner, child);
  }
}

/* Without a JSON library the same is sent. */
static void operation_by_setters(airudder_client client, int operation, const cJSON *params, const cJSON *expected) {
  const airudder_request *request;
  airudder_call call;
  assert_int_equal(airudder_call_begin(client, operation, &call, NULL), 0);
  set_all(call, "", params);
  assert_int_equal(airudder_call_prepare(call, &request, NULL), 0);
  assert_string_equal(request->url, text(expected, "url"));
  assert_string_equal(request->body, text(expected, "body"));
  assert_int_equal(airudder_call_free(call), 0);
}

static void operation_case(const cJSON *one) {
  const cJSON *expected = part(one, "request");
  const cJSON *given = part(one, "response");
  airudder_client client = operation_client(one);
  airudder_error error = AIRUDDER_ERROR_INIT;
  airudder_call call;
  char *params = cJSON_PrintUnformatted(part(one, "params"));
  int operation = airudder_operation(text(one, "operation"));
  assert_int_not_equal(operation, 0);
  assert_int_equal(airudder_call_start(client, operation, params, strlen(params), &call, &error), expected_error(one));
  if (expected_error(one)) {
    const char *pointer = text(one, "pointer");
    assert_int_equal(call, 0);
    assert_string_equal(error.pointer, pointer ? pointer : "");
  } else {
    const airudder_request *request = own_request(call, expected);
    size_t count;
    int is_file, status = part(given, "status")->valueint;
    const char *body = text(given, "body");
    airudder_header *headers = fields(part(given, "headers"), &count);
    assert_string_equal(request->method, text(expected, "method"));
    assert_string_equal(request->url, text(expected, "url"));
    assert_string_equal(request->body, text(expected, "body"));
    assert_int_equal(request->body_len, strlen(text(expected, "body")));
    assert_fields(request, part(expected, "headers"));
    assert_int_equal(airudder_call_is_file(call, status, headers, count, &is_file), 0);
    assert_int_equal(is_file, text(one, "file") != NULL);
    assert_int_equal(airudder_call_on_response(call, 0, status, headers, count, body, strlen(body)), 0);
    assert_result(call, one);
    assert_int_equal(airudder_call_free(call), 0);
    operation_by_setters(client, operation, part(one, "params"), expected);
    free(headers);
  }
  assert_int_equal(airudder_client_free(client), 0);
  free(params);
}

static void partition_case(const cJSON *one) {
  const cJSON *expected = part(one, "partition");
  const char *contact = text(one, "contact");
  uint32_t count = (uint32_t)part(one, "count")->valuedouble, partition = 7;
  int code = airudder_partition_of(contact, strlen(contact), count, &partition, NULL);
  assert_int_equal(code, expected_error(one));
  assert_int_equal(partition, expected ? (uint32_t)expected->valuedouble : 0);
}

#include "construction.h"
#include "dialogue.h"

#include "campaign_dialogue.h"

static void ciphers(void **state) {
  (void)state;
  each("cipher", cipher_case);
  each("published_cipher", cipher_case);
}

static void signatures(void **state) {
  (void)state;
  each("signature", signature_case);
  each("published_signature", signature_case);
}

static void webhooks(void **state) {
  (void)state;
  each("webhook", webhook_case);
}

static void operations(void **state) {
  (void)state;
  each("operation", operation_case);
}

static void constructions(void **state) {
  (void)state;
  each("constructions", construction_case);
}

static void dialogues(void **state) {
  (void)state;
  each("dialogue", dialogue_case);
}

static void campaigns(void **state) {
  (void)state;
  each("campaign", campaign_case);
}

static void partitions(void **state) {
  (void)state;
  each("partition", partition_case);
}

int main(int argc, char **argv) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(ciphers),       cmocka_unit_test(signatures),
                                     cmocka_unit_test(webhooks),      cmocka_unit_test(operations),
                                     cmocka_unit_test(constructions), cmocka_unit_test(dialogues),
                                     cmocka_unit_test(campaigns),     cmocka_unit_test(partitions)};
  if (argc != 2) return 2;
  folder = argv[1];
  return cmocka_run_group_tests(tests, NULL, NULL);
}
