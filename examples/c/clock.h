/* The clock, which the library leaves to the program. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/* Unix time in milliseconds. */
uint64_t now_ms(void);

/* Sleeps until then. */
void sleep_until(uint64_t then_ms);

#endif
