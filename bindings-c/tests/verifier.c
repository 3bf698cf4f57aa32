/* A receiver that verifies by an RSA key of the sender's, as WeChat Pay v3 asks for, with OpenSSL.

     verifier public.pem timestamp nonce signature <body */
#include <airudder.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

/* Whether the Base64 text is the RSA signature (PKCS#1, SHA-256) of "timestamp\nnonce\nbody\n". */
static int is_right(EVP_PKEY *key, const char *timestamp, const char *nonce, const char *body, size_t len,
                    const char *base64) {
  unsigned char signature[1024];
  const char *parts[] = {timestamp, nonce};
  size_t i, text_len = strlen(base64);
  int decoded, right = 0;
  EVP_MD_CTX *digest;
  if (text_len > sizeof signature || text_len % 4 != 0) return 0;
  decoded = EVP_DecodeBlock(signature, (const unsigned char *)base64, (int)text_len);
  if (decoded < 0) return 0;
  for (; text_len > 0 && base64[text_len - 1] == '='; text_len--) decoded--;
  digest = EVP_MD_CTX_new();
  if (digest && EVP_DigestVerifyInit(digest, NULL, EVP_sha256(), NULL, key) == 1) {
    for (i = 0; i < 2; i++) {
      EVP_DigestVerifyUpdate(digest, parts[i], strlen(parts[i]));
      EVP_DigestVerifyUpdate(digest, "\n", 1);
    }
    EVP_DigestVerifyUpdate(digest, body, len);
    EVP_DigestVerifyUpdate(digest, "\n", 1);
    right = EVP_DigestVerifyFinal(digest, signature, (size_t)decoded) == 1;
  }
  EVP_MD_CTX_free(digest);
  return right;
}

int main(int argc, char **argv) {
  static char body[65536];
  airudder_webhooks_config config = AIRUDDER_WEBHOOKS_CONFIG_INIT;
  airudder_error error = AIRUDDER_ERROR_INIT;
  airudder_webhooks hooks;
  airudder_event event;
  airudder_text text;
  size_t len = fread(body, 1, sizeof body, stdin);
  int code, verified;
  FILE *file;
  EVP_PKEY *key;
  if (argc != 5) return 2;
  file = fopen(argv[1], "r");
  if (file == NULL) return 2;
  key = PEM_read_PUBKEY(file, NULL, NULL, NULL);
  fclose(file);
  if (key == NULL) return 2;
  verified = is_right(key, argv[2], argv[3], body, len, argv[4]);
  EVP_PKEY_free(key);
  if (!verified) {
    puts("refused");
    return 0;
  }
  config.own_verifier = 1;
  config.cipher = "wechat-pay-v3";
  config.encryption_key = "fake-key-of-32-bytes-abcdefghijk";
  code = airudder_webhooks_new(&config, &hooks, &error);
  if (code == 0) {
    /* What does not verify must not be taken by mistake. */
    if (airudder_webhooks_unwrap(hooks, NULL, 0, body, len, NULL, &event, NULL) != AIRUDDER_E1008_MISUSE) return 3;
    code = airudder_webhooks_unwrap_verified(hooks, NULL, 0, body, len, NULL, &event, &error);
    if (airudder_webhooks_free(hooks) != 0) return 3;
  }
  if (code) {
    printf("E%d\n", code);
    return 0;
  }
  if (airudder_event_verified(event, &verified) || !verified || airudder_event_json(event, &text)) return 3;
  puts(text.data);
  return airudder_event_free(event);
}
