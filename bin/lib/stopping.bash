# shellcheck shell=bash
# shellcheck disable=SC2154  # stack_dir is set by bin/stack
# Stopping servers: politely, or as a crash would.

readonly stop_limit=45

stop_servers() {
  stop_within "$stop_limit" "$@"
}

# Asks the servers to stop, all at once, waits, and ends what is left of them:
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
  if [[ -z $("$1_members") ]]; then say "$1 is down already"; return; fi
  end_members "$1"
  say "$1 is killed"
}

# Kills what is left of a server, again until nothing is: a process may have
# started another one meanwhile, and takes its time to end.
end_members() {
  wait_until 20 kill_members "$1" || fail "processes of $1 do not end: $("$1_members" | tr '\n' ' ')"
}

kill_members() {
  local members
  # A search of /proc fails when a process ends meanwhile, whosever it is; what it
  # found still counts. Without the ||, the shell would end at that.
  mapfile -t members < <("$1_members" || true; server_pid "$1" || true)
  ((${#members[@]} > 0)) || return 0
  signal KILL "${members[@]}"
  return 1
}
