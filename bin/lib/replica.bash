# shellcheck shell=bash
# shellcheck disable=SC2154  # stack_dir and as_postgres are set by bin/stack
# A streaming replica of the private PostgreSQL cluster, which keeps what the replica
# has not got yet in a replication slot.

readonly slot=replica

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

# Whether the stack has one, running or not.
has_replica() {
  [[ -e $stack_dir/replica.ports ]]
}

replica_launch() {
  local data
  is_up postgres || fail "a replica needs its primary; run bin/stack start postgres"
  cd /
  set_postgres_account
  data=$(realpath -- "$stack_dir/postgres")/replica
  follows "$data" || copy_primary "$data"
  printf '%s\n' "primary_conninfo = '$(primary_connection) application_name=replica'" "primary_slot_name = '$slot'" |
    (umask 077 && "${as_postgres[@]}" tee "$data/postgresql.auto.conf" >/dev/null)
  run_cluster replica "$data"
}

# Can it still be brought up to date? Not when it was promoted, nor when its slot is gone or has lost what it needs.
follows() {
  "${as_postgres[@]}" test -e "$1/standby.signal" &&
    [[ $(as_superuser -At -c "select wal_status <> 'lost' from pg_replication_slots where slot_name = '$slot'") == t ]]
}

copy_primary() {
  say "copying the database cluster for the replica"
  {
    "${as_postgres[@]}" rm -rf "$1" "$1.unfinished" &&
      as_superuser -At -c "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = '$slot'" &&
      "${as_postgres[@]}" "$(postgres_programs)/pg_basebackup" -D "$1.unfinished" -d "$(primary_connection)" \
        -R -X stream --checkpoint=fast -C -S "$slot" &&
      "${as_postgres[@]}" mv "$1.unfinished" "$1"
  } >>"$(server_log replica)" 2>&1 || fail_with_log replica "could not be copied"
}

# How the owner of the cluster connects to it.
primary_connection() {
  printf 'host=127.0.0.1 port=%s user=postgres password=%s sslmode=disable' \
    "$(port_of postgres postgres)" "$(postgres_password)"
}

# psql as the owner of the cluster.
as_superuser() {
  env -i LC_ALL=C.UTF-8 "$(postgres_clients)/psql" -X -q -v ON_ERROR_STOP=1 -d "$(primary_connection) dbname=postgres" "$@"
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
