#!/usr/bin/env bash
# Puts each replica of docker-compose.yml on the image of now, one after the other, and loses no request:
# a replica is stopped when nginx has stopped sending to it, and gets requests again when it is ready.
# Ends with an error, and with the other replica serving alone, when a new replica does not become ready.
set -euo pipefail
cd "$(dirname "$0")/.."
down=${DOWN_DIRECTORY:-deploy/nginx/down}
replicas=(gateway-1 gateway-2)

for replica in "${replicas[@]}"; do
  if [ -e "$down/$replica" ]; then
    echo "$replica is out of nginx's rotation already, perhaps from a restart that failed." >&2
    echo "See that it is ready, then remove $down/$replica." >&2
    exit 1
  fi
done

for replica in "${replicas[@]}"; do
  echo "$replica: nginx sends it no new requests"
  touch "$down/$replica"
  # What nginx had chosen this replica for by then has been sent; what is in flight it finishes.
  sleep 2
  docker compose stop "$replica"
  docker compose up --detach --no-deps --wait "$replica"
  rm "$down/$replica"
  echo "$replica: ready, and in rotation"
done
