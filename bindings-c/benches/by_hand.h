/* What a careful user would write by hand, with OpenSSL and yyjson. What fails returns NULL, or not 0. */
#ifndef BY_HAND_H
#define BY_HAND_H

#include <stddef.h>

#define BY_HAND_KEY "fake-key-16bytes"
#define BY_HAND_SECRET "fake-webhook-secret"

/* The parameters of an upload with one contact as JSON text; the caller frees it. */
char *by_hand_params(size_t *length);

/* Makes the request of an upload with one contact: its body, its digest and its header fields. */
int by_hand_seal(void);

/* Verifies a delivery, decrypts it where it is sealed, reads it, and tells its kind and its key. */
int by_hand_receive(const char *signature, const char *body, size_t length, int sealed);

/* The signature of a body, in hexadecimal. */
void by_hand_sign(const char *body, size_t length, char signature[65]);

/* A JSON text without white space; the caller frees it. */
char *by_hand_compact(const char *text, size_t length, size_t *compact_length);

/* An encrypted text in Base64; the caller frees it. */
char *by_hand_encrypted(const char *plain, size_t length, size_t *encrypted_length);

#endif
