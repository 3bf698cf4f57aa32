/* What the callers that do everything wrong share. */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <airudder.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* What a caller may pass, right or wrong. */
struct arguments {
  uint64_t handle;
  const char *text;
  const char *bytes;
  size_t len;
  const airudder_header *headers;
  size_t header_count;
  int number;
  uint64_t time;
  airudder_error *error;
  int outputs; /* whether outputs are wanted where they should be */
};

/* Whether it is a number that a function may return: success, or an error of this library. */
static int known(int code) {
  static const char unknown[] = "This version of the library has no error of this number.";
  return code == AIRUDDER_OK || strcmp(airudder_strerror(code), unknown) != 0;
}

static long calls, refusals;

static void note(int code) {
  if (!known(code) || code == AIRUDDER_E9001_INTERNAL) {
    fprintf(stderr, "unexpected: %d\n", code);
    abort();
  }
  __atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED);
  if (code != AIRUDDER_OK) __atomic_fetch_add(&refusals, 1, __ATOMIC_RELAXED);
}

#define OUT(name) (a->outputs ? &(name) : NULL)

#endif
