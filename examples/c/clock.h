/* The clocks, which the library leaves to the program. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/* Unix time in milliseconds, which jumps when somebody sets the machine's clock. */
uint64_t unix_ms(void);

/* Milliseconds by a clock that nobody sets, and that goes on while the machine sleeps, where there is such a clock. */
uint64_t monotonic_ms(void);

/* Unix time in milliseconds that does not jump, for calls: the real time when this was asked first, and what the
   monotonic clock counted since. Ask once before there are other threads. */
uint64_t now_ms(void);

/* Sleeps until now_ms() is so late. */
void sleep_until(uint64_t then_ms);

/* Sleeps so long. */
void sleep_for(uint64_t ms);

#endif
