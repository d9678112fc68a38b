#!/bin/sh
# Creates the namespace where it is missing, and waits until it can be used. Safe to run again.
set -eu

attempts=${ATTEMPTS:-60}

wait_for() {
  what=$1
  shift
  attempt=0
  until "$@" >/dev/null 2>&1; do
    attempt=$((attempt + 1))
    if [ "$attempt" -ge "$attempts" ]; then
      echo "$what: not after $attempts attempts; the last one said:" >&2
      "$@" || exit 1
      return
    fi
    sleep 1
  done
  echo "$what: yes"
}

# TEMPORAL_ADDRESS is read by the tool itself.
wait_for 'Server answers' temporal operator cluster health
if ! temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
fi
# The server's services learn of a new namespace some seconds later.
wait_for "Namespace $TEMPORAL_NAMESPACE can be used" temporal workflow count
