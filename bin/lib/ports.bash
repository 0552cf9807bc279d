# shellcheck shell=bash
# shellcheck disable=SC2154  # stack_dir is set by bin/stack
# Ports: chosen at a server's first start and kept in the stack's folder.

# Each use has a range of its own, so that a stack cannot clash with itself. All
# are below 32768, where the kernel's ports for outgoing connections begin.
port_range() {
  case $1 in
    postgres) echo 20000 21999 ;;
    replica) echo 22000 22999 ;;
    amqp) echo 23000 23999 ;;
    amqps) echo 24000 24999 ;;
    management) echo 25000 26999 ;;
    prometheus) echo 27000 28999 ;;
    distribution) echo 29000 30999 ;;
    epmd) echo 31000 32699 ;;
  esac
}

# Whether something listens on this port, at any address. Asks the kernel: an
# attempt to connect would wait for minutes if the listener is stuck.
is_listening() {
  local port state=0A
  port=$(printf '%04X' "$1")
  grep -qsE "^ *[0-9]+: [0-9A-F]+:$port [0-9A-F]+:[0-9A-F]+ $state " /proc/net/tcp /proc/net/tcp6
}

choose_port() {
  local first last port tries=100
  read -r first last <<<"$(port_range "$1")"
  while ((tries-- > 0)); do
    port=$((first + RANDOM % (last - first + 1)))
    is_listening "$port" || { printf '%s\n' "$port"; return; }
  done
  fail "found no free port for $1 between $first and $last"
}

# Prints a recorded port: port_of SERVER USE
port_of() {
  sed -n "s/^$2=//p" "$stack_dir/$1.ports" 2>/dev/null
}

# True if each use has a port on which nothing listens: ports_free SERVER USE...
ports_free() {
  local server=$1 use port
  shift
  for use in "$@"; do
    port=$(port_of "$server" "$use") || return 1
    [[ -n $port ]] || return 1
    ! is_listening "$port" || return 1
  done
}

# Keeps a stopped server's ports if they are free, otherwise chooses new ones.
settle_ports() {
  local server=$1 use port chosen=''
  # A killed server can hold them a little longer than its process id.
  if [[ -s $stack_dir/$server.ports ]] && wait_until 3 ports_free "$@"; then return; fi
  shift
  for use in "$@"; do
    port=$(choose_port "$use")
    chosen+="$use=$port"$'\n'
  done
  printf '%s' "$chosen" >"$stack_dir/$server.ports"
}
