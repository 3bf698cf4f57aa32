/* Winsock has it, by port.h. */
