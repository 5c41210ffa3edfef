#!/usr/bin/env bash
# opsdk generate rbac: which rights the calls and tables of sources need, and what it asks for instead of guessing.
set -euo pipefail
opsdk=$PWD/${OPSDK_BUILD:-build}/bin/opsdk
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$tmp/api/v1"
cd "$tmp"
passed=0
fail() { echo "not ok: $1"; exit 1; }

cat >api/v1/types.h <<'END'
/* +opsdk:groupName=example.org */
#pragma once
#include <opsdk.h>
/* +opsdk:kind */
typedef struct thing {
    bool spec;
} thing;
/* +opsdk:kind
 * +opsdk:resource:scope=Cluster */
typedef struct zone {
    bool spec;
} zone;
END

# What main.c says, then what handler.c does, then a line per rule: "GROUP RESOURCE[:NAME] VERBS".
rights() { # marker, source, wanted...
    local marker=$1 source=$2 have
    shift 2
    rm -rf deploy
    printf '/* %s */\n' "$marker" >main.c
    printf '%s\n' "$source" >handler.c
    "$opsdk" generate rbac >said 2>&1 || { cat said; fail "$source"; }
    have=$(awk '/apiGroups:|nonResourceURLs:/ { g = $0; sub(/.*\[/, "", g); sub(/\].*/, "", g); gsub(/\047/, "", g) }
        /resources:/ { r = $2; gsub(/[][]/, "", r) } /resourceNames:/ { r = r ":" $2; gsub(/[][]/, "", r) }
        /verbs:/ { v = $0; sub(/.*\[/, "", v); sub(/\].*/, "", v); gsub(/,/, "", v); print g " " r " " v; r = "" }' deploy/rbac.yaml)
    [ "$have" = "$(printf '%s\n' "$@")" ] || { echo "$source"; echo "$have"; fail "wanted $*"; }
    passed=$((passed + 1))
}
asks() { # source, words
    rm -rf deploy
    echo '/* +opsdk:operator:name=x */' >main.c
    printf '%s\n' "$1" >handler.c
    ! "$opsdk" generate rbac >said 2>&1 || fail "nothing is asked: $1"
    grep -qF -- "$2" said || { cat said; fail "$1 does not ask: $2"; }
    [ ! -e deploy ] || fail 'it writes although it asks'
    passed=$((passed + 1))
}

name='+opsdk:operator:name=x'
handler='static const opsdk_handler h = {.name = "h", .kind = &THING, .reconcile = f};'
rights "$name" "$handler" 'example.org things list watch'
rights "$name" 'static const opsdk_source s[] = {{.kind = &OPSDK_CONFIGMAP, .owned = true}, {0}};'"$handler" \
    ' configmaps list watch' 'example.org things list watch' 'example.org things/finalizers update'
rights "$name" 'int f(void) { return opsdk_apply(c, OPSDK_KEY(&OPSDK_DEPLOYMENT, ns, n), json_pack("{s:s}", "a", "b"), NULL, NULL, err); }' \
    'apps deployments create patch'
rights "$name" 'int f(void) { return opsdk_status(rq->client, rq->key, rq->object, s, err); } '"$handler" \
    'example.org things list watch' 'example.org things/status patch'
rights "$name" 'int f(void) { opsdk_key k = OPSDK_KEY(&OPSDK_SECRET, a, b); if (opsdk_get(c, k, &o, err) < 0) return opsdk_delete(c, k, NULL, err); }' \
    ' secrets get delete'
rights "$name" 'int f(void) { return opsdk_merge(c, rq->key, p, &(opsdk_write_opts){.subresource = "scale"}, NULL, err); }'"$handler" \
    'example.org things list watch' 'example.org things/scale patch'
rights "$name" 'void f(void) { opsdk_event(c, o, l, "R", "%s", m); opsdk_exec(c, pod, a, NULL, &out, err); opsdk_list(c, &OPSDK_POD, ns, NULL, &all, err); }' \
    ' events create patch' ' pods list' ' pods/exec get create'
rights "$name" 'const opsdk_kind JOB = {"batch/v1", "Job", "jobs", false}; int f(void) { return opsdk_create(c, OPSDK_KEY(&JOB, n, m), b, NULL, NULL, e); }' \
    'batch jobs create'
rights "$name" '/* opsdk_delete(c, k, NULL, err) */ const char *s = "opsdk_delete(c, k)"; // opsdk_get(c, k)' ''
rights "+opsdk:operator:name=x,scope=Cluster,namespace=sys" 'int f(void) { return opsdk_get(c, OPSDK_KEY(&ZONE, NULL, n), &o, e); }' \
    'example.org zones get'
grep -q 'kind: ClusterRoleBinding' deploy/rbac.yaml && [ "$(grep -c 'namespace: sys$' deploy/rbac.yaml)" = 2 ] || fail 'scope=Cluster'

# Markers: more rules, and answers.
rights "$name" '/* +opsdk:rbac:groups="";apps,resources=a;b,verbs=get;list,resourceNames=one */' \
    ' a:one get list' ' b:one get list' 'apps a:one get list' 'apps b:one get list'
rights "$name" '/* +opsdk:rbac:urls=/metrics,verbs=get */' '/metrics  get'
rights "$name" 'int f(opsdk_key key) {
    /* Some words.
     * +opsdk:rbac:groups="",resources=pods,verbs=patch */
    return opsdk_merge(c, key, p, NULL, NULL, err); }' ' pods patch'

# C++ is read, too.
echo 'int f() { int n = 1'"'"'000; return opsdk_get(c, OPSDK_KEY(&OPSDK_SECRET, a, b), &o, e) + n; }' >more.cc
rights "$name" '' ' secrets get'
rm more.cc

asks 'int f(opsdk_key key) { return opsdk_merge(c, key, p, NULL, NULL, err); }' 'handler.c:1: opsdk_merge: of what cannot be seen here'
asks 'int f(opsdk_key key) { /* +opsdk:rbac:groups="",resources=pods,verbs=patch */ g(); return opsdk_merge(c, key, p, NULL, NULL, err); }' 'opsdk_merge'
asks 'int f(void) { opsdk_key k = OPSDK_KEY(&OPSDK_POD, a, b); if (x) k = OPSDK_KEY(&OPSDK_SECRET, a, b); return opsdk_get(c, k, &o, err); }' 'opsdk_get'
asks 'int f(void) { return opsdk_merge(c, OPSDK_KEY(&OPSDK_POD, a, b), p, &opts, NULL, err); }' 'opsdk_merge'
asks 'int f(void) { return opsdk_raw(c, "GET", "/x", NULL, NULL, &t, &n, err); }' 'opsdk_raw'
asks 'static const opsdk_source s[] = {{.kind = &NOPE}, {0}};' 'handler.c:1: this kind is not known here'
asks 'int f(void) { return opsdk_get(c, rq->key, &o, err); } '"$handler"' static const opsdk_handler z = {.kind = &OPSDK_POD};' 'opsdk_get'
asks 'int f(void) { return opsdk_get(c, OPSDK_KEY(&ZONE, NULL, n), &o, e); }' 'zones are not in a namespace'
asks '/* +opsdk:validation:Minimum=1 */' 'handler.c:1: +opsdk:validation:Minimum does not belong here'
echo 'int x;' >main.c
echo 'int y;' >handler.c
! "$opsdk" generate rbac >said 2>&1 && grep -qF 'nobody says how the operator is called' said || fail 'a name is made up'
echo "$((passed + 2)) passed"
