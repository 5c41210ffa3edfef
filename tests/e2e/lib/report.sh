# One line for each scenario.  A scenario is a function; it ends at the first command that fails.
# shellcheck shell=bash disable=SC2154
passed=0 failed=0

scenario() { # number, what it shows, function
    local status
    : >"$work/note"
    : >"$work/why"
    (
        set -eE
        trap 'because "line $LINENO: $BASH_COMMAND"' ERR
        "$3"
    ) >"$work/out" 2>&1 </dev/null
    status=$?
    if [ $status -eq 0 ]; then
        passed=$((passed + 1))
        printf 'ok %s %s%s\n' "$1" "$2" "$(sed 's/^/; /' "$work/note" | tr -d '\n')"
        return
    fi
    failed=$((failed + 1))
    printf 'FAIL %s %s: %s\n' "$1" "$2" "$(head -n 1 "$work/why")"
    tail -n 20 "$work/out" | sed 's/^/    | /'
    echo '    the operator says:'
    operator_log 2>&1 | tail -n 25 | sed 's/^/    | /'
}

note() { echo "$*" >>"$work/note"; }

because() { # ends the scenario
    [ -s "$work/why" ] || echo "$*" >"$work/why"
    exit 1
}

# Limits are for machines that are busy: nothing here is judged by its speed.
soon=120
long=420 # covers the operator's longest pause between two tries

await() { # seconds, command...
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.2
    done
}

need() { # seconds, what is waited for, command...
    local limit=$1 what=$2
    shift 2
    await "$limit" "$@" || because "not within $limit s: $what"
}

same() { # what, wanted, found
    [ "$2" = "$3" ] || because "$1: wanted '$2', found '$3'"
}
