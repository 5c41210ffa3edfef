#!/usr/bin/env bash
# jmx-attach against real JVMs: what it loads, what it refuses, and that no application ever ends of it.
#   OPSDK_BUILD=build tests/operators/jmx-exporter/attach/test_attach.sh [CASE...]
set -u
build=${OPSDK_BUILD:-build}
helper=$PWD/$build/bin/jmx-attach
jar=$PWD/build/agent/agent.jar
classes=$PWD/build/fixture/classes
modular=$PWD/build/fixture/modular
work=$(mktemp -d /tmp/attach-test.XXXXXX)
chmod 755 "$work"
version=$("$helper" version) || exit 1
quick=(-Xshare:auto -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx64m)
# A shell starts what stands in the background with SIGQUIT ignored: with that, the wrong signal would do no harm.
mortal=(env --default-signal=QUIT,INT)
"${mortal[@]}" true || exit 1
passed=0 failed=0 jvms=()
export LC_ALL=C

trap 'rm -rf "$work"' EXIT

# --- tools

# A port that nobody listens on, below the range from which the kernel takes its own.
free_port() {
    local port hex
    while :; do
        port=$((20000 + (RANDOM * 3) % 10000))
        hex=$(printf ':%04X ' "$port")
        grep -qs "$hex" /proc/net/tcp /proc/net/tcp6 || break
    done
    echo "$port"
}

# A directory as the operator makes it, in $dir; a port in $port.
new_dir() {
    dir=$(mktemp -d "$work/dir.XXXXXX")
    chmod 755 "$dir"
    cp "$jar" "$dir/agent.jar"
    chmod 644 "$dir/agent.jar"
    port=$(free_port)
}

# Starts java with the given words; its pid in $jvm, its output in $log.
jvm_spawn() {
    log=$(mktemp "$work/log.XXXXXX")
    "${mortal[@]}" "$@" >"$log" 2>&1 &
    jvm=$!
    jvms+=("$jvm")
}

# Waits for a line of the log.
ready() {
    local i
    for ((i = 0; i < 2400; i++)); do
        grep -q '^ready$' "$log" && return 0
        kill -0 "$jvm" 2>/dev/null || break
        sleep 0.05
    done
    echo "the fixture did not start:" && cat "$log"
    return 1
}

# A JVM that has come up, in a fresh directory.
jvm_start() {
    new_dir
    jvm_spawn "$java" "${quick[@]}" "$@" -cp "$classes" fixture.App
    ready
}

# At the end of a case, however it ends: it runs in a shell of its own.
jvms_stop() {
    for jvm in "${jvms[@]}"; do kill -9 "$jvm" 2>/dev/null; done
    wait 2>/dev/null
    for jvm in "${jvms[@]}"; do rm -f "/tmp/.java_pid$jvm"; done # an ended JVM leaves its socket
}

jvm_stop() {
    kill -9 "$jvm" 2>/dev/null
    wait "$jvm" 2>/dev/null
}

# The helper on $jvm, with the configuration on stdin.
run() { "$helper" run --dir "$dir" --port "$port" --version "$version" --pid "$jvm" --min-age-ms 0 "$@"; }

# Runs it to its end; its line in $out, its status in $status.
attach() {
    out=$(run "$@" 2>&1)
    status=$?
}

# The same, again as long as it says "try again later": how soon a JVM comes up is the machine's affair.
attach_at_last() {
    local i
    for ((i = 0; i < 200; i++)); do
        attach "$@" <"$work/config"
        [ "$status" -eq 4 ] && kill -0 "$jvm" 2>/dev/null || break
        sleep 0.2
    done
}

# The last attach gave this status, and its line holds these words.
gave() {
    local word
    if [ "$status" -ne "$1" ]; then
        echo "status $status, not $1: $out"
        return 1
    fi
    for word in "${@:2}"; do
        case $out in *"$word"*) ;; *) echo "no $word in: $out" && return 1 ;; esac
    done
}

metrics() { curl -s --max-time 20 "http://127.0.0.1:${1:-$port}/metrics"; }

