#define _GNU_SOURCE
#include "CLinux.h"
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>

int clinux_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

void clinux_eventfd_signal(int descriptor) {
  uint64_t one = 1;
  ssize_t ignored = write(descriptor, &one, sizeof one); /* EAGAIN: the counter is full, so it is awake anyway */
  (void)ignored;
}

void clinux_eventfd_drain(int descriptor) {
  uint64_t count;
  ssize_t ignored = read(descriptor, &count, sizeof count);
  (void)ignored;
}

void clinux_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

int clinux_start_thread(size_t stack_bytes, void *(*body)(void *), void *argument) {
  pthread_attr_t attributes;
  pthread_t thread;
  int result = pthread_attr_init(&attributes);
  if (result != 0) return result;
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  result = pthread_attr_setstacksize(&attributes, stack_bytes);
  if (result == 0) result = pthread_create(&thread, &attributes, body, argument);
  pthread_attr_destroy(&attributes);
  return result;
}
