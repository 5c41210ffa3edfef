#!/usr/bin/env bash
# An image archive depends on the folder's content alone, and names its parts by their digests.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

folder() { # where, time of its files
    install -d "$1/bin" "$1/tmp"
    chmod 1777 "$1/tmp"
    echo 'some program' >"$1/bin/program"
    chmod 755 "$1/bin/program"
    touch -d "$2" "$1/bin/program" "$1/bin" "$1/tmp" "$1"
}

pack() { deploy/pack-image "$work/$1" localhost/test:1 "$work/$1.tar" -u 65532:65532 -e 'A=x "y" \z' /bin/program --flag; }

folder "$work/a" '2020-01-01'
folder "$work/b" '2024-02-02'
pack a
pack b
cmp "$work/a.tar" "$work/b.tar"

mkdir "$work/out"
tar -C "$work/out" -xf "$work/a.tar"
cd "$work/out"
layer=$(sed -n 's/.*"Layers": \["\([0-9a-f]*\).tar"\].*/\1/p' manifest.json)
config=$(sed -n 's/.*"Config": "\([0-9a-f]*\).json".*/\1/p' manifest.json)
printf '%s  %s.tar\n%s  %s.json\n' "$layer" "$layer" "$config" "$config" | sha256sum --check --quiet
grep -qF '"RepoTags": ["localhost/test:1"]' manifest.json
grep -qF "\"diff_ids\": [\"sha256:$layer\"]" "$config.json"
grep -qF '"Entrypoint": ["/bin/program","--flag"]' "$config.json"
grep -qF '"Env": ["A=x \"y\" \\z"]' "$config.json"
grep -qF '"User": "65532:65532"' "$config.json"
TZ=UTC tar -tvf "$layer.tar" | grep -q '^drwxrwxrwt 0/0 .* 1970-01-01 .* ./tmp/$'
