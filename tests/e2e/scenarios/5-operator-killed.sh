# shellcheck shell=bash disable=SC2154

# SIGKILL, and every other time the pod goes with it, so that the next process is on a fresh file system.
operator_kill() { # round
    local pod pid
    pod=$(operator_pod)
    pid=$(operator_process)
    kill -KILL "$pid"
    [ $(($1 % 2)) -eq 0 ] || remove pod "$pod"
}

operator_killed() {
    local round early=0
    { configuration kills kills_orders && exporter kills kills kills 9401; } | apply
    for round in 1 2 3 4 5 6 7 8 9 10; do
        need $soon 'the operator is ready' operator_ready
        { jvm_pod "k$round-a" kills && jvm_pod "k$round-b" kills jvm-no-tar; } | apply
        need $soon "k$round-a runs" running "k$round-a"
        sleep "$(awk -v seed="$RANDOM" 'BEGIN { srand(seed); print rand() * 0.8 }')" # the random moment
        marked "k$round-a" && marked "k$round-b" || early=$((early + 1))
        operator_kill "$round"
        for pod in "k$round-a" "k$round-b"; do
            need $soon "$pod is marked" marked "$pod"
            need $soon "$pod serves" serves "$pod" 9401 kills_orders
            loaded_once "$pod" 9401
        done
        remove pod "k$round-a" "k$round-b"
    done
    need $soon 'the operator is ready' operator_ready
    need $soon 'status is empty' endpoints_are kills ''
    note "$early of 10 kills came before both pods were done"
}
scenario 5 'killed ten times while it injects, the operator converges and each JVM got the agent once' operator_killed
