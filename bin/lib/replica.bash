# shellcheck shell=bash
# shellcheck disable=SC2154  # stack_dir and as_postgres are set by bin/stack
# A streaming replica of the private PostgreSQL cluster, which keeps what the replica
# has not got yet in a replication slot.

readonly replica_slot=replica

replica_ports() {
  echo replica
}

replica_version() {
  postgres_version
}

replica_stop_signal() {
  postgres_stop_signal
}

replica_answers() {
  cluster_answers "$(port_of replica replica)"
}

replica_members() {
  cluster_members replica
}

# Whether the stack has one, running or not: it was up once.
has_replica() {
  [[ -e $stack_dir/replica.complete ]]
}

replica_launch() {
  local data state
  is_up postgres || fail "a replica needs its primary; run bin/stack start postgres"
  cd /
  set_postgres_account
  data=$(realpath -- "$stack_dir/postgres")/replica
  state=$(slot_state) || fail "the primary could not be asked about the replica"
  # It can't be brought up to date any more when it was promoted, nor when its slot is gone or has lost what it needs.
  if [[ $state != kept ]] || ! "${as_postgres[@]}" test -e "$data/standby.signal"; then copy_primary "$data"; fi
  # The primary's port may have changed.
  printf '%s\n' "primary_slot_name = '$replica_slot'" \
    "primary_conninfo = '$(primary_connection) passfile=''$data.password'' application_name=replica'" |
    write_as_postgres "$data/postgresql.auto.conf"
  write_postgres_tls "$data"
  run_cluster replica "$data"
}

slot_state() {
  as_superuser -At -c "select case when wal_status = 'lost' then 'lost' else 'kept' end
    from pg_replication_slots where slot_name = '$replica_slot'"
}

copy_primary() {
  say "copying the database cluster for the replica"
  # A file, since everybody can read a command line; printf is the shell's own.
  printf '127.0.0.1:*:*:postgres:%s\n' "$(postgres_password)" | write_as_postgres "$1.password"
  {
    "${as_postgres[@]}" rm -rf "$1" "$1.unfinished" &&
      as_superuser -At -c "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = '$replica_slot'" &&
      "${as_postgres[@]}" "$(postgres_programs)/pg_basebackup" -D "$1.unfinished" \
        -d "$(primary_connection) passfile='$1.password'" -R -X stream --checkpoint=fast -C -S "$replica_slot" &&
      "${as_postgres[@]}" mv "$1.unfinished" "$1"
  } >>"$(server_log replica)" 2>&1 || fail_with_log replica "could not be copied"
}

# How the owner of the cluster connects to it, but for the password.
primary_connection() {
  printf 'host=127.0.0.1 port=%s user=postgres sslmode=disable' "$(port_of postgres postgres)"
}

# psql as the owner of the cluster.
as_superuser() {
  (
    # The caller's stay out.
    # shellcheck disable=SC2086  # names of variables are words
    unset ${!PG@}
    export PGPASSWORD
    PGPASSWORD=$(postgres_password)
    exec "$(postgres_clients)/psql" -X -q -v ON_ERROR_STOP=1 -d "$(primary_connection) dbname=postgres" "$@"
  )
}

# Do commits wait for a replica that is down?
waits_for_nobody() {
  has_replica && is_up postgres && ! is_up replica && [[ -n $(as_superuser -At -c 'show synchronous_standby_names') ]]
}

# Whether commits wait for the replica: replica_synchronous on|off
replica_synchronous() {
  local names
  case ${1:-} in
    on) names=replica ;;
    off) names='' ;;
    *) fail "bin/stack synchronous on, or off" ;;
  esac
  is_up postgres || fail "postgres is down; run bin/stack up"
  as_superuser -c "alter system set synchronous_standby_names = '$names'" -c 'select pg_reload_conf()' >/dev/null
  say "commits $([[ -n $names ]] && echo wait || echo 'do not wait') for the replica"
}
