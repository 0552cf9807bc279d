#define _GNU_SOURCE
#include "CCrashWitness.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Everything that the handler calls is async-signal-safe (signal-safety(7)); _Fork is, by POSIX.1-2024. */

_Thread_local struct cwitness_in_hand cwitness_current;

enum { signal_count = 7, stack_bytes = 64 << 10, maximum_bytes = 1 << 30 };
static const int signals[signal_count] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS};
static struct sigaction previous[signal_count];

extern char **environ;
static const char *witness_path;
static char **witness_arguments;
static char signal_text[4], stage_text[4];
static int message_file = -1;
static int patience;
static struct rlimit original_limit;
static int is_limited;
static atomic_int has_begun, has_ended;

int cwitness_give_stack(void) {
  void *memory = mmap(NULL, stack_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return errno;
  stack_t stack = {.ss_sp = memory, .ss_size = stack_bytes, .ss_flags = 0};
  if (sigaltstack(&stack, NULL) == 0) return 0;
  int error = errno;
  munmap(memory, stack_bytes);
  return error;
}

void cwitness_drop_stack(void) {
  stack_t none = {.ss_flags = SS_DISABLE}, stack;
  if (sigaltstack(&none, &stack) == 0 && !(stack.ss_flags & SS_DISABLE)) munmap(stack.ss_sp, stack.ss_size);
}

static void pause_briefly(void) {
  struct timespec ten_milliseconds = {0, 10 * 1000 * 1000};
  nanosleep(&ten_milliseconds, NULL);
}

static void write_number(char *text, int number) {
  if (number >= 10) *text++ = (char)('0' + number / 10 % 10);
  *text++ = (char)('0' + number % 10);
  *text = 0;
}

static void run_witness(void) {
  struct rlimit *limit = &original_limit;
  sigset_t none;
  if (is_limited) setrlimit(RLIMIT_DATA, limit);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  if (dup2(message_file, STDIN_FILENO) == 0) execve(witness_path, witness_arguments, environ);
  _exit(127);
}

static void tell(int number) {
  struct cwitness_in_hand *hand = &cwitness_current;
  const char *bytes = hand->bytes;
  size_t rest = hand->stage == 0 || hand->count > maximum_bytes ? 0 : hand->count;
  write_number(signal_text, number);
  write_number(stage_text, rest == 0 ? 0 : hand->stage);
  while (rest > 0) {
    ssize_t written = write(message_file, bytes, rest);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    bytes += written;
    rest -= (size_t)written;
  }
  if (lseek(message_file, 0, SEEK_SET) != 0) return;
  pid_t child = _Fork();
  if (child == 0) run_witness();
  if (child < 0) return;
  for (int waited = 0; waited < patience; waited += 10) {
    if (waitpid(child, NULL, WNOHANG) != 0) return;
    pause_briefly();
  }
  kill(child, SIGKILL);
}

static void handle(int number, siginfo_t *info, void *context) {
  (void)context;
  int saved_errno = errno;
  /* A fault has a code above zero; raise() and abort() name this process as the sender. */
  int is_own = info->si_code > 0 || info->si_pid == getpid();
  if (is_own && atomic_exchange(&has_begun, 1) == 0) {
    tell(number);
    atomic_store(&has_ended, 1);
  } else if (is_own) {
    /* Another thread's signal is being reported; this one must not end the process first. */
    while (!atomic_load(&has_ended)) pause_briefly();
  }
  for (int index = 0; index < signal_count; index++)
    if (signals[index] == number) sigaction(number, &previous[index], NULL);
  /* A fault recurs when this returns; a sent signal does not. */
  if (info->si_code <= 0) raise(number);
  errno = saved_errno;
}

int cwitness_install(const char *path, char *const arguments[], int patience_ms) {
  size_t count = 0;
  while (arguments[count]) count++;
  witness_path = strdup(path);
  witness_arguments = calloc(count + 3, sizeof *witness_arguments);
  if (!witness_path || !witness_arguments) return ENOMEM;
  for (size_t index = 0; index < count; index++)
    if (!(witness_arguments[index] = strdup(arguments[index]))) return ENOMEM;
  witness_arguments[count] = signal_text;
  witness_arguments[count + 1] = stage_text;
  patience = patience_ms;
  message_file = memfd_create("message in hand", MFD_CLOEXEC);
  if (message_file < 0) return errno;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = handle;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (int index = 0; index < signal_count; index++)
    if (sigaction(signals[index], &action, &previous[index]) != 0) return errno;
  return 0;
}

static pthread_mutex_t limit_lock = PTHREAD_MUTEX_INITIALIZER;
static size_t own_limit, exempt;

/* With the lock held. */
static int apply_limit(void) {
  struct rlimit limit = original_limit;
  size_t bytes = own_limit + exempt;
  if (limit.rlim_max != RLIM_INFINITY && bytes > limit.rlim_max) bytes = limit.rlim_max;
  limit.rlim_cur = bytes;
  return setrlimit(RLIMIT_DATA, &limit) == 0 ? 0 : errno;
}

int cwitness_limit_memory(size_t bytes) {
  pthread_mutex_lock(&limit_lock);
  int error = 0;
  if (!is_limited && getrlimit(RLIMIT_DATA, &original_limit) != 0) error = errno;
  own_limit = bytes;
  if (error == 0) error = apply_limit();
  if (error == 0) is_limited = 1;
  pthread_mutex_unlock(&limit_lock);
  return error;
}

void cwitness_exempt_memory(size_t bytes, int is_exempt) {
  pthread_mutex_lock(&limit_lock);
  exempt = is_exempt ? exempt + bytes : exempt - bytes;
  /* What fails here shows when the memory is allocated. */
  if (is_limited) apply_limit();
  pthread_mutex_unlock(&limit_lock);
}
