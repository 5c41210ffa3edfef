# edit, patch, replace, label, annotate, scale, set, rollout.
# shellcheck shell=bash
kubectl create serviceaccount default >/dev/null 2>&1
k create -f "$objects"
export KUBE_EDITOR='sed -i s/red/blue/'
k edit configmap settings
k edit configmap settings
KUBE_EDITOR='sed -i /^kind:/s/ConfigMap/Nothing/' k edit configmap settings
k get configmap settings -o jsonpath='{.data.color}{"\n"}'
k patch deployment web -p '{"spec":{"template":{"spec":{"containers":[{"name":"main","env":[{"name":"B","value":"c"}]}]}}}}'
k patch deployment web --type merge -p '{"spec":{"replicas":3,"paused":true}}'
k patch deployment web --type json -p '[{"op":"remove","path":"/spec/paused"},{"op":"replace","path":"/spec/replicas","value":4}]'
k patch deployment web --type json -p '[{"op":"remove","path":"/spec/nothing"}]'
k patch deployment web -p 'nonsense'
k patch deployment web --subresource status -p '{"status":{"readyReplicas":4,"replicas":4,"availableReplicas":4,"updatedReplicas":4,"observedGeneration":4}}'
k patch deployment web --subresource scale --type merge -p '{"spec":{"replicas":2}}'
k get deployment web --subresource scale -o yaml
k get deployment web --subresource status -o jsonpath='{.status}{"\n"}'
k get deployment web -o jsonpath='{.spec.template.spec.containers[0].env}{"\n"}'
kubectl get configmap settings -o yaml >"$file.yaml"
sed -i 's/size: "3"/size: "4"/' "$file.yaml"
k replace -f "$file.yaml"
k replace -f "$file.yaml"
k replace --force -f - <<Y
apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {color: green}
Y
k replace -f - <<Y
apiVersion: v1
kind: ConfigMap
metadata: {name: nothing}
Y
k label pod one color=red
k label pod one color=blue
k label pod one color=blue --overwrite
k label pods --all color=black --overwrite
k label pod one color-
k label pod one 'bad key=x'
k label pod one 'color=bad value'
k annotate pod one note='some text'
k annotate pod one note-
k annotate pods -l app=web a=b
k scale deployment web --replicas 5
k scale deployment web --replicas 6 --current-replicas 1
k scale deployment/web --replicas 1 --resource-version 1
k scale deployment nothing --replicas 6
k set image deployment/web main=nginx:1.26
k set image deployment/web other=nginx:1.26
k set env deployment/web A=z C=d
k set env deployment/web --list
k set resources deployment web --limits=cpu=200m,memory=512Mi
k set serviceaccount deployment web robot
k set selector service web app=other
k set subject rolebinding reader --user=jane
k get deployment web -o jsonpath='{.spec.template.spec}{"\n"}'
k rollout status deployment web --timeout=1s
k rollout pause deployment web
k rollout resume deployment web
k rollout restart deployment web
k rollout history deployment web
k rollout undo deployment web
k taint node nothing a=b:NoSchedule
k cordon nothing
k expose deployment web --name exposed --port 80
k get service exposed
k run pod --image nginx --labels app=run --env X=y --port 80
k get pod pod -o jsonpath='{.spec.containers}{"\n"}'