# The application runs, and has the agent this many times.
lives() {
    local n
    kill -0 "$jvm" 2>/dev/null || { echo "the application has ended:" && cat "$log" && return 1; }
    n=$(find "/proc/$jvm/fd" -lname "$dir/agent.jar*" 2>/dev/null | wc -l)
    [ "$n" -eq "$1" ] || { echo "the agent is there $n times, not $1" && return 1; }
    [ -z "$(find /tmp "/proc/$jvm/cwd/" -maxdepth 1 -name ".attach_pid$jvm" 2>/dev/null)" ] || { echo "attach file left" && return 1; }
}

shop() { printf 'rules: [{pattern: "fixture<type=Shop><>Sold", name: %s}]\n' "$1"; }

# --- cases: each says nothing and returns 0, or says what is wrong

case_once_and_again() {
    jvm_start || return 1
    attach < <(shop sold_a) && gave 0 '"outcome":"loaded"' "\"pid\":$jvm," "\"port\":$port}" || return 1
    metrics | grep -q '^sold_a 42' || { echo "no sold_a" && return 1; }
    attach < <(shop sold_b) && gave 0 '"outcome":"present"' '"reason":"Present"' || return 1
    metrics | grep -q '^sold_b 42' || { echo "no sold_b" && return 1; }
    local first=$port
    port=$(free_port)
    attach < <(shop sold_b) && gave 0 '"outcome":"present"' '"reason":"PortFixed"' "\"port\":$first}" || return 1
    lives 1
}

case_two_at_once() {
    local one two
    jvm_start || return 1
    run < <(shop sold_a) & one=$!
    run < <(shop sold_a) & two=$!
    wait $one && wait $two || return 1
    attach < <(shop sold_a) && gave 0 '"outcome":"present"' || return 1
    lives 1 || return 1
    # From two directories: one wins, the other sees a stranger.
    jvm_start || return 1
    local first=$dir
    run < <(shop sold_a) >"$work/one" & one=$!
    dir=$(mktemp -d "$work/dir.XXXXXX") && chmod 755 "$dir" && cp "$jar" "$dir/agent.jar"
    port=$(free_port)
    run < <(shop sold_a) >"$work/two" & two=$!
    wait $one
    status=$(($? * 10))
    wait $two
    status=$((status + $?))
    out=$(cat "$work/one" "$work/two")
    case $status in 3) dir=$first ;; 30) ;; *) gave 3; return 1 ;; esac
    gave $status '"outcome":"loaded"' ForeignAgent && lives 1
}

case_killed_anywhere() {
    local pause run
    jvm_start || return 1
    for pause in ${ATTACH_PAUSES:-0.002 0.005 0.01 0.02 0.03 0.05 0.08 0.15 0.3 0.5}; do
        "$helper" run --dir "$dir" --port "$port" --version "$version" --pid "$jvm" --min-age-ms 0 < <(shop sold_a) >/dev/null &
        run=$!
        sleep "$pause"
        kill -9 $run 2>/dev/null
        wait $run 2>/dev/null
    done
    attach < <(shop sold_c) && gave 0 || return 1
    metrics | grep -q '^sold_c 42' || { echo "no sold_c" && return 1; }
    lives 1
}

# From the very first moment: whatever it sees, it must not end a JVM that has no handler for the signal yet.
case_starting() {
    local i
    jvm_start || return 1
    attach </dev/null && gave 0 || return 1
    # The port is taken: each run goes as far as the answer of the JVM, and no further.
    : >"$work/config"
    for ((i = 0; i < ${ATTACH_STARTS:-20}; i++)); do
        jvm_spawn "$java" "${quick[@]}" -cp "$classes" fixture.App
        attach_at_last; gave 3 PortTaken && lives 0 || return 1
        jvm_stop
    done
    new_dir
    shop sold_a >"$work/config"
    jvm_spawn "$java" "${quick[@]}" -cp "$classes" fixture.App
    attach_at_last; gave 0 '"outcome":"loaded"' && lives 1
}

