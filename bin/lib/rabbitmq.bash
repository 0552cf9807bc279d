# shellcheck shell=bash
# shellcheck disable=SC2154  # stack_dir is set by bin/stack
# The private RabbitMQ node, with an epmd of its own.

rabbitmq_ports() {
  echo amqp amqps management prometheus distribution epmd
}

# The folder of the package's own scripts, because those on PATH switch to the system's
# broker user. The path is the one in the release.
rabbitmq_scripts() {
  local folder newest=''
  for folder in "$release_root"/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin; do
    [[ -x $folder/rabbitmq-server ]] && newest=$folder
  done
  [[ -n $newest ]] || fail "RabbitMQ is not installed; run bin/setup"
  printf '%s\n' "${newest#"$release_root"}"
}

rabbitmq_version() {
  local folder
  folder=$(rabbitmq_scripts)
  folder=${folder%/sbin}
  printf '%s\n' "${folder##*/rabbitmq_server-}"
}

rabbitmq_stop_signal() {
  echo TERM
}

# Another program can have taken the port first; then the node does not get as far as
# this line.
rabbitmq_answers() {
  grep -qsm 1 'Server startup complete' -- "$(server_log rabbitmq)" &&
    is_listening "$(port_of rabbitmq amqp)"
}

# All processes of the node inherit this variable; rabbitmqctl does not get it.
rabbitmq_mark() {
  printf 'WORKSPACE_WORKER_BROKER=%s\n' "$stack_dir"
}

