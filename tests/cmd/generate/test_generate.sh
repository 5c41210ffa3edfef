#!/usr/bin/env bash
# opsdk generate on a project: what is written, stale, edited; the same bytes wherever it is called from; what comes out compiles as C and C++.
set -euo pipefail
opsdk=$PWD/${OPSDK_BUILD:-build}/bin/opsdk
include=$PWD/libopsdk/include
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
passed=0
fail() { echo "not ok: $1"; exit 1; }
ok() { passed=$((passed + 1)); }
exits() { # code, words that it says, command...
    local want=$1 words=$2 got=0
    shift 2
    "$@" >"$tmp/said" 2>&1 || got=$?
    [ "$got" -eq "$want" ] || { cat "$tmp/said"; fail "$* ends with $got, not $want"; }
    [ -z "$words" ] || grep -qF -- "$words" "$tmp/said" || { cat "$tmp/said"; fail "$* does not say: $words"; }
    ok
}

mkdir -p "$tmp/p/api/v1alpha1"
cd "$tmp/p"
exits 1 'there is no types.h below this folder' "$opsdk" generate
exits 2 'there is no word "nope"' "$opsdk" generate nope
sed -n '/^```c$/,/^```$/p' "$OLDPWD/docs/markers.md" | sed '1d;/^```$/,$d' >api/v1alpha1/types.h # the example of the docs
exits 1 'api/v1alpha1/types_gen.h: stale' "$opsdk" generate k8s crds --check
[ ! -e deploy ] || fail '--check writes'
exits 0 'wrote deploy/crd.yaml' "$opsdk" generate k8s crds
exits 0 '' "$opsdk" generate k8s crds --check
cc -std=c99 -Wall -Wextra -Wpedantic -Wshadow -Werror -I"$include" -fsyntax-only api/v1alpha1/types_gen.c
echo '#include "api/v1alpha1/types_gen.h"' | c++ -Wall -Wextra -pedantic -Werror -I"$include" -I. -fsyntax-only -x c++ -
ok

# The same bytes from elsewhere.
cp -r "$tmp/p" "$tmp/q"
(cd / && exits 0 '' "$opsdk" generate k8s crds --check --dir "$tmp/q")
(cd "$tmp" && exits 0 '' "$opsdk" generate k8s crds --check --dir q --deploy q/deploy)

# Stale is what no longer fits, and only that.
sed -i 's/int32_t replicas/int64_t replicas/' api/v1alpha1/types.h
exits 1 'deploy/crd.yaml: stale' "$opsdk" generate k8s crds --check
! grep -q types_gen.h "$tmp/said" || fail 'types_gen.h is not stale'
exits 0 'wrote api/v1alpha1/types_gen.c' "$opsdk" generate k8s crds

# Edited files stay.
echo '# mine' >>deploy/crd.yaml
cp deploy/crd.yaml "$tmp/mine"
exits 1 'deploy/crd.yaml: edited by hand' "$opsdk" generate k8s crds
exits 1 'deploy/crd.yaml: edited by hand' "$opsdk" generate k8s crds --check
cmp deploy/crd.yaml "$tmp/mine" || fail 'an edited file is overwritten'
exits 0 'wrote deploy/crd.yaml' "$opsdk" generate k8s crds --force
exits 0 '' "$opsdk" generate k8s crds --check

# With an error nothing is written.
sed -i 's/int64_t replicas/unsigned replicas/' api/v1alpha1/types.h
exits 1 'api/v1alpha1/types.h:21: Kubernetes has signed numbers only' "$opsdk" generate k8s crds
exits 1 'types.h:21' "$opsdk" generate --check

# A struct of another version.
mkdir api/v1
cat >api/v1/types.h <<'END'
// +opsdk:groupName=example.org
#pragma once
#include "../common/types.h"
/* +opsdk:kind */
typedef struct thing {
    shared spec;
} thing;
END
mkdir api/common
printf '#pragma once\n#include <opsdk.h>\ntypedef struct shared {\n    OPSDK_LIST_OF(OPSDK_MAP_OF(bool)) x;\n} shared;\n' >api/common/types.h
rm -r api/v1alpha1 deploy
exits 0 'wrote api/common/types_gen.c' "$opsdk" generate k8s crds
for file in api/*/types_gen.c; do cc -std=c11 -Wall -Wextra -Wpedantic -Werror -I"$include" -c -o "$tmp/$(dirname "$file" | tr / -).o" "$file"; done
ok
echo "$passed passed"
