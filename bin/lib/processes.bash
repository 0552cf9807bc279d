# shellcheck shell=bash
# Processes: starts one that outlives the caller, recognizes it, ends it.

# Prints a process's start time in ticks since boot; fails if it has ended. A zombie
# counts as ended.
process_start() {
  local stat fields
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  # The second field, the name, can contain spaces and brackets.
  read -ra fields <<<"${stat##*) }"
  # The file is empty if the process is just ending.
  [[ -n ${fields[19]:-} && ${fields[0]} != [ZX] ]] || return 1
  printf '%s\n' "${fields[19]}"
}

# Identifies a process. Its id alone is not enough: the system can reuse it.
process_identity() {
  local start
  start=$(process_start "$1") || return 1
  printf '%s %s %s\n' "$1" "$start" "$(</proc/sys/kernel/random/boot_id)"
}

# Records a process: remember FILE PID
remember() {
  process_identity "$2" >"$1"
}

# Prints the id of the recorded process; fails if it is not running: recall FILE
recall() {
  local recorded pid _
  recorded=$(cat -- "$1" 2>/dev/null) || return 1
  read -r pid _ <<<"$recorded" || return 1
  [[ $(process_identity "$pid") == "$recorded" ]] || return 1
  printf '%s\n' "$pid"
}

is_alive() {
  process_start "$1" >/dev/null
}

# Starts a command in a session of its own: spawn LOG COMMAND...
# Sets $spawned to its id. setsid and the commands before the server replace
# themselves, so the id is that of the server.
spawn() {
  local log=$1
  shift
  (
    close_other_descriptors
    exec setsid "$@" </dev/null >>"$log" 2>&1
  ) &
  # shellcheck disable=SC2034  # the caller reads it
  spawned=$!
  # Otherwise this shell would report how the server ended.
  disown "$spawned"
}

# A server that inherited the caller's descriptors would hold its lock and its pipes.
close_other_descriptors() {
  local path fd
  for path in "/proc/$BASHPID/fd"/*; do
    fd=${path##*/}
    if ((fd > 2)); then eval "exec $fd>&-" 2>/dev/null || true; fi
  done
}

# Sends a signal to each process, and ignores those that have ended: signal NAME PID...
signal() {
  local name=$1 pid
  shift
  for pid in "$@"; do
    kill -s "$name" -- "$pid" 2>/dev/null || true
  done
}

# Polls a predicate until it holds; fails after a time: wait_until SECONDS COMMAND...
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}
