#!/usr/bin/env bash
# opsdk deploy and undeploy against the embedded API server: what is applied, in which order, and what is said when it does not work.
set -euo pipefail
opsdk=$PWD/${OPSDK_BUILD:-build}/bin/opsdk
work=$(mktemp -d)
server=
trap 'kill $server; rm -rf "$work"' EXIT
cd "$work"

"$opsdk" dev >config 2>/dev/null &
server=$!
for _ in $(seq 1200); do [ -s config ] && break; sleep 0.05; done
. ./config
export KUBECONFIG

mkdir deploy
cat >deploy/crd.yaml <<'YAML'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Thing, plural: things}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
YAML
cat >deploy/rbac.yaml <<'YAML'
apiVersion: v1
kind: ServiceAccount
metadata: {name: op}
--- # with more behind it

---
apiVersion: v1
kind: List
items:
  - {apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: op}, rules: []}
YAML
cat >deploy/operator.yaml <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: {name: op}
spec:
  replicas: 0
  selector: {matchLabels: {app: op}}
  template: {metadata: {labels: {app: op}}, spec: {containers: [{name: c, image: 'x:1'}]}}
YAML
echo '{apiVersion: v1, kind: ConfigMap, metadata: {name: more}}' >deploy/a-more.yaml
echo '{apiVersion: example.com/v1, kind: Thing, metadata: {name: example}}' >deploy/cr.yaml
echo 'not for us' >deploy/README

fails() { # exit code, words, command, arguments...
    local code=0
    "$opsdk" "${@:3}" >said 2>&1 || code=$?
    [ "$code" = "$1" ] && grep -qF -- "$2" said || { echo "opsdk ${*:3}: $code, $(cat said)"; exit 1; }
}

"$opsdk" deploy --no-wait >said
diff said - <<'TEXT'
customresourcedefinition/things.example.com: applied
serviceaccount/op: applied
role/op: applied
deployment/op: applied
configmap/more: applied
TEXT
"$opsdk" deploy --no-wait --example | grep -q 'thing/example: applied'
"$opsdk" get things >said && grep -q '^default  *example ' said

fails 1 'namespaces "other" not found' deploy -n other --no-wait
"$opsdk" deploy -n other --create-namespace --no-wait >said
"$opsdk" get deployments -n other | grep -q '^other  *op '

"$opsdk" undeploy >said
diff said - <<'TEXT'
configmap/more: gone
deployment/op: gone
role/op: gone
serviceaccount/op: gone
the definition stays, and with it all its objects; --crds takes them away
TEXT
"$opsdk" get things | grep -q example
"$opsdk" undeploy --crds --example >said
grep -q 'customresourcedefinition/things.example.com: gone' said
fails 1 'no resource "things"' get things
"$opsdk" undeploy --crds # again: fine

# In words.
fails 2 '"x" is one word too many' deploy x
fails 2 'is no number of seconds' deploy --timeout soon
fails 2 'there is no flag --frob' undeploy --frob
sed -i 's/^  replicas: 0/  replicas: 1/' deploy/operator.yaml
fails 1 'deployment/op is not ready in time' deploy --timeout 1
grep -q 'pod' said
echo '{apiVersion: example.com/v9, kind: Other, metadata: {name: x}}' >deploy/z.yaml
fails 1 'does not know the kind Other of example.com/v9' deploy --no-wait
echo '{kind: Other}' >deploy/z.yaml
fails 1 'without apiVersion, kind or metadata.name' deploy --no-wait
printf 'a: 1\n---\nb: [\n' >deploy/z.yaml
fails 1 'deploy/z.yaml:4' deploy --no-wait
fails 1 'not the folder of an operator' deploy --dir nowhere
kill $server
wait $server || true
rm deploy/z.yaml
fails 1 'opsdk deploy: ' deploy --no-wait
server=$$ # nothing to kill
trap 'rm -rf "$work"' EXIT
