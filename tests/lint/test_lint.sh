#!/usr/bin/env bash
# The house rules hold, and the checker finds what breaks them.
set -euo pipefail
tests/lint/lint

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
git ls-files -z .clang-format docs tests/lint libopsdk/core libopsdk/include | xargs -0 cp --parents -t "$tmp" 2>/dev/null || true
cd "$tmp"
git init -q .
printf '#include <curl/curl.h>\nvoid f(char *a);\nvoid f(char *a)\n{\n    strcpy(a, "x");\n}\n' >libopsdk/core/bad.c
git add -A .
if out=$(tests/lint/lint); then echo "lint let a bad file pass"; exit 1; fi
grep -q 'libopsdk/core/bad.c:1: core knows no transport' <<<"$out"
grep -q 'libopsdk/core/bad.c:5: banned function' <<<"$out"
