# Who may do what, as kubectl asks it.
# shellcheck shell=bash
account=system:serviceaccount:$namespace:robot
quiet create serviceaccount robot
quiet create role reader --verb=get,list --resource=pods,pods/log,deployments.apps
quiet create rolebinding reader --role=reader --serviceaccount="$namespace":robot
sleep 0.3
k auth can-i get pods
k auth can-i get pods --as "$account"
k auth can-i get pods/log --as "$account"
k auth can-i get pods --subresource=log --as "$account"
k auth can-i delete pods --as "$account"
k auth can-i get pods/one --as "$account"
k auth can-i list deployments.apps --as "$account"
k auth can-i list pods --as "$account" -A
k auth can-i get /api --as "$account"
k auth can-i get /metrics --as "$account"
k auth can-i get pods --as "$account" -q
k auth can-i create nothings --as "$account"
k auth can-i get pods --as jane --as-group system:masters
k auth can-i --list --as "$account" --as-group system:nobody
k auth can-i --list --as system:anonymous
k auth whoami --as jane --as-group g --as-uid u
k auth whoami --as "$account" -o yaml
k get pods --as "$account"
k get secrets --as "$account"
k delete pod one --as "$account"
k create configmap a --as "$account"
k create token robot --duration 5m
k create token nobody
k create token robot --bound-object-kind Pod --bound-object-name none
k create role wide --verb='*' --resource=secrets --as "$account"
quiet create rolebinding keeper --clusterrole=cluster-admin --user=chief
quiet create role roles --verb='*' --resource=roles.rbac.authorization.k8s.io
quiet create rolebinding roles --role=roles --user=keeper
sleep 0.3
k create role wide --verb='*' --resource=secrets --as keeper
k create role wide --verb='*' --resource=secrets --as chief
k auth reconcile --dry-run=client -f - <<Y
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules:
- {apiGroups: [""], resources: [pods, services], verbs: [get]}
Y
k auth reconcile -f - <<Y
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules:
- {apiGroups: [""], resources: [pods, services], verbs: [get]}
Y
k describe role reader
k describe rolebinding reader
