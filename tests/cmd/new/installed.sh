# Sourced by the tests beside it: $opsdk is the command, in a new folder that goes with the shell.  Its projects are to be built against an
# installed library; under the sanitizers that is left out, since they would have to be built with them as well.
# shellcheck shell=bash
build=${OPSDK_BUILD:-build}
opsdk=$PWD/$build/bin/opsdk
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -z "${SAN:-}" ]; then
    make -s --no-print-directory install PREFIX="$work/prefix" DESTDIR= >/dev/null
    opsdk=$work/prefix/bin/opsdk
    export PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig PATH=$work/prefix/bin:$PATH
fi
cd "$work"
