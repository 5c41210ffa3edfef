# opsdk import on definitions that others publish, and their own examples there and back.  They come as Go modules, which hold the YAML.
# shellcheck shell=bash disable=SC2154

module() { # path@version: prints where it is
    (cd / && GOFLAGS=-mod=mod "$("$top/tests/cluster/golang")" mod download -json "$1") | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p'
}

import_kind() { # folder of an imported version, files with samples...: how many objects went there and back
    local folder=$1 type constant
    shift
    type=$(sed -n 's/^OPSDK_TYPED_OBJECT(\(.*\))$/\1/p' "$folder/types_gen.h")
    constant=$(sed -n 's/^extern const opsdk_kind \(.*\);$/\1/p' "$folder/types_gen.h")
    # shellcheck disable=SC2046
    cc -std=c11 -Wall -Wextra -Wpedantic -Werror -D_GNU_SOURCE -I"$top/libopsdk/include" "-DTYPES=\"$folder/types_gen.h\"" "-DT=$type" \
        "-DKIND=$constant" -o "$work/roundtrip" "$top/tests/e2e/import/roundtrip.c" "$folder/types_gen.c" "$top/$build/lib/libopsdk.a" \
        $(pkg-config --libs libcurl jansson yaml-0.1 libwebsockets openssl libzstd) -pthread
    "$work/roundtrip" "$@"
}

import_project() { # name, module, folder of the CRDs, at least so many objects
    local dir total=0 crd folder n files
    dir=$(module "$2")
    [ -d "$dir" ] || because "$2 cannot be fetched"
    # Some are invalid on purpose, and two by oversight: they lack the selector that their definition demands.
    mapfile -t files < <(find "$dir" -name '*.yaml' ! -path '*invalid*' ! -name "scrapeclass-example-*monitor.yaml" ! -path "$dir/$3/*")
    for crd in "$dir/$3"/*.yaml; do
        grep -q '^kind: CustomResourceDefinition' "$crd" || continue
        "$top/$build/bin/opsdk" import "$crd" --dir "$work/$1" >/dev/null
    done
    for folder in "$work/$1"/*/*; do
        n=$(import_kind "$folder" "${files[@]}") || because "$folder: $n"
        total=$((total + n))
    done
    [ "$total" -ge "$4" ] || because "only $total objects"
    note "$1: $(find "$work/$1" -name types.h | wc -l) kinds, $total objects"
}

import_published() {
    import_project gateway-api sigs.k8s.io/gateway-api@v1.4.0 config/crd/experimental 50
    import_project cert-manager github.com/cert-manager/cert-manager@v1.19.1 deploy/crds 2
    import_project prometheus-operator github.com/prometheus-operator/prometheus-operator@v0.85.0 example/prometheus-operator-crd 20
}
scenario 11 'published definitions are imported, their examples decoded and encoded without loss' import_published

import_cluster() {
    kubectl create -f "$top/tests/fixtures/everything/deploy/crd.yaml" >/dev/null
    trap 'kubectl delete -f "$top/tests/fixtures/everything/deploy/crd.yaml" >/dev/null 2>&1' EXIT
    need $soon 'the definition is in force' kubectl wait --for=condition=Established crd/everythings.everything.example.com
    cluster in "$top/$build/bin/opsdk" import --cluster everythings.everything.example.com --kubeconfig "$CLUSTER_DIR/admin.conf" --dir "$work/c"
    "$top/$build/bin/opsdk" import "$top/tests/fixtures/everything/deploy/crd.yaml" --dir "$work/f"
    diff -r "$work/c/everythings.everything.example.com" "$work/f/everythings.everything.example.com"
}
scenario 11 'a definition is imported from the cluster as it is from its file' import_cluster
