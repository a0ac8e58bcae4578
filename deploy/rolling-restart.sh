#!/usr/bin/env bash
# Starts each replica of docker-compose.yml again from the current image, one after the other, and loses no
# request: nginx stops sending to a replica before it is stopped, and sends again when it is ready. If a new
# replica does not become ready, the script ends with an error and the other replica serves alone.
set -euo pipefail
cd "$(dirname "$0")/.."
down=${DOWN_DIRECTORY:-deploy/nginx/down}
replicas=(gateway-1 gateway-2)

for replica in "${replicas[@]}"; do
  if [ -e "$down/$replica" ]; then
    echo "$replica is out of nginx's rotation already, perhaps from a restart that failed." >&2
    echo "Check that it is ready, then remove $down/$replica." >&2
    exit 1
  fi
done

for replica in "${replicas[@]}"; do
  echo "$replica: nginx sends it no new requests"
  touch "$down/$replica"
  # By then nginx has sent what it had chosen this replica for. The replica completes it.
  sleep 2
  docker compose stop "$replica"
  docker compose up --detach --no-deps --wait "$replica"
  rm "$down/$replica"
  echo "$replica: ready, and in rotation"
done
