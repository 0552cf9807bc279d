#pragma once
#include <stddef.h>

/* What this process is handling when it ends itself by a fatal signal, passed to a program that outlives it. */

/* What a thread is handling: the bytes of a message, and what is being done with them. */
struct cwitness_in_hand {
  const void *bytes;
  size_t count;
  int stage;
};

/* The calling thread's. Read by the handler on the thread that the signal was raised on. */
extern _Thread_local struct cwitness_in_hand cwitness_current;

static inline struct cwitness_in_hand cwitness_take(const void *bytes, size_t count, int stage) {
  struct cwitness_in_hand before = cwitness_current;
  cwitness_current.stage = 0;
  cwitness_current.bytes = bytes;
  cwitness_current.count = count;
  cwitness_current.stage = stage;
  return before;
}

static inline void cwitness_give_back(struct cwitness_in_hand before) {
  cwitness_current.stage = 0;
  cwitness_current.bytes = before.bytes;
  cwitness_current.count = before.count;
  cwitness_current.stage = before.stage;
}

/* Gives the calling thread a stack for the handler, which runs even if the thread's own one has overflowed; released
   by cwitness_drop_stack. 0 or an error number. */
int cwitness_give_stack(void);
void cwitness_drop_stack(void);

/* From here on, when this process raises SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT or SIGSYS itself (one that
   another process sent says nothing about this one), the program at `path` is run with `arguments` (NULL at the end), the
   signal's number and the stage as two further ones, and the bytes that the thread was handling on its standard input.
   After at most `patience_ms` the signal takes its course. To be called once. 0 or an error number. */
int cwitness_install(const char *path, char *const arguments[], int patience_ms);

/* Bounds the memory that this process may allocate (RLIMIT_DATA), not that of the witness. 0 or an error number. */
int cwitness_limit_memory(size_t bytes);

/* Raises the limit by the size of memory that is reserved, and hardly used, or lowers it again. */
void cwitness_exempt_memory(size_t bytes, int is_exempt);
