#define _GNU_SOURCE /* for CLOCK_BOOTTIME */
#include "clock.h"

#include <time.h>

static uint64_t read_clock(clockid_t clock) {
  struct timespec now = {0, 0};
  clock_gettime(clock, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t unix_ms(void) { return read_clock(CLOCK_REALTIME); }

uint64_t monotonic_ms(void) {
#ifdef CLOCK_BOOTTIME
  return read_clock(CLOCK_BOOTTIME);
#else
  return read_clock(CLOCK_MONOTONIC);
#endif
}

uint64_t now_ms(void) {
  static uint64_t start;
  if (start == 0) start = unix_ms() - monotonic_ms();
  return start + monotonic_ms();
}

void sleep_until(uint64_t then_ms) {
  uint64_t now = now_ms();
  if (then_ms > now) sleep_for(then_ms - now);
}

void sleep_for(uint64_t ms) {
  struct timespec pause;
  pause.tv_sec = (time_t)(ms / 1000);
  pause.tv_nsec = (long)(ms % 1000) * 1000000;
  nanosleep(&pause, NULL);
}
