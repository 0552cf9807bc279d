#!/usr/bin/env bash
# Replaces itself with a command in another Debian release: inside.bash FOLDER SHARED COMMAND...
# FOLDER has the release, SHARED is a folder that has the same path inside. Run by
# `unshare --mount`, so the mounts end with the command.
set -euo pipefail
umask 022

folder=$1 shared=$2
shift 2
mount --rbind /dev "$folder/dev"
mount -t proc proc "$folder/proc"
mount -t tmpfs -o mode=1777 tmpfs "$folder/tmp"
mkdir -p -- "$folder$shared"
mount --bind -- "$shared" "$folder$shared"
exec chroot "$folder" "$@"
