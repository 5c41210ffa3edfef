# The pods with JVMs, and what can be seen of them.
# shellcheck shell=bash disable=SC2154

jvm_pod() { # name, value of label app, [image], [shell command in place of the application]
    cat <<YAML
---
apiVersion: v1
kind: Pod
metadata:
  name: $1
  labels: {app: $2}
spec:
  terminationGracePeriodSeconds: 0
  securityContext: {runAsUser: 1000, runAsGroup: 1000}
  containers:
    - name: app
      image: localhost/e2e-${3:-jvm}:1
      imagePullPolicy: Never
${4:+      command: [sh, -c, '$4']}
YAML
}

# The application as the image starts it, for use in a shell command.
application='exec java -XX:+UseSerialGC -Xmx48m -cp /app App'

exporter() { # name, value of label app, ConfigMap, port, [key]
    cat <<YAML
---
apiVersion: banzaicloud.com/v1alpha1
kind: PrometheusJmxExporter
metadata: {name: $1}
spec:
  labelSelector: {app: $2}
  config: {configMapName: $3, configMapKey: ${5:-config.yaml}}
  port: $4
YAML
}

configuration() { # name, metric, [pattern]
    cat <<YAML
---
apiVersion: v1
kind: ConfigMap
metadata: {name: $1}
data:
  config.yaml: |
    rules:
      - pattern: '${3:-shop<type=Orders><>Count}'
        name: $2
        type: GAUGE
YAML
}

apply() { kubectl apply --server-side --force-conflicts -f - >/dev/null; } # leaves no annotation behind
remove() { kubectl delete --ignore-not-found --force --grace-period=0 "$@" >/dev/null 2>&1; }

container_of() { kubectl get pod "$1" -o jsonpath='{.status.containerStatuses[?(@.name=="app")].containerID}'; }
restarts_of() { kubectl get pod "$1" -o jsonpath='{.status.containerStatuses[?(@.name=="app")].restartCount}'; }
annotation_of() { kubectl get pod "$1" -o jsonpath="{.metadata.annotations.${2//./\\.}}"; }
process_of() { cluster pid "$(container_of "$1")"; }
running() { [ "$(kubectl get pod "$1" -o jsonpath='{.status.phase}')" = Running ]; }
gone() { ! kubectl get pod "$1"; }

metrics() { # pod, port
    local ip
    ip=$(kubectl get pod "$1" -o jsonpath='{.status.podIP}')
    [ -n "$ip" ] && metrics_at "$ip" "$2"
}

metrics_at() { cluster in timeout 5 busybox wget -q -O - "http://$1:$2/metrics"; } # address, port
serves() { metrics "$1" "$2" | grep -q "^$3 42.0\$"; }                         # pod, port, metric
marked() { [ "$(annotation_of "$1" jmx-prometheus-exporter)" = verified ]; }
alive() { grep -qs '^State:.*[SR] (' "/proc/$(process_of "$1")/status"; }

endpoints() { # exporter: "pod:port" words in order
    kubectl get prometheusjmxexporter "$1" -o jsonpath='{range .status.metricsEndpoints[*]}{.pod}:{.port}{"\n"}{end}' |
        sort | tr '\n' ' ' | sed 's/ $//'
}
endpoints_are() { [ "$(endpoints "$1")" = "$2" ]; }

# The agent was loaded once, by what the process itself shows from outside: the jar is open once, one server waits on the port,
# one thread runs it.  The names of the threads are those of the JDK's HTTP server.
loaded_once() { # pod, port
    local pid jars threads ports
    pid=$(process_of "$1")
    [ -n "$pid" ] || because "$1 has no process"
    jars=$(find "/proc/$pid/fd" -lname '*agent*.jar*' 2>/dev/null | wc -l)
    threads=$(cat "/proc/$pid"/task/*/comm | grep -c '^HTTP-Dispatcher$' || true)
    ports=$(cat "/proc/$pid"/net/tcp "/proc/$pid"/net/tcp6 | awk -v port=":$(printf %04X "$2")" '$4 == "0A" && substr($2, length($2) - 4) == port' | wc -l)
    same "$1: open agent jars, HTTP servers, listeners" '1 1 1' "$jars $threads $ports"
    same "$1: restarts" 0 "$(restarts_of "$1")"
}
