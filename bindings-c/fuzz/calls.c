/* The random caller, for the target of core/fuzz. */
#include "../tests/random_calls.h"

void airudder_random_calls(const uint8_t *data, size_t size);

void airudder_random_calls(const uint8_t *data, size_t size) { random_calls(data, size); }
