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
  uint64_t other; /* for what takes two */
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

/* The call of hostile_uses.h that is made, by its place; ALL: each of them. */
enum { ALL = -1 };
static int chosen = ALL, place;

static int is_chosen(void) { return chosen == ALL || place++ == chosen; }

static void noted(int code) {
  if (!known(code) || code == AIRUDDER_E9001_INTERNAL) {
    fprintf(stderr, "unexpected: %d\n", code);
    abort();
  }
  __atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED);
  if (code != AIRUDDER_OK) __atomic_fetch_add(&refusals, 1, __ATOMIC_RELAXED);
}

#define note(call)                  \
  do {                              \
    if (is_chosen()) noted((call)); \
  } while (0)

/* Takes a new handle, where it is to live on; else it is freed at once. */
static int (*keep)(uint64_t handle, int (*release)(uint64_t));

static void keep_or_free(uint64_t *handle, int (*release)(uint64_t)) {
  if (*handle && !(keep && keep(*handle, release))) noted(release(*handle));
  *handle = 0;
}

/* Told of a text that lives as long as its handle. */
static void (*remember)(uint64_t handle, const airudder_text *text);

/* Reads bytes, as whoever prints them does: a sanitizer finds those that are not there. */
static void see_bytes(const char *bytes, size_t len) {
  static volatile unsigned char last;
  size_t i;
  for (i = 0; i < len; i++) last = (unsigned char)bytes[i];
  (void)last;
}

/* Other threads use the handles, too, and may by that end the life of a text as soon as it was given. */
static int is_shared;

/* Reads a text that a function may have given; one that failed gave NULL. */
static void see(airudder_text *text) {
  if (text->data && !is_shared) {
    see_bytes(text->data, text->len + 1);
    if (text->data[text->len] != 0) abort();
  }
  text->data = NULL;
}

static void see_lasting(const struct arguments *a, airudder_text *text) {
  if (text->data && remember) remember(a->handle, text);
  see(text);
}

static void see_step(airudder_step *step) {
  const airudder_request *request = step->kind == AIRUDDER_STEP_SEND && !is_shared ? step->request : NULL;
  size_t i;
  if (request) {
    see_bytes(request->url, strlen(request->url) + 1);
    see_bytes(request->method, strlen(request->method) + 1);
    see_bytes(request->body, request->body_len + 1);
    for (i = 0; i < request->header_count; i++) {
      see_bytes(request->headers[i].name, strlen(request->headers[i].name) + 1);
      see_bytes(request->headers[i].value, strlen(request->headers[i].value) + 1);
    }
  }
  memset(step, 0, sizeof *step);
}

#define OUT(name) (a->outputs ? &(name) : NULL)

#endif