# Looks like a JVM, but SIGQUIT would end it.
case_never_signalled() {
    local library
    library=$(ldd "$(command -v sleep)" | sed -n 's/.*=> \(.*libc\.so[^ ]*\) .*/\1/p')
    [ -n "$library" ] || { echo "SKIP: sleep is not linked to a libc" && return 77; }
    new_dir
    cp "$library" "$work/libjvm.so"
    cp "$library" "$work/libj9vm29.so"
    jvm_spawn env LD_PRELOAD="$work/libjvm.so" sleep 300
    until grep -q libjvm.so "/proc/$jvm/maps"; do sleep 0.01; done
    attach --timeout-ms 1000 </dev/null; gave 4 JvmStarting && lives 0 || return 1
    jvm_spawn env LD_PRELOAD="$work/libj9vm29.so" sleep 300
    until grep -q libj9vm29.so "/proc/$jvm/maps"; do sleep 0.01; done
    attach </dev/null; gave 3 NotHotSpot && lives 0 || return 1
    # A name that is gone, and one that never was a JVM.
    jvm_stop
    attach --timeout-ms 1000 </dev/null; gave 4 NoJvm || return 1
    jvm=$$
    attach --timeout-ms 1000 </dev/null; gave 4 NoJvm
}

case_port_taken() {
    jvm_start || return 1
    attach </dev/null && gave 0 '"outcome":"loaded"' || return 1
    local taken=$port first=$jvm
    jvm_start || return 1
    port=$taken
    attach </dev/null; gave 3 PortTaken && lives 0 || return 1
    kill -0 "$first"
}

case_port_not_allowed() {
    [ "$(id -u)" -eq 0 ] || { echo "SKIP: needs root" && return 77; }
    new_dir
    cp -r "$classes" "$work/classes" # the tree may stand where only root can read
    jvm_spawn setpriv --reuid 65534 --regid 65534 --clear-groups "$java" "${quick[@]}" -cp "$work/classes" fixture.App
    ready || return 1
    port=81
    attach </dev/null; gave 3 PortNotAllowed && lives 0 || return 1
    port=$(free_port)
    attach < <(shop sold_a) && gave 0 '"outcome":"loaded"' && lives 1 || return 1
    metrics | grep -q '^sold_a 42' || { echo "no sold_a" && return 1; }
    chmod 700 "$dir"
    attach < <(shop sold_b); gave 3 AgentUnreadable || return 1
    lives 1
}

case_broken_configuration() {
    jvm_start || return 1
    attach < <(echo 'rules: ['); gave 3 ConfigRejected "\"port\":$port}" && lives 1 || return 1
    attach < <(shop sold_a) && gave 0 || return 1
    attach < <(echo 'rules: [{pattern: "x("}]'); gave 3 ConfigRejected || return 1
    metrics | grep -q '^sold_a 42' || { echo "the last good configuration is not back" && return 1; }
    attach < <(echo 'hostPort: 127.0.0.1:1'); gave 3 ConfigRejected hostPort || return 1
    attach < <(echo '"jmxUrl" : x'); gave 3 ConfigRejected jmxUrl || return 1
    attach < <(echo '"\x68ostPort": x'); gave 3 ConfigRejected || return 1
    attach < <(echo 'startDelaySeconds: 1') && gave 0 || return 1
    attach --size 100 < <(echo 'rules: []'); gave 4 TimedOut || return 1
    attach < <(shop sold_b) && gave 0 && lives 1
}

case_forbidden_by_options() {
    jvm_start -XX:+DisableAttachMechanism || return 1
    attach </dev/null; gave 3 AttachDisabled && lives 0 || return 1
    jvm_start -XX:-EnableDynamicAgentLoading || return 1
    attach </dev/null; gave 3 DynamicLoadingDisabled && lives 0 || return 1
    JAVA_TOOL_OPTIONS=-XX:-EnableDynamicAgentLoading jvm_start || return 1
    attach </dev/null; gave 3 DynamicLoadingDisabled && lives 0 || return 1
    printf -- '-XX:+DisableAttachMechanism\n' >"$work/args"
    jvm_start "@$work/args" || return 1
    attach </dev/null; gave 3 AttachDisabled && lives 0
}

