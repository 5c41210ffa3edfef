#include "tests/bench/replay/data.h"

#include "tests/bench/spread.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

typedef struct pod {
    FILE *out;
    enum data_set set;
    unsigned long i;
} pod;

#define VERSION_TEXT "1000000000" /* of what was never changed: HISTORY_BASE, as the server tells it */
#define put(p, ...) fprintf((p)->out, __VA_ARGS__)

static const char *comma(int k)
{
    return k ? "," : "";
}

static void put_uid(const pod *p, uint64_t salt)
{
    uint64_t a = spread(p->i, salt), b = spread(p->i, salt + 1);

    put(p, "%08" PRIx64 "-%04" PRIx64 "-4%03" PRIx64 "-8%03" PRIx64 "-%012" PRIx64, a & 0xffffffff, a >> 32 & 0xffff,
        a >> 48 & 0xfff, b & 0xfff, b >> 16);
}

/* What differs in each object of the noisy set, and is the same in the others. */
static void put_value(const pod *p, uint64_t salt)
{
    if (p->set == DATA_NOISY)
        put(p, "%016" PRIx64 "%08" PRIx64, spread(p->i, salt * 7), spread(p->i, salt * 7 + 1) & 0xffffffff);
    else
        put(p, "a-value-of-usual-length-%02" PRIu64, salt % 100);
}

static void put_annotations(const pod *p)
{
    put(p, "\"annotations\":{\"bench/sent-ns\":\"%0*d\"", DATA_SENT_DIGITS, 0);
    for (int k = 0; k < 9; k++) {
        put(p, ",\"annotation.example.com/key-%d\":\"", k);
        put_value(p, (uint64_t)k + 40);
        put(p, "\"");
    }
    put(p, "}");
}

static void put_owner(const pod *p)
{
    put(p,
        "\"ownerReferences\":[{\"apiVersion\":\"apps/"
        "v1\",\"kind\":\"ReplicaSet\",\"name\":\"exemplar-%lu\",\"uid\":\"%08lx-1111-4222-8333-"
        "444444444444\",\"controller\":true,\"blockOwnerDeletion\":true}]",
        p->i / 10, p->i / 10);
}

static void put_fields_of_container(const pod *p, int k)
{
    put(p, "%s\"k:{\\\"name\\\":\\\"container-%d\\\"}\":{\".\":{},\"f:args\":{},\"f:command\":{},\"f:env\":{\".\":{}",
        comma(k), k);
    for (int e = 0; e < 14; e++)
        put(p, ",\"k:{\\\"name\\\":\\\"VARIABLE_%d_%d\\\"}\":{\".\":{},\"f:name\":{},\"f:value\":{}}", k, e);
    put(p,
        "},\"f:image\":{},\"f:imagePullPolicy\":{},\"f:name\":{},\"f:resources\":{},\"f:terminationMessagePath\":{}}");
}

static void put_managers(const pod *p)
{
    int containers = p->set == DATA_LIGHT ? 1 : 2;

    put(p, "\"managedFields\":[{\"manager\":\"kube-controller-manager\",\"operation\":\"Update\",\"apiVersion\":\"v1\","
           "\"time\":\"2026-01-02T03:04:05Z\","
           "\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{\"f:metadata\":{\"f:annotations\":{\".\":{}");
    for (int k = 0; k < 9; k++)
        put(p, ",\"f:annotation.example.com/key-%d\":{}", k);
    put(p, "},\"f:labels\":{\".\":{},\"f:app\":{}},\"f:ownerReferences\":{}},\"f:spec\":{\"f:containers\":{");
    for (int k = 0; k < containers; k++)
        put_fields_of_container(p, k);
    put(p, "},\"f:dnsPolicy\":{},\"f:enableServiceLinks\":{},\"f:restartPolicy\":{},\"f:volumes\":{\".\":{}}}}},{"
           "\"manager\":\"kubelet\","
           "\"operation\":\"Update\",\"apiVersion\":\"v1\",\"time\":\"2026-01-02T03:05:06Z\",\"fieldsType\":"
           "\"FieldsV1\",\"fieldsV1\":{\"f:status\":{"
           "\"f:conditions\":{\"k:{\\\"type\\\":\\\"ContainersReady\\\"}\":{\".\":{},\"f:lastProbeTime\":{},\"f:"
           "status\":{},\"f:type\":{}},"
           "\"k:{\\\"type\\\":\\\"Ready\\\"}\":{\".\":{},\"f:lastProbeTime\":{},\"f:status\":{},\"f:type\":{}}},\"f:"
           "containerStatuses\":{},\"f:hostIP\":{},"
           "\"f:phase\":{},\"f:podIP\":{},\"f:startTime\":{}}},\"subresource\":\"status\"}]");
}

