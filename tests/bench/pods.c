#include "tests/bench/pods.h"
#include "tests/bench/line.h"
#include "tests/bench/load.h"
#include "tests/bench/spread.h"

#include <stdio.h>
#include <string.h>

#define POD_MAX (256u << 10)
#define MIB (1024.0 * 1024.0)

static const char all[] = "/api/v1/namespaces/bench/pods";

static void put_env(buf *out, long i, int container)
{
    static const char *const names[] = {"JAVA_OPTS", "DATABASE_URL", "LOG_LEVEL",   "CACHE_SIZE", "FEATURE_FLAGS",
                                        "REGION",    "TRACE_RATIO",  "QUEUE_TOPIC", "HTTP_PROXY", "SHUTDOWN_GRACE"};
    size_t n = 3 + spread(i, container) % 18;

    buf_puts(out, "\"env\":[{\"name\":\"POD_IP\",\"valueFrom\":{\"fieldRef\":{\"apiVersion\":\"v1\",\"fieldPath\":"
                  "\"status.podIP\"}}}");
    for (size_t k = 0; k < n; k++)
        buf_printf(out, ",{\"name\":\"%s_%zu\",\"value\":\"value-%lx-of-%zu\"}", names[k % 10], k, spread(i, (long)k),
                   k);
    buf_puts(out, "]");
}

static void put_container(buf *out, long i, int k)
{
    buf_printf(out,
               "%s{\"name\":\"c%d\",\"image\":\"registry.example.com/shop/"
               "service-%lu:v1.%lu.0\",\"ports\":[{\"name\":\"http\","
               "\"containerPort\":%d,\"protocol\":\"TCP\"}],",
               k ? "," : "", k, spread(i, 7) % 60, spread(i, 8) % 40, 8080 + k);
    put_env(out, i, k);
    buf_printf(
        out,
        ",\"resources\":{\"limits\":{\"cpu\":\"500m\",\"memory\":\"%luMi\"},\"requests\":{\"cpu\":\"50m\",\"memory\":"
        "\"64Mi\"}},"
        "\"livenessProbe\":{\"httpGet\":{\"path\":\"/healthz\",\"port\":\"http\"},\"initialDelaySeconds\":10},"
        "\"readinessProbe\":{\"httpGet\":{\"path\":\"/readyz\",\"port\":\"http\"},\"periodSeconds\":5},"
        "\"volumeMounts\":[{\"name\":\"config\",\"mountPath\":\"/etc/"
        "app\",\"readOnly\":true},{\"name\":\"scratch\",\"mountPath\":"
        "\"/tmp\"}],\"securityContext\":{\"allowPrivilegeEscalation\":false,\"capabilities\":{\"drop\":[\"ALL\"]},"
        "\"readOnlyRootFilesystem\":true}}",
        128 + spread(i, 9) % 8 * 64);
}

/* One to four containers. */
static int containers_of(long i)
{
    return 1 + (int)(spread(i, 1) % 4);
}

static void put_pod(buf *out, long i)
{
    unsigned long app = spread(i, 7) % 60, hash = spread((long)app, 3) % 0xffffffff;

    buf_printf(out,
               "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"service-%lu-%lx-%05lx\",\"labels\":{"
               "\"app.kubernetes.io/name\":\"service-%lu\",\"app.kubernetes.io/"
               "part-of\":\"shop\",\"pod-template-hash\":\"%lx\"},"
               "\"annotations\":{\"prometheus.io/scrape\":\"true\",\"prometheus.io/"
               "port\":\"8080\"},\"generateName\":\"service-%lu-%lx-\"},"
               "\"spec\":{\"nodeName\":\"node-%lu\",\"containers\":[",
               app, hash, i, app, hash, app, hash, spread(i, 2) % 100);
    for (int k = 0; k < containers_of(i); k++)
        put_container(out, i, k);
    buf_printf(out,
               "],\"volumes\":[{\"name\":\"config\",\"configMap\":{\"name\":\"service-%lu\"}},{\"name\":\"scratch\","
               "\"emptyDir\":{}}],"
               "\"securityContext\":{\"runAsNonRoot\":true,\"runAsUser\":1000,\"seccompProfile\":{\"type\":"
               "\"RuntimeDefault\"}},"
               "\"tolerations\":[{\"key\":\"example.com/spot\",\"operator\":\"Exists\",\"effect\":\"NoSchedule\"}]}}",
               app);
}

