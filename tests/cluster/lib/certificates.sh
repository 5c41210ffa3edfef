# A certificate authority for this cluster alone, a certificate for each part, and the files by which they find the API server.
# shellcheck shell=bash disable=SC2154

key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }

certify() { # file, subject, other names of the server
    key "$1"
    openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
    {
        echo extendedKeyUsage=serverAuth,clientAuth
        [ -z "${3:-}" ] || echo "subjectAltName=$3"
    } >"$1.ext"
    openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 7 -extfile "$1.ext" -out "$1.crt"
}

kubeconfig() { # who
    cat >"$dir/$1.conf" <<YAML
apiVersion: v1
kind: Config
current-context: c
contexts: [{name: c, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "https://$api:6443", certificate-authority: $dir/pki/ca.crt}}]
users: [{name: u, user: {client-certificate: $dir/pki/$1.crt, client-key: $dir/pki/$1.key}}]
YAML
}

certificates_make() {
    local who
    mkdir -p "$dir/pki"
    (
        cd "$dir/pki"
        key ca
        openssl req -x509 -new -key ca.key -days 7 -subj /CN=opsdk-tests -out ca.crt
        key tokens # signs the tokens of service accounts
        openssl ec -in tokens.key -pubout -out tokens.pub
        certify apiserver /CN=kube-apiserver "IP:$api,IP:$service,IP:127.0.0.1,DNS:localhost,DNS:kubernetes.default.svc"
        certify kubelet /O=system:nodes/CN=system:node:node1 "IP:$api,DNS:node1"
        certify admin /O=system:masters/CN=admin
        certify controller-manager /CN=system:kube-controller-manager
        certify scheduler /CN=system:kube-scheduler
    ) 2>"$dir/log/openssl"
    for who in admin kubelet controller-manager scheduler; do kubeconfig $who; done
}

audit_policy() {
    cat >"$dir/audit.yaml" <<'YAML'
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived, ResponseStarted]
rules:
  - {level: None, userGroups: ["system:serviceaccounts:kube-system"]}
  - {level: Metadata, userGroups: ["system:serviceaccounts"]}
  - {level: None}
YAML
}
