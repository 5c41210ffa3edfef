#!/usr/bin/env bash
# Every marker is in the resource that has everything and in docs/markers.md; what is generated from that resource is up to date.
set -euo pipefail
failed=0
names=$(sed -n 's/^ *{"\([a-zA-Z:]*\)",$/\1/p; s/^ *{"\([a-zA-Z:]*\)", *ON_.*/\1/p' cmd/opsdk/generate/marker.c)
[ "$(wc -w <<<"$names")" -gt 40 ] || { echo 'not ok: the table of markers is not found'; exit 1; }
for name in kind $names; do
    case $name in skip) continue ;; esac # imported ones have it
    grep -qE "\+opsdk:$name([=: ]|\$)" tests/fixtures/everything/api/*/types.h || { echo "not ok: nothing uses +opsdk:$name"; failed=1; }
    short=${name#validation:} short=${short#X}
    grep -qE "[\`: ]($name|X?$short)[\`=:]" docs/markers.md || { echo "not ok: docs/markers.md lacks $name"; failed=1; }
done
"${OPSDK_BUILD:-build}/bin/opsdk" generate --check --dir tests/fixtures/everything || failed=1
[ $failed = 0 ] && echo '1 passed'
