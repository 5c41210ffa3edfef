# The table of tests/bench/engine, from the lines of JSON that its programs print.
# A figure is the median of the rounds with the least beside it, and how often it is libopsdk's within one round (for rates: how often it goes into it).

function field(line, name,    at, rest) {
    at = index(line, "\"" name "\":")
    if (!at)
        return ""
    rest = substr(line, at + length(name) + 3)
    sub(/^"/, "", rest)
    sub(/[",}].*/, "", rest)
    return rest
}

function sort_by_value(a, n,    i, j, t) {
    for (i = 2; i <= n; i++)
        for (j = i; j > 1 && a[j] + 0 < a[j - 1] + 0; j--) {
            t = a[j]; a[j] = a[j - 1]; a[j - 1] = t
        }
}

function keep(set, who, round, name, v) {
    if (v == "")
        return
    value[set, who, round, name] = v
}

{
    set = field($0, "set"); who = field($0, "who"); round = field($0, "round")
    if (round > last)
        last = round
    if (field($0, "stage") == "failed")
        failed[set, who] = 1
    text = $0
    while (match(text, /"[a-z_0-9]+":/)) {
        name = substr(text, RSTART + 1, RLENGTH - 3)
        text = substr(text, RSTART + RLENGTH)
        if (name !~ /^(set|who|round|stage)$/)
            keep(set, who, round, name, field($0, name))
    }
    if (field($0, "rss_vm_kb") != "")
        keep(set, who, round, "transient_kb", field($0, "rss_peak_kb") - field($0, "rss_vm_kb"))
}

# All rounds' values into list; how many.
function values(set, who, name, list,    r, n) {
    n = 0
    for (r = 0; r <= last; r++)
        if ((set, who, r, name) in value)
            list[++n] = value[set, who, r, name]
    sort_by_value(list, n)
    return n
}

function median(set, who, name,    list, n) {
    n = values(set, who, name, list)
    return n ? list[int((n + 1) / 2)] : ""
}

# Of the other's to libopsdk's in the same round; for rates the other way round, so that more than one is in libopsdk's favour.
function ratio(set, who, name, more,    r, n, list, mine, theirs) {
    for (r = 0; r <= last; r++) {
        if (!((set, "libopsdk", r, name) in value) || !((set, who, r, name) in value))
            continue
        mine = value[set, "libopsdk", r, name]; theirs = value[set, who, r, name]
        if (mine > 0 && theirs > 0)
            list[++n] = more ? mine / theirs : theirs / mine
    }
    sort_by_value(list, n)
    return n ? list[int((n + 1) / 2)] : ""
}

function thousands(x,    s, out) {
    s = sprintf("%.0f", x)
    while (length(s) > 3) {
        out = "," substr(s, length(s) - 2) out
        s = substr(s, 1, length(s) - 3)
    }
    return s out
}

function number(x) {
    return x >= 1000 ? thousands(x) : x >= 100 || x == int(x) ? sprintf("%.0f", x) : x >= 10 ? sprintf("%.1f", x) : sprintf("%.2f", x)
}

function cell(set, who, name, scale, more,    list, n, out, r) {
    n = values(set, who, name, list)
    if (!n)
        return ((set, who) in failed) ? "failed" : ""
    out = number(list[int((n + 1) / 2)] * scale)
    if (n > 1)
        out = out " (" number((more ? list[n] : list[1]) * scale) ")"
    r = who ~ /^(protobuf|json|dynamic)$/ && name !~ /calls|extra|growth|transient/ ? ratio(set, who, name, more) : ""
    if (r != "")
        out = out (r >= 10 ? sprintf(" ×%.0f", r) : sprintf(" ×%.1f", r))
    return out
}

# goal 0: none.  more: larger is better.
function row(what, set, name, scale, goal, more,    c, mine, text, any) {
    mine = median(set, "libopsdk", name)
    if (mine == "")
        return
    text = goal ? (more ? "≥ " : "≤ ") number(goal) : ""
    if (goal)
        text = text ((more ? mine * scale >= goal : mine * scale <= goal) ? " ✓" : " ✗")
    printf "| %s | %s | **%s** |", what, text, cell(set, "libopsdk", name, scale, more)
    for (c = 1; c <= columns; c++)
        printf " %s |", cell(set, column[c], name, scale, more)
    printf "\n"
}

function top(set, who, name, more,    list, n) {
    n = values(set, who, name, list)
    return n ? list[more ? n : 1] : ""
}

# Clients of a set are compared with the one that only reads, each at its best.
function proof(set, name, what, more,    c, who, best, by, floor, v) {
    floor = top(set, "null", name, more)
    if (floor == "")
        return
    for (c = 1; c <= columns + 1; c++) {
        who = c > columns ? "libopsdk" : column[c]
        v = who == "null" ? "" : top(set, who, name, more)
        if (v > 0 && (best == "" || (more ? v + 0 > best + 0 : v + 0 < best + 0))) {
            best = v; by = who
        }
    }
    if (best == "")
        return
    v = more ? floor / best : best / floor
    printf "replay server, %s of %s: the null client is %.1f times as fast as the fastest client (%s): %s\n", what, set, v, by,
        (v >= 5 ? "enough" : "NOT 5 TIMES, the server brakes that client")
}

function lost(    key, part, total) {
    for (key in value) {
        split(key, part, SUBSEP)
        if (part[4] ~ /lost$/ && value[key] != 0) {
            printf "LOST: %s, %s, round %s: %s = %s\n", part[1], part[2], part[3], part[4], value[key]
            total++
        }
    }
    if (!total)
        print "Nothing was lost, by any client in any round."
}

function sets(set, n, bytes) {
    row("sync of " n " " bytes ", ms", set, "sync_ms", 1, set == "pods" ? 160 : 0)
    row("  CPU of it, ms", set, "sync_cpu_ms", 1)
    row("  heap of an object, bytes", set, "heap_per_object_b", 1, set == "large" ? 0 : set == "noisy" || set == "custom" ? 2000 : 1000)
    row("  burst, events/s", set, "events_per_s", 1, set == "pods" ? 50000 : 0, 1)
    row("  CPU of the burst, ms", set, "burst_cpu_ms", 1)
    row("  delay at 1,000 events/s, p50, us", set, "delay_p50_us", 1)
    row("  p99, us", set, "delay_p99_us", 1, 200)
    row("  p99.9, us", set, "delay_p999_us", 1)
    row("  CPU of those events, ms", set, "rate_cpu_ms", 1)
    row("  relist after 410 with 1 % changed, ms", set, "relist_ms", 1)
    row("  CPU of it, ms", set, "relist_cpu_ms", 1)
    row("  calls of the handler for it", set, "relist_calls", 1)
    row("  memory beyond what there was, MiB", set, "relist_extra_peak_kb", 1 / 1024, 8)
    row("  and what of it stays, MiB", set, "relist_growth_kb", 1 / 1024)
    row("  memory of the process when synced, MB", set, "rss_synced_kb", 1024 / 1e6)
    row("  at the end, MB", set, "rss_settled_kb", 1024 / 1e6, set == "pods" ? 30 : set == "large" ? 220 * 1.048576 : 0)
    row("  its peak beyond that, MiB", set, "transient_kb", 1 / 1024, 8)
}

END {
    columns = split("protobuf json dynamic null", column, " ")
    if (median("pods", "keys", "sync_ms") != "") {
        column[++columns] = "fields"
        column[++columns] = "keys"
    }
    first = median("pods", "libopsdk", "version") == "" ? "real-off" : "pods"
    printf "| what | goal | libopsdk %s | client-go %s, protobuf | JSON | dynamic | null client |%s\n", median(first, "libopsdk", "version"),
        median(first, "json", "version"), (columns == 6 ? " libopsdk, fields kept | keys kept |" : "")
    print "| --- | --- | --- | --- | --- | --- | --- |" (columns == 6 ? " --- | --- |" : "")
    sets("pods", "10,000", "pods of " median("pods", "replay", "bytes_per_object") " B")
    row("the same as a watch-list, ms", "watchlist", "sync_ms", 1)
    row("  CPU of it, ms", "watchlist", "sync_cpu_ms", 1)
    sets("light", "10,000", "light pods of " median("light", "replay", "bytes_per_object") " B")
    sets("noisy", "10,000", "noisy pods of " median("noisy", "replay", "bytes_per_object") " B")
    sets("custom", "10,000", "custom resources of " median("custom", "replay", "bytes_per_object") " B")
    sets("large", "100,000", "pods")
    row("idle memory, one object, MiB", "idle", "rss_settled_kb", 1 / 1024, 5)
    row("  written and shared with nobody, MiB", "idle", "private_kb", 1 / 1024)
    row("start to the first watch, ms", "idle", "start_watch_ms", 1, 5)
    row("  the least of 15, ms", "idle", "start_watch_min_ms", 1)
    row("stripped program, MB", "size", "size_b", 1e-6, 1)
    row("reading a list, instructions a byte", "scan", "instructions_per_byte", 1, 12)
    row("  a watch", "scan-watch", "instructions_per_byte", 1, 12)
    row("queue: add, get, done, 1,000 keys, ns", "queue", "keys_1k_ns", 1, 150)
    row("  one key", "queue", "one_ns", 1)
    row("  1,000,000 keys", "queue", "keys_1m_ns", 1)
    row("kube-apiserver, 10,000 pods, list: ms", "real-off", "sync_ms", 1)
    row("  CPU of the client, ms", "real-off", "sync_cpu_ms", 1)
    row("  heap of an object, bytes", "real-off", "heap_per_object_b", 1)
    row("  memory of the process, settled, MB", "real-off", "rss_settled_kb", 1024 / 1e6)
    row("  its peak, MB", "real-off", "rss_peak_kb", 1024 / 1e6)
    row("kube-apiserver, 10,000 pods, watch-list: ms", "real-on", "sync_ms", 1)
    row("  CPU of the client, ms", "real-on", "sync_cpu_ms", 1)
    row("  its peak, MB", "real-on", "rss_peak_kb", 1024 / 1e6)
    print ""
    n = split("pods light noisy custom large", s, " ")
    for (i = 1; i <= n; i++) {
        proof(s[i], "sync_ms", "sync")
        proof(s[i], "events_per_s", "burst", 1)
    }
    lost()
}
