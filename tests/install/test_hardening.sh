#!/usr/bin/env bash
# What was asked of the compiler is in the binaries: position independent, relocations read-only, no executable stack, stack
# protector, fortified calls; and the helper needs nothing of the container that it runs in.
set -euo pipefail
build=${OPSDK_BUILD:-build}
[ "$build" = build ] || { echo "only for the plain build"; exit 0; }
fail() { echo "$1" >&2; exit 1; }

for file in "$build"/bin/opsdk "$build"/bin/jmx-exporter-operator "$build"/lib/libopsdk.so; do
    readelf -h "$file" | grep -q 'Type: *DYN' || fail "$file is not position independent"
    readelf -lW "$file" | grep -q GNU_RELRO || fail "$file has no read-only relocations"
    readelf -dW "$file" | grep -qE 'BIND_NOW|FLAGS.*NOW' || fail "$file binds late"
    readelf -lW "$file" | grep GNU_STACK | grep -q 'RW ' || fail "$file has an executable stack"
    readelf -sW "$file" | grep -q __stack_chk_fail || fail "$file has no stack protector"
    readelf -sW "$file" | grep -qE '__(memcpy|vsnprintf|snprintf|printf|fprintf)_chk' || fail "$file has no fortified calls"
    ! readelf -dW "$file" | grep -qE 'R(UN)?PATH' || fail "$file has a run path"
done

helper=$build/bin/jmx-attach
! readelf -lW "$helper" | grep -q INTERP || fail "$helper is not static"
readelf -lW "$helper" | grep GNU_STACK | grep -q 'RW ' || fail "$helper has an executable stack"
