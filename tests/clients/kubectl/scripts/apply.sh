# Both kinds of apply, and diff.
# shellcheck shell=bash
kubectl create serviceaccount default >/dev/null 2>&1
k apply -f "$objects"
k apply -f "$objects"
sed 's/value: b/value: c/; s/replicas: 2/replicas: 3/; s/color: red, //; s/name: metrics, port: 9090/name: metrics, port: 9091/' "$objects" >"$file.yaml"
k diff -f "$file.yaml"
k apply -f "$file.yaml" --dry-run=server
k apply -f "$file.yaml" --dry-run=client
k apply -f "$file.yaml"
k get deployment web -o yaml
k get configmap settings -o yaml
k get service web -o yaml
k diff -f "$file.yaml"
k apply view-last-applied configmap settings
k apply set-last-applied -f "$objects" --dry-run=server
k apply edit-last-applied configmap settings
k apply --server-side -f "$objects"
k apply --server-side --force-conflicts -f "$objects"
k get deployment web -o yaml --show-managed-fields
k apply --server-side --field-manager other -f - <<Y
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {replicas: 7}
Y
k apply --server-side --field-manager other --force-conflicts -f - <<Y
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {replicas: 7}
Y
k diff --server-side --force-conflicts -f "$objects"
k apply -f - <<Y
apiVersion: v1
kind: ConfigMap
metadata: {name: wrong}
daata: {a: b}
Y
k apply --validate=false -f - <<Y
apiVersion: v1
kind: ConfigMap
metadata: {name: wrong}
daata: {a: b}
Y
k delete configmap wrong
k apply --validate=warn -f - <<Y
apiVersion: v1
kind: ConfigMap
metadata: {name: wrong}
daata: {a: c}
data: {a: b}
Y
k apply -f - <<Y
apiVersion: v1
kind: Pod
metadata: {name: Wrong}
spec: {containers: []}
Y
k apply -f - <<Y
apiVersion: nothing/v1
kind: Nothing
metadata: {name: a}
Y
k apply --prune -l app=web --prune-allowlist core/v1/ConfigMap --prune-allowlist core/v1/Secret -f - <<Y
apiVersion: v1
kind: ConfigMap
metadata: {name: kept, labels: {app: web}}
Y
k get configmaps,secrets -l app=web -o name
