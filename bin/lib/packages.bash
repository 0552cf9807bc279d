# shellcheck shell=bash
# Debian packages: finds the missing ones, and installs them without starting their services. PyPI packages, below .stack/.

# shellcheck source=lib/building.bash
source "$root/bin/lib/building.bash"

# Tells invoke-rc.d and deb-systemd-invoke whether an installation may start a service.
readonly service_policy=/usr/sbin/policy-rc.d
# For all users and clones of this machine.
readonly installation_lock=/tmp/workspace-worker-setup.lock

have_dpkg() {
  command -v dpkg-query >/dev/null && command -v apt-get >/dev/null
}

# Whether a package is fully installed, not just unpacked: by name, or by a pattern that one package matches.
is_installed() {
  dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed
}

missing_packages() {
  local package
  for package in "$@"; do
    is_installed "$package" || provided "$package" || printf '%s\n' "$package"
  done
}

# Whether another package replaces one of ours: pkgconf for pkg-config, a
# versioned postgresql-17 for postgresql.
provided() {
  case $1 in
    pkg-config) command -v pkg-config >/dev/null ;;
    postgresql) is_installed 'postgresql-[0-9]*' && (($(newest_postgres) >= 15)) ;;
    *) return 1 ;;
  esac
}

# The major version of the newest PostgreSQL server, 0 without one; with FOLDER, in the
# system of that folder: newest_postgres [FOLDER]
newest_postgres() {
  local server version newest=0 folder=${1:-}/usr/lib/postgresql
  for server in "$folder"/*/bin/postgres; do
    [[ -x $server ]] || continue
    version=${server#"$folder"/}
    version=${version%%/*}
    if [[ $version =~ ^[0-9]+$ ]] && ((version > newest)); then newest=$version; fi
  done
  printf '%s\n' "$newest"
}

# Runs a command as root: directly, or with sudo.
as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

may_become_root() {
  ((EUID == 0)) && return
  command -v sudo >/dev/null || return
  # Without a terminal sudo cannot ask for a password.
  sudo -n true 2>/dev/null || [[ -t 0 ]]
}

install_packages() {
  if ! may_become_root; then
    fail "the installation needs root. Run:"$'\n\n'"  apt-get update && apt-get install -y $*"$'\n'
  fi
  # One installation at a time on this machine: the first to end removes the policy on services.
  [[ -e $installation_lock ]] || (: >"$installation_lock") 2>/dev/null || true
  # Opened for reading: that is enough for flock, and does not need to be the owner.
  [[ -r $installation_lock ]] || fail "$installation_lock can't be created, or read"
  exec 6<"$installation_lock"
  flock -n 6 || say "another bin/setup is installing packages; waiting"
  flock -w 1800 6 || fail "another bin/setup is still installing packages after 1800 s"
  quietly "apt-get update" as_root apt-get -q -o DPkg::Lock::Timeout=300 update 6>&- || fail "apt-get update failed"
  deny_service_starts
  # A package can have a service of its own, which is not to be started here.
  quietly "apt-get install" as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
    -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 --no-install-recommends install "$@" </dev/null 6>&- ||
    fail "apt-get install failed; see above"
  allow_service_starts
  trap - EXIT
  exec 6>&-
}

# The private stack starts its own servers, so the packages' services should not be
# started system-wide. A policy is the only switch that the maintainer scripts of both
# sysvinit and systemd obey. It names only services that are not installed yet; a system
# with a policy of its own keeps it.
deny_service_starts() {
  local denied=()
  [[ -e $service_policy ]] && return
  is_installed rabbitmq-server || denied+=('rabbitmq-server*')
  is_installed erlang-base || denied+=('epmd*')
  is_installed 'postgresql-[0-9]*' || denied+=('postgresql*')
  is_installed prometheus || denied+=('prometheus*')
  ((${#denied[@]} > 0)) || return 0
  trap allow_service_starts EXIT
  service_policy_script "${denied[@]}" | as_root tee "$service_policy" >/dev/null
  as_root chmod 755 "$service_policy"
}

# The two callers pass different arguments, so the policy looks at each of them.
# 101 means: this action is not allowed.
service_policy_script() {
  local IFS='|' names
  names="$*"
  cat <<POLICY
#!/bin/sh
# temporary: workspace-worker bin/setup
for word; do
  case \$word in $names) exit 101 ;; esac
done
exit 0
POLICY
}

# Removes the policy that deny_service_starts wrote, and no other.
allow_service_starts() {
  if grep -qs '^# temporary: workspace-worker bin/setup$' "$service_policy"; then
    as_root rm -f "$service_policy"
  fi
}

# Creates a Python environment, $root/.stack/NAME, with PyPI packages and nothing else, once for each list of packages:
# python_environment NAME REQUIREMENTS
python_environment() {
  local folder=$root/.stack/$1
  cmp -s -- "$2" "$folder/complete" && return
  mkdir -p -- "$root/.stack"
  exec 6>>"$root/.stack/$1.lock"
  flock -w 600 6 || fail "another process is still creating .stack/$1 after 600 s"
  if cmp -s -- "$2" "$folder/complete"; then
    exec 6>&-
    return
  fi
  say "python environment: .stack/$1"
  rm -rf -- "$folder"
  if ! python3 -m venv "$folder" ||
    ! "$folder/bin/pip" install --quiet --disable-pip-version-check --requirement "$2" >&2; then
    fail "the packages of ${2#"$root"/} can't be installed; see above"
  fi
  cp -- "$2" "$folder/complete"
  exec 6>&-
}
