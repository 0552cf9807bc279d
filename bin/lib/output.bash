# shellcheck shell=bash
# What the scripts tell their user.

# Progress goes to stderr: stdout belongs to what a command was asked to print.
say() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
}

fail() {
  say "$*"
  exit 1
}

# 32 unguessable hexadecimal digits.
random_word() {
  od -An -N16 -tx1 /dev/urandom | tr -d ' \n'
}
