/* What examples/c takes from POSIX, for Windows: in front of each of its files, with -include. Timeouts of sockets are
   left out, which Winsock counts in milliseconds: the sandbox answers. */
#ifndef PORT_H
#define PORT_H

#include <winsock2.h>
#include <ws2tcpip.h>

#include <stdio.h>
#include <unistd.h>

#define MSG_NOSIGNAL 0
#define close(file) closesocket((SOCKET)(file))
#define setsockopt(socket, level, name, value, len) ((void)(value), 0)
#define suseconds_t long

/* Reads a line, as POSIX has it, of at most 4095 bytes; -1 at the end. */
ssize_t getline(char **line, size_t *room, FILE *file);

#endif
