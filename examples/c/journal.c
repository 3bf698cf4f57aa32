#define _DEFAULT_SOURCE
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Makes sure that a new file is still in its folder after a power failure. */
static int sync_folder(const char *path) {
  char *folder = strdup(path), *slash = folder ? strrchr(folder, '/') : NULL;
  int fd, ok;
  if (folder == NULL) return 0;
  if (slash) slash[slash == folder] = '\0'; /* the root keeps its slash */
  fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  free(folder);
  ok = fd >= 0 && fsync(fd) == 0;
  if (fd >= 0) close(fd);
  return ok;
}

int journal_open(const char *path) {
  int journal = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (journal >= 0 && (flock(journal, LOCK_EX | LOCK_NB) != 0 || !sync_folder(path))) {
    close(journal);
    return -1;
  }
  return journal;
}

int journal_resume(int journal, airudder_campaign campaign, airudder_error *error) {
  struct stat file;
  size_t good, len, read_len = 0;
  char *content;
  int ok;
  if (fstat(journal, &file) != 0) return 0;
  len = (size_t)file.st_size;
  content = malloc(len + 1);
  if (content == NULL) return 0;
  while (read_len < len) {
    ssize_t got = pread(journal, content + read_len, len - read_len, (off_t)read_len);
    if (got <= 0) break;
    read_len += (size_t)got;
  }
  ok = read_len == len && airudder_campaign_resume(campaign, content, len, &good, error) == AIRUDDER_OK &&
       ftruncate(journal, (off_t)good) == 0;
  free(content);
  return ok;
}

int journal_append(int journal, airudder_text lines) {
  off_t before = lseek(journal, 0, SEEK_END);
  size_t written = 0;
  while (written < lines.len) {
    ssize_t wrote = write(journal, lines.data + written, lines.len - written);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) break;
    written += (size_t)wrote;
  }
  if (written == lines.len && fsync(journal) == 0) return 1;
  if (before >= 0 && ftruncate(journal, before) != 0) perror("journal");
  return 0;
}
