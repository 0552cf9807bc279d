# shellcheck shell=bash
# shellcheck disable=SC2154  # stack_dir is set by bin/stack
# The account that owns the cluster. PostgreSQL refuses to run as root, so if started by
# root it runs as an unprivileged account, in a folder that this account can reach.

# Sets $as_postgres, the prefix of a command for the cluster. Each program in it
# replaces itself, so a spawned server keeps its process id. The caller's PG*
# variables are not passed on.
set_postgres_account() {
  local account
  as_postgres=("${inside[@]}" env -i PATH="$PATH" HOME=/ LC_ALL=C.UTF-8)
  ((EUID == 0)) || return 0
  account=$(postgres_account)
  as_postgres+=(setpriv --reuid "${account%:*}" --regid "${account#*:}" --clear-groups)
}

# The owner of the cluster; for a new cluster the system's account for PostgreSQL, or
# else nobody.
postgres_account() {
  local name account
  account=$(stat -L -c %u:%g -- "$stack_dir/postgres" 2>/dev/null) || account=0:0
  if [[ $account == 0:* && -n $release_root ]]; then account=$(release_account postgres); fi
  for name in postgres nobody; do
    [[ $account == 0:* ]] || break
    account=$(id -u "$name" 2>/dev/null):$(id -g "$name" 2>/dev/null) || account=0:0
  done
  [[ $account != 0:* ]] || fail "there is neither an account postgres nor an account nobody to run PostgreSQL as"
  printf '%s\n' "$account"
}

# The folder of the data if the account cannot reach the stack's folder.
postgres_elsewhere() {
  local word
  word=$(printf '%s' "$stack_dir" | sha256sum)
  printf '%s\n' "/var/tmp/workspace-worker-$EUID-${word:0:16}"
}

# Every folder in which this stack's server can be running. If the stack's folder was
# removed while it ran, nothing links to the second folder any more.
postgres_folders() {
  realpath -m -- "$stack_dir/postgres"
  ((EUID != 0)) || postgres_elsewhere
}

# Creates the cluster's folder, or moves it, so that its account can use it.
settle_postgres_folder() {
  local folder=$stack_dir/postgres elsewhere
  # The target of the link can have been cleaned up.
  if [[ -L $folder && ! -d $folder ]]; then rm -f -- "$folder"; fi
  if [[ ! -d $folder ]]; then
    mkdir -m 700 -- "$folder"
    ((EUID != 0)) || chown "$(postgres_account)" -- "$folder"
  fi
  # Not through the link, which is in a folder that the account may not be able to read.
  "${as_postgres[@]}" test -w "$(realpath -- "$folder")" && return
  if ((EUID != 0)) || [[ -L $folder || -n $release_root ]]; then
    fail "the account that PostgreSQL runs as cannot write to $folder"
  fi
  elsewhere=$(postgres_elsewhere)
  # Only an earlier stack in the same folder, since removed, can have left this.
  rm -rf -- "$elsewhere"
  mv -T -- "$folder" "$elsewhere"
  ln -s -- "$elsewhere" "$folder"
}
