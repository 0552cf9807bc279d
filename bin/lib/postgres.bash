# shellcheck shell=bash
# shellcheck disable=SC2154  # stack_dir is set by bin/stack
# The private PostgreSQL cluster, with one database and the role that owns it.

readonly database=workspace_worker role=workspace_worker

postgres_ports() {
  echo postgres
}

# The programs for the cluster: those of the version that created it, or the newest for
# a cluster that does not exist yet. The path is the one in the release.
postgres_programs() {
  local version folder
  version=$(cat "$stack_dir/postgres/data/PG_VERSION" 2>/dev/null) || version=$(newest_postgres "$release_root")
  ((version >= 15)) || fail "PostgreSQL 15 or later is not installed; run bin/setup"
  folder=/usr/lib/postgresql/$version/bin
  [[ -x $release_root$folder/postgres ]] ||
    fail "$stack_dir/postgres was created by PostgreSQL $version, which is not installed." \
      "Install it, or remove $stack_dir to start afresh."
  printf '%s\n' "$folder"
}

postgres_version() {
  local version
  version=$("${inside[@]}" "$(postgres_programs)/postgres" --version)
  version=${version#*) }
  printf '%s\n' "${version%% *}"
}

# A "fast" shutdown: ends the sessions, then writes a checkpoint.
postgres_stop_signal() {
  echo INT
}

# This machine's client programs, which need not have the server's version.
postgres_clients() {
  printf '/usr/lib/postgresql/%s/bin\n' "$(newest_postgres)"
}

postgres_answers() {
  cluster_answers "$(port_of postgres postgres)"
}

postgres_members() {
  cluster_members data
}

# Whether a server accepts sessions: cluster_answers PORT
cluster_answers() {
  env -i "$(postgres_clients)/pg_isready" -q -t 3 -h 127.0.0.1 -p "$1"
}

# The ids of the server processes: those whose working directory is the cluster's folder
# FOLDER. (They overwrite their environment with their titles, so a mark there would not
# last.) cluster_members FOLDER
cluster_members() {
  local folder
  postgres_folders | sort -u | while IFS= read -r folder; do
    # find takes a pattern, so special characters need a backslash. In a release the path
    # begins with the folder of that release, whichever release the stack last had.
    folder=$(printf '%s' "$folder/$1" | sed 's/[][*?\\]/\\&/g')
    find /proc -mindepth 2 -maxdepth 2 -path '/proc/[0-9]*/cwd' \
      \( -lname "$folder" -o -lname "$folder (deleted)" -o -lname "$releases_folder/[a-z]*$folder" \
      -o -lname "$releases_folder/[a-z]*$folder (deleted)" \) 2>/dev/null
  done | only_postgres
}

# Keeps only server processes: a shell can have that working directory, too.
only_postgres() {
  local path
  while IFS= read -r path; do
    path=${path%/cwd}
    if [[ $(readlink "$path/exe") =~ ^("$releases_folder"/[a-z]+)?/usr/lib/postgresql/[0-9]+/bin/postgres ]]; then
      printf '%s\n' "${path#/proc/}"
    fi
  done
}

postgres_password() {
  cat -- "$stack_dir/postgres.password"
}

# The database's URL on the server at a port: database_url PORT
database_url() {
  printf 'postgres://%s:%s@127.0.0.1:%s/%s?sslmode=disable\n' "$role" "$(postgres_password)" "$1" "$database"
}

postgres_launch() {
  local data programs
  programs=$(postgres_programs)
  # The account may be unable to read the caller's folder.
  cd /
  set_postgres_account
  settle_postgres_folder
  data=$(realpath -- "$stack_dir/postgres")/data
  "${as_postgres[@]}" test -d "$data" || make_cluster "$programs" "${data%/data}"
  make_certificates
  write_postgres_tls "$data"
  # The most WAL that is kept for a replica that is down.
  run_cluster postgres "$data" -c max_slot_wal_keep_size=2GB
}

# Starts a server on a cluster: run_cluster NAME FOLDER ARGUMENT...
run_cluster() {
  local name=$1 data=$2
  shift 2
  # It names a server that no longer runs: launch_server has ended all of them. If its
  # id were in use again, PostgreSQL would mistake that process for the server.
  "${as_postgres[@]}" rm -f "$data/postmaster.pid"
  # Sessions use only TCP: a socket's path would be too long in a deep folder. Shared memory is in files of the cluster,
  # because a server that is killed would leave that of the machine in /dev/shm.
  spawn "$(server_log "$name")" "${as_postgres[@]}" "$(postgres_programs)/postgres" -D "$data" \
    -p "$(port_of "$name" "$name")" -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories= -c max_connections=400 -c dynamic_shared_memory_type=mmap \
    -c ssl=on -c ssl_ca_file="$data/ca.pem" -c ssl_cert_file="$data/server.pem" -c ssl_key_file="$data/server.key" "$@"
}

# Writes copies of the certificates that the server's account can read, and permits one
# role to log in with a certificate instead of a password.
write_postgres_tls() {
  local file
  for file in ca.pem server.pem server.key; do
    write_as_postgres "$1/$file" <"$stack_dir/tls/$file" || fail "could not hand $file to PostgreSQL"
  done
  "${as_postgres[@]}" grep -qs workspace_certificate "$1/pg_hba.conf" ||
    "${as_postgres[@]}" sed -i '1i hostssl all workspace_certificate all cert' "$1/pg_hba.conf"
}

# Writes standard input to a file that only the cluster's account can read.
write_as_postgres() {
  (umask 077 && "${as_postgres[@]}" tee "$1" >/dev/null) && "${as_postgres[@]}" chmod 600 "$1"
}

# Creates the cluster under another name, so that an incomplete one is never used. Any
# account on the machine can reach the port, hence passwords and not trust.
make_cluster() {
  local programs=$1 folder=$2
  say "creating the database cluster"
  (umask 077 && random_word >"$stack_dir/postgres.password")
  # Joined by &&, because the shell does not stop at an error left of ||.
  {
    "${as_postgres[@]}" rm -rf "$folder/unfinished" &&
      initialize_cluster "$programs" "$folder" &&
      make_database "$programs" "$folder/unfinished" &&
      "${as_postgres[@]}" mv "$folder/unfinished" "$folder/data"
  } >>"$(server_log postgres)" 2>&1 || fail_with_log postgres "could not create its cluster"
}

initialize_cluster() {
  local programs=$1 folder=$2
  # A file of its own, because the account cannot open a pipe of root's.
  postgres_password | (umask 077 && "${as_postgres[@]}" tee "$folder/password" >/dev/null) &&
    "${as_postgres[@]}" "$programs/initdb" -D "$folder/unfinished" -U postgres \
      --auth=scram-sha-256 --pwfile="$folder/password" --encoding=UTF8 --no-locale &&
    "${as_postgres[@]}" rm "$folder/password"
}

make_database() {
  local verifier
  verifier=$(postgres_password | scram_verifier) &&
    "${as_postgres[@]}" "$1/postgres" --single -D "$2" -c exit_on_error=true postgres <<SQL
CREATE ROLE $role LOGIN CREATEDB CREATEROLE PASSWORD '$verifier'
GRANT pg_checkpoint TO $role
CREATE DATABASE $database OWNER $role
SQL
}

# What PostgreSQL stores of the password on standard input (RFC 5803), with one iteration of the hash instead of 4096:
# iterations slow down guessing, which is hopeless with 128 random bits anyway, and take 6 % of the time of bin/test.
scram_verifier() {
  perl -MDigest::SHA=sha256,hmac_sha256 -MMIME::Base64 -e '
    my ($password, $salt) = (scalar <STDIN>, pack "H*", shift);
    my $salted = hmac_sha256("$salt\0\0\0\1", $password);
    my @keys = (sha256(hmac_sha256("Client Key", $salted)), hmac_sha256("Server Key", $salted));
    printf "SCRAM-SHA-256\$1:%s\$%s:%s\n", map { encode_base64 $_, "" } $salt, @keys' "$(random_word)"
}

postgres_psql() {
  server_pid postgres >/dev/null || { say "postgres is down; run bin/stack up"; exit 3; }
  PGHOST=127.0.0.1 PGPORT=$(port_of postgres postgres) PGSSLMODE=disable \
    PGUSER=$role PGDATABASE=$database PGPASSWORD=$(postgres_password) \
    exec "$(postgres_clients)/psql" "$@"
}
