#define _DEFAULT_SOURCE
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
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

/* Takes the name that JavaScript has instead of a lock, where it may not start the program that locks files; 0 if
   another process has it. The name fills the whole address, since some runtimes pad shorter ones. Where there are no
   such names, the lock has to do. */
static int take_name(struct journal *journal, const struct stat *file) {
#ifdef __linux__
  struct sockaddr_un address;
  memset(&address, 0, sizeof address);
  address.sun_family = AF_UNIX;
  snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "airudder-journal-%llu-%llu",
           (unsigned long long)file->st_dev, (unsigned long long)file->st_ino);
  journal->name = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (journal->name < 0) return 1;
  return bind(journal->name, (struct sockaddr *)&address, sizeof address) == 0 || errno != EADDRINUSE;
#else
  (void)journal, (void)file;
  return 1;
#endif
}

static int lock(struct journal *journal) {
  struct stat file;
  if (flock(journal->file, LOCK_EX | LOCK_NB) != 0) {
    return errno == EWOULDBLOCK ? AIRUDDER_E1018_JOURNAL_CONFLICT : JOURNAL_FAILED;
  }
  if (fstat(journal->file, &file) != 0) return JOURNAL_FAILED;
  return take_name(journal, &file) ? AIRUDDER_OK : AIRUDDER_E1018_JOURNAL_CONFLICT;
}

int journal_open(struct journal *journal, const char *path) {
  int code;
  journal->path = path;
  journal->name = -1;
  journal->file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (journal->file < 0) return JOURNAL_FAILED;
  code = lock(journal);
  if (code == AIRUDDER_OK && !sync_folder(path)) code = JOURNAL_FAILED;
  if (code != AIRUDDER_OK) {
    int why = errno;
    journal_close(journal);
    errno = why;
  }
  return code;
}

/* Finds other writers, whom the locks do not keep away everywhere. */
static int check(const struct journal *journal, off_t len) {
  struct stat own, named;
  if (fstat(journal->file, &own) != 0) return JOURNAL_FAILED;
  if (own.st_size != len) return AIRUDDER_E1018_JOURNAL_CONFLICT;
  if (stat(journal->path, &named) != 0) return errno == ENOENT ? AIRUDDER_E1018_JOURNAL_CONFLICT : JOURNAL_FAILED;
  return own.st_dev == named.st_dev && own.st_ino == named.st_ino ? AIRUDDER_OK : AIRUDDER_E1018_JOURNAL_CONFLICT;
}

static int cut(const struct journal *journal, size_t len, size_t good) {
  int code;
  if (good == len) return AIRUDDER_OK;
  code = check(journal, (off_t)len); /* only what was read may go */
  if (code != AIRUDDER_OK) return code;
  return ftruncate(journal->file, (off_t)good) == 0 ? AIRUDDER_OK : JOURNAL_FAILED;
}

int journal_resume(struct journal *journal, airudder_campaign campaign, airudder_error *error) {
  struct stat file;
  size_t good, len, read_len = 0;
  char *content;
  int code;
  if (fstat(journal->file, &file) != 0) return JOURNAL_FAILED;
  len = (size_t)file.st_size;
  content = malloc(len + 1);
  if (content == NULL) return JOURNAL_FAILED;
  while (read_len < len) {
    ssize_t got = pread(journal->file, content + read_len, len - read_len, (off_t)read_len);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      free(content);
      return got < 0 ? JOURNAL_FAILED : AIRUDDER_E1018_JOURNAL_CONFLICT; /* it became shorter */
    }
    read_len += (size_t)got;
  }
  code = airudder_campaign_resume(campaign, content, len, &good, error);
  free(content);
  return code == AIRUDDER_OK ? cut(journal, len, good) : code;
}

int journal_append(struct journal *journal, const airudder_campaign_step *step) {
  off_t at = (off_t)step->journal_at;
  size_t written = 0;
  struct stat file;
  int why, code = check(journal, at);
  if (code != AIRUDDER_OK) return code;
  while (written < step->journal.len) {
    ssize_t wrote = write(journal->file, step->journal.data + written, step->journal.len - written);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) break;
    written += (size_t)wrote;
  }
  if (written == step->journal.len && fsync(journal->file) == 0) return check(journal, at + (off_t)written);
  why = errno;
  if (fstat(journal->file, &file) == 0 && file.st_size == at + (off_t)written && ftruncate(journal->file, at) != 0) {
    perror(journal->path);
  }
  errno = why;
  return JOURNAL_FAILED;
}

void journal_close(struct journal *journal) {
  if (journal->file >= 0) {
    flock(journal->file, LOCK_UN); /* a child that was forked meanwhile may have the file open, too */
    close(journal->file);
  }
  if (journal->name >= 0) close(journal->name);
  journal->file = journal->name = -1;
}
