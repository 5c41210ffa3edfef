#!/usr/bin/env bash
# opsdk completion: the words and flags of each command, for bash as it would ask; the other shells at least read it, where they are.
set -euo pipefail
opsdk=$PWD/${OPSDK_BUILD:-build}/bin/opsdk

eval "$("$opsdk" completion bash)"
completes() { # expected words, line...
    COMP_WORDS=("${@:2}")
    COMP_CWORD=$(($# - 2))
    COMPREPLY=()
    _opsdk || true # nothing to offer
    [ "${COMPREPLY[*]}" = "$1" ] || { echo "${*:2}: ${COMPREPLY[*]}"; exit 1; }
}
completes 'deploy dev' opsdk de
completes 'fault' opsdk dev f
completes '--timeout' opsdk deploy --t
completes '--kubeconfig' opsdk undeploy --k
completes 'zsh' opsdk completion z
completes "version" opsdk help v
completes '' opsdk nope --

# Every command is known to every shell.
for shell in bash zsh fish; do
    script=$("$opsdk" completion $shell)
    "$opsdk" help | sed -n 's/^  \([a-z]*\)  *[A-Z].*/\1/p' | while read -r name; do
        grep -qw -- "$name" <<<"$script" || { echo "$shell: no $name"; exit 1; }
    done
done
! command -v zsh >/dev/null || "$opsdk" completion zsh | zsh -n
! command -v fish >/dev/null || "$opsdk" completion fish | fish -n
code=0
"$opsdk" completion powershell 2>/dev/null || code=$?
[ "$code" = 2 ]
