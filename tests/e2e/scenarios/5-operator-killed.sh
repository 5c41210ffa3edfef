# shellcheck shell=bash disable=SC2154

# SIGKILL, and every other time the pod goes with it, so that the next process is on a fresh file system.
operator_kill() { # round
    local pod pid
    pod=$(operator_pod)
    pid=$(operator_process)
    kill -KILL "$pid"
    [ $(($1 % 2)) -eq 0 ] || remove pod "$pod"
}

# How far the operator was with a pod.
progress() {
    if marked "$1"; then
        echo marked
    elif find "/proc/$(process_of "$1")/fd" -lname '*/agent.jar' 2>/dev/null | grep -q .; then
        echo loaded
    elif kubectl exec "$1" -- ls /tmp/jmx-exporter >/dev/null 2>&1; then
        echo copied
    else
        echo untouched
    fi
}

operator_killed() {
    local round pod
    { configuration kills kills_orders && exporter kills kills kills 9401; } | apply
    for round in 1 2 3 4 5 6 7 8 9 10; do
        need $soon 'the operator is ready' operator_ready
        { jvm_pod "k$round-a" kills && jvm_pod "k$round-b" kills jvm-no-tar; } | apply
        need $soon "k$round-a runs" running "k$round-a"
        sleep "$(awk -v seed="$RANDOM" 'BEGIN { srand(seed); print rand() * 5 }')" # the random moment: an injection takes 4 s
        operator_kill "$round"
        for pod in "k$round-a" "k$round-b"; do progress "$pod"; done >>"$work/progress"
        for pod in "k$round-a" "k$round-b"; do
            need $soon "$pod is marked" marked "$pod"
            need $soon "$pod serves" serves "$pod" 9401 kills_orders
            loaded_once "$pod" 9401
        done
        remove pod "k$round-a" "k$round-b"
    done
    need $soon 'the operator is ready' operator_ready
    need $soon 'status is empty' endpoints_are kills ''
    note "pods when it was killed: $(sort "$work/progress" | uniq -c | awk '{ print $1, $2 }' | paste -sd, | sed 's/,/, /g')"
}
scenario 5 'killed ten times while it injects, the operator converges and each JVM got the agent once' operator_killed
