#!/usr/bin/env bash
# opsdk add: a project with more kinds and watches still builds and passes its tests; what cannot be added changes nothing.
set -euo pipefail
# shellcheck source=tests/cmd/new/installed.sh
. "$(dirname "$0")/installed.sh"
"$opsdk" new things --api-version=example.com/v1 --kind=Thing >/dev/null
cd things

[ "$("$opsdk" add kind HTTPProxy | xargs)" = "api/v1/types.h handler_http_proxy.c handler.h main.c tests/test_http_proxy.c deploy/cr.yaml" ]
[ "$("$opsdk" add kind Gadget --api-version=other.org/v2 | head -1)" = api/v2/types.h ]
grep -q 'OPSDK_HANDLERS(&thing_handler, &http_proxy_handler, &gadget_handler)' main.c
[ "$(grep -c '^extern const opsdk_handler' handler.h)" = 3 ]
[ "$(grep '^  name: ' deploy/crd.yaml | xargs)" = "name: gadgets.other.org name: httpproxies.example.com name: things.example.com" ] ||
    { grep '^  name: ' deploy/crd.yaml; exit 1; }
grep -q 'resources: \[gadgets/status\]' deploy/rbac.yaml

"$opsdk" add watch ConfigMap --referred-by=/spec/config --file handler.c >/dev/null
"$opsdk" add watch StatefulSet --api-version=apps/v1 --map --file handler_gadget.c >/dev/null
"$opsdk" add watch Pod --selected-by=/spec/selector --file handler_http_proxy.c >/dev/null
grep -qF '    {.kind = &OPSDK_CONFIGMAP, .referred_by = "/spec/config"},' handler.c
grep -qF '    {.kind = &STATEFUL_SET, .map = map_stateful_set},' handler_gadget.c
grep -q 'resources: \[statefulsets\]' deploy/rbac.yaml
grep -q 'resources: \[configmaps\]' deploy/rbac.yaml
"$opsdk" generate --check
! command -v clang-format >/dev/null || clang-format --dry-run -Werror ./*.[ch] api/*/types.h tests/*.c
if [ -z "${SAN:-}" ]; then
    make -s -j2 CFLAGS='-O0 -Werror' all test >said 2>&1 || { cat said; exit 1; }
    [ "$(grep -c '^ok' said)" = 9 ] || { cat said; exit 1; }
    rm -rf build said
fi

cp -r . ../before
fails() { # exit code, words, arguments...
    local code=0
    "$opsdk" add "${@:3}" >../said 2>&1 || code=$?
    [ "$code" = "$1" ] && grep -qF -- "$2" ../said || { echo "opsdk add ${*:3}: $code, $(cat ../said)"; exit 1; }
    diff -r . ../before
}
fails 2 'kind or watch?'
fails 2 'there is no word "kinds"' kinds
fails 2 'KIND is missing' kind
fails 2 'must begin with a capital letter' kind thing --api-version=example.com/v1
fails 1 'there are 2 versions under api' kind Other
fails 1 'api/v1/types.h is of group example.com' kind Other --api-version=other.org/v1
fails 1 'handler_http_proxy.c is there already' kind HTTPProxy --api-version=example.com/v1
fails 2 'one of --owned' watch Pod --map --owned
fails 2 'is no pointer' watch Pod --selected-by='x"' 
fails 1 'several .c files here' watch Pod
fails 1 'say --api-version' watch Nothing --file handler.c
fails 1 'has no table' watch Pod --file main.c
fails 1 'No such file' watch Pod --file none.c
sed -i 's/OPSDK_HANDLERS/HANDLERS/' main.c ../before/main.c
fails 1 'main.c: has no OPSDK_HANDLERS(...) to add to' kind Other --api-version=example.com/v1
cd ..

code=0
"$opsdk" add kind Other >said 2>&1 || code=$?
[ $code = 1 ] && grep -q 'not the folder of an operator' said
