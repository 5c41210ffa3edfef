#!/usr/bin/env bash
# opsdk build: an archive depends on what is packed alone, names its parts by their digests, holds all that the program needs, and nothing else.
set -euo pipefail
opsdk=$PWD/${OPSDK_BUILD:-build}/bin/opsdk
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

folder() { # where, time of its files, umask
    (umask "$3" && mkdir -p "$1/bin" "$1/tmp" && echo 'some program' >"$1/bin/program" && chmod u+x "$1/bin/program")
    chmod 1777 "$1/tmp"
    ln -s program "$1/bin/link"
    touch -h -d "$2" "$1/bin/link" "$1/bin/program" "$1/bin" "$1/tmp" "$1"
}

pack() { # folder, archive, more...
    "$opsdk" build localhost/test:1 -o "$2" --no-make --no-program --bare --manifest '' --add "$1:/" -e 'A=x "y" \z' "${@:3}" -- /bin/program --flag
}

layers() { sed 's/.*"Layers":\[\([^]]*\)\].*/\1/; s/[",]/ /g; s/^ *//; s/ *$//' "$1/manifest.json"; }
unpack() { # archive, to: and the layers on each other in to/root
    local layer
    mkdir -p "$2/root"
    tar -C "$2" -xf "$1"
    for layer in $(layers "$2"); do tar -C "$2/root" -xf "$2/$layer"; done
}

folder a '2020-01-01' 077
folder b '2024-02-02' 022
said=$(pack a a.tar)
pack b b.tar >/dev/null
cmp a.tar b.tar
[ ! -e a.tar.new ] && [ -z "$(ls -d a.tar.parts* 2>/dev/null)" ]

unpack a.tar out
(cd out/blobs/sha256 && for blob in *; do echo "$blob  $blob"; done | sha256sum --check --quiet)
manifest=$(sed -n 's/.*"digest":"sha256:\([0-9a-f]*\)".*/\1/p' out/index.json)
[ "$said" = "a.tar: localhost/test:1@sha256:$manifest" ]
config=out/$(sed -n 's/.*"Config":"\([^"]*\)".*/\1/p' out/manifest.json)
grep -qF '"RepoTags":["localhost/test:1"]' out/manifest.json
grep -qF "\"diff_ids\":[\"sha256:$(basename "$(layers out)")\"]" "$config"
grep -qF '"Entrypoint":["/bin/program","--flag"]' "$config"
grep -qF '"Env":["A=x \"y\" \\z"]' "$config"
grep -qF '"User":"65532:65532"' "$config"
TZ=UTC tar -tvf "out/$(layers out)" >list
grep -q '^drwxrwxrwt 0/0 .* 1970-01-01 .* tmp$' list
grep -q '^-rwxr-xr-x 0/0 .* 1970-01-01 .* bin/program$' list
grep -q '^lrwxrwxrwx 0/0 .* bin/link -> program$' list

# A program with all that it needs, under the Deployment's name, in a root of its own.
mkdir -p deploy build
cp "$opsdk" build/my-operator
cat >deploy/operator.yaml <<YAML
# first
kind: ConfigMap
---
kind: Deployment
metadata: {name: my-operator}
spec:
      - name: operator
        image:   "localhost/my-operator:0"   # by opsdk build
        imagePullPolicy: IfNotPresent
YAML
cp deploy/operator.yaml before.yaml
"$opsdk" build localhost/my-operator:1 --no-make >said
[ "$(diff before.yaml deploy/operator.yaml | grep '^>')" = '>         image:   "localhost/my-operator:1"   # by opsdk build' ]
[ "$(diff before.yaml deploy/operator.yaml | grep -c '^[<>]')" = 2 ]
unpack my-operator.tar full
test -s full/root/etc/nsswitch.conf
[ ! -e /etc/ssl/certs/ca-certificates.crt ] || cmp /etc/ssl/certs/ca-certificates.crt full/root/etc/ssl/certs/ca-certificates.crt
if [ -z "${SAN:-}" ] && { [ "$(id -u)" = 0 ] || unshare -r true 2>/dev/null; }; then
    isolated() { if [ "$(id -u)" = 0 ]; then chroot "$@"; else unshare -r chroot "$@"; fi; }
    [ "$(isolated full/root /usr/local/bin/my-operator version)" = "$("$opsdk" version)" ]
fi
find full/root -name '*.so*' | sed 's|.*/||' | sort >have
ldd "$opsdk" | grep -o '/[^ ]*' | sed 's|.*/||' | sort -u >want
diff have want

# Upon another: its layers, its variables, nothing twice; as an OCI layout too.
pack a upon.tar --base my-operator.tar >/dev/null
unpack upon.tar upon
cmp upon/root/bin/program a/bin/program
for layer in $(layers full); do cmp "full/$layer" "upon/$layer"; done
[ "$(layers upon | wc -w)" = 3 ]
config=upon/$(sed -n 's/.*"Config":"\([^"]*\)".*/\1/p' upon/manifest.json)
grep -qF '"Env":["SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt","A=x \"y\" \\z"]' "$config"
rm full/manifest.json
tar -C full -cf oci.tar oci-layout index.json blobs
pack a upon-oci.tar --base oci.tar >/dev/null
cmp upon.tar upon-oci.tar
"$opsdk" build localhost/my-operator:1 --no-make --base full/root -o based.tar >/dev/null
unpack based.tar based
[ "$(layers based | wc -w)" = 2 ] # the folder, the program: no library is missing

# What is wrong, in words.
fails() { # exit code, words, arguments...
    local code=0
    "$opsdk" build "${@:3}" >said 2>&1 || code=$?
    [ "$code" = "$1" ] && grep -qF -- "$2" said || { echo "opsdk build ${*:3}: $code, $(cat said)"; exit 1; }
}
fails 2 'IMAGE is missing'
fails 2 'upper-case' localhost/Test:1
fails 2 'has a tag that is none' localhost/test:
fails 2 'names a digest' localhost/test@sha256:00
fails 2 'is not NAME=VALUE' x --env A
fails 2 'the entry point is missing' x --no-program
fails 2 'there is no flag --frob' x --frob
fails 1 'No such file' x --no-make --base /nonexistent
fails 1 'is no tar archive' x --no-make --base before.yaml
fails 1 'is not FILE:/PLACE' x --no-make --add before.yaml
fails 1 'cannot be read' x --no-make --program nonexistent
fails 1 'make: failed, exit code 2' x
printf 'a:\n  - image: x:1\n  - image: y:1\n' >two.yaml
fails 1 'two.yaml: has 2 images, and none has the name of z' z --no-make --manifest two.yaml
"$opsdk" build y:2 --no-make --manifest two.yaml >/dev/null
[ "$(cat two.yaml)" = "$(printf 'a:\n  - image: x:1\n  - image: y:2\n')" ]
cd /
fails 1 'not the folder of an operator' x
