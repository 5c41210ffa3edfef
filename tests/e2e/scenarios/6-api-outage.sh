# shellcheck shell=bash disable=SC2154

outage_start() { # a pod to look at, then the API server goes
    { configuration outage outage_orders && exporter outage outage outage 9402 && jvm_pod before outage; } | apply
    need $soon 'the first pod serves' serves before 9402 outage_orders
    need $soon 'the operator is ready' operator_ready
}

api_outage() {
    local state pid
    outage_start
    state=$(operator_state)
    pid=$(operator_process)
    cluster stop apiserver
    sleep 20 # the outage
    kill -0 "$pid" || because 'the operator ended while the API server was away'
    cluster start apiserver
    need $soon 'the API server is ready' kubectl get --raw /readyz
    rights_excuse
    need $soon 'a new pod and a new configuration are taken' outage_apply
    need $soon 'the pod created after the outage serves' serves after 9402 outage_later
    need $soon 'the pod from before has the new configuration' serves before 9402 outage_later
    need $soon 'status has both' endpoints_are outage 'after:9402 before:9402'
    same 'the operator (container, restarts)' "$state" "$(operator_state)"
    loaded_once before 9402
}

# A server that starts refuses everybody for a moment, until it has read its roles: what it refused before it called itself ready
# is set aside for the scenario about rights.
rights_excuse() {
    cat "$CLUSTER_DIR"/log/audit* | grep -F '"code":403' >"$work/excused" || true
}

outage_apply() { { configuration outage outage_later && jvm_pod after outage; } | apply; }
scenario 6 'after 20 s without API server the same operator process catches up by itself' api_outage
remove pod before after
