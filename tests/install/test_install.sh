#!/usr/bin/env bash
# A program outside the tree builds with what "make install" put down: against the shared library and against the static one.
set -euo pipefail
build=${OPSDK_BUILD:-build}
[ "$build" = build ] || { echo "only for the plain build"; exit 0; } # a sanitized library wants a sanitized program
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

make -s install DESTDIR="$tmp/root" PREFIX=/opt/opsdk
export PKG_CONFIG_PATH=$tmp/root/opt/opsdk/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$tmp/root
mkdir "$tmp/program"
cd "$tmp/program"

cat >program.c <<'C'
#include <opsdk.h>
#include <stdio.h>
#include <string.h>

/* A name that the library uses inside as well: it must not clash. */
int queue_add(int a);
int queue_add(int a)
{
    return a + 1;
}

int main(void)
{
    opsdk_auto_object *pod = NULL;
    opsdk_error err = {0};
    const char *text = "{\"metadata\":{\"name\":\"x\",\"namespace\":\"y\"},\"spec\":{\"n\":41}}";

    if (opsdk_object_parse(&OPSDK_POD, text, strlen(text), &pod, &err) < 0)
        return 1;
    printf("%s %s/%s %d\n", opsdk_version(), opsdk_object_key(pod).ns, opsdk_object_key(pod).name,
           queue_add((int)opsdk_value_int(opsdk_at(pod, "/spec/n"), 0)));
    return 0;
}
C
# pkg-config prefixes the sysroot to system paths too; only ours live there.
flags() { pkg-config "$@" opsdk | sed "s|$tmp/root/usr|/usr|g"; }

# shellcheck disable=SC2046 # flags are words
cc -std=c99 -pedantic -Wall -Wextra -Werror program.c $(flags --cflags --libs) -o shared
want="$(pkg-config --modversion opsdk) y/x 42"
[ "$(LD_LIBRARY_PATH=$tmp/root/opt/opsdk/lib ./shared)" = "$want" ]
readelf -d shared | grep -q 'NEEDED.*libopsdk.so.0'

# shellcheck disable=SC2046
cc -std=c99 program.c $(flags --cflags) -Wl,-Bstatic -L"$tmp/root/opt/opsdk/lib" -lopsdk -Wl,-Bdynamic $(flags --static --libs) -o static
[ "$(./static)" = "$want" ]
! readelf -d static | grep -q 'NEEDED.*libopsdk' || { echo "the static program wants the shared library"; exit 1; }

# Nothing but opsdk_* and OPSDK_* leaves either library.
strays() { awk 'NF >= 2 && $(NF-1) ~ /[TDBRVW]/ && $NF !~ /^(opsdk_|OPSDK_)/ { print $NF }'; }
for list in "nm -D --defined-only $tmp/root/opt/opsdk/lib/libopsdk.so" "nm -g --defined-only $tmp/root/opt/opsdk/lib/libopsdk.a"; do
    found=$($list | strays)
    [ -z "$found" ] || { echo "$list exports: $found"; exit 1; }
done