# The helper must have sent no signal: a JVM without a listener would have printed its threads.
case_thread_dump_never() {
    jvm_start -XX:+DisableAttachMechanism || return 1
    attach </dev/null
    ! grep -q 'Full thread dump' "$log"
}

case_foreign_agent() {
    new_dir
    local other
    other=$(free_port)
    cp "$jar" "$work/jmx_prometheus_javaagent-1.0.1.jar"
    echo 'rules: []' >"$work/other.yaml"
    jvm_spawn "$java" "${quick[@]}" "-javaagent:$work/jmx_prometheus_javaagent-1.0.1.jar=$other:$work/other.yaml" \
        -cp "$classes" fixture.App
    ready || return 1
    attach </dev/null; gave 3 ForeignAgent && lives 0 || return 1
    # Loaded by us, from another directory.
    jvm_start || return 1
    attach </dev/null && gave 0 || return 1
    dir=$(mktemp -d "$work/dir.XXXXXX") && chmod 755 "$dir" && cp "$jar" "$dir/agent.jar"
    attach </dev/null; gave 3 ForeignAgent && lives 0 || return 1
    # Its classes stand on the class path, under another name.
    new_dir
    cp "$jar" "$work/library.jar"
    jvm_spawn "$java" "${quick[@]}" -cp "$classes:$work/library.jar" fixture.App
    ready || return 1
    attach </dev/null; gave 3 ForeignAgent library.jar && lives 0
}

# An image without jdk.httpserver, known from its release file or not: the agent would end the application.
case_modules_missing() {
    local image=$work/image-${home##*/}
    "$home/bin/jlink" --add-modules java.management,java.instrument --output "$image" || return 1
    new_dir
    jvm_spawn "$image/bin/java" "${quick[@]}" -cp "$classes" fixture.App
    ready || return 1
    attach </dev/null; gave 3 NoHttpServer && lives 0 || return 1
    mv "$image/release" "$image/release.away"
    attach </dev/null; gave 3 NoHttpServer && lives 0
}

# A main module leaves the rest of the runtime aside: the same end.
case_main_module() {
    new_dir
    jvm_spawn "$java" "${quick[@]}" -p "$modular" -m fixture/fixture.App
    ready || return 1
    attach </dev/null; gave 3 'main module' && lives 0 || return 1
    new_dir
    jvm_spawn "$java" "${quick[@]}" --add-modules jdk.httpserver,java.se -p "$modular" -m fixture/fixture.App
    ready || return 1
    attach </dev/null && gave 0 && lives 1
}

case_directory_unsafe() {
    jvm_start || return 1
    chmod 777 "$dir"
    attach </dev/null; gave 3 DirUnsafe || return 1
    chmod 755 "$dir"
    rm "$dir/agent.jar"
    attach </dev/null; gave 3 AgentUnreadable || return 1
    echo text >"$dir/agent.jar"
    attach </dev/null; gave 3 AgentUnreadable || return 1
    head -c 2000000 "$jar" >"$dir/agent.jar"
    attach </dev/null; gave 3 AgentUnreadable && lives 0 || return 1
    dir=/nonexistent
    attach </dev/null; gave 3 DirUnsafe || return 1
    dir=/tmp/../tmp:x
    attach </dev/null; gave 3 DirUnsafe
}

# Its state is gone with the directory, while the agent goes on.
case_directory_made_anew() {
    jvm_start || return 1
    attach < <(shop sold_a) && gave 0 || return 1
    rm -r "$dir" && mkdir "$dir" && chmod 755 "$dir" && cp "$jar" "$dir/agent.jar"
    local first=$port
    port=$(free_port)
    attach < <(shop sold_b); gave 3 PortFixed || return 1
    port=$first
    attach < <(shop sold_b) && gave 0 '"outcome":"present"' || return 1
    metrics | grep -q '^sold_b 42' || { echo "no sold_b" && return 1; }
    lives 1
}

# In a process and mount namespace of its own, as in a container; /tmp and the directory as told.
in_container() {
    unshare --pid --fork --mount --mount-proc bash -c "$1"
}

case_found_by_itself() {
    unshare --pid --fork --mount --mount-proc true 2>/dev/null || { echo "SKIP: needs unshare as root" && return 77; }
    new_dir
    export helper dir port version java classes
    # As often as it says "try again later", where again is set.
    local run='while "$helper" run --dir "$dir" --port "$port" --version "$version" --min-age-ms 0 --timeout-ms ${ms:-20000} </dev/null
        s=$?; [ $s -eq 4 ] && [ ${again:-0} -gt 0 ]; do again=$((again - 1)); sleep 0.2; done; (exit $s)'
    local start='"$java" -Xshare:auto -XX:+UseSerialGC -Xmx64m -cp "$classes" fixture.App >/dev/null &'
    out=$(in_container "ms=500; $run") || status=$?
    gave 4 NoJvm || return 1
    out=$(in_container "again=200; $start $run; echo \$?")
    case $out in *'"outcome":"loaded"'*0) ;; *) echo "not loaded: $out" && return 1 ;; esac
    local both='until [ "$(grep -ls libjvm.so /proc/[0-9]*/maps | wc -l)" -eq 2 ]; do sleep 0.05; done;'
    out=$(in_container "$start $start $both ms=1500; $run; echo \$?")
    case $out in *SeveralJvms*3) ;; *) echo "not several: $out" && return 1 ;; esac
    cp "$helper" "$dir/jmx-attach"
    out=$(in_container "$start sleep 1; mount -t tmpfs none /mnt; mkdir /mnt/dir; mount --bind \"\$dir\" /mnt/dir
        dir=/mnt/dir helper=/mnt/dir/jmx-attach; mount -t tmpfs -o ro none /tmp; $run; echo \$?")
    case $out in *TmpNotWritable*3) ;; *) echo "read-only /tmp: $out" && return 1 ;; esac
    out=$(in_container "mount --bind \"\$dir\" \"\$dir\" && mount -o remount,ro,bind \"\$dir\"; $run; echo \$?")
    case $out in *DirUnsafe*3) ;; *) echo "read-only directory: $out" && return 1 ;; esac
    rm -f /tmp/.java_pid[0-9] # of those namespaces: here, such low numbers are the kernel's own
}

