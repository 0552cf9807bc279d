# shellcheck shell=bash
# shellcheck disable=SC2154  # stack_dir is set by bin/stack
# Whose the cluster is. PostgreSQL refuses to run as root, so started by root it
# runs as an account without rights, in a folder that this account can reach.

# Sets $as_postgres, the words before a command of the cluster. Each program in
# there replaces itself, so a spawned server keeps its process id. The caller's
# PG* variables stay out.
set_postgres_account() {
  local account
  as_postgres=("${inside[@]}" env -i PATH="$PATH" HOME=/ LC_ALL=C.UTF-8)
  ((EUID == 0)) || return 0
  account=$(postgres_account)
  as_postgres+=(setpriv --reuid "${account%:*}" --regid "${account#*:}" --clear-groups)
}

# The owner of the cluster; for a new one the system's account for PostgreSQL, or
# else the one for nobody.
postgres_account() {
  local name account
  account=$(stat -L -c %u:%g -- "$stack_dir/postgres" 2>/dev/null) || account=0:0
  if [[ $account == 0:* && -n $release_root ]]; then account=$(release_account postgres); fi
  for name in postgres nobody; do
    [[ $account == 0:* ]] || break
    account=$(id -u "$name" 2>/dev/null):$(id -g "$name" 2>/dev/null) || account=0:0
  done
  [[ $account != 0:* ]] || fail "found neither an account postgres nor nobody to run PostgreSQL as"
  printf '%s\n' "$account"
}

# Where the data is if its account cannot reach the stack's folder.
postgres_elsewhere() {
  local word
  word=$(printf '%s' "$stack_dir" | sha256sum)
  printf '%s\n' "/var/tmp/workspace-worker-$EUID-${word:0:16}"
}

# Every folder in which this stack's server may run. After the stack's folder was
# removed under a running one, nothing links to the second any more.
postgres_folders() {
  realpath -m -- "$stack_dir/postgres"
  ((EUID != 0)) || postgres_elsewhere
}

# Makes the cluster's folder, or moves it, so that its account can work there.
settle_postgres_folder() {
  local folder=$stack_dir/postgres elsewhere
  # What it linked to may have been cleaned away.
  if [[ -L $folder && ! -d $folder ]]; then rm -f -- "$folder"; fi
  if [[ ! -d $folder ]]; then
    mkdir -m 700 -- "$folder"
    ((EUID != 0)) || chown "$(postgres_account)" -- "$folder"
  fi
  # Not by the link, which itself lies where the account may not look.
  "${as_postgres[@]}" test -w "$(realpath -- "$folder")" && return
  if ((EUID != 0)) || [[ -L $folder || -n $release_root ]]; then
    fail "the account that PostgreSQL runs as cannot write to $folder"
  fi
  elsewhere=$(postgres_elsewhere)
  # Only a stack folder of the same place, removed since, can have left this.
  rm -rf -- "$elsewhere"
  mv -T -- "$folder" "$elsewhere"
  ln -s -- "$elsewhere" "$folder"
}
