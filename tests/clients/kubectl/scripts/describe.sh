# What "describe" gathers.
# shellcheck shell=bash
kubectl create serviceaccount default >/dev/null 2>&1
k create -f "$objects"
k describe pod one
k describe pod two
k describe deployment web
k describe service web
k describe configmap settings
k describe secret password
k describe serviceaccount robot
k describe role reader
k describe rolebinding reader
k describe lease leader
# The embedded server knows no quotas and limits, and kubectl says that there are none.
unlimited() { awk 'NF && !/^No /'; }
filtered unlimited describe namespace "$namespace"
k describe pods -l tier=back
k describe pod nothing
k describe pod o
