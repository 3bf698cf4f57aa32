#include <airudder.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  char version[32];
  sprintf(version, "%d.%d.%d", AIRUDDER_VERSION_MAJOR, AIRUDDER_VERSION_MINOR, AIRUDDER_VERSION_PATCH);
  printf("%s\n", airudder_version());
  return strcmp(airudder_version(), version) != 0 || airudder_abi_version() != AIRUDDER_ABI_VERSION;
}
