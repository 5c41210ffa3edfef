/* What "kubectl get pods" prints: the state of a pod, out of those of its containers. */
#include "apiserver/discovery/columns.h"
#include "apiserver/limits.h"
#include "core/time.h"

#include <string.h>

typedef struct summary {
    json_int_t ready, total, restarts;
    int64_t restarted_ms; /* when the last of them ended; 0: never */
    const json_t *restarted;
    char state[LIMIT_KEY];
    bool initializing;
} summary;

static bool has_condition(const json_t *pod, const char *type)
{
    const json_t *one = print_find(print_at(pod, "status/conditions"), "type", type);

    return strcmp(print_text(one, "status"), "True") == 0;
}

static bool is_gated(const json_t *pod)
{
    const json_t *one = print_find(print_at(pod, "status/conditions"), "type", "PodScheduled");

    return strcmp(print_text(one, "reason"), "SchedulingGated") == 0;
}

/* An init container that runs on beside the others. */
static bool is_sidecar(const json_t *container)
{
    return strcmp(print_text(container, "restartPolicy"), "Always") == 0;
}

static bool is_of_sidecar(const json_t *pod, const json_t *status)
{
    return is_sidecar(print_find(print_at(pod, "spec/initContainers"), "name", print_text(status, "name")));
}

static void count_restarts(summary *s, const json_t *status)
{
    const json_t *end = print_at(status, "lastState/terminated/finishedAt");
    int64_t ms;

    s->restarts += print_int(status, "restartCount");
    if (json_is_string(end) && time_parse(json_string_value(end), &ms) && ms > s->restarted_ms) {
        s->restarted_ms = ms;
        s->restarted = end;
    }
}

/* How a container has ended: its reason, else its signal or exit code. */
static void set_ended(summary *s, const char *before, const json_t *ended)
{
    const char *reason = print_text(ended, "reason");
    json_int_t signal = print_int(ended, "signal"), code = print_int(ended, "exitCode");

    if (*reason)
        snprintf(s->state, sizeof(s->state), "%s%s", before, reason);
    else if (signal)
        snprintf(s->state, sizeof(s->state), "%sSignal:%lld", before, (long long)signal);
    else
        snprintf(s->state, sizeof(s->state), "%sExitCode:%lld", before, (long long)code);
}

/* True: this one is not through yet, those behind it do not matter. */
static bool init_container(summary *s, const json_t *pod, const json_t *status, size_t i)
{
    const json_t *ended = print_at(status, "state/terminated");
    const char *waits = print_text(status, "state/waiting/reason");

    if (ended && print_int(ended, "exitCode") == 0)
        return false;
    if (is_of_sidecar(pod, status) && print_true(status, "started")) {
        s->ready += print_true(status, "ready");
        return false;
    }
    if (ended)
        set_ended(s, "Init:", ended);
    else if (*waits && strcmp(waits, "PodInitializing") != 0)
        snprintf(s->state, sizeof(s->state), "Init:%s", waits);
    else
        snprintf(s->state, sizeof(s->state), "Init:%zu/%zu", i, json_array_size(print_at(pod, "spec/initContainers")));
    return true;
}

/* Restarts of init containers count only as long as the pod is not initialized, but for those of sidecars. */
static void init_containers(summary *s, const json_t *pod, summary *sidecars)
{
    size_t i;
    json_t *status;

    json_array_foreach(print_at(pod, "status/initContainerStatuses"), i, status)
    {
        count_restarts(s, status);
        if (is_of_sidecar(pod, status))
            count_restarts(sidecars, status);
        s->initializing = init_container(s, pod, status, i);
        if (s->initializing)
            return;
    }
}

/* What is left when all containers that tell of themselves are done, though some still run. */
static void settle_completed(summary *s, const json_t *pod, bool running, const char *failed)
{
    if (strcmp(s->state, "Completed") != 0)
        return;
    if (running && has_condition(pod, "Ready"))
        snprintf(s->state, sizeof(s->state), "Running");
    else if (*failed)
        snprintf(s->state, sizeof(s->state), "%s", failed);
    else if (running)
        snprintf(s->state, sizeof(s->state), "NotReady");
}

