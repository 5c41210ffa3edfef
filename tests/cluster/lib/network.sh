# The cluster's own network namespace.
# shellcheck shell=bash disable=SC2154

# With nsenter: "ip netns exec" mounts a fresh /sys, in which the kubelet does not find its cgroups.
inside() { nsenter --net="/run/netns/$id" "$@"; }

network_up() {
    local chain
    ip netns add "$id"
    ip -n "$id" link set lo up
    # On lo: not every kernel has dummy devices.
    ip -n "$id" addr add "$api/32" dev lo
    ip -n "$id" addr add "$service/32" dev lo
    inside sysctl -qw net.ipv4.ip_forward=1
    # Instead of a kube-proxy: the only Service that pods need here is that of the API server.
    for chain in PREROUTING OUTPUT; do
        inside iptables -t nat -A "$chain" -d "$service/32" -p tcp --dport 443 -j DNAT --to-destination "$api:6443"
    done
}

network_down() {
    [ ! -e "/run/netns/$id" ] || ip netns del "$id"
}
