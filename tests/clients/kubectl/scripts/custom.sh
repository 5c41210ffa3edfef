# Custom resources.
# shellcheck shell=bash
crd() {
    cat <<Y
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.kubectl.example.com}
spec:
  group: kubectl.example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget, listKind: WidgetList, shortNames: [wd], categories: [things]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}, scale: {specReplicasPath: .spec.replicas, statusReplicasPath: .status.replicas}}
    selectableFields: [{jsonPath: .spec.color}]
    additionalPrinterColumns:
    - {name: Color, type: string, jsonPath: .spec.color}
    - {name: Parts, type: string, jsonPath: ".spec.parts[*].name", priority: 1}
    - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
    schema:
      openAPIV3Schema:
        type: object
        description: A Widget is a thing to sell.
        required: [spec]
        properties:
          spec:
            type: object
            description: What is wanted.
            properties:
              color: {type: string, description: "The colour, as painted.", enum: [red, blue], default: red}
              replicas: {type: integer, format: int32, minimum: 0}
              port: {x-kubernetes-int-or-string: true, description: A port.}
              parts:
                type: array
                x-kubernetes-list-type: map
                x-kubernetes-list-map-keys: [name]
                items: {type: object, required: [name], properties: {name: {type: string}, weight: {type: number}}}
              labels: {type: object, additionalProperties: {type: string}}
          status: {type: object, x-kubernetes-preserve-unknown-fields: true, properties: {replicas: {type: integer}}}
Y
}
crd >"$file"
k create -f "$file"
k wait crd widgets.kubectl.example.com --for=condition=Established --timeout=30s
for _ in $(seq 600); do kubectl get --raw /openapi/v3/apis/kubectl.example.com/v1 >/dev/null 2>&1 && break; sleep 0.1; done
k get crd widgets.kubectl.example.com
k api-resources --api-group=kubectl.example.com
lines() { sed '/^[[:space:]]*$/d'; }
filtered lines explain widget.spec
filtered lines explain widgets --recursive
k explain wd.spec.color
k create -f - <<Y
apiVersion: kubectl.example.com/v1
kind: Widget
metadata: {name: one}
spec: {parts: [{name: a, weight: 1.5}]}
Y
k apply -f - <<Y
apiVersion: kubectl.example.com/v1
kind: Widget
metadata: {name: two}
spec: {color: blue, replicas: 2, port: http}
Y
k apply -f - <<Y
apiVersion: kubectl.example.com/v1
kind: Widget
metadata: {name: three}
spec: {replicas: -1, more: 1}
Y
k apply --validate=false -f - <<Y
apiVersion: kubectl.example.com/v1
kind: Widget
metadata: {name: three}
spec: {replicas: -1, more: 1}
Y
k apply --validate=false -f - <<Y
apiVersion: kubectl.example.com/v1
kind: Widget
metadata: {name: three}
spec: {color: green}
Y
k apply --server-side -f - <<Y
apiVersion: kubectl.example.com/v1
kind: Widget
metadata: {name: one}
spec: {parts: [{name: b}]}
Y
k diff -f - <<Y
apiVersion: kubectl.example.com/v1
kind: Widget
metadata: {name: two}
spec: {color: red, replicas: 2}
Y
k get widgets
k get wd -o wide
k get things -o name
k get widgets --field-selector spec.color=blue -o name
k get widget one -o yaml
k describe widget one
k patch widget one --type merge -p '{"spec":{"color":"blue"}}'
k patch widget one -p '{"spec":{"color":"blue"}}'
k patch widget one --type json -p '[{"op":"add","path":"/spec/parts/-","value":{"name":"c"}}]'
k patch widget one --subresource status --type merge -p '{"status":{"replicas":1,"conditions":[{"type":"Ready","status":"True"}]}}'
k wait widget one --for=condition=Ready --timeout=10s
k scale widget one --replicas 3
k get widget one -o jsonpath='{.spec} {.status}{"\n"}'
KUBE_EDITOR='sed -i s/blue/red/' k edit widget two
k label widgets --all a=b
k delete widget two
k delete crd widgets.kubectl.example.com
