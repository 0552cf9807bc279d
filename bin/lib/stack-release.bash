# shellcheck shell=bash
# shellcheck disable=SC2154  # root and stack_dir are set by bin/stack
# Which release a stack's servers are of: that of the machine, or the one that its
# file `release` names.

# Prints the name of the stack's release; nothing for the machine's own.
recorded_release() {
  [[ ! -s $stack_dir/release ]] || cat -- "$stack_dir/release"
}

# Sets $release_root, the folder of the release, empty for the machine's own, and
# $inside, the words before a command of it.
load_release() {
  local name
  release_root='' inside=()
  name=$(recorded_release)
  [[ -n $name ]] || return 0
  release_root=$(release_folder "$name")
  inside=(unshare --mount --propagation private -- bash "$root/bin/lib/inside.bash" "$release_root" "$stack_dir")
}

# For a stack about to be started. One that has data stays what it is.
choose_release() {
  local has
  has=$(recorded_release)
  if [[ $1 != "$has" ]]; then
    [[ ! -e $stack_dir/postgres && ! -e $stack_dir/rabbitmq ]] ||
      fail "$stack_dir belongs to ${has:-this machine}'s servers; bin/stack down and remove it to begin afresh with $1's"
    make_release "$1"
    printf '%s\n' "$1" >"$stack_dir/release"
  fi
  load_release
  # It may have been removed since.
  make_release "$1"
}

# USER:GROUP, as numbers, of an account of the release.
release_account() {
  awk -F: -v name="$1" '$1 == name { print $3 ":" $4 }' "$release_root/etc/passwd"
}
