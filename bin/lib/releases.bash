# shellcheck shell=bash
# shellcheck disable=SC2154  # root is set by the script
# Servers of another Debian release. The release has a folder, which debootstrap creates
# once for all clones on the machine, and which does not change afterwards. Its programs
# run chrooted, in a mount namespace of their own, on the machine's network.

readonly releases_folder=${WORKSPACE_RELEASES_DIR:-/var/cache/workspace-worker/releases}
readonly release_mirror=${WORKSPACE_RELEASES_MIRROR:-http://deb.debian.org/debian}
# In seconds. With a fast network it takes two minutes.
readonly release_limit=1800

# Prints why this machine can't run another release; nothing if it can.
release_hindrance() {
  if ((EUID != 0)); then
    echo "only root can use chroot"
  elif ! have_dpkg; then
    echo "this machine has no apt-get to install debootstrap with"
  elif ! unshare --mount true 2>/dev/null; then
    echo "this machine does not allow mount namespaces"
  fi
}

release_folder() {
  [[ $1 =~ ^[a-z]+$ ]] || fail "'$1' is not the name of a Debian release, such as trixie"
  printf '%s\n' "$releases_folder/$1"
}

# Creates the folder of a release if it does not exist yet.
make_release() {
  local folder hindrance
  folder=$(release_folder "$1")
  [[ ! -d $folder ]] || return 0
  hindrance=$(release_hindrance)
  [[ -z $hindrance ]] || fail "$1 can't be installed here: $hindrance"
  is_installed debootstrap || install_packages debootstrap
  [[ -e /usr/share/debootstrap/scripts/$1 ]] || fail "debootstrap does not know the release '$1'"
  mkdir -p -- "$releases_folder"
  exec 7>>"$releases_folder/$1.lock"
  flock -n 7 || say "another process is creating $folder; waiting"
  flock -w "$release_limit" 7 || fail "$folder is still being created after $release_limit s"
  [[ -d $folder ]] || bootstrap_release "$1" "$folder"
  exec 7>&-
}

# Creates the folder of a release: bootstrap_release NAME FOLDER. It has another name until
# it is complete. After an interruption, completed downloads are reused.
bootstrap_release() {
  local unfinished=$2.unfinished downloads=$2.packages
  say "creating $2 with debootstrap: about two minutes and 700 MB, 640 in the end; details in $2.log"
  unmount_below "$unfinished"
  rm -rf --one-file-system -- "$unfinished"
  mkdir -p -- "$downloads"
  # No service is started in the folder: debootstrap puts a start-stop-daemon there that does nothing.
  timeout "$release_limit" debootstrap --variant=minbase --cache-dir="$downloads" --include=rabbitmq-server,postgresql \
    "$1" "$unfinished" "$release_mirror" </dev/null >"$2.log" 2>&1 7>&- &
  bootstrap_job=$!
  # `timeout` is in a process group of its own, and would outlive this script with its lock.
  trap 'kill -s TERM "$bootstrap_job" 2>/dev/null || true; wait "$bootstrap_job" || true' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  report_progress "$1" "$bootstrap_job" "$2.log"
  wait "$bootstrap_job" || { tail -n 20 -- "$2.log" >&2; fail "could not create $2; see $2.log"; }
  # The cluster that the package creates, and the packages themselves.
  rm -rf -- "$unfinished"/var/lib/postgresql/*/* "$unfinished"/etc/postgresql/*/* "$unfinished"/var/cache/apt/archives/*.deb
  mv -T -- "$unfinished" "$2"
  trap - EXIT INT TERM
  rm -rf -- "$downloads"
  say "$2 is complete"
}

# Unmounts what an interrupted debootstrap has left mounted, such as /proc.
unmount_below() {
  local mount
  while read -r mount; do
    umount -- "$mount"
  done < <(awk -v below="$1/" 'index($2, below) == 1 { print $2 }' /proc/self/mounts | sort -r)
}

# Prints a line every ten seconds: report_progress NAME PID LOG
report_progress() {
  local seconds=0
  while is_alive "$2"; do
    sleep 1
    seconds=$((seconds + 1))
    ((seconds % 10)) || say "$1, ${seconds} s: $(tail -n 1 -- "$3")"
  done
}

# Removes `--release NAME` from the arguments: sets $release and $arguments.
take_release() {
  release='' arguments=()
  while (($# > 0)); do
    case $1 in
      --release)
        [[ -n ${2:-} ]] || fail "--release needs a name, such as trixie"
        release=$2
        shift
        ;;
      --release=*) release=${1#*=} ;;
      *) arguments+=("$1") ;;
    esac
    shift
  done
}