rabbitmq_members() {
  local file
  grep -lzxFs -e "$(rabbitmq_mark)" /proc/[0-9]*/environ | while IFS= read -r file; do
    file=${file#/proc/}
    # An ending process loses its environment first, so these are still running.
    printf '%s\n' "${file%/environ}"
  done
}

# Sets $as_rabbitmq, the prefix of a command for the broker. It ends with all variables
# that the node and rabbitmqctl see: neither the caller's RABBITMQ_* and ERL_* nor the
# system's settings must reach them. In a release, which has an account for it, the
# broker does not run as root.
set_rabbitmq_account() {
  local home=$stack_dir/rabbitmq loopback='-kernel inet_dist_use_interface {127,0,0,1}' account
  as_rabbitmq=("${inside[@]}")
  if [[ -n $release_root ]]; then
    account=$(release_account rabbitmq)
    as_rabbitmq+=(setpriv --reuid "${account%:*}" --regid "${account#*:}" --clear-groups)
  fi
  as_rabbitmq+=(
    # Mnesia writes a dump to the current folder when it fails.
    env -i --chdir="$home/log"
    PATH="$PATH" LC_ALL=C.UTF-8 HOME="$home"
    RABBITMQ_NODENAME=workspace_worker@localhost
    RABBITMQ_NODE_IP_ADDRESS=127.0.0.1
    RABBITMQ_NODE_PORT="$(port_of rabbitmq amqp)"
    RABBITMQ_DIST_PORT="$(port_of rabbitmq distribution)"
    RABBITMQ_MNESIA_BASE="$home/mnesia"
    RABBITMQ_LOG_BASE="$home/log"
    RABBITMQ_LOGS=-
    RABBITMQ_CONFIG_FILE="$home/rabbitmq.conf"
    RABBITMQ_ADVANCED_CONFIG_FILE="$home/advanced.config"
    RABBITMQ_CONF_ENV_FILE="$home/rabbitmq-env.conf"
    RABBITMQ_ENABLED_PLUGINS_FILE="$home/enabled_plugins"
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="$loopback"
    RABBITMQ_CTL_ERL_ARGS="$loopback"
    # rabbitmqctl listens, too, while it runs; 0 means any free port.
    RABBITMQ_CTL_DIST_PORT_MIN=0 RABBITMQ_CTL_DIST_PORT_MAX=0
    ERL_INETRC="$home/inetrc"
    ERL_CRASH_DUMP="$home/log/erl_crash.dump"
    ERL_EPMD_ADDRESS=127.0.0.1
    ERL_EPMD_PORT="$(port_of rabbitmq epmd)"
    # Makes the start script replace itself with the node instead of staying its parent.
    RUNNING_UNDER_SYSTEMD=true
  )
}

write_rabbitmq_config() {
  local home=$stack_dir/rabbitmq
  mkdir -p -- "$home/log"
  chmod 700 -- "$home"
  [[ -s $home/.erlang.cookie ]] || (umask 077 && random_word >"$home/.erlang.cookie")
  chmod 400 -- "$home/.erlang.cookie"
  echo '[rabbitmq_management,rabbitmq_prometheus,rabbitmq_consistent_hash_exchange,rabbitmq_auth_mechanism_ssl].' \
    >"$home/enabled_plugins"
  # Empty, instead of those in /etc/rabbitmq.
  echo '[].' >"$home/advanced.config"
  : >"$home/rabbitmq-env.conf"
  # Names come only from this file: whatever the machine's resolver says, and however
  # long it takes, the node finds itself on the loopback interface.
  cat >"$home/inetrc" <<INETRC
{lookup, [file]}.
{host, {127,0,0,1}, ["localhost", "$(uname -n)"]}.
INETRC
  cat >"$home/rabbitmq.conf" <<CONF
# Written by bin/stack at each start.
management.tcp.ip = 127.0.0.1
management.tcp.port = $(port_of rabbitmq management)
prometheus.tcp.ip = 127.0.0.1
prometheus.tcp.port = $(port_of rabbitmq prometheus)
listeners.ssl.1 = 127.0.0.1:$(port_of rabbitmq amqps)
listeners.ssl.2 = 127.0.0.2:$(port_of rabbitmq amqps)
ssl_options.cacertfile = $home/tls/ca.pem
ssl_options.certfile = $home/tls/server.pem
ssl_options.keyfile = $home/tls/server.key
ssl_options.verify = verify_peer
ssl_options.fail_if_no_peer_cert = false
ssl_cert_login_from = common_name
auth_mechanisms.1 = PLAIN
auth_mechanisms.2 = AMQPLAIN
auth_mechanisms.3 = EXTERNAL
# The broker should also work on a developer's disk that is nearly full.
disk_free_limit.absolute = 64MB
# The default of RabbitMQ 3; that of RabbitMQ 4 is lower.
max_message_size = 134217728
CONF
  write_rabbitmq_tls "$home/tls"
  [[ -z $release_root ]] || chown -R "$(release_account rabbitmq)" -- "$home"
}

# Writes copies of the certificates that the broker's account can read.
write_rabbitmq_tls() {
  mkdir -p -- "$1"
  (umask 077 && cp -- "$stack_dir"/tls/{ca.pem,server.pem,server.key} "$1/")
}

rabbitmq_launch() {
  local scripts
  scripts=$(rabbitmq_scripts)
  # RabbitMQ quotes its folder for a shell; with a quote in the name it would wait forever.
  [[ $stack_dir != *[\'\"\\]* ]] || fail "RabbitMQ cannot work in a folder with a quote or backslash in its name"
  # A first start that was killed can leave half a database, which would make the next
  # start wait forever. There is nothing in it yet.
  [[ -e $stack_dir/rabbitmq.complete ]] || rm -rf -- "$stack_dir/rabbitmq/mnesia"
  make_certificates
  write_rabbitmq_config
  set_rabbitmq_account
  raise_file_limit
  # Started here, epmd belongs to this stack; the node would start it as a daemon.
  spawn "$(server_log rabbitmq)" "${as_rabbitmq[@]}" "$(rabbitmq_mark)" epmd
  wait_until 10 is_listening "$(port_of rabbitmq epmd)" || fail_with_log rabbitmq "has no epmd"
  if ! is_alive "$spawned"; then
    ((SECONDS < start_deadline)) || fail_with_log rabbitmq "has no epmd of its own"
    say "another program has taken a port of rabbitmq; trying others"
    launch_server rabbitmq
    return
  fi
  spawn "$(server_log rabbitmq)" "${as_rabbitmq[@]}" "$(rabbitmq_mark)" "$scripts/rabbitmq-server"
}

# The node allocates tables as large as the limit, so it is no higher than a broker needs.
raise_file_limit() {
  local hard
  hard=$(ulimit -Hn)
  if [[ $hard == unlimited ]] || ((hard > 65536)); then hard=65536; fi
  ulimit -Sn "$hard"
}

rabbitmq_ctl() {
  local scripts
  scripts=$(rabbitmq_scripts)
  server_pid rabbitmq >/dev/null || { say "rabbitmq is down; run bin/stack up"; exit 3; }
  set_rabbitmq_account
  exec "${as_rabbitmq[@]}" "$scripts/rabbitmqctl" "$@"
}
