#!/usr/bin/env bash
# The bench's table says what its lines of JSON say: medians, the best, ratios within a round, and what must not be overlooked.
set -euo pipefail
table() { awk -f tests/bench/table.awk; }
want() { grep -qF -- "$1" <<<"$out" || { echo "no '$1' in:"; echo "$out"; exit 1; }; }

synced() { # set, client, round, ms
    echo "{\"set\":\"$1\",\"who\":\"$2\",\"round\":$3,\"stage\":\"synced\",\"client\":\"$2\",\"version\":\"1.2\",\"objects\":10000,\"sync_ms\":$4}"
}
out=$( {
    synced pods null 1 30 && synced pods libopsdk 1 200 && synced pods json 1 1000
    synced pods null 2 20 && synced pods libopsdk 2 100 && synced pods json 2 900
    synced pods null 3 20 && synced pods libopsdk 3 150 && synced pods json 3 3000
    echo '{"set":"pods","who":"json","round":1,"stage":"burst","events_per_s":500,"lost":0}'
    echo '{"set":"pods","who":"libopsdk","round":1,"stage":"burst","events_per_s":20000,"lost":0}'
    echo '{"set":"pods","who":"null","round":1,"stage":"burst","events_per_s":90000,"lost":0}'
    echo '{"set":"custom","who":"libopsdk","round":1,"stage":"synced","sync_ms":5}'
    echo '{"set":"custom","who":"dynamic","round":1,"stage":"failed"}'
} | table)
want '≤ 160 ✓ | **150 (100)** |  | 1,000 (900) ×9.0 |'
want '≥ 50,000 ✗ | **20,000** |  | 500 ×40 |'
want 'sync of pods: the null client is 5.0 times as fast as the fastest client (libopsdk): enough'
want 'burst of pods: the null client is 4.5 times as fast as the fastest client (libopsdk): NOT 5 TIMES'
want '| **5** |  |  | failed |'
want 'Nothing was lost'

out=$(echo '{"set":"pods","who":"json","round":2,"stage":"rate","rate_lost":7}' | table)
want 'LOST: pods, json, round 2: rate_lost = 7'
