#include "by_hand.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yyjson.h"

static void hex(const unsigned char digest[32], char text[65]) {
  static const char digits[] = "0123456789abcdef";
  for (int i = 0; i < 32; i++) text[2 * i] = digits[digest[i] >> 4], text[2 * i + 1] = digits[digest[i] & 15];
  text[64] = '\0';
}

static void sha256(const char *data, size_t length, char text[65]) {
  unsigned char digest[32];
  EVP_Digest(data, length, digest, NULL, EVP_sha256(), NULL);
  hex(digest, text);
}

void by_hand_sign(const char *body, size_t length, char signature[65]) {
  unsigned char digest[32];
  HMAC(EVP_sha256(), BY_HAND_SECRET, (int)strlen(BY_HAND_SECRET), (const unsigned char *)body, length, digest, NULL);
  hex(digest, signature);
}

char *by_hand_compact(const char *text, size_t length, size_t *compact_length) {
  yyjson_doc *doc = yyjson_read(text, length, 0);
  char *compact = yyjson_write(doc, 0, compact_length);
  yyjson_doc_free(doc);
  return compact;
}

char *by_hand_encrypted(const char *plain, size_t length, size_t *encrypted_length) {
  size_t padded = length + 16 - length % 16;
  unsigned char *data = calloc(1, padded);
  char *text = malloc(padded / 3 * 4 + 8);
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  int done = 0, ok = data != NULL && text != NULL && context != NULL;
  if (ok) {
    memcpy(data, plain, length);
    ok = EVP_EncryptInit_ex(context, EVP_aes_128_ecb(), NULL, (const unsigned char *)BY_HAND_KEY, NULL) &&
         EVP_CIPHER_CTX_set_padding(context, 0) && EVP_EncryptUpdate(context, data, &done, data, (int)padded);
  }
  if (ok) *encrypted_length = (size_t)EVP_EncodeBlock((unsigned char *)text, data, (int)padded);
  EVP_CIPHER_CTX_free(context);
  free(data);
  if (!ok) free(text), text = NULL;
  return text;
}

/* The decrypted text, with its padding cut; the caller frees it. */
static char *opened(const char *body, size_t length, size_t *plain_length) {
  unsigned char *data = malloc(length + 16);
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  int size = data == NULL ? -1 : EVP_DecodeBlock(data, (const unsigned char *)body, (int)length);
  int done = 0, ok = size > 0 && context != NULL;
  if (ok) {
    size -= (body[length - 1] == '=') + (body[length - 2] == '=');
    ok = EVP_DecryptInit_ex(context, EVP_aes_128_ecb(), NULL, (const unsigned char *)BY_HAND_KEY, NULL) &&
         EVP_CIPHER_CTX_set_padding(context, 0) && EVP_DecryptUpdate(context, data, &done, data, size);
    while (done > 0 && data[done - 1] == 0) done--;
  }
  EVP_CIPHER_CTX_free(context);
  if (!ok) free(data), data = NULL;
  *plain_length = (size_t)done;
  return (char *)data;
}

char *by_hand_params(size_t *length) {
  yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
  yyjson_mut_val *root = yyjson_mut_obj(doc);
  yyjson_mut_doc_set_root(doc, root);
  yyjson_mut_obj_add_str(doc, root, "workflow_id", "fake-workflow");
  yyjson_mut_val *contact = yyjson_mut_arr_add_obj(doc, yyjson_mut_obj_add_arr(doc, root, "details"));
  yyjson_mut_obj_add_str(doc, contact, "callee", "+620000000001");
  yyjson_mut_obj_add_str(doc, contact, "platform", "TEMP1");
  yyjson_mut_obj_add_str(doc, contact, "caseid", "case-000001");
  yyjson_mut_val *variables = yyjson_mut_obj_add_obj(doc, contact, "variables");
  yyjson_mut_obj_add_str(doc, variables, "customer_name", "Ana Example");
  yyjson_mut_obj_add_str(doc, variables, "borrow_total_money", "1250");
  yyjson_mut_obj_add_str(doc, variables, "due_date", "2026-12-01");
  char *text = yyjson_mut_write(doc, 0, length);
  yyjson_mut_doc_free(doc);
  return text;
}

int by_hand_seal(void) {
  size_t length, sealed_length;
  char *text = by_hand_params(&length);
  if (text == NULL) return -1;
  char digest[65], headers[5][128];
  sha256(text, length, digest);
  char *sealed = by_hand_encrypted(text, length, &sealed_length);
  snprintf(headers[0], sizeof headers[0], "Content-Type: application/json");
  snprintf(headers[1], sizeof headers[1], "User-Agent: Airudder");
  snprintf(headers[2], sizeof headers[2], "Is-Encrypted: 1");
  snprintf(headers[3], sizeof headers[3], "Signed: %s", digest);
  snprintf(headers[4], sizeof headers[4], "Authorization: Token %s", "fake-token");
  int failed = sealed == NULL || headers[4][0] == '\0';
  free(sealed), free(text);
  return failed;
}

int by_hand_receive(const char *signature, const char *body, size_t length, int sealed) {
  char expected[65], key[65];
  by_hand_sign(body, length, expected);
  if (strlen(signature) != 64 || CRYPTO_memcmp(expected, signature, 64) != 0) return -1;
  size_t plain_length = length;
  char *plain = sealed ? opened(body, length, &plain_length) : NULL;
  if (sealed && plain == NULL) return -1;
  const char *text = sealed ? plain : body;
  yyjson_doc *doc = yyjson_read(text, plain_length, 0);
  yyjson_val *root = yyjson_doc_get_root(doc);
  int is_known = yyjson_obj_get(root, "details") != NULL && yyjson_obj_get(root, "workflow_id") == NULL;
  sha256(text, plain_length, key);
  yyjson_doc_free(doc);
  free(plain);
  return is_known && key[0] != '\0' ? 0 : -1;
}