static void containers(summary *s, const json_t *pod)
{
    const json_t *list = print_at(pod, "status/containerStatuses");
    char failed[LIMIT_KEY] = "";
    bool running = false;

    for (size_t i = json_array_size(list); i-- > 0;) {
        const json_t *status = json_array_get(list, i), *ended = print_at(status, "state/terminated");
        const char *waits = print_text(status, "state/waiting/reason");

        count_restarts(s, status);
        if (*waits) {
            snprintf(s->state, sizeof(s->state), "%s", waits);
        } else if (ended) {
            set_ended(s, "", ended);
            if (print_int(ended, "exitCode"))
                memcpy(failed, s->state, sizeof(failed));
        } else if (print_true(status, "ready") && print_at(status, "state/running")) {
            running = true;
            s->ready++;
        }
    }
    settle_completed(s, pod, running, failed);
}

static void settle_deleted(summary *s, const json_t *pod)
{
    const char *phase = print_text(pod, "status/phase");

    if (!print_at(pod, "metadata/deletionTimestamp"))
        return;
    if (strcmp(print_text(pod, "status/reason"), "NodeLost") == 0)
        snprintf(s->state, sizeof(s->state), "Unknown");
    else if (strcmp(phase, "Failed") != 0 && strcmp(phase, "Succeeded") != 0)
        snprintf(s->state, sizeof(s->state), "Terminating");
}

static void summarise(const json_t *pod, summary *s)
{
    const char *reason = print_text(pod, "status/reason");
    summary sidecars = {0};
    size_t i;
    json_t *one;

    *s = (summary){.total = (json_int_t)json_array_size(print_at(pod, "spec/containers"))};
    json_array_foreach(print_at(pod, "spec/initContainers"), i, one) s->total += is_sidecar(one);
    snprintf(s->state, sizeof(s->state), "%s",
             is_gated(pod) ? "SchedulingGated"
             : *reason     ? reason
                           : print_text(pod, "status/phase"));
    init_containers(s, pod, &sidecars);
    if (!s->initializing || has_condition(pod, "Initialized")) {
        s->restarts = sidecars.restarts;
        s->restarted_ms = sidecars.restarted_ms;
        s->restarted = sidecars.restarted;
        containers(s, pod);
    }
    settle_deleted(s, pod);
}

/* ---- cells ---- */

static json_t *ready(const json_t *pod, int64_t now_s)
{
    summary s;

    (void)now_s;
    summarise(pod, &s);
    return json_sprintf("%lld/%lld", (long long)s.ready, (long long)s.total);
}

static json_t *status(const json_t *pod, int64_t now_s)
{
    summary s;

    (void)now_s;
    summarise(pod, &s);
    return json_string(s.state);
}

static json_t *restarts(const json_t *pod, int64_t now_s)
{
    char room[DURATION_ROOM];
    summary s;

    summarise(pod, &s);
    if (s.restarts == 0 || !s.restarted)
        return json_sprintf("%lld", (long long)s.restarts);
    return json_sprintf("%lld (%s ago)", (long long)s.restarts, print_since(s.restarted, now_s, room));
}

static json_t *address(const json_t *pod, int64_t now_s)
{
    (void)now_s;
    return cell_text(print_text(json_array_get(print_at(pod, "status/podIPs"), 0), "ip"), "<none>");
}

TEXT_CELL(node, "spec/nodeName", "<none>")
TEXT_CELL(nominated_node, "status/nominatedNodeName", "<none>")

static json_t *readiness_gates(const json_t *pod, int64_t now_s)
{
    const json_t *gates = print_at(pod, "spec/readinessGates");
    size_t n = json_array_size(gates), open = 0, i;
    json_t *gate;

    (void)now_s;
    json_array_foreach((json_t *)gates, i, gate) open += has_condition(pod, print_text(gate, "conditionType"));
    return n ? json_sprintf("%zu/%zu", open, n) : json_string("<none>");
}

const column COLUMNS_POD[] = {COLUMN_NAME,
                              COLUMN("Ready", "string", ready),
                              COLUMN("Status", "string", status),
                              COLUMN("Restarts", "string", restarts),
                              COLUMN_AGE,
                              COLUMN_WIDE("IP", "string", address),
                              COLUMN_WIDE("Node", "string", node),
                              COLUMN_WIDE("Nominated Node", "string", nominated_node),
                              COLUMN_WIDE("Readiness Gates", "string", readiness_gates),
                              {0}};

json_t *pod_row_conditions(const json_t *pod)
{
    const char *phase = print_text(pod, "status/phase");
    bool failed = strcmp(phase, "Failed") == 0;

    if (!failed && strcmp(phase, "Succeeded") != 0)
        return NULL;
    return json_pack("[{s:s, s:s, s:s, s:s}]", "type", "Completed", "status", "True", "reason", phase, "message",
                     failed ? "The pod failed." : "The pod has completed successfully.");
}
