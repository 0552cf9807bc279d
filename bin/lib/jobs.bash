# shellcheck shell=bash
# Long commands that can be interrupted, and a script's own stack.

job='' stack_job='' stack_used=false

# Runs a command as a separate job and waits for it, so that traps run meanwhile:
# bash defers them during a foreground command.
run() {
  local status=0
  # Job control gives the job a process group. A shell started with SIGINT ignored
  # would pass that on to the job, which then could not be stopped.
  set -m
  env --default-signal=INT,QUIT "$@" </dev/null &
  job=$!
  set +m
  wait "$job" || status=$?
  job=''
  return "$status"
}

# Uses SIGINT, because on SIGTERM `swift test` leaves its test process running.
stop_job() {
  local tries=150
  [[ -n $job ]] || return 0
  kill -s INT -- "-$job" 2>/dev/null || return 0
  while ((tries-- > 0)) && kill -0 "$job" 2>/dev/null; do sleep 0.1; done
  kill -s KILL -- "-$job" 2>/dev/null || true
}

# Starts a fresh stack in WORKSPACE_STACK_DIR, as $stack_job: start_stack LOG.
# Fresh, so that leftovers of an earlier run cannot affect this one. Its servers are those
# of $release, or this machine's if that is empty.
start_stack() {
  renew_stack >"$1" 2>&1 8>&- &
  stack_job=$! stack_used=true
}

renew_stack() {
  "$root/bin/stack" kill rabbitmq
  "$root/bin/stack" kill postgres
  rm -rf -- "$WORKSPACE_STACK_DIR"
  exec "$root/bin/stack" up ${release:+--release "$release"}
}

# Waits until the stack is up: await_stack LOG. Fails if it did not start.
await_stack() {
  local status=0
  wait "$stack_job" || status=$?
  stack_job=''
  cat -- "$1" >&2
  return "$status"
}

# Points this shell at the stack.
export_stack() {
  local exports
  exports=$("$root/bin/stack" env) || return
  # The caller's can belong to another stack.
  unset POSTGRES_READ_URL
  eval "$exports"
  export WORKSPACE_WORKER_INTEGRATION=1
}

# Ends the programs that an interrupted run has started and not ended, and the database servers that its tests have of their
# own: those that know its stack.
end_strays() {
  local folder program
  for folder in /proc/[0-9]*; do
    program=$(readlink -- "$folder/exe" 2>/dev/null) || continue
    [[ $program == "$root"/.build/* || $program == */bin/postgres ]] || continue
    grep -qzxF "WORKSPACE_STACK_DIR=$WORKSPACE_STACK_DIR" "$folder/environ" 2>/dev/null || continue
    kill -s KILL "${folder#/proc/}" 2>/dev/null || true
  done
}

stop_stack() {
  $stack_used || return 0
  end_strays
  # It is still starting if the build failed or was interrupted.
  if [[ -n $stack_job ]]; then
    kill -s TERM "$stack_job" 2>/dev/null || true
    wait "$stack_job" || true
    stack_job=''
  fi
  # Its data is no longer needed, so nothing has to be saved.
  "$root/bin/stack" kill rabbitmq || true
  "$root/bin/stack" kill postgres || true
}

# Allows one run at a time in a clone, because runs would share the stack: wait_for_turn LOCK
wait_for_turn() {
  mkdir -p -- "$root/.stack"
  exec 8>>"$root/.stack/$1.lock"
  flock -n 8 && return
  say "another bin/$1 is running in this clone; waiting for it"
  flock -w 3600 8 || fail "the other bin/$1 is still running after an hour"
}
