/* Random calls, the same in each run. The fuzzer of core/fuzz looks for better ones. */
#include "random_calls.h"

static uint8_t bytes[1024];

int main(int argc, char **argv) {
  uint64_t state = 7;
  long turn, turns = argc > 1 ? atol(argv[1]) : 20000;
  for (turn = 0; turn < turns; turn++) {
    size_t i, len = 64 + (size_t)turn % (sizeof bytes - 64);
    for (i = 0; i < len; i++) {
      state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
      bytes[i] = (uint8_t)(state >> 56);
    }
    random_calls(bytes, len);
  }
  printf("%ld calls, %ld refused\n", calls, refusals);
  return 0;
}
