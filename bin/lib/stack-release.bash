# shellcheck shell=bash
# shellcheck disable=SC2154  # root and stack_dir are set by bin/stack
# The release of a stack's servers: that of the machine, or the one named in the stack's
# file `release`.

# Prints the name of the stack's release; nothing for the machine's own.
recorded_release() {
  [[ ! -s $stack_dir/release ]] || cat -- "$stack_dir/release"
}

# Sets $release_root, the folder of the release (empty for the machine's own), and
# $inside, the prefix of a command in it.
load_release() {
  local name
  release_root='' inside=()
  name=$(recorded_release)
  [[ -n $name ]] || return 0
  release_root=$(release_folder "$name")
  inside=(unshare --mount --propagation private -- bash "$root/bin/lib/inside.bash" "$release_root" "$stack_dir")
}

# Chooses the release of a stack about to be started. A stack with data keeps its release.
choose_release() {
  local has
  has=$(recorded_release)
  if [[ $1 != "$has" ]]; then
    [[ ! -e $stack_dir/postgres && ! -e $stack_dir/rabbitmq ]] ||
      fail "$stack_dir has data of ${has:-this machine}'s servers; to start afresh with $1's, run bin/stack down and remove it"
    make_release "$1"
    printf '%s\n' "$1" >"$stack_dir/release"
  fi
  load_release
  # The folder can have been removed since.
  make_release "$1"
}

# Prints USER:GROUP, as numbers, of an account of the release.
release_account() {
  awk -F: -v name="$1" '$1 == name { print $3 ":" $4 }' "$release_root/etc/passwd"
}
