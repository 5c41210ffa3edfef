# The processes of the cluster: how each is called, started and stopped.
# shellcheck shell=bash disable=SC2154

part_command() { # part: its words, one per line
    case $1 in
    etcd)
        printf '%s\n' "$program" etcd --data-dir "$dir/etcd" --unsafe-no-fsync --listen-peer-urls http://127.0.0.1:2380 \
            --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379
        ;;
    apiserver)
        printf '%s\n' "$program" apiserver --etcd-servers http://127.0.0.1:2379 \
            --advertise-address "$api" --secure-port 6443 --service-cluster-ip-range "${service%.*}.0/24" \
            --authorization-mode Node,RBAC --allow-privileged=true --client-ca-file "$dir/pki/ca.crt" \
            --tls-cert-file "$dir/pki/apiserver.crt" --tls-private-key-file "$dir/pki/apiserver.key" \
            --service-account-issuer https://kubernetes.default.svc \
            --service-account-signing-key-file "$dir/pki/tokens.key" --service-account-key-file "$dir/pki/tokens.pub" \
            --kubelet-preferred-address-types InternalIP --kubelet-certificate-authority "$dir/pki/ca.crt" \
            --kubelet-client-certificate "$dir/pki/admin.crt" --kubelet-client-key "$dir/pki/admin.key" \
            --audit-policy-file "$dir/audit.yaml" --audit-log-path "$dir/log/audit"
        ;;
    controller-manager)
        client_command "$1" --use-service-account-credentials=true --root-ca-file "$dir/pki/ca.crt" \
            --service-account-private-key-file "$dir/pki/tokens.key"
        ;;
    scheduler) client_command "$1" ;;
    containerd) printf '%s\n' containerd -c "$dir/containerd.toml" ;;
    kubelet)
        printf '%s\n' "$program" kubelet --kubeconfig "$dir/kubelet.conf" --config "$dir/kubelet.yaml" \
            --hostname-override node1 --node-ip "$api" --root-dir "$dir/kubelet" --cert-dir "$dir/kubelet/pki"
        ;;
    *) return 1 ;;
    esac
}

client_command() { # part, flags...
    printf '%s\n' "$program" "$1" --kubeconfig "$dir/$1.conf" --authentication-kubeconfig "$dir/$1.conf" \
        --authorization-kubeconfig "$dir/$1.conf" --leader-elect=false "${@:2}"
}

part_start() { # part
    local words
    mapfile -t words < <(part_command "${1:-}")
    [ ${#words[@]} -gt 0 ] || { echo "cluster: no part is called '${1:-}'" >&2; return 2; }
    # A session of its own: Ctrl-C ends the caller, whose trap then takes the cluster down in order.
    setsid nsenter --net="/run/netns/$id" "${words[@]}" >>"$dir/log/$1" 2>&1 </dev/null &
    echo $! >"$dir/$1.pid"
}

part_stop() { # part [signal]: asks, then after 5 seconds no longer asks
    local pid file=$dir/$1.pid
    [ -f "$file" ] || return 0
    pid=$(cat "$file")
    kill -"${2:-TERM}" "$pid" 2>/dev/null || true
    for _ in $(seq 50); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.1
    done
    kill -9 "$pid" 2>/dev/null || true
    rm -f "$file"
}
