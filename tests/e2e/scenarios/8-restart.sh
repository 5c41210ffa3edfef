# shellcheck shell=bash disable=SC2154

restarted() { [ "$(restarts_of phoenix)" = 1 ] && running phoenix; }

container_restart() {
    local before
    { configuration phoenix phoenix_orders && exporter phoenix phoenix phoenix 9403 && jvm_pod phoenix phoenix; } | apply
    need $soon 'the first process serves' serves phoenix 9403 phoenix_orders
    need $soon 'the pod is marked' marked phoenix
    before=$(container_of phoenix)
    kill -KILL "$(process_of phoenix)"
    need $soon 'the container is back' restarted
    [ "$(container_of phoenix)" != "$before" ] || because 'it is the same container'
    need $soon 'the new process serves' serves phoenix 9403 phoenix_orders
    need $soon 'status has it' endpoints_are phoenix phoenix:9403
    same restarts 1 "$(restarts_of phoenix)"
}
scenario 8 'when a container restarts its new process gets the agent' container_restart
remove pod phoenix