static void put_conditions(buf *out)
{
    static const char *const types[] = {"PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady",
                                        "PodScheduled"};

    for (size_t k = 0; k < 5; k++)
        buf_printf(out,
                   "%s{\"type\":\"%s\",\"status\":\"True\",\"lastProbeTime\":null,\"lastTransitionTime\":\"2026-01-"
                   "02T03:04:05Z\"}",
                   k ? "," : "", types[k]);
}

static void put_status(buf *out, long i)
{
    buf_printf(
        out,
        "{\"status\":{\"phase\":\"Running\",\"hostIP\":\"10.0.0.%lu\",\"hostIPs\":[{\"ip\":\"10.0.0.%lu\"}],\"podIP\":"
        "\"10.244.%ld.%ld\",\"podIPs\":[{\"ip\":\"10.244.%ld.%ld\"}],\"startTime\":\"2026-01-02T03:04:05Z\","
        "\"qosClass\":"
        "\"Burstable\",\"conditions\":[",
        spread(i, 2) % 100, spread(i, 2) % 100, i / 250, i % 250, i / 250, i % 250);
    put_conditions(out);
    buf_puts(out, "],\"containerStatuses\":[");
    for (int k = 0; k < containers_of(i); k++)
        buf_printf(
            out,
            "%s{\"name\":\"c%d\",\"ready\":true,\"started\":true,\"restartCount\":0,\"image\":"
            "\"registry.example.com/shop/service-%lu:v1.%lu.0\",\"imageID\":\"registry.example.com/shop/"
            "service-%lu@sha256:"
            "%016lx%016lx%016lx%016lx\",\"containerID\":\"containerd://%016lx%016lx%016lx%016lx\",\"lastState\":{},"
            "\"state\":{\"running\":{\"startedAt\":\"2026-01-02T03:04:06Z\"}}}",
            k ? "," : "", k, spread(i, 7) % 60, spread(i, 8) % 40, spread(i, 7) % 60, spread(i % 60, 20),
            spread(i % 60, 21), spread(i % 60, 22), spread(i % 60, 23), spread(i, 24 + k), spread(i, 34 + k),
            spread(i, 44 + k), spread(i, 54 + k));
    buf_puts(out, "]}}");
}

static const char *after_head(const line *l)
{
    return strstr(l->in.data, "\r\n\r\n") + 4;
}

/* Bytes of the pod as it is then. */
static size_t add_pod(line *l, buf *text, long i)
{
    char path[256];

    buf_reset(text);
    put_pod(text, i);
    if (line_do(l, "POST", all, "application/json", text->data) != 201)
        die("a pod is refused: %s", l->in.data);
    snprintf(path, sizeof(path), "%s/service-%lu-%lx-%05lx/status", all, spread(i, 7) % 60,
             spread((long)(spread(i, 7) % 60), 3) % 0xffffffff, i);
    buf_reset(text);
    put_status(text, i);
    if (line_do(l, "PATCH", path, "application/strategic-merge-patch+json", text->data) != 200)
        die("a status is refused: %s", l->in.data);
    return strlen(after_head(l));
}

static void tell(const char *figure, double value)
{
    printf("{\"figure\":\"%s\",\"value\":%.1f}\n", figure, value);
}

/* Real servers admit no pod without its service account. */
static void prepare(line *l)
{
    int status = line_do(l, "POST", "/api/v1/namespaces/bench/serviceaccounts", "application/json",
                         "{\"metadata\":{\"name\":\"default\"}}");

    if (status != 201 && status != 409)
        die("no service account: %s", l->in.data);
}

/* They are all there: nothing has collected them meanwhile. */
static void check_all(line *l, long n)
{
    char want[64];

    snprintf(want, sizeof(want), "\"remainingItemCount\":%ld}", n - 1);
    if (line_do(l, "GET", "/api/v1/namespaces/bench/pods?limit=1", NULL, NULL) != 200 || !strstr(l->in.data, want))
        die("not all pods are there: %.400s", l->in.data);
}

void pods_run(long n, const int *pids)
{
    auto_buf text = BUF_INIT(POD_MAX);
    size_t before, bytes = 0;
    line l;

    line_dial(&l);
    prepare(&l);
    before = memory_of(pids, "Rss:");
    for (long i = 0; i < n; i++)
        bytes += add_pod(&l, &text, i);
    check_all(&l, n);
    tell("pods", (double)n);
    tell("pod_kib", (double)bytes / (double)n / 1024);
    tell("pods_rss_mib", (double)memory_of(pids, "Rss:") / MIB);
    tell("pods_pss_mib", (double)memory_of(pids, "Pss:") / MIB);
    tell("pods_rss_before_mib", (double)before / MIB);
    line_close(&l);
}
