# shellcheck shell=bash
# shellcheck disable=SC2154  # stack_dir is set by bin/stack
# What both servers have in common. For each NAME there are, in NAME.bash:
#   NAME_ports     the uses of its ports, its main one first
#   NAME_launch    starts it without waiting, leaves its id in $spawned
#   NAME_answers   is it ready for clients?
#   NAME_members   ids of all its processes, whoever started them
#   NAME_stop_signal, which asks it to stop without losing anything, NAME_version

readonly start_limit=120 stop_limit=45

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

# Starts the servers that do not run, side by side, and waits for all of them.
# When one fails, stops those that it started.
start_servers() {
  local server
  started=()
  start_deadline=$((SECONDS + start_limit))
  trap undo_start EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  for server in "$@"; do
    if server_pid "$server" >/dev/null; then
      say "$server already runs"
    else
      say "starting $server"
      started+=("$server")
      launch_server "$server"
    fi
  done
  for server in "$@"; do
    await_server "$server"
  done
  trap - EXIT INT TERM
}

undo_start() {
  trap '' INT TERM
  stop_servers "${started[@]}"
}

launch_server() {
  local uses
  # Whatever a crash left behind would be in the way of a new server.
  end_members "$1"
  read -ra uses <<<"$("$1_ports")"
  settle_ports "$1" "${uses[@]}"
  # The last run's log may be wanted, to see why it crashed.
  [[ ! -s $(server_log "$1") ]] || mv -f -- "$(server_log "$1")" "$(server_log "$1").old"
  "$1_launch"
  remember "$stack_dir/$1.pid" "$spawned" || fail_with_log "$1" "ended at once"
}

await_server() {
  wait_until $((start_deadline - SECONDS)) is_settled "$1" ||
    fail_with_log "$1" "is not ready after $start_limit s"
  if server_pid "$1" >/dev/null; then
    say "$(describe_server "$1")"
  elif lost_its_port "$1" && ((SECONDS < start_deadline)); then
    say "another program took a port of $1 meanwhile; trying others"
    launch_server "$1"
    await_server "$1"
  else
    fail_with_log "$1" "ended while it started"
  fi
}

# No need to wait on when it is ready, or has ended.
is_settled() {
  ! server_pid "$1" >/dev/null || "$1_answers"
}

# A port that was free when it was chosen may be taken until the server binds it.
lost_its_port() {
  grep -qiE 'eaddrinuse|address already in use' -- "$(server_log "$1")"
}

fail_with_log() {
  say "$1 $2; the end of $(server_log "$1"):"
  tail -n 30 -- "$(server_log "$1")" >&2
  exit 1
}

# Asks the servers to stop, all at once, waits, and ends what is left of them.
stop_servers() {
  local server pid
  for server in "$@"; do
    pid=$(server_pid "$server") || continue
    say "stopping $server"
    signal "$("${server}_stop_signal")" "$pid"
  done
  for server in "$@"; do
    if ! wait_until "$stop_limit" has_ended "$server"; then
      say "$server did not stop within $stop_limit s; killing it"
    fi
    end_members "$server"
    rm -f -- "$stack_dir/$server.pid"
    say "$server is down"
  done
}

has_ended() {
  ! server_pid "$1" >/dev/null
}

kill_server() {
  if [[ -z $("$1_members") ]]; then say "$1 is down already"; return; fi
  end_members "$1"
  say "$1 is killed"
}

# Kills what is left of a server, again until nothing is: a process may have
# started another one meanwhile.
end_members() {
  wait_until 20 kill_members "$1" || fail "processes of $1 do not end: $("$1_members" | tr '\n' ' ')"
}

kill_members() {
  local members
  mapfile -t members < <("$1_members")
  ((${#members[@]} > 0)) || return 0
  signal KILL "${members[@]}"
  return 1
}
