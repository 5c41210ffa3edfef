#!/usr/bin/env bash
# The programs of the bench on a few objects: what they count is right, whatever the times are.
set -euo pipefail
b=${B:-build}
work=$(mktemp -d)
server=''
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT

"$b/bench/replay" --objects 300 --data light >"$work/replay" &
server=$!
for _ in $(seq 200); do
    url=$(sed -n 's/.*"url":"\([^"]*\)".*/\1/p' "$work/replay")
    [ -z "$url" ] || break
    sleep 0.05
done

want() { # file, pattern...
    local file=$1 pattern
    shift
    for pattern; do
        grep -q -- "$pattern" "$work/$file" || { echo "no $pattern in:"; cat "$work/$file" "$work/errors"; exit 1; }
    done
}

for how in 'pods --watchlist on' 'benchmarks --watchlist off'; do
    # shellcheck disable=SC2086
    "$b/bench/informer" --server "$url" --kind $how --objects 300 --events 700 --rate 100 --rate-seconds 1 --relist 3 >"$work/said" 2>"$work/errors"
    want said '"stage":"synced".*"objects":300,' '"burst_events":700,.*"lost":0' '"rate_events":100,.*"rate_lost":0' \
        '"relist_changed":3,.*"relist_calls":3,.*"relist_lost":0' '"stage":"end"'
done
"$b/bench/null" --server "$url" --kind pods --objects 300 --events 700 --rate 100 --rate-seconds 1 >"$work/said"
want said '"stage":"synced"' '"burst_events":700,' '"rate_events":100,' '"stage":"end"'
"$b/bench/start" --server "$url" --times 2 "$b/bench/informer" --server "$url" --kind pods --objects 300 >"$work/said" 2>"$work/errors"
want said '"stage":"start"'
