# shellcheck shell=bash
# Long-running work: shows its progress, and its output only if it fails.

# Prints one line when the command ends, or its whole output if it fails: quietly WHAT COMMAND...
quietly() {
  local -r what=$1
  local log start=$SECONDS
  shift
  log=$(mktemp)
  if "$@" 2>&1 | tee -- "$log" | show_progress "$what"; then
    rm -f -- "$log"
    say "$what: $((SECONDS - start)) s"
    return
  fi
  cat -- "$log" >&2
  rm -f -- "$log"
  return 1
}

# Shows the steps of a build or an installation, on one line of a terminal; elsewhere on a line each minute.
show_progress() {
  local -r what=$1
  local line last=$SECONDS
  while IFS= read -r line; do
    [[ $line =~ ^\[([0-9]+/[0-9]+)\] || $line =~ ^(Unpacking|Setting\ up)\ [^\ ]+ ]] || continue
    if [[ -t 2 ]]; then
      printf '\r%s: %s: %s\033[K' "${0##*/}" "$what" "${BASH_REMATCH[1]:-}" >&2
    elif ((SECONDS - last >= 60)); then
      say "$what: ${BASH_REMATCH[1]}"
      last=$SECONDS
    fi
  done
  if [[ -t 2 ]]; then printf '\r\033[K' >&2; fi
}

# Builds a product and prints the path of the program: build CONFIGURATION PRODUCT
build() {
  quietly "building $2" swift build -c "$1" --product "$2" || fail "the build failed"
  printf '%s/%s\n' "$(swift build -c "$1" --show-bin-path)" "$2"
}
