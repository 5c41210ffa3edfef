#!/usr/bin/env bash
# The operator's tables, CRD and RBAC are what opsdk generate makes of its types.h and sources.
set -euo pipefail
"${OPSDK_BUILD:-build}/bin/opsdk" generate --check --dir operators/jmx-exporter --deploy deploy
echo '1 passed'
