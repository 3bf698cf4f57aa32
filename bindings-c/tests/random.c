/* Random calls, the same in each run; or those that the fuzzer of core/fuzz kept, in files. */
#include "random_calls.h"

static uint8_t bytes[1 << 16];

static void chance(long turns) {
  uint64_t state = 7;
  long turn;
  for (turn = 0; turn < turns; turn++) {
    size_t i, len = 64 + (size_t)turn % 960;
    for (i = 0; i < len; i++) {
      state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
      bytes[i] = (uint8_t)(state >> 56);
    }
    random_calls(bytes, len);
  }
}

int main(int argc, char **argv) {
  int i;
  for (i = 1; i < argc; i++) {
    FILE *file = fopen(argv[i], "rb");
    if (!file) return perror(argv[i]), 1;
    random_calls(bytes, fread(bytes, 1, sizeof bytes, file));
    fclose(file);
  }
  if (argc == 1) chance(20000);
  printf("%ld calls, %ld refused\n", calls, refusals);
  return 0;
}
