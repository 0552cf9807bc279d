# shellcheck shell=bash
# shellcheck disable=SC2154  # stack_dir and as_postgres are set by bin/stack
# A streaming replica of the private PostgreSQL cluster. A replication slot on the primary
# keeps the WAL that the replica does not have yet.

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

# Whether the stack has a replica, running or not: one that was up once.
has_replica() {
  [[ -e $stack_dir/replica.complete ]]
}

replica_launch() {
  local data state
  is_up postgres || fail "a replica needs its primary; run bin/stack start postgres"
  cd /
  set_postgres_account
  data=$(realpath -- "$stack_dir/postgres")/replica
  state=$(slot_state) || fail "could not query the primary for the replication slot"
  # A replica can't catch up if it was promoted, or if its slot is gone or has lost WAL that it needs.
  if [[ $state != kept ]] || ! "${as_postgres[@]}" test -e "$data/standby.signal"; then copy_primary "$data"; fi
  # The primary's port can have changed.
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
  # In a file, since every user can read command lines; printf is a shell builtin.
  printf '127.0.0.1:*:*:postgres:%s\n' "$(postgres_password)" | write_as_postgres "$1.password"
  {
    "${as_postgres[@]}" rm -rf "$1" "$1.unfinished" &&
      as_superuser -At -c "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = '$replica_slot'" &&
      "${as_postgres[@]}" "$(postgres_programs)/pg_basebackup" -D "$1.unfinished" \
        -d "$(primary_connection) passfile='$1.password'" -R -X stream --checkpoint=fast -C -S "$replica_slot" &&
      "${as_postgres[@]}" mv "$1.unfinished" "$1"
  } >>"$(server_log replica)" 2>&1 || fail_with_log replica "could not be copied"
}

# The connection string of the cluster's owner, without the password.
primary_connection() {
  printf 'host=127.0.0.1 port=%s user=postgres sslmode=disable' "$(port_of postgres postgres)"
}

# Runs psql as the owner of the cluster.
as_superuser() {
  (
    # The caller's PG* variables are not passed on.
    # shellcheck disable=SC2086  # names of variables are words
    unset ${!PG@}
    export PGPASSWORD
    PGPASSWORD=$(postgres_password)
    exec "$(postgres_clients)/psql" -X -q -v ON_ERROR_STOP=1 -d "$(primary_connection) dbname=postgres" "$@"
  )
}

# Whether commits wait for a replica that is down.
waits_for_nobody() {
  has_replica && is_up postgres && ! is_up replica && [[ -n $(as_superuser -At -c 'show synchronous_standby_names') ]]
}

# Makes commits wait for the replica, or not: replica_synchronous on|off
replica_synchronous() {
  local names
  case ${1:-} in
    on) names=replica ;;
    off) names='' ;;
    *) fail "usage: bin/stack synchronous on|off" ;;
  esac
  is_up postgres || fail "postgres is down; run bin/stack up"
  as_superuser -c "alter system set synchronous_standby_names = '$names'" -c 'select pg_reload_conf()' >/dev/null
  say "commits $([[ -n $names ]] && echo wait || echo 'do not wait') for the replica"
}