static void put_metadata(const pod *p)
{
    put(p,
        "\"metadata\":{\"name\":\"exemplar-%lu-%05" PRIx64
        "\",\"generateName\":\"exemplar-%lu-\",\"namespace\":\"bench-%lu\",\"uid\":\"",
        p->i, spread(p->i, 1) & 0xfffff, p->i / 10, p->i % 50);
    put_uid(p, 2);
    put(p,
        "\",\"resourceVersion\":\"%0*d\",\"creationTimestamp\":\"2026-01-02T03:04:05Z\",\"labels\":{\"app\":\"exemplar-"
        "%lu\",\"tier\":\"backend\","
        "\"pod-template-hash\":\"%08lx\"},",
        DATA_VERSION_DIGITS, 0, p->i / 10, p->i / 10);
    put_annotations(p);
    put(p, ",");
    put_owner(p);
    put(p, ",");
    put_managers(p);
    put(p, "}");
}

static void put_env(const pod *p, int k)
{
    put(p, "\"env\":[");
    for (int e = 0; e < 20; e++) {
        put(p, "%s{\"name\":\"VARIABLE_%d_%d\",\"value\":\"", comma(e), k, e);
        put_value(p, (uint64_t)(k * 20 + e));
        put(p, "\"}");
    }
    put(p, "]");
}

static void put_container(const pod *p, int k, const char *kind)
{
    put(p,
        "%s{\"name\":\"%s-%d\",\"image\":\"registry.example.com/team/application-%d:v1.2.%d\",\"command\":[\"/usr/bin/"
        "application\"],\"args\":["
        "\"--config=/etc/application/config.yaml\",\"--level=",
        comma(k), kind, k, k, k);
    put_value(p, (uint64_t)k + 90);
    put(p, "\"],\"ports\":[{\"name\":\"http\",\"containerPort\":%d,\"protocol\":\"TCP\"}],", 8080 + k);
    put_env(p, k);
    put(p, ",\"resources\":{\"limits\":{\"cpu\":\"500m\",\"memory\":\"256Mi\"},\"requests\":{\"cpu\":\"100m\","
           "\"memory\":\"128Mi\"}},"
           "\"volumeMounts\":[{\"name\":\"config\",\"mountPath\":\"/etc/"
           "application\",\"readOnly\":true},{\"name\":\"kube-api-access\",\"readOnly\":true,"
           "\"mountPath\":\"/var/run/secrets/kubernetes.io/serviceaccount\"}],\"terminationMessagePath\":\"/dev/"
           "termination-log\","
           "\"terminationMessagePolicy\":\"File\",\"imagePullPolicy\":\"IfNotPresent\",\"securityContext\":{"
           "\"allowPrivilegeEscalation\":false}}");
}

static void put_containers(const pod *p)
{
    int n = p->set == DATA_LIGHT ? 1 : 2;

    put(p, "\"initContainers\":[");
    for (int k = 0; k < (p->set == DATA_LIGHT ? 0 : 2); k++)
        put_container(p, k, "init");
    put(p, "],\"containers\":[");
    for (int k = 0; k < n; k++)
        put_container(p, k, "container");
    put(p, "]");
}

