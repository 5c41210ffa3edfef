#!/usr/bin/env bash
# opsdk import: a definition becomes types that compile as C and C++ and that opsdk generate reads; odd names, unions and free-form parts too.
set -euo pipefail
opsdk=$PWD/${OPSDK_BUILD:-build}/bin/opsdk
include=$PWD/libopsdk/include
everything=$PWD/tests/fixtures/everything/deploy/crd.yaml
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cd "$tmp"
passed=0
fail() { echo "not ok: $1"; exit 1; }
has() { # file, line...
    local file=$1 line
    shift
    for line in "$@"; do grep -qxF -- "$line" "$file" || { cat "$file"; fail "$file lacks: $line"; }; done
    passed=$((passed + 1))
}
says() { # code, words, command...
    local want=$1 words=$2 got=0
    shift 2
    "$@" >said 2>&1 || got=$?
    [ "$got" = "$want" ] && grep -qF -- "$words" said || { cat said; fail "$* ends with $got and does not say $words"; }
    passed=$((passed + 1))
}

"$opsdk" import "$everything" >/dev/null
types=api/everythings.everything.example.com/v1/types.h
for file in api/*/*/types_gen.c; do
    cc -std=c99 -Wall -Wextra -Wpedantic -Wshadow -Werror -I"$include" -fsyntax-only "$file"
    echo "#include \"${file%.c}.h\"" | c++ -Wall -Wextra -pedantic -Werror -I"$include" -I. -fsyntax-only -x c++ -
done
has "$types" '/* +opsdk:groupName=everything.example.com' ' * +opsdk:skip */' ' * +opsdk:kind=Everything' \
    '    OPSDK_OPTIONAL(bool) class_;' '    /* +opsdk:name=$ref */' '    /* +opsdk:name=with-dashes.and.dots */' \
    '    /* +opsdk:name=podIP */' '    OPSDK_LIST_OF(OPSDK_LIST_OF(int64_t)) matrix;' '    OPSDK_OPTIONAL(int64_t) maybe;' \
    '    OPSDK_LIST_OF(OPSDK_OPTIONAL(const char *)) holes;' '    json_t *anything;' '    OPSDK_MAP_OF(const char *) labels;' \
    '    OPSDK_MAP_OF(OPSDK_MAP_OF(OPSDK_LIST_OF(opsdk_int_or_string))) deep;' '    json_t *template_;' '    bool truth;' \
    '    OPSDK_OPTIONAL(opsdk_time) since;' '    OPSDK_MAP_OF(everything_by_name) by_name;' '    OPSDK_LIST_OF(everything_by_name) parts;'
"$opsdk" generate k8s crds --check || fail 'the tables are not those of opsdk generate'
[ ! -e deploy ] || fail 'somebody else has the CRD'

cp -r api before
"$opsdk" import - <"$everything" >/dev/null && diff -r api before || fail 'standard input differs'
says 0 'wrote other/everythings.everything.example.com/v1beta1/types.h' "$opsdk" import "$everything" --version v1beta1 --dir other
says 1 'has no v7 with a schema' "$opsdk" import "$everything" --version v7
says 1 'there is no CustomResourceDefinition in it' "$opsdk" import - <<<'kind: Pod'
says 1 'no CustomResourceDefinition of apiextensions.k8s.io/v1' "$opsdk" import - <<<'kind: CustomResourceDefinition'
says 2 'give one file' "$opsdk" import
echo '/* mine */' >>"$types"
says 1 "$types: edited by hand" "$opsdk" import "$everything"
says 0 "wrote $types" "$opsdk" import "$everything" --force

# Words that end a comment or are markers, names that meet, a union, nothing known at all.
cat >odd.yaml <<'END'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: odds.example.com}
spec:
  group: example.com
  scope: Cluster
  names: {kind: Odd, plural: odds}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          description: "Ends */ here. /* +opsdk:nope\n+opsdk:nope +kubebuilder:x"
          properties:
            fooBar: {type: string}
            foo-bar: {type: string}
            "*/": {type: string}
            'say "x"': {type: boolean}
            union: {oneOf: [{required: [a]}], x-kubernetes-preserve-unknown-fields: true}
            odd: {type: object, properties: {odd: {type: object, properties: {x: {type: integer, format: int32}}}}}
            free: {type: object}
            list: {type: array}
            spec: {type: object, required: [n, d], properties: {n: {type: string, nullable: true}, d: {type: string, default: x}}}
END
"$opsdk" import odd.yaml >/dev/null
cc -std=c11 -Wall -Wextra -Wpedantic -Werror -I"$include" -fsyntax-only api/odds.example.com/v1/types_gen.c
has api/odds.example.com/v1/types.h '    OPSDK_OPTIONAL(const char *) foo_bar;' '    OPSDK_OPTIONAL(const char *) foo_bar_2;' '    json_t *union_;' \
    '    json_t *free;' '    json_t *list;' '    OPSDK_OPTIONAL(const char *) n;' '    OPSDK_OPTIONAL(const char *) d;' '    OPSDK_OPTIONAL(odd_odd) odd;'
has api/odds.example.com/v1/types_gen.c 'const opsdk_kind ODD = {"example.com/v1", "Odd", "odds", true};'

sed 's/properties:$/x-kubernetes-preserve-unknown-fields: true\n          other:/' odd.yaml >free.yaml
says 1 'odds.example.com says nothing of its fields' "$opsdk" import free.yaml --dir free

# From a server.
"$opsdk" dev -f "$everything" >where 2>/dev/null &
server=$!
trap 'kill $server; rm -rf "$tmp"' EXIT
for _ in $(seq 600); do [ -s where ] && break; sleep 0.1; done
. ./where
"$opsdk" import --cluster evt --dir cluster >/dev/null
diff -r cluster/everythings.everything.example.com before/everythings.everything.example.com || fail 'a cluster gives something else'
says 1 'nope' "$opsdk" import --cluster nope
echo "$((passed + 3)) passed"
