/* What each Windows 10 has of this name, for Debian 12's Wine, which has not: Rust takes random numbers from there. */
#include <windows.h>

#include <ntsecapi.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T len) { return RtlGenRandom(data, (ULONG)len); }
