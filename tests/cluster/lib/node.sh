# What a node is made of below Kubernetes: containerd, pod network, cgroups.
# shellcheck shell=bash disable=SC2154

containerd_file() {
    cat >"$dir/containerd.toml" <<TOML
version = 2
root = "$dir/containerd"
state = "$dir/containerd-state"
[grpc]
  address = "$dir/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  # Without CAP_SYS_RESOURCE, as in many a CI container, a lower oom_score_adj is refused and no pod starts ("can't get final
  # child's PID").
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$dir/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
TOML
}

pod_network_file() {
    mkdir -p "$dir/cni"
    cat >"$dir/cni/pods.conflist" <<JSON
{"cniVersion": "0.4.0", "name": "pods", "plugins": [
  {"type": "bridge", "bridge": "pods0", "isGateway": true, "hairpinMode": true,
   "ipam": {"type": "host-local", "dataDir": "$dir/ipam", "ranges": [[{"subnet": "$pods"}]], "routes": [{"dst": "0.0.0.0/0"}]}}]}
JSON
}

# podLogsDir: a kubelet empties the logs of pods that it does not know.
# crashLoopBackOff: a container that was killed on purpose is back in a second, however often.
kubelet_file() {
    cat >"$dir/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
containerRuntimeEndpoint: unix://$dir/containerd.sock
cgroupDriver: cgroupfs
cgroupRoot: /$id
podLogsDir: $dir/log/pods
failCgroupV1: false
failSwapOn: false
enforceNodeAllocatable: []
evictionHard: {memory.available: 50Mi, nodefs.available: 1%, imagefs.available: 1%}
featureGates: {KubeletCrashLoopBackOffMax: true}
crashLoopBackOff: {maxContainerRestartPeriod: 1s}
syncFrequency: 10s
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $dir/pki/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $dir/pki/kubelet.crt
tlsPrivateKeyFile: $dir/pki/kubelet.key
clusterDNS: [$service]
clusterDomain: cluster.local
resolvConf: ""
YAML
}

# A kubelet ends the pods that it finds in its cgroup and does not know, so two of them must not share one.  Each cluster has
# its own: one folder where cgroups are version 2, one in every hierarchy where they are version 1.
cgroup_folders() {
    local hierarchy
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        echo "/sys/fs/cgroup/$id"
        return
    fi
    for hierarchy in /sys/fs/cgroup/*; do
        [ -L "$hierarchy" ] || [ ! -e "$hierarchy/cgroup.procs" ] || echo "$hierarchy/$id"
    done
}

cgroups_up() {
    local folder controller
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
        for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do
            echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control || true # some are in use elsewhere
        done 2>/dev/null
    fi
    for folder in $(cgroup_folders); do mkdir -p "$folder"; done
}

node_files() {
    containerd_file
    pod_network_file
    kubelet_file
    cgroups_up
}

pause_image() {
    mkdir -p "$dir/pause"
    ${CC:-cc} -static -Os -s -o "$dir/pause/pause" "$here/pause.c"
    make -s --no-print-directory -C "$here/../.." build/bin/opsdk
    "$here/../../build/bin/opsdk" build localhost/pause:1 -o "$dir/pause.tar" --no-make --no-program --bare --manifest "" \
        --add "$dir/pause/pause:/pause" -- /pause
    containerd_ctl images import "$dir/pause.tar" >/dev/null
}

no_tasks() { ! containerd_ctl tasks ls | grep -q RUNNING; }

# Not by way of the API: everything here is thrown away.  The kubelet goes first, else it would start them again.
containers_end() {
    local pid
    part_stop kubelet KILL
    for pid in $(containerd_ctl tasks ls 2>/dev/null | awk 'NR > 1 { print $2 }'); do kill -9 "$pid" 2>/dev/null || true; done
    [ ! -S "$dir/containerd.sock" ] || await 10 'end of the containers' no_tasks || true
}

# Shims outlive containerd.
node_down() {
    local pid mount folder
    for pid in $(pgrep -f "containerd-shim-runc-v2 .*-address $dir/" || true); do kill -9 "$pid" 2>/dev/null || true; done
    for mount in $(awk -v d="$dir/" 'index($2, d) == 1 { print $2 }' /proc/mounts | sort -r); do umount -l "$mount" || true; done
    for folder in $(cgroup_folders); do
        [ ! -d "$folder" ] || find "$folder" -depth -type d -exec rmdir {} + 2>/dev/null || true
    done
}
