# shellcheck shell=bash
# shellcheck disable=SC2154  # stack_dir is set by bin/stack
# Stops servers: gracefully, or like a crash.

readonly stop_limit=45

stop_servers() {
  stop_within "$stop_limit" "$@"
}

# Asks all servers to stop at the same time, waits, and kills what is left of them:
# stop_within SECONDS SERVER...
stop_within() {
  local limit=$1 server pid
  shift
  for server in "$@"; do
    pid=$(server_pid "$server") || continue
    say "stopping $server"
    signal "$("${server}_stop_signal")" "$pid"
  done
  for server in "$@"; do
    if ! wait_until "$limit" has_ended "$server"; then
      say "$server did not stop within $limit s; killing it"
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
  if [[ -z $("$1_members") ]]; then say "$1 is already down"; return; fi
  end_members "$1"
  say "$1 was killed"
}

# Kills what is left of a server, repeatedly until nothing is: a process can have started
# another one meanwhile, and takes a while to end.
end_members() {
  wait_until 20 kill_members "$1" || fail "processes of $1 do not end: $("$1_members" | tr '\n' ' ')"
}

kill_members() {
  local members
  # A search of /proc fails if any process ends meanwhile; what it found still counts.
  # Without the ||, the shell would exit then.
  mapfile -t members < <("$1_members" || true; server_pid "$1" || true)
  ((${#members[@]} > 0)) || return 0
  signal KILL "${members[@]}"
  return 1
}
