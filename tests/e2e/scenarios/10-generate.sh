# What opsdk generate writes, as the real API server sees it.  No operator takes part.
# shellcheck shell=bash disable=SC2154
everything=$top/tests/fixtures/everything

explains() { # field, words
    kubectl explain "everythings.$1" --api-version=everything.example.com/v1 | grep -qF "$2"
}

generated_crds() {
    trap 'kubectl delete -f "$everything/deploy/crd.yaml" --ignore-not-found >/dev/null 2>&1' EXIT
    kubectl create --validate=strict -f "$everything/deploy/crd.yaml" 2>"$work/warnings"
    [ ! -s "$work/warnings" ] || because "warned: $(head -n 1 "$work/warnings")"
    need $soon 'the definition is in force' kubectl wait --for=condition=Established crd/everythings.everything.example.com
    need $soon 'explain has the description' explains spec.parts.name 'Its key'

    cat >"$work/cr.yaml" <<'END'
apiVersion: everything.example.com/v1
kind: Everything
metadata: {name: x}
spec:
  truth: false
  minimum: 15
  maximum: 20
  ratio: 0
  host: example
  percent: 5%
  decided: false
  maybe: null
  letters: ["True", a]
  parts: [{name: one, port: 1}]
  source: {number: 0}
END
    kubectl create -f "$work/cr.yaml"
    kubectl get everythings x -o json >"$work/x.json"
    grep -q '"maybe": null' "$work/x.json" || because 'null is lost'
    grep -q '"one": "first"' "$work/x.json" || because 'the default is not set'
    kubectl get evt | grep -q 'MINIMUM' || because 'no column'
    sed 's/minimum: 15/minimum: 7/' "$work/cr.yaml" >"$work/bad.yaml"
    ! kubectl apply -f "$work/bad.yaml" 2>"$work/said" || because 'an invalid one is taken'
    grep -q 'spec.minimum' "$work/said" || because 'the field is not named'
    sed 's/minimum: 15/minimum: 25/' "$work/cr.yaml" >"$work/bad.yaml"
    ! kubectl apply -f "$work/bad.yaml" 2>"$work/said" || because 'a rule is not kept'
    grep -q 'minimum must not be over maximum' "$work/said" || because 'the rule does not speak'
}

scenario 10 'generated CRDs with every marker are taken without a warning, explained, and kept' generated_crds
