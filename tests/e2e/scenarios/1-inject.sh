# The main job.  The pods stay for all four scenarios.
# shellcheck shell=bash disable=SC2154

inject_pods() {
    { jvm_pod one shop && jvm_pod two shop jvm-no-tar && jvm_pod other depot; } | apply
    for pod in one two other; do need $soon "$pod runs" running $pod; done
    for pod in one two other; do echo "$pod $(container_of $pod) $(restarts_of $pod)"; done >"$work/before"
}

both_serve() { metrics_at "$1" 9400 | grep -q '^shop_orders ' && metrics_at "$2" 9400 | grep -q '^shop_orders '; }

inject_two() {
    local start one two
    inject_pods
    one=$(kubectl get pod one -o jsonpath='{.status.podIP}')
    two=$(kubectl get pod two -o jsonpath='{.status.podIP}')
    start=$(date +%s.%N)
    { configuration shop shop_orders && exporter shop shop shop 9400; } | apply
    need $soon 'both pods serve the metric' both_serve "$one" "$two"
    note "$(date +%s.%N | awk -v start="$start" '{ printf "%.1f s after the objects were created", $1 - start }')"
    serves one 9400 shop_orders
    serves two 9400 shop_orders
    same 'annotations of the other pod' '' "$(kubectl get pod other -o jsonpath='{.metadata.annotations}')"
    same 'files in the other pod' hsperfdata_app "$(kubectl exec other -- ls /tmp)"
    loaded_once one 9400
    loaded_once two 9400
}
scenario 1 'two pods that match serve the metric of the rule, a third is not touched' inject_two

inject_status() {
    need $soon 'status has both pods' endpoints_are shop 'one:9400 two:9400'
    for pod in one two; do
        same "scrape of $pod" true "$(annotation_of $pod prometheus.io/scrape)"
        same "port of $pod" 9400 "$(annotation_of $pod prometheus.io/port)"
        same "path of $pod" /metrics "$(annotation_of $pod prometheus.io/path)"
    done
    need $soon 'the exporter is Ready' kubectl wait --for=condition=Ready --timeout=1s prometheusjmxexporter/shop
}
scenario 2 'status.metricsEndpoints lists exactly these two, and their annotations are there' inject_status

inject_same_containers() {
    for pod in one two other; do echo "$pod $(container_of $pod) $(restarts_of $pod)"; done >"$work/after"
    same 'containers and restarts' "$(cat "$work/before")" "$(cat "$work/after")"
}
scenario 3 'container IDs and restart counts are what they were' inject_same_containers

inject_later() {
    jvm_pod late shop | apply
    need $soon 'the late pod serves' serves late 9400 shop_orders
    need $soon 'status has the late pod' endpoints_are shop 'late:9400 one:9400 two:9400'
    remove pod one
    need $soon 'status is without the deleted pod' endpoints_are shop 'late:9400 two:9400'
}
scenario 4 'a pod that starts later is injected, a deleted one leaves the status' inject_later
remove pod one two late other
