#!/usr/bin/env bash
# Property tests over HTTP, made from the server's own OpenAPI document.
#   schemathesis.sh SERVER SCHEMATHESIS [OPTIONS OF schemathesis run]
# The first two are the programs; schemathesis/requirements.txt has what the second one needs.
set -euo pipefail
server=$(realpath "$1")
schemathesis=$(realpath --no-symlinks "$2")
shift 2
here=$(cd "$(dirname "$0")" && pwd)

scratch=$(mktemp -d)
cd "$scratch"
# All refusals are to be signed, however many there are.
"$server" --listen 127.0.0.1:0 --data data --signed-refusals 1000000 2>log &
process=$!
trap 'kill "$process"; wait "$process"; rm -r "$scratch"' EXIT
for _ in {1..100}; do
  address=$(sed -n 's/.*listening address=//p' log)
  test -z "$address" || break
  sleep 0.1
done

export MERCHANT_DATA="$scratch/data" SCHEMATHESIS_HOOKS="$here/schemathesis/hooks.py"
"$schemathesis" --config-file "$here/schemathesis/schemathesis.toml" run \
  "http://$address/openapi.json" --checks all --request-timeout 20 "$@"

# What was sent has reached all parts of the server.
grep --only-matching 'code="[A-Z_]*"' log | sort | uniq --count
