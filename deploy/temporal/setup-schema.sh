#!/bin/sh
# Brings Temporal's two databases to the schema of this version. Safe to run again: what is there stays.
set -eu

setup() {
  database=$1
  folder=$2
  set -- --plugin postgres12 --ep "$SQL_HOST" --port "${SQL_PORT:-5432}" --user "$SQL_USER" --db "$database"
  temporal-sql-tool "$@" create
  temporal-sql-tool "$@" setup-schema --version 0.0
  temporal-sql-tool "$@" update-schema --schema-dir "${SCHEMA_DIR:-/etc/temporal/schema/postgresql/v12}/$folder/versioned"
}

# The password comes from SQL_PASSWORD, which the tool reads itself.
setup temporal temporal
setup temporal_visibility visibility
