# explain, api-resources, versions.  Descriptions of built-in kinds are left out: the embedded server has none.
# shellcheck shell=bash
without() { awk '/^DESCRIPTION:/ { d = 1 } /^FIELDS:/ { d = 0 } !d && !/^    / && NF'; }
tree() { awk '/^DESCRIPTION:/ { d = 1 } /^FIELDS:/ { d = 0 } !d'; }
for kind in pod.spec deployment.spec.strategy configmap service.spec secret namespace serviceaccount role rolebinding lease event.involvedObject \
    endpointslice crd.spec.names validatingwebhookconfigurations; do
    filtered tree explain "$kind" --recursive
done
filtered without explain pod.spec.containers.env
k explain pod.spec.nothing
k explain nothing
filtered tree explain deployments.spec.selector --api-version=apps/v1 --recursive
k version
k api-versions | grep -v 'certificates\|flowcontrol\|node.k8s.io\|resource.k8s\|storage\|apiregistration\|scheduling\|policy\|autoscaling\|batch\|networking'
others() { grep -v controllerrevisions; }
filtered others api-resources --api-group=apps
k api-resources --api-group=rbac.authorization.k8s.io -o name
k api-resources --namespaced=false --api-group=apiextensions.k8s.io
k api-resources --verbs=list,create --api-group=coordination.k8s.io
filtered others api-resources --api-group=apps --sort-by=kind -o wide
k cluster-info
k get --raw /readyz
k config view --minify -o jsonpath='{.contexts[0].context.namespace}'
