# delete and wait.
# shellcheck shell=bash
kubectl create serviceaccount default >/dev/null 2>&1
k create -f "$objects"
k delete configmap settings
k delete configmap settings
k delete configmap settings --ignore-not-found
k delete pod one --grace-period=0 --force
k delete pod two --now --wait=false
k delete deployment web --cascade=orphan --wait=false
quiet patch deployment web --type merge -p '{"metadata":{"finalizers":null}}' # as the garbage collector, which the real server lacks
k delete secret,service,serviceaccount -l app=web
k delete lease leader -o name
k delete lease leader --dry-run=server
k delete -f "$objects" --ignore-not-found
k create configmap held
k patch configmap held -p '{"metadata":{"finalizers":["example.com/held"]}}'
k delete configmap held --timeout=1s
k get configmap held -o jsonpath='{.metadata.finalizers} {.metadata.deletionGracePeriodSeconds}{"\n"}'
k patch configmap held -p '{"metadata":{"labels":{"a":"b"}}}'
(sleep 0.5; quiet patch configmap held --type merge -p '{"metadata":{"finalizers":null}}') &
k wait configmap held --for=delete --timeout=30s
wait
k create configmap waited
(sleep 0.5; quiet patch configmap waited -p '{"data":{"a":"b"}}') &
k wait configmap waited --for=jsonpath='{.data.a}'=b --timeout=30s
wait
k run pod --image nginx
(sleep 0.5; quiet patch pod pod --subresource status -p '{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}') &
k wait pod pod --for=condition=Ready --timeout=30s
wait
k wait pod pod --for=condition=Nothing --timeout=1s
k wait pod nothing --for=condition=Ready --timeout=1s
k wait pod nothing --for=delete --timeout=1s
k wait configmap --all --for=jsonpath='{.data.a}' --timeout=1s
k wait configmap later --for=create --timeout=1s
k get pod pod
k delete pods --all --grace-period=0 --force
k delete configmaps --field-selector metadata.name=waited
k delete all --all
k get all,configmaps -o name
