# Figures that are worth to know and judge nothing.
# shellcheck shell=bash disable=SC2154

figure() { printf '  %-42s %s\n' "$1" "$2"; }

stripped() { # file
    strip -o "$work/stripped" "$1" && echo "$(($(stat -c %s "$work/stripped") / 1024)) KiB"
}

median() { sort -n | awk '{ v[NR] = $1 } END { if (NR) printf "%.0f ms\n", v[int((NR + 1) / 2)] }'; }

round_trips() { # command...: milliseconds of 20 runs
    local start
    for _ in $(seq 20); do
        start=$(date +%s%N)
        "$@" >/dev/null 2>&1 || return
        echo $((($(date +%s%N) - start) / 1000000))
    done
}

figures_exec() {
    jvm_pod figures figures | apply
    await $soon running figures || return
    figure 'exec round trip, opsdk' "$(KUBECONFIG=$CLUSTER_DIR/admin.conf round_trips cluster in "$build/bin/opsdk" exec -n "$namespace" figures -- true | median)"
    figure 'exec round trip, kubectl' "$(round_trips kubectl exec figures -- true | median)"
    remove pod figures
}

figures() {
    echo 'figures:'
    figure 'operator, stripped' "$(stripped "$build/bin/jmx-exporter-operator")"
    figure 'attach helper, stripped' "$(stripped "$build/bin/jmx-attach")"
    figure 'libopsdk.so, stripped' "$(stripped "$build/lib/libopsdk.so")"
    figure 'image' "$(($(stat -c %s "$build/jmx-exporter-operator.tar") / 1024)) KiB"
    figure "operator's memory (VmRSS)" "$(awk '/^VmRSS/ { print $2 " KiB" }' "/proc/$(operator_process)/status")"
    figure 'operator, from its start to watching' "$(operator_log | sed -n 's/.*watching, \([0-9]* ms\) after the start.*/\1/p')"
    figures_exec
}
