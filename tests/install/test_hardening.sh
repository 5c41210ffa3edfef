#!/usr/bin/env bash
# What was asked of the compiler is in the binaries: position independent, relocations read-only, no executable stack, stack
# protector, fortified calls; and the helper needs nothing of the container that it runs in.
set -euo pipefail
build=${OPSDK_BUILD:-build}
[ "$build" = build ] || { echo "only for the plain build"; exit 0; }
fail() { echo "$1" >&2; exit 1; }
has() { grep -qE "$2" <<<"$(readelf "-$1W" "$file")"; } # readelf's flag, pattern

for file in "$build"/bin/opsdk "$build"/bin/jmx-exporter-operator "$build"/lib/libopsdk.so; do
    has h 'Type: *DYN' || fail "$file is not position independent"
    has l GNU_RELRO || fail "$file has no read-only relocations"
    has d 'BIND_NOW|FLAGS.*NOW' || fail "$file binds late"
    has l 'GNU_STACK.* RW +0x' || fail "$file has an executable stack"
    has s __stack_chk_fail || fail "$file has no stack protector"
    has s '__(memcpy|vsnprintf|snprintf|printf|fprintf)_chk' || fail "$file has no fortified calls"
    ! has d 'R(UN)?PATH' || fail "$file has a run path"
done

file=$build/bin/jmx-attach
! has l INTERP || fail "$file is not static"
has l 'GNU_STACK.* RW +0x' || fail "$file has an executable stack"
