# shellcheck shell=bash
# Output of the scripts for their user.

# Progress goes to stderr: stdout is for the requested output.
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
