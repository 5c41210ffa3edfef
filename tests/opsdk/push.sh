#!/usr/bin/env bash
# opsdk build --push against Debian's docker-registry: open, with a password, with tokens, over TLS.  Loopback only; needs no root.
set -euo pipefail
opsdk=$PWD/${B:-build}/bin/opsdk
busybox=$(command -v busybox)
work=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null; rm -rf "$work"' EXIT
cd "$work"
export HOME=$work REGISTRY_AUTH_FILE=$work/auth.json # which is also how one sets auth.file of docker-registry
port=$((20000 + RANDOM % 20000))

registry() { # address, scheme; more of its configuration on stdin
    { printf 'version: 0.1\nlog:\n  level: error\nstorage:\n  filesystem:\n    rootdirectory: "%s"\n' "$work/store-$1"
      printf 'http:\n  addr: "%s"\n' "$1"; cat; } >"$1.yml"
    env -u REGISTRY_AUTH_FILE docker-registry serve "$1.yml" >"$1.log" 2>&1 &
    pids+=($!)
    for _ in $(seq 600); do curl -sk -o /dev/null "${2:-http}://$1/" && return; sleep 0.1; done
    cat "$1.log"
    return 1
}
build() { "$opsdk" build "$@" --no-make --no-program --bare --manifest '' --add "$work/content:/content" --output out.tar -- /content; }
push() { # code, words, IMAGE, flags...
    local code=0
    build "${@:3}" --push >said 2>&1 || code=$?
    [ "$code" = "$1" ] && grep -qE "$2" said || { echo "push ${*:3}: $code, $(cat said)"; exit 1; }
}
login() { printf '{"auths": {"%s": {"auth": "%s"}}}' "$1" "$(printf %s "$2" | base64)" >auth.json; }
passed() { echo "ok       $*"; }

head -c 3000000 /dev/urandom >content

open=127.0.0.1:$port
registry "$open" </dev/null
push 0 "sha256:[0-9a-f]{12}: sent" "$open/a/thing:1"
digest=$(sed -n 's/^out.tar: .*@//p' said)
grep -q "pushed, $digest" said
curl -s -H 'Accept: application/vnd.oci.image.manifest.v1+json' "$open/v2/a/thing/manifests/1" >manifest
[ "sha256:$(sha256sum <manifest | cut -d' ' -f1)" = "$digest" ]
layer=$(grep -o 'sha256:[0-9a-f]*' manifest | tail -1)
curl -s "$open/v2/a/thing/blobs/$layer" | tar -xO content | cmp - content
push 0 "sha256:[0-9a-f]{12}: is there already" "$open/a/thing:2"
! grep -q sent said
passed 'an open registry has what was packed; what it has is not sent again'

secret=127.0.0.1:$((port + 1))
perl -e 'printf "me:%s\n", crypt("s3cret", "\$2b\$05\$abcdefghijklmnopqrstuu")' >passwords
registry "$secret" <<YAML
auth:
  htpasswd:
    realm: here
    path: "$work/passwords"
YAML
push 1 "asks who you are" "$secret/thing:1"
login "$secret" me:wrong
push 1 "does not accept the credentials" "$secret/thing:1"
login "$secret" me:s3cret
push 0 "pushed, $digest" "$secret/thing:1"
printf '#!/bin/sh\n[ "$1 $(cat)" = "get %s" ] && echo %s\n' "$secret" "'{\"Username\": \"me\", \"Secret\": \"s3cret\"}'" >docker-credential-test
chmod +x docker-credential-test
PATH=$work:$PATH
printf '{"credHelpers": {"%s": "test"}}' "$secret" >auth.json
push 0 "pushed, $digest" "$secret/thing:2"
echo '{"credsStore": "none-such"}' >auth.json
push 1 "asks who you are" "$secret/thing:3"
passed 'a password, none, a wrong one, one that a helper knows'

# A token service: a page that only who knows the password sees, with a token signed by the key that the registry trusts.
b64() { base64 -w0 | tr '+/' '-_' | tr -d =; }
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=token -addext subjectAltName=IP:127.0.0.2 2>/dev/null
now=$(date +%s)
token=$(printf '{"typ":"JWT","alg":"RS256","x5c":["%s"]}' "$(openssl x509 -in cert.pem -outform DER | base64 -w0)" | b64).$(printf \
    '{"iss":"us","sub":"me","aud":"them","exp":%d,"nbf":%d,"iat":%d,"jti":"1","access":[{"type":"repository","name":"a/thing","actions":["pull","push"]}]}' \
    $((now + 600)) $((now - 60)) "$now" | b64)
token=$token.$(printf %s "$token" | openssl dgst -sha256 -sign key.pem | b64)
mkdir -p www/cgi-bin
printf '#!%s sh\nprintf "Content-Type: application/json\\r\\n\\r\\n"\necho "$QUERY_STRING" >>%s/asked\necho '"'"'{"token": "%s"}'"'\n" "$busybox" "$work" "$token" >www/cgi-bin/token
chmod +x www/cgi-bin/token
echo '/cgi-bin:me:s3cret' >httpd.conf
"$busybox" httpd -f -p 127.0.0.1:$((port + 2)) -h www -c "$work/httpd.conf" &
pids+=($!)
tokens=127.0.0.1:$((port + 3))
registry "$tokens" <<YAML
auth:
  token:
    realm: "http://127.0.0.1:$((port + 2))/cgi-bin/token"
    service: them
    issuer: us
    rootcertbundle: "$work/cert.pem"
YAML
login "$tokens" me:wrong
push 1 "gives no token \(401\): wrong credentials" "$tokens/a/thing:1"
login "$tokens" me:s3cret
push 0 "pushed, $digest" "$tokens/a/thing:1"
grep -q 'scope=repository%3Aa%2Fthing%3Apull%2Cpush&service=them' asked
push 1 "does not accept the credentials|refuses" "$tokens/another:1"
passed 'tokens, for one repository'

tls=127.0.0.2:$((port + 4))
registry "$tls" https <<YAML
  tls:
    certificate: "$work/cert.pem"
    key: "$work/key.pem"
YAML
push 1 "certificate" "$tls/thing:1"
push 0 "pushed, $digest" "$tls/thing:1" --ca cert.pem
passed 'TLS, verified'
push 1 "127.0.0.1:1: " "127.0.0.1:1/thing:1"
passed 'nobody there'
echo "5 passed, 0 failed"
