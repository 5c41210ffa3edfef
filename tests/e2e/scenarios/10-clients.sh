# Clients that know nothing of it, against the embedded API server.
# shellcheck shell=bash disable=SC2154
clients_kubectl() {
    B=$build "$top/tests/clients/kubectl/kubectl" check || because 'kubectl prints something else than it does on a real server'
    note "$(grep -hc '^\$ kubectl' "$build"/clients/kubectl/embedded/*.txt | awk '{ n += $1 } END { print n }') commands"
}
clients_go() {
    B=$build "$top/tests/clients/go/run" || because 'a Go program fails'
}
scenario 10a 'kubectl prints on the embedded API server what it prints on a real one' clients_kubectl
scenario 10b 'Go programs work with the embedded API server' clients_go
