/* The journal of examples/c/journal.h, and the rest of port.h, for Windows: no other process may open the file. */
#include "port.h"

#include <fcntl.h>
#include <io.h>
#include <share.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "journal.h"

__attribute__((constructor)) static void start_winsock(void) {
  WSADATA data;
  if (WSAStartup(MAKEWORD(2, 2), &data) != 0) abort();
}

ssize_t getline(char **line, size_t *room, FILE *file) {
  if (*line == NULL) *line = malloc(*room = 4096);
  return *line && fgets(*line, (int)*room, file) ? (ssize_t)strlen(*line) : -1;
}

int journal_open(struct journal *journal, const char *path) {
  journal->path = path;
  journal->name = -1;
  journal->file = _sopen(path, _O_RDWR | _O_CREAT | _O_BINARY, _SH_DENYRW, _S_IREAD | _S_IWRITE);
  return journal->file >= 0 ? AIRUDDER_OK : JOURNAL_FAILED;
}

int journal_resume(struct journal *journal, airudder_campaign campaign, airudder_error *error) {
  size_t good, len = (size_t)_lseek(journal->file, 0, SEEK_END);
  char *content = malloc(len + 1);
  int code = JOURNAL_FAILED;
  _lseek(journal->file, 0, SEEK_SET);
  if (content != NULL && _read(journal->file, content, (unsigned)len) == (int)len) {
    code = airudder_campaign_resume(campaign, content, len, &good, error);
  }
  free(content);
  return code != AIRUDDER_OK || (good == len || _chsize(journal->file, (long)good) == 0) ? code : JOURNAL_FAILED;
}

int journal_append(struct journal *journal, const airudder_campaign_step *step) {
  int len = (int)step->journal.len;
  if (_lseek(journal->file, 0, SEEK_END) != (long)step->journal_at) return AIRUDDER_E1018_JOURNAL_CONFLICT;
  return _write(journal->file, step->journal.data, (unsigned)len) == len && _commit(journal->file) == 0
             ? AIRUDDER_OK
             : JOURNAL_FAILED;
}

void journal_close(struct journal *journal) {
  if (journal->file >= 0) _close(journal->file);
  journal->file = -1;
}
