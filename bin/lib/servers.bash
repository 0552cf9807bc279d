# shellcheck shell=bash
# shellcheck disable=SC2154  # stack_dir is set by bin/stack
# Functions for all servers. For each server NAME, NAME.bash defines:
#   NAME_ports        the uses of its ports, the main one first
#   NAME_launch       starts it without waiting, and sets $spawned to its id
#   NAME_answers      whether it is ready for clients
#   NAME_members      the ids of all its processes, whoever started them
#   NAME_stop_signal  the signal that stops it without losing anything
#   NAME_version      its version

server_pid() {
  recall "$stack_dir/$1.pid"
}

server_log() {
  printf '%s\n' "$stack_dir/$1.log"
}

is_up() {
  server_pid "$1" >/dev/null && "$1_answers"
}

main_port() {
  local uses
  read -ra uses <<<"$("$1_ports")"
  port_of "$1" "${uses[0]}"
}

describe_server() {
  local pid
  if ! pid=$(server_pid "$1"); then
    printf '%-8s  down\n' "$1"
    return 1
  fi
  printf '%-8s  %s  port %s  pid %s  version %s\n' "$1" \
    "$("$1_answers" && echo up || echo 'not ready')" "$(main_port "$1")" "$pid" "$("$1_version")"
  "$1_answers"
}
