/* A library that is unloaded leaves no fork handlers behind. The argument is the shared library. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <airudder.h>

int main(int argc, char **argv) {
  int (*digest)(const void *, size_t, airudder_buffer *, airudder_error *);
  int (*buffer_free)(airudder_buffer);
  airudder_buffer buffer;
  void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW) : NULL, *found;
  int status;
  pid_t pid;
  if (library == NULL) return fprintf(stderr, "%s\n", dlerror()), 1;
  found = dlsym(library, "airudder_digest");
  memcpy(&digest, &found, sizeof found);
  found = dlsym(library, "airudder_buffer_free");
  memcpy(&buffer_free, &found, sizeof found);
  if (digest("x", 1, &buffer, NULL) || buffer_free(buffer) || dlclose(library)) return 2;
  if (dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD) != NULL) return 3; /* it is still there, so this shows nothing */
  pid = fork();
  if (pid == 0) _exit(0);
  return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0 ? 0 : 4;
}