case_wrong_version() {
    out=$("$helper" run --dir /tmp --port 1 --version other </dev/null 2>&1) || status=$?
    gave 10 HelperDiffers || return 1
    out=$("$helper" run --dir /tmp </dev/null 2>&1) || status=$?
    gave 2 usage
}

# --- all of them, with each Java there is

check() {
    local text status
    text=$(trap jvms_stop EXIT && "case_$1" 2>&1)
    status=$?
    if [ $status -eq 77 ]; then
        echo "skip  $1: $text"
    elif [ $status -eq 0 ]; then
        passed=$((passed + 1))
        echo "ok    $1 ($2), $SECONDS s"
    else
        failed=$((failed + 1))
        echo "FAIL  $1 ($2): $text"
    fi
}

all=(once_and_again two_at_once killed_anywhere starting never_signalled port_taken port_not_allowed broken_configuration
    forbidden_by_options thread_dump_never foreign_agent modules_missing main_module directory_unsafe directory_made_anew
    found_by_itself wrong_version)
some=(once_and_again forbidden_by_options killed_anywhere main_module)

[ -e "$jar" ] && [ -d "$classes" ] || { echo "no agent jar or fixture: make test-build" && exit 1; }
first=yes
for home in /usr/lib/jvm/java-17-openjdk-* /usr/lib/jvm/temurin-25-jdk-*; do
    java=$home/bin/java
    [ -x "$java" ] || { echo "skip  all cases of $home: not installed" && continue; }
    cases=("${all[@]}")
    [ $first = yes ] || cases=("${some[@]}")
    [ $# -eq 0 ] || cases=("$@")
    first=no
    for name in "${cases[@]}"; do check "$name" "${home##*/}"; done
done
[ $((passed + failed)) -gt 0 ] || { echo "no Java to test with" && exit 1; }
echo "100%: Checks: $((passed + failed)), Failures: $failed, Errors: 0"
[ $failed -eq 0 ]
