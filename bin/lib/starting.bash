# shellcheck shell=bash
# shellcheck disable=SC2154  # stack_dir is set by bin/stack
# Starts servers, and handles those that do not start.

readonly start_limit=120

# Starts the servers that are not running, in parallel, and waits for all of them. If one
# fails, stops those that it started.
start_servers() {
  local server
  started=()
  start_deadline=$((SECONDS + start_limit))
  trap undo_start EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  for server in "$@"; do
    if server_pid "$server" >/dev/null; then
      say "$server is already running"
    else
      begin_server "$server"
    fi
  done
  for server in "$@"; do
    await_server "$server"
  done
  trap - EXIT INT TERM
}

begin_server() {
  say "starting $1"
  started+=("$1")
  launch_server "$1"
}

undo_start() {
  trap '' INT TERM
  # A node that is still booting may never obey the signal.
  stop_within 10 "${started[@]}"
}

launch_server() {
  local uses
  # Processes left by a crash would obstruct a new server.
  end_members "$1"
  read -ra uses <<<"$("$1_ports")"
  settle_ports "$1" "${uses[@]}"
  # Keep the last run's log, which can show why it crashed.
  [[ ! -s $(server_log "$1") ]] || mv -f -- "$(server_log "$1")" "$(server_log "$1").old"
  "$1_launch"
  remember "$stack_dir/$1.pid" "$spawned" || fail_with_log "$1" "exited at once"
}

await_server() {
  wait_until $((start_deadline - SECONDS)) is_settled "$1" ||
    fail_with_log "$1" "is not ready after $start_limit s"
  if server_pid "$1" >/dev/null; then
    : >"$stack_dir/$1.complete"
    say "$(describe_server "$1")"
  elif [[ " ${started[*]} " != *" $1 "* ]]; then
    # It was running a moment ago, but was about to exit.
    begin_server "$1"
    await_server "$1"
  elif lost_its_port "$1" && ((SECONDS < start_deadline)); then
    say "another program has taken a port of $1; trying others"
    launch_server "$1"
    await_server "$1"
  else
    fail_with_log "$1" "exited while starting"
  fi
}

# The wait is over once the server is ready, or has exited.
is_settled() {
  ! server_pid "$1" >/dev/null || "$1_answers"
}

# A port that was free when chosen can be taken before the server binds it.
lost_its_port() {
  grep -qiE 'eaddrinuse|address already in use|port_already_used' -- "$(server_log "$1")"
}

fail_with_log() {
  say "$1 $2; the end of $(server_log "$1"):"
  # Erlang can write a whole state on one line.
  tail -n 30 -- "$(server_log "$1")" | cut -c 1-500 >&2
  exit 1
}
