# Seven kinds of trouble at once; in the midst of them a pod without any must be served.
# shellcheck shell=bash disable=SC2154

trouble_listener() { # a pod whose second container listens on the port until it finds a file
    jvm_pod taken taken
    cat <<YAML
    - name: squatter
      image: localhost/e2e-jvm:1
      imagePullPolicy: Never
      command: [sh, -c, 'httpd -f -p 9424 & until [ -e /tmp/stop ]; do sleep 0.2; done; kill \$!; sleep 1000000']
YAML
}

trouble_objects() {
    jvm_pod no-map no-map
    exporter no-map no-map no-map 9420

    jvm_pod no-key no-key
    configuration no-key no_key_orders
    exporter no-key no-key no-key 9421 other.yaml

    jvm_pod no-yaml no-yaml
    configuration no-yaml no_yaml_orders "unclosed: ' ] }"
    exporter no-yaml no-yaml no-yaml 9422

    jvm_pod no-regex no-regex
    configuration no-regex no_regex_orders 'shop<type=(Orders><>Count'
    exporter no-regex no-regex no-regex 9423

    trouble_listener
    configuration taken taken_orders
    exporter taken taken taken 9424

    jvm_pod no-jvm no-jvm jvm 'until [ -e /tmp/go ]; do sleep 0.2; done; java -XX:+UseSerialGC -Xmx48m -cp /app App & sleep 1000000'
    configuration no-jvm no_jvm_orders
    exporter no-jvm no-jvm no-jvm 9425

    jvm_pod starting starting jvm "sleep 5; $application"
    configuration starting starting_orders
    exporter starting starting starting 9426

    configuration healthy healthy_orders
    exporter healthy healthy healthy 9427
}

trouble_pods='no-map no-key no-yaml no-regex taken no-jvm'

trouble_goes_on() {
    trouble_objects | apply
    for pod in $trouble_pods; do need $soon "$pod runs" running "$pod"; done
    jvm_pod fine healthy | apply
    need $soon 'the pod without trouble serves' serves fine 9427 healthy_orders
    need $soon 'its status' endpoints_are healthy fine:9427
}
scenario 7 'with seven exporters in trouble the operator goes on with other pods' trouble_goes_on

# The reason is told on an object, the application lives as if nothing were; then the cause is removed.
trouble() { # pod, port, metric, object that is told about, reason, command that heals
    local pod=$1 port=$2 metric=$3 process
    need $soon "an Event $5 on $4" told "$5" "$4"
    need $soon "$5 about $4 in the log" logged "$5" "$4"
    process=$(process_of "$pod")
    [ -n "$process" ] && alive "$pod" || because "$pod is dead"
    same 'status in trouble' '' "$(endpoints "$pod")"
    "$6"
    need $long "$pod serves once the cause is gone" serves "$pod" "$port" "$metric"
    need $soon 'status has it' endpoints_are "$pod" "$pod:$port"
    same "process of $pod" "$process" "$(process_of "$pod")"
    same "restarts of $pod" 0 "$(restarts_of "$pod")"
}

heal_no_map() { configuration no-map no_map_orders | apply; }
trouble_no_map() { trouble no-map 9420 no_map_orders no-map ConfigMapMissing heal_no_map; }
scenario 7a 'ConfigMap missing: told, healed' trouble_no_map

heal_no_key() { configuration no-key no_key_orders | sed 's/config.yaml:/other.yaml:/' | apply; }
trouble_no_key() { trouble no-key 9421 no_key_orders no-key ConfigKeyMissing heal_no_key; }
scenario 7b 'key missing: told, healed' trouble_no_key

heal_no_yaml() { configuration no-yaml no_yaml_orders | apply; }
trouble_no_yaml() { trouble no-yaml 9422 no_yaml_orders no-yaml ConfigInvalid heal_no_yaml; }
scenario 7c 'YAML broken: told, healed' trouble_no_yaml

heal_no_regex() { configuration no-regex no_regex_orders | apply; }
trouble_no_regex() { trouble no-regex 9423 no_regex_orders no-regex ConfigRejected heal_no_regex; }
scenario 7d 'regular expression broken: told, healed' trouble_no_regex

heal_taken() { kubectl exec taken -c squatter -- touch /tmp/stop; }
trouble_taken() { trouble taken 9424 taken_orders taken PortTaken heal_taken; }
scenario 7e 'port taken by another program: told, healed' trouble_taken

heal_no_jvm() { kubectl exec no-jvm -- touch /tmp/go; }
trouble_no_jvm() { trouble no-jvm 9425 no_jvm_orders no-jvm NoJvm heal_no_jvm; }
scenario 7f 'no JVM in the pod: told, healed when one is started there' trouble_no_jvm

# Whether it was told about depends on when the operator looks; that the process lives and is served does not.
trouble_starting() {
    local process
    process=$(process_of starting)
    need $long 'the pod whose JVM started late serves' serves starting 9426 starting_orders
    same 'process' "$process" "$(process_of starting)"
    loaded_once starting 9426
}
scenario 7g 'JVM not up yet: served as soon as it is' trouble_starting
# shellcheck disable=SC2086
remove pod $trouble_pods starting fine
remove prometheusjmxexporter no-map no-key no-yaml no-regex taken no-jvm starting healthy
