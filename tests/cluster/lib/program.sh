# The one program that is every part of Kubernetes: built once, kept in the user's cache.
# shellcheck shell=bash disable=SC2154
kubernetes=1.35.4
program=${XDG_CACHE_HOME:-$HOME/.cache}/opsdk/k8s-$kubernetes

program_build() {
    local go versions
    [ ! -x "$program" ] || return 0
    go=$("$here/golang") || return
    versions="-X k8s.io/component-base/version.gitVersion=v$kubernetes -X k8s.io/component-base/version.gitMajor=1"
    versions+=" -X k8s.io/component-base/version.gitMinor=35 -X k8s.io/client-go/pkg/version.gitVersion=v$kubernetes"
    echo "cluster: building Kubernetes $kubernetes, 5 to 10 minutes, once" >&2
    mkdir -p "$(dirname "$program")"
    (cd "$here/k8s" && env -u GOROOT CGO_ENABLED=0 GOTOOLCHAIN=local "$go" build -trimpath -buildvcs=false -ldflags "-s -w $versions" -o "$program.$$" .) >&2 || return
    mv "$program.$$" "$program"
}
