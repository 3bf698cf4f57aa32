#define _POSIX_C_SOURCE 200809L
#include "clock.h"

#include <time.h>

uint64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void sleep_until(uint64_t then_ms) {
  uint64_t now = now_ms();
  if (then_ms > now) {
    uint64_t rest = then_ms - now;
    struct timespec pause;
    pause.tv_sec = (time_t)(rest / 1000);
    pause.tv_nsec = (long)(rest % 1000) * 1000000;
    nanosleep(&pause, NULL);
  }
}
