#pragma once
#include <pthread.h>
#include <stddef.h>

/* Linux calls that Swift's Glibc module leaves out. */

/* A non-blocking, close-on-exec eventfd; -1 with errno set on failure. */
int clinux_eventfd(void);
/* Adds one to the counter: whoever polls the descriptor wakes. Safe from every thread. */
void clinux_eventfd_signal(int descriptor);
/* Sets the counter to zero. */
void clinux_eventfd_drain(int descriptor);
/* Names the calling thread (at most 15 bytes are kept). */
void clinux_name_thread(const char *name);
/* Starts a detached thread with a stack of at least `stack_bytes`; 0 or an error number. */
int clinux_start_thread(size_t stack_bytes, void *(*body)(void *), void *argument);
