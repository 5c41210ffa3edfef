# What "get" prints, in each of its forms.
# shellcheck shell=bash
kubectl create serviceaccount default >/dev/null 2>&1
k create -f "$objects"
kinds=pods,deployments,services,configmaps,secrets,serviceaccounts,roles,rolebindings,leases
k get $kinds
k get $kinds -o wide
k get $kinds -l app=web,tier=back
k get $kinds --show-labels
k get pods -L app,tier
k get pods --no-headers
k get pods --field-selector metadata.name=two
k get pods --field-selector status.phase=Pending,spec.nodeName=
k get pods --field-selector spec.nope=1
k get pods -l 'tier in (back, front)' -o name
k get pods -l 'tier notin (back)' -o name
k get pods -l '!tier' -o name
k get pods -l 'a b'
k get pod one -o yaml
k get pod one -o yaml --show-managed-fields
k get deployment web -o json
k get configmap settings -o jsonpath='{.data.color} {.metadata.labels}{"\n"}'
k get pods -o jsonpath='{range .items[*]}{.metadata.name}{"\t"}{.spec.containers[*].image}{"\n"}{end}'
k get pods -o custom-columns=NAME:.metadata.name,IMAGE:.spec.containers[0].image,NODE:.spec.nodeName
k get pods -o go-template='{{range .items}}{{.metadata.name}} {{end}}'
k get pods --sort-by '{.metadata.creationTimestamp}' -o name
k get pods --sort-by .metadata.name
k get pod/one service/web deployment.apps/web
k get po,svc,deploy,cm,sa -o name
k get pod nothing
k get pod nothing --ignore-not-found
k get nothing
k get deployments.v1.apps web -o name
k get all
k get pods -A --field-selector metadata.namespace="$namespace" -o custom-columns=NAMESPACE:.metadata.namespace,NAME:.metadata.name
k get pods --chunk-size=1
k get -f "$objects" -o name
k get --raw "/api/v1/namespaces/$namespace/configmaps/nothing"
k get namespace "$namespace"
k get events
k get pods -n nowhere
kubectl get configmaps --watch --output-watch-events -o custom-columns=TYPE:.type,NAME:.object.metadata.name,COLOR:.object.data.color >"$file" 2>&1 &
watcher=$!
for _ in $(seq 600); do grep -q settings "$file" && break; sleep 0.1; done
k create configmap watched --from-literal=color=blue
k patch configmap watched -p '{"data":{"color":"green"}}'
k delete configmap watched
for _ in $(seq 600); do grep -q DELETED "$file" && break; sleep 0.1; done
kill $watcher
wait $watcher 2>/dev/null
cat "$file"
