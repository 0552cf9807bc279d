# shellcheck shell=bash
# shellcheck disable=SC2154  # stack_dir is set by bin/stack
# What all servers have in common. For each NAME there are, in NAME.bash:
#   NAME_ports     the uses of its ports, its main one first
#   NAME_launch    starts it without waiting, leaves its id in $spawned
#   NAME_answers   is it ready for clients?
#   NAME_members   ids of all its processes, whoever started them
#   NAME_stop_signal, which asks it to stop without losing anything, NAME_version

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
