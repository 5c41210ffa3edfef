#!/usr/bin/env bash
# Walks through docs/guide.md in a real cluster: applies its patches, runs its commands, compares their output with the page.
#   tests/opsdk/walk.sh [--write]        --write: writes the output into the page instead
# Needs root and what tests/deps e2e installs.  WALK_CLUSTER=DIR uses a cluster that is up.
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
build=$top/${B:-build}
guide=$top/docs/guide.md

begin() {
    work=$(mktemp -d /tmp/opsdk-walk.XXXXXX)
    export CLUSTER_DIR=${WALK_CLUSTER:-$work/c}
    trap finish EXIT
    trap 'exit 130' INT TERM HUP
    [ -n "${WALK_CLUSTER:-}" ] || cluster up
    # What the example asks for; there is no registry here.
    cluster ctr images tag --force localhost/pause:1 registry.k8s.io/pause:3.10 >/dev/null
    make -s -C "$top" install PREFIX="$work/prefix" DESTDIR= B="$build" >/dev/null
    mkdir "$work/bin" "$work/here"
    printf '#!/bin/sh\nexec "%s" kubectl --kubeconfig "%s/admin.conf" "$@"\n' "$("$top/tests/cluster/cluster" build)" "$CLUSTER_DIR" >"$work/bin/kubectl"
    printf '#!/bin/sh\nexec "%s" -a "%s/containerd.sock" "$@"\n' "$(command -v ctr)" "$CLUSTER_DIR" >"$work/bin/ctr"
    chmod +x "$work/bin/"*
}
finish() {
    local status=$?
    trap - EXIT
    if [ -n "${WALK_CLUSTER:-}" ]; then
        cluster kubectl delete namespace sites --ignore-not-found >/dev/null 2>&1
        cluster kubectl delete crd websites.example.com --ignore-not-found >/dev/null 2>&1
    else
        cluster down
    fi
    rm -rf "$work"
    exit $status
}
cluster() { "$top/tests/cluster/cluster" "$@"; }

if [ -z "${WALK_INSIDE:-}" ]; then
    begin
    # From here on where the cluster's addresses are, and nothing else is: what needs a network would notice.
    cluster in env -i WALK_INSIDE="$work" HOME="$work" LANG=C.UTF-8 TZ=UTC PATH="$work/bin:$work/prefix/bin:/usr/bin:/bin" \
        PKG_CONFIG_PATH="$work/prefix/lib/pkgconfig" KUBECONFIG="$CLUSTER_DIR/admin.conf" bash "$0" "$@"
    exit
fi

work=$WALK_INSIDE
write=${1:-}
cd "$work/here"
passed=0 failed=0 started= ready=

# What differs from one run to the next.
normal() {
    sed -E 's/sha256:[0-9a-f]{64}/sha256:.../g; s/\b[0-9]+m?[0-9]*s$/5s/; s/elapsed: [0-9.]+ ?s .*/elapsed/; s/ +$//'
}

result() { # what, wanted, got
    if [ "$(normal <<<"$2")" = "$(normal <<<"$3")" ]; then
        passed=$((passed + 1))
        echo "ok       $1"
    else
        failed=$((failed + 1))
        printf 'FAILED   %s\n' "$1"
        diff <(normal <<<"$2") <(normal <<<"$3") || true
    fi
}

run() { # command, wanted output
    local got
    case $1 in 'opsdk new '*) started=$(date +%s%N) ;; esac
    # In this shell, so that cd holds.
    eval "$1" >"$work/out" 2>&1 </dev/null || true
    case $1 in *'condition=Ready website/'*) ready=$(date +%s%N) ;; esac
    got=$(normal <"$work/out")
    if [ "$write" = --write ]; then
        printf '$ %s\n' "$1"
        [ -z "$got" ] || printf '%s\n' "$got"
    else
        result "$1" "$2" "$got"
    fi
}

# Hunks without line numbers: their lines say where.
apply() { # diff
    local file=
    awk -v dir="$work" '/^\+\+\+ b\// { print substr($0, 7) >(dir "/file") } ' <<<"$1"
    file=$(cat "$work/file")
    awk -v file="$file" '
        function change() { if (old == "") return; at = index(text, old); if (!at) { print "does not apply:\n" old >"/dev/stderr"; bad = 1; return }
            text = substr(text, 1, at - 1) new substr(text, at + length(old)); old = new = "" }
        BEGIN { while ((getline line <file) > 0) text = text line "\n" }
        /^(---|\+\+\+) / { next }
        /^@@/ { change(); next }
        /^-/ { old = old substr($0, 2) "\n"; next }
        /^\+/ { new = new substr($0, 2) "\n"; next }
        { old = old substr($0, 2) "\n"; new = new substr($0, 2) "\n" }
        END { change(); if (bad) exit 1; printf "%s", text >file }' <<<"$1"
}

# Line by line; in --write mode the page comes out again.
say() { [ "$write" != --write ] || printf '%s\n' "$1"; }
walk() {
    local line block= command= wanted= diff=
    while IFS= read -r line; do
        case $block:$line in
        :'```console') block=console command= wanted=; say "$line" ;;
        :'```diff') block=diff diff=; say "$line" ;;
        console:'```')
            [ -z "$command" ] || run "$command" "$wanted"
            block=; say "$line" ;;
        console:'$ '*)
            [ -z "$command" ] || run "$command" "$wanted"
            command=${line#??} wanted= ;;
        console:*) wanted+=${wanted:+$'\n'}$line ;;
        diff:'```')
            apply "$diff" || { echo "a patch of the guide does not apply" >&2; exit 1; }
            block=; say "$line" ;;
        diff:*) diff+=${diff:+$'\n'}$line; say "$line" ;;
        :'Time from '*)
            [ -n "$ready" ] || ready=$started
            seconds=$(((ready - started) / 1000000000))
            say "$(sed -E "s/(: )[A-Z0-9]+ s\.$/\1$seconds s./" <<<"$line")" ;;
        *) say "$line" ;;
        esac
    done
}

if [ "$write" = --write ]; then
    walk <"$guide" >"$work/guide.md"
    cat "$work/guide.md" >"$guide"
    exit
fi
walk <"$guide"
echo "from new to ready: $seconds s"
if [ "$seconds" -lt 60 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
