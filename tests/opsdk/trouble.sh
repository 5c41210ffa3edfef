#!/usr/bin/env bash
# What opsdk deploy says in a real cluster when an operator does not come up: no image, a right that is missing, a crash; and opsdk run against it.
# Needs root and what tests/deps opsdk-e2e installs.  WALK_CLUSTER=DIR: the cluster, which is up.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
build=$top/${B:-build}
export CLUSTER_DIR=$WALK_CLUSTER
cluster() { "$top/tests/cluster/cluster" "$@"; }
kubectl() { cluster kubectl "$@"; }
work=$(mktemp -d /tmp/opsdk-trouble.XXXXXX)
finish() {
    local status=$?
    runner_stop
    kubectl delete namespace shaky --ignore-not-found --wait=false >/dev/null 2>&1
    kubectl delete crd gizmos.example.com --ignore-not-found >/dev/null 2>&1
    rm -rf "$work"
    exit $status
}
# By its path, which is of this run alone: between it and us stands what enters the cluster's network.
runner_pid() { pgrep -f "^$work/prefix/bin/opsdk run"; }
runner_stop() {
    local pid
    pid=$(runner_pid) || return 0
    kill -TERM "$pid"
}
trap finish EXIT
trap 'exit 130' INT TERM HUP
make -s -C "$top" install PREFIX="$work/prefix" DESTDIR= B="$build" >/dev/null
export PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig KUBECONFIG=$CLUSTER_DIR/admin.conf PATH=$work/prefix/bin:$PATH
opsdk() { cluster in "$work/prefix/bin/opsdk" "$@"; }
cd "$work"

passed=0 failed=0
check() { # what, command...
    if "${@:2}"; then
        passed=$((passed + 1))
        echo "ok       $1"
    else
        failed=$((failed + 1))
        echo "FAILED   $1"
        [ ! -f said ] || cat said
    fi
}
fails() { # words, command...
    local code=0
    "${@:2}" >said 2>&1 || code=$?
    [ $code = 1 ] && grep -qF -- "$1" said
}
eventually() { # seconds, command...
    local end=$((SECONDS + $1))
    until "${@:2}" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.2
    done
}
again() { # a new pod for the next trouble
    kubectl -n shaky delete deployment gizmo-operator --wait >/dev/null
}

kubectl delete namespace shaky --ignore-not-found >/dev/null 2>&1
cluster ctr images rm localhost/gizmo-operator:0.1.0 >/dev/null 2>&1 # of an earlier run in this cluster
opsdk new gizmo-operator --api-version=example.com/v1 --kind=Gizmo >/dev/null
cd gizmo-operator

sed -i 's/imagePullPolicy: IfNotPresent/imagePullPolicy: Never/' deploy/operator.yaml
check 'no image' fails 'the node cannot get the image localhost/gizmo-operator:0.1.0' opsdk deploy -n shaky --create-namespace --timeout 60
again

opsdk build localhost/gizmo-operator:0.1.0 >/dev/null
cluster load gizmo-operator.tar
cp -r deploy good
sed -i '/resources: \[gizmos\]/,/verbs/ s/\[list, watch\]/[list]/; s/\[list, watch, create, patch\]/[create, patch]/' deploy/rbac.yaml
check 'a right is missing' fails 'the operator lacks a right' opsdk deploy -n shaky --timeout 60
check '... and it says which' grep -q 'gizmos\|deployments' said
again
rm -r deploy
cp -r good deploy

sed -i 's/^          imagePullPolicy/          args: [--frob]\n          imagePullPolicy/' deploy/operator.yaml
check 'a crash' fails 'the operator ended with exit code 2' opsdk deploy -n shaky --timeout 60
check '... with its last words' grep -q 'unrecognized option .--frob' said
again
rm -r deploy
cp -r good deploy

sed -i 's/serviceAccountName: .*/serviceAccountName: nobody/' deploy/operator.yaml
check 'no account' fails 'serviceaccount "nobody" not found' opsdk deploy -n shaky --timeout 5
again
rm -r deploy
cp -r good deploy

check 'all is well' opsdk deploy -n shaky --timeout 60
check 'undeploy' opsdk undeploy -n shaky
check 'the definition stays' kubectl get crd gizmos.example.com -o name

# Here, not in the cluster; a change of the source, then of types.h.
cluster in "$work/prefix/bin/opsdk" run -n shaky --watch >run.log 2>&1 &
kubectl -n shaky apply -f deploy/cr.yaml >/dev/null
reason() { [ "$(kubectl -n shaky get gizmo example -o jsonpath='{.status.conditions[0].reason}')" = "$1" ]; }
check 'run serves' eventually 60 reason AllReady
sed -i 's/"AllReady"/"Everything"/' handler.c
check 'run --watch builds and starts anew' eventually 60 reason Everything
sed -i 's/^    int32_t replicas;/    int32_t replicas;\n    \/* A new one. *\/\n    OPSDK_OPTIONAL(int64_t) weight;/' api/v1/types.h
check '... and generates, and applies the definition' eventually 60 kubectl explain gizmo.spec.weight
sed -i 's/^int main/int nonsense main/' main.c
check 'a build that fails is said' eventually 60 grep -q 'waits for the next change' run.log
sed -i 's/^int nonsense main/int main/' main.c
check '... and mended' eventually 60 sh -c '[ "$(grep -c "starts build/gizmo-operator anew" run.log)" -ge 3 ]'
operator=$(pgrep -P "$(runner_pid)")
runner_stop
check 'it ends, and the operator with it' eventually 60 sh -c "! pgrep -f '^$work/prefix/bin/opsdk run' && ! kill -0 $operator 2>/dev/null"
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