static void put_spec(const pod *p)
{
    put(p,
        "\"spec\":{\"volumes\":[{\"name\":\"config\",\"configMap\":{\"name\":\"exemplar-%lu\",\"defaultMode\":420}},{"
        "\"name\":\"scratch\","
        "\"emptyDir\":{}},{\"name\":\"kube-api-access\",\"projected\":{\"sources\":[{\"serviceAccountToken\":{"
        "\"expirationSeconds\":3607,\"path\":"
        "\"token\"}},{\"configMap\":{\"name\":\"kube-root-ca.crt\",\"items\":[{\"key\":\"ca.crt\",\"path\":\"ca.crt\"}]"
        "}},{\"downwardAPI\":{\"items\":[{"
        "\"path\":\"namespace\",\"fieldRef\":{\"apiVersion\":\"v1\",\"fieldPath\":\"metadata.namespace\"}}]}}],"
        "\"defaultMode\":420}}],",
        p->i / 10);
    put_containers(p);
    put(p,
        ",\"restartPolicy\":\"Always\",\"terminationGracePeriodSeconds\":30,\"dnsPolicy\":\"ClusterFirst\","
        "\"serviceAccountName\":\"default\","
        "\"serviceAccount\":\"default\",\"nodeName\":\"node-%lu\",\"securityContext\":{},\"schedulerName\":\"default-"
        "scheduler\",\"tolerations\":[{"
        "\"key\":\"node.kubernetes.io/"
        "not-ready\",\"operator\":\"Exists\",\"effect\":\"NoExecute\",\"tolerationSeconds\":300},{\"key\":"
        "\"node.kubernetes.io/"
        "unreachable\",\"operator\":\"Exists\",\"effect\":\"NoExecute\",\"tolerationSeconds\":300}],\"priority\":0,"
        "\"enableServiceLinks\":true,\"preemptionPolicy\":\"PreemptLowerPriority\"}",
        p->i % 100);
}

static void put_container_status(const pod *p, int k, const char *kind, const char *state)
{
    uint64_t salt = (uint64_t)k * 10 + 200 + (*kind == 'i' ? 100 : 0);

    put(p,
        "%s{\"name\":\"%s-%d\",\"state\":{%s},\"lastState\":{},\"ready\":true,\"restartCount\":0,\"image\":"
        "\"registry.example.com/team/application-%d:v1.2.%d\",\"imageID\":\"registry.example.com/team/"
        "application-%d@sha256:%016" PRIx64 "%016" PRIx64 "%016" PRIx64 "%016" PRIx64
        "\",\"containerID\":\"containerd://%016" PRIx64 "%016" PRIx64 "%016" PRIx64 "%016" PRIx64
        "\",\"started\":true}",
        comma(k), kind, k, state, k, k, k, spread((uint64_t)k, 1), spread((uint64_t)k, 2), spread((uint64_t)k, 3),
        spread((uint64_t)k, 4), spread(p->i, salt), spread(p->i, salt + 1), spread(p->i, salt + 2),
        spread(p->i, salt + 3));
}

static void put_status(const pod *p)
{
    static const char *const conditions[] = {"PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady",
                                             "PodScheduled"};
    int n = p->set == DATA_LIGHT ? 1 : 2;

    put(p, "\"status\":{\"phase\":\"Running\",\"conditions\":[");
    for (int k = 0; k < 5; k++)
        put(p,
            "%s{\"type\":\"%s\",\"status\":\"True\",\"lastProbeTime\":null,\"lastTransitionTime\":\"2026-01-02T03:04:%"
            "02luZ\"}",
            comma(k), conditions[k], p->i % 60);
    put(p,
        "],\"hostIP\":\"10.0.%lu.%lu\",\"hostIPs\":[{\"ip\":\"10.0.%lu.%lu\"}],\"podIP\":\"10.%lu.%lu.%lu\",\"podIPs\":"
        "[{\"ip\":\"10.%lu.%lu.%lu\"}],"
        "\"startTime\":\"2026-01-02T03:04:05Z\",\"initContainerStatuses\":[",
        p->i % 100 / 250, p->i % 100, p->i % 100 / 250, p->i % 100, 1 + p->i / 62500, p->i / 250 % 250, p->i % 250,
        1 + p->i / 62500, p->i / 250 % 250, p->i % 250);
    for (int k = 0; k < (p->set == DATA_LIGHT ? 0 : 2); k++)
        put_container_status(p, k, "init",
                             "\"terminated\":{\"exitCode\":0,\"reason\":\"Completed\",\"startedAt\":\"2026-01-02T03:04:"
                             "06Z\",\"finishedAt\":"
                             "\"2026-01-02T03:04:07Z\"}");
    put(p, "],\"containerStatuses\":[");
    for (int k = 0; k < n; k++)
        put_container_status(p, k, "container", "\"running\":{\"startedAt\":\"2026-01-02T03:04:08Z\"}");
    put(p, "],\"qosClass\":\"Burstable\"}");
}

