# The generators of "create".
# shellcheck shell=bash
kubectl create serviceaccount default >/dev/null 2>&1
printf 'a=b\nc=d\n' >"$file"
k create configmap literal --from-literal=a=b --from-literal=c=d
k create configmap env --from-env-file="$file"
k create secret generic word --from-literal=a=b
k create secret docker-registry registry --docker-server=x --docker-username=u --docker-password=p
k create serviceaccount robot
k create role reader --verb=get,list --resource=pods,deployments.apps
k create role reader --verb=get --resource=nothings
k create rolebinding reader --role=reader --serviceaccount="$namespace":robot
k create deployment web --image=nginx --replicas=2 --port=80
k create service clusterip cluster --tcp=80:8080
k create service nodeport node --tcp=80:8080
k create service externalname outside --external-name example.com
k create service loadbalancer balancer --tcp=80
k create configmap literal
k create configmap Wrong_Name
k create namespace "$namespace"
k create -f - <<Y
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: first}}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: second}}
Y
k create -f - <<Y
apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: nowhere}
Y
k create -f - -o yaml --dry-run=server <<Y
apiVersion: v1
kind: ConfigMap
metadata: {name: tried}
data: {a: b}
Y
k create configmap shown --from-literal=a=b --dry-run=client -o yaml
k create configmap saved --save-config -o jsonpath='{.metadata.annotations}{"\n"}'
k get configmaps,secrets,serviceaccounts,roles,rolebindings,deployments,services -o name
k get configmap env -o jsonpath='{.data}{"\n"}'
k get secret word,registry -o custom-columns=N:.metadata.name,T:.type,D:.data
k get role reader -o jsonpath='{.rules}{"\n"}'
k get services
