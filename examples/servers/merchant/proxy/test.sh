#!/usr/bin/env bash
# Tests the merchant server behind nginx with nginx.conf, over TLS.
#   test.sh SERVER
# SERVER is the path of the merchant-server executable. The script installs missing Debian packages.
set -euo pipefail
server=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
payloads=$(realpath "$here/../../../payloads")
if ! test -x /usr/sbin/nginx || ! command -v curl openssl >/dev/null; then
  apt-get update
  apt-get install -y --no-install-recommends nginx-light curl openssl
fi

scratch=$(mktemp -d)
cd "$scratch"
processes=()
trap 'kill "${processes[@]}"; wait; rm -r "$scratch"' EXIT

# Start the server on a free port. The loop may read the log before the server has opened it.
touch log
"$server" --listen 127.0.0.1:0 --data data 2>log &
processes+=($!)
for _ in {1..100}; do
  address=$(sed -n 's/.*listening address=//p' log)
  test -z "$address" || break
  sleep 0.1
done

# Start nginx on a free port with a self-signed certificate.
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
  -keyout certificate.key -out certificate.pem 2>/dev/null
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
sed "s/127\.0\.0\.1:8080/$address/; s/listen 8443/listen 127.0.0.1:$port/" "$here/nginx.conf" >nginx.conf
/usr/sbin/nginx -p "$scratch/" -c nginx.conf -g 'daemon off;' 2>nginx.log &
processes+=($!)
for _ in {1..100}; do
  (: <"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
  sleep 0.1
done

# post PATH FILE: sends the file as a signed request from the platform, and prints the body and the
# HTTP status.
post() {
  local time signature
  time=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  signature=$( (printf 'POST %s\nPLATFORM.%s.' "$1" "$time"; cat "$2") |
    openssl dgst -sha256 -sign data/platform.private.pem | openssl base64 -A)
  curl --silent --show-error --max-time 20 --cacert certificate.pem --write-out '\n%{http_code}\n' \
    "https://localhost:$port$1" --data-binary "@$2" -H 'Content-Type: application/json; charset=UTF-8' \
    -H 'Client-Id: PLATFORM' -H "Request-Time: $time" \
    -H "Signature: algorithm=RSA256, keyVersion=1, signature=$signature"
}

# expect NAME STATUS STRING PATH FILE: posts the file, and checks the HTTP status of the response and that it
# contains the string.
expect() {
  local response
  response=$(post "${@:4}")
  if test "$(tail -n 1 <<<"$response")" != "$2" || ! grep -qF "$3" <<<"$response"; then
    printf '%s: expected %s and %s, got:\n%s\n' "$1" "$2" "$3" "$response" >&2
    cat nginx.log log >&2
    exit 1
  fi
  echo "$1: ok"
}

path=/v2/pds/memberships/notifyCardRegistration
body=$payloads/documents/notify_card_registration_request.json
expect 'a signed request' 200 SUCCESS "$path" "$body"
expect 'a signed request with a query' 200 SUCCESS "$path?a=b%20c" "$body"
head -c 300000 /dev/zero >long
expect 'a body that is too long' 413 'Too Large' "$path" long
expect 'another path' 404 'Not Found' /healthz "$body"
expect 'the metrics' 404 'Not Found' /metrics "$body"
