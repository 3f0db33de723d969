#!/usr/bin/env bash
# Property tests over HTTP, generated from the server's OpenAPI document.
#   schemathesis.sh SERVER SCHEMATHESIS [OPTION...]
# SERVER and SCHEMATHESIS are the paths of the executables. The options are those of `schemathesis run`.
# schemathesis/requirements.txt lists the Python packages.
set -euo pipefail
server=$(realpath "$1")
schemathesis=$(realpath --no-symlinks "$2")
shift 2
here=$(cd "$(dirname "$0")" && pwd)

scratch=$(mktemp -d)
cd "$scratch"
# The loop below may read the file before the server has opened it.
touch log
# The tests verify the signatures of all error responses, so their number must not be limited.
"$server" --listen 127.0.0.1:0 --data data --signed-errors-per-second 1000000 2>log &
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

# Show that the requests have reached all parts of the server.
grep --only-matching 'result_code="[A-Z_]*"' log | sort | uniq --count
