# What the API server's audit log has about the operator's service account, over all scenarios before this one.
# shellcheck shell=bash disable=SC2154

rights_requests() { cat "$CLUSTER_DIR"/log/audit* | grep -F "\"username\":\"system:serviceaccount:$namespace:$operator\""; }

# "resource verb" of each request; a subresource stands after a slash.
rights_used() {
    rights_requests | sed -n 's|.*"verb":"\([a-z]*\)".*"objectRef":{"resource":"\([a-z]*\)"\(.*\)|\2 \1 \3|p' |
        sed 's|^\([a-z]*\) \([a-z]*\) .*"subresource":"\([a-z]*\)".*|\1/\3 \2|; s|^\([^ ]* [a-z]*\) .*|\1|' | sort -u
}

rights_given() {
    kubectl get role "$operator" -o jsonpath='{range .rules[*]}{.resources[0]} {.verbs[*]}{"\n"}{end}' |
        awk '{ for (i = 2; i <= NF; i++) print $1, $i }' | sort -u
}

rights() {
    local refused
    touch "$work/excused"
    [ "$(rights_requests | wc -l)" -gt 10 ] || because 'the audit log does not know the operator'
    refused=$(rights_requests | grep -F '"code":403' | grep -vxFf "$work/excused" || true)
    [ -z "$refused" ] || because "refused: $(sed -n '1s/.*"requestURI":"\([^"]*\)".*"verb":"\([^"]*\)".*/\2 \1/p' <<<"$refused")"
    note "$(rights_requests | wc -l) requests"
    # "create" on pods/exec is asked for beside "get", which is the verb that the log has.
    rights_used >"$work/used"
    rights_given | grep -v '^pods/exec create$' | comm -23 - "$work/used" >"$work/unused"
    [ ! -s "$work/unused" ] || note "never used: $(tr '\n' ',' <"$work/unused")"
}
scenario 9 'no request was refused with the rights of deploy/rbac.yaml' rights
