# The operator's pod.
# shellcheck shell=bash disable=SC2154

operator_get() { kubectl get pods -l app.kubernetes.io/name="$operator" --field-selector status.phase=Running -o jsonpath="$1"; }
operator_pod() { operator_get '{.items[0].metadata.name}'; }
operator_process() { cluster pid "$(operator_get '{.items[0].status.containerStatuses[0].containerID}')"; }
operator_log() { kubectl logs -l app.kubernetes.io/name="$operator" --tail=-1; }
operator_ready() { [ "$(operator_get '{.items[*].status.containerStatuses[*].ready}')" = true ]; }

# Which container, and how often it was started.
operator_state() { operator_get '{.items[0].status.containerStatuses[0].containerID} {.items[0].status.containerStatuses[0].restartCount}'; }

told() { # reason, name of the object: is there an Event?
    [ -n "$(kubectl get events --field-selector "reason=$1,involvedObject.name=$2" -o name)" ]
}
logged() { operator_log | grep -F "$2" | grep -qF "$1"; } # reason, name of the object