/* All texts behind each other on large pages: what goes to a socket is read from memory that is not in the processor's cache. */
static data_object *gather(data_object *objects, size_t n)
{
    size_t len = 1;
    char *at;

    for (size_t i = 0; i < n; i++)
        len += objects[i].len;
    at = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        return NULL;
    madvise(at, len, MADV_HUGEPAGE);
    for (size_t i = 0; i < n; i++) {
        memcpy(at, objects[i].text, objects[i].len);
        free(objects[i].text);
        objects[i].text = at;
        at += objects[i].len;
    }
    return objects;
}

static uint32_t after(const data_object *o, const char *before)
{
    char *at = memmem(o->text, o->len, before, strlen(before));

    return at ? (uint32_t)(at - o->text) + (uint32_t)strlen(before) : 0;
}

static int make_one(const pod *from, bool custom, data_object *ret)
{
    size_t len = 0;
    pod p = *from;

    p.out = open_memstream(&ret->text, &len);
    if (!p.out)
        return -1;
    put(&p, "{\"apiVersion\":\"%s\",\"kind\":\"%s\",", custom ? "bench.example.com/v1" : "v1",
        custom ? "Benchmark" : "Pod");
    put_metadata(&p);
    put(&p, ",");
    put_spec(&p);
    put(&p, ",");
    put_status(&p);
    put(&p, "}");
    if (fclose(p.out) != 0)
        return -1;
    ret->len = (uint32_t)len;
    ret->version_at = after(ret, "\"resourceVersion\":\"");
    ret->sent_at = after(ret, "\"bench/sent-ns\":\"");
    return 0;
}

static data_object *discard(data_object *objects, size_t n)
{
    for (size_t i = 0; objects && i < n; i++)
        free(objects[i].text);
    free(objects);
    return NULL;
}

data_object *data_make(enum data_set set, size_t n, bool custom)
{
    data_object *objects = calloc(n + 1, sizeof(data_object));

    for (size_t i = 0; objects && i < n; i++) {
        if (make_one(&(pod){.set = set, .i = i}, custom, objects + i) < 0)
            return discard(objects, n);
    }
    return objects ? gather(objects, n) : NULL;
}

static int load_one(FILE *in, data_object *ret)
{
    unsigned char head[4];

    if (fread(head, sizeof(head), 1, in) != 1)
        return -1;
    ret->len = (uint32_t)head[0] | (uint32_t)head[1] << 8 | (uint32_t)head[2] << 16 | (uint32_t)head[3] << 24;
    ret->text = malloc(ret->len);
    if (!ret->text || fread(ret->text, ret->len, 1, in) != 1)
        return -1;
    ret->version_at = after(ret, "\x32\x0a" VERSION_TEXT) - DATA_VERSION_DIGITS;
    ret->sent_at = after(ret, "bench/sent-ns\x12\x13");
    return ret->sent_at > ret->version_at ? 0 : -1;
}

data_object *data_load(const char *path, size_t n)
{
    data_object *objects = calloc(n + 1, sizeof(data_object));
    FILE *in = fopen(path, "re");
    int r = in ? 0 : -1;

    for (size_t i = 0; objects && r == 0 && i < n; i++)
        r = load_one(in, objects + i);
    if (in)
        fclose(in);
    return r == 0 && objects ? gather(objects, n) : discard(objects, n);
}

void data_free(data_object *objects, size_t n)
{
    size_t len = 1;

    for (size_t i = 0; objects && i < n; i++)
        len += objects[i].len;
    if (objects && n > 0)
        munmap(objects[0].text, len);
    free(objects);
}
