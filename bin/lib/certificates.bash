# shellcheck shell=bash
# shellcheck disable=SC2154  # stack_dir is set by bin/stack
# TLS certificates for both servers, issued by an authority that only this stack has: tls/ca.pem, server.pem (for the name
# localhost and the address 127.0.0.2, not for 127.0.0.1), client.pem (of a user called workspace_certificate),
# expired.pem (for the name localhost, expired) and stranger.pem (another authority).

make_certificates() {
  local folder=$stack_dir/tls unfinished=$stack_dir/tls.unfinished
  # An earlier version issued them only for the name.
  [[ ! -f $folder/server.pem ]] ||
    ! openssl x509 -in "$folder/server.pem" -noout -checkip 127.0.0.2 | grep -q 'does match' || return 0
  rm -rf -- "$folder" "$unfinished"
  mkdir -m 700 -- "$unfinished"
  {
    make_authority "$unfinished/ca" "workspace-worker stack" &&
      make_authority "$unfinished/stranger" "a stranger" &&
      make_certificate "$unfinished" server localhost 3650 IP:127.0.0.2 &&
      make_certificate "$unfinished" expired localhost -1 &&
      make_certificate "$unfinished" client workspace_certificate 3650 &&
      mv -T -- "$unfinished" "$folder"
  } >"$stack_dir/tls.log" 2>&1 || { cat "$stack_dir/tls.log" >&2; fail "could not create certificates"; }
}

make_authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
    -keyout "$1.key" -out "$1.pem" -subj "/CN=$2"
}

# make_certificate FOLDER FILE NAME DAYS [ALTERNATIVE]
make_certificate() {
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
    -keyout "$1/$2.key" -out "$1/$2.csr" -subj "/CN=$3" &&
    openssl x509 -req -in "$1/$2.csr" -CA "$1/ca.pem" -CAkey "$1/ca.key" -CAcreateserial \
      -days "$4" -out "$1/$2.pem" -extfile <(printf 'subjectAltName=DNS:%s%s\n' "$3" "${5:+,$5}") &&
    rm -- "$1/$2.csr"
}
