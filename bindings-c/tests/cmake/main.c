#include <airudder.h>
#include <stdio.h>

int main(void) {
  printf("%s\n", airudder_version());
  return airudder_abi_version() != AIRUDDER_ABI_VERSION;
}
