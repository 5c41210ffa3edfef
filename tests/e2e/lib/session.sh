# From nothing to a cluster in which the operator runs as a pod, and back, whatever happens in between.
# E2E_KEEP=1 with a CLUSTER_DIR uses the cluster that is there, or leaves a new one behind: for work on the scenarios.
# shellcheck shell=bash disable=SC2034,SC2154
build=${B:-build}
namespace=e2e
operator=prometheus-jmx-exporter-operator

cluster() { "$top/tests/cluster/cluster" "$@"; }
kubectl() { cluster kubectl -n "$namespace" "$@"; }

session_begin() {
    work=$(mktemp -d /tmp/opsdk-e2e.XXXXXX)
    trap session_end EXIT
    trap 'exit 130' INT TERM HUP
    export CLUSTER_DIR=${CLUSTER_DIR:-$work/c}
    if [ -z "${E2E_KEEP:-}" ] || [ ! -d "$CLUSTER_DIR" ]; then
        cluster up || exit
    fi
    cluster load "$build/e2e/jvm.tar" && cluster load "$build/e2e/jvm-no-tar.tar" &&
        cluster load "$build/jmx-exporter-operator.tar" || exit
}

session_end() {
    local status=$?
    trap - EXIT
    [ -n "${E2E_KEEP:-}" ] || cluster down
    rm -rf "$work"
    exit $status
}

# Exactly what a user is told to do, and then the wait for it.
operator_install() {
    if kubectl get namespace "$namespace" >/dev/null 2>&1; then
        kubectl delete pods --all --force --grace-period=0 >/dev/null 2>&1
        kubectl delete namespace "$namespace" >/dev/null
        kubectl delete -f "$top/deploy/crd.yaml" --ignore-not-found >/dev/null 2>&1
    fi
    kubectl create namespace "$namespace" >/dev/null || return
    kubectl create -f "$top/deploy/crd.yaml" -f "$top/deploy/rbac.yaml" -f "$top/deploy/operator.yaml" >/dev/null || return
    kubectl rollout status "deployment/$operator" --timeout=120s >/dev/null && return
    kubectl get pods >&2
    operator_log >&2
    return 1
}
