#include "trouble.h"

#include "../file.h"

#include <string.h>

#define LOG_LINES 15

static const char *text_at(opsdk_value v, const char *pointer)
{
    return opsdk_value_str(opsdk_value_at(v, pointer), "");
}

static int64_t number_at(const opsdk_object *obj, const char *pointer)
{
    return opsdk_value_int(opsdk_at(obj, pointer), 0);
}

static opsdk_value condition(const opsdk_object *obj, const char *type)
{
    opsdk_value item = {0};

    while (opsdk_value_next(opsdk_at(obj, "/status/conditions"), NULL, &item))
        if (strcmp(text_at(item, "/type"), type) == 0)
            return item;
    return (opsdk_value){0};
}

static bool condition_is(const opsdk_object *obj, const char *type, const char *status)
{
    return strcmp(text_at(condition(obj, type), "/status"), status) == 0;
}

static bool is_ready(const opsdk_object *d)
{
    int64_t wanted = opsdk_value_int(opsdk_at(d, "/spec/replicas"), 1);

    return number_at(d, "/status/observedGeneration") >= number_at(d, "/metadata/generation") &&
           number_at(d, "/status/updatedReplicas") >= wanted && number_at(d, "/status/availableReplicas") >= wanted &&
           number_at(d, "/status/replicas") == number_at(d, "/status/updatedReplicas");
}

/* The end of a container's log; "" when there is none.  The caller's. */
static char *log_of(opsdk_client *c, opsdk_key pod, bool previous)
{
    auto_free char *path = file_format("/api/v1/namespaces/%s/pods/%s/log?tailLines=%d%s", pod.ns, pod.name, LOG_LINES,
                                       previous ? "&previous=true" : "");
    char *text = NULL;
    size_t len = 0;

    if (path && opsdk_raw(c, "GET", path, NULL, NULL, &text, &len, NULL) == 0)
        return text;
    return strdup("");
}

static bool is_one_of(const char *reason, const char *list)
{
    const char *at = *reason ? strstr(list, reason) : NULL;

    return at != NULL;
}

/* A line that the server's refusal is quoted in. */
static char *forbidden_line(const char *log)
{
    const char *found = strstr(log, " is forbidden: "), *begin = found;

    if (!found)
        return NULL;
    while (begin > log && begin[-1] != '\n')
        begin--;
    return strndup(begin, strcspn(begin, "\n"));
}

static int say_crash(opsdk_client *c, opsdk_key pod, opsdk_value ended, bool previous, char **say)
{
    auto_free char *log = log_of(c, pod, previous);

    *say = file_format("the operator ended with exit code %lld%s%s; the end of its log:\n%s",
                       (long long)opsdk_value_int(opsdk_value_at(ended, "/exitCode"), -1),
                       *text_at(ended, "/reason") ? ", " : "", text_at(ended, "/reason"),
                       log && *log ? log : "(it is empty)\n");
    return TROUBLE_FINAL;
}

static int of_waiting(opsdk_client *c, opsdk_key pod, opsdk_value status, char **say)
{
    const char *reason = text_at(status, "/state/waiting/reason"), *message = text_at(status, "/state/waiting/message");
    opsdk_value last = opsdk_value_at(status, "/lastState/terminated");

    if (is_one_of(reason, "ErrImagePull ImagePullBackOff ErrImageNeverPull InvalidImageName RegistryUnavailable")) {
        *say = file_format("the node cannot get the image %s: %s (%s).  Was it pushed (opsdk build --push) or loaded "
                           "into the node, and is "
                           "the name in deploy/operator.yaml right?",
                           text_at(status, "/image"), message, reason);
        return TROUBLE_FINAL;
    }
    if (is_one_of(reason, "CreateContainerConfigError CreateContainerError RunContainerError")) {
        *say = file_format("the node cannot start the container: %s (%s)", message, reason);
        return TROUBLE_FINAL;
    }
    if (opsdk_value_type(last) == OPSDK_MAP)
        return say_crash(c, pod, last, true, say);
    *say = file_format("pod %s is starting: %s", pod.name, *reason ? reason : "its container waits");
    return TROUBLE_WAIT;
}

/* It runs, but does not say that it is ready: its log may say why. */
static int of_running(opsdk_client *c, opsdk_key pod, char **say)
{
    auto_free char *log = log_of(c, pod, false), *line = log ? forbidden_line(log) : NULL;

    if (line) {
        *say = file_format("the operator lacks a right; \"opsdk generate rbac\" may know it, deploy/rbac.yaml is where "
                           "it belongs:\n%s",
                           line);
        return TROUBLE_FINAL;
    }
    *say = file_format("pod %s runs, and is not ready; the end of its log:\n%s", pod.name,
                       log && *log ? log : "(it is empty)\n");
    return TROUBLE_WAIT;
}

static int of_pod(opsdk_client *c, const opsdk_object *obj, char **say)
{
    opsdk_key pod = opsdk_object_key(obj);
    opsdk_value status = opsdk_at(obj, "/status/containerStatuses/0"), ended;

    if (condition_is(obj, "PodScheduled", "False")) {
        *say = file_format("no node takes pod %s: %s", pod.name, text_at(condition(obj, "PodScheduled"), "/message"));
        return TROUBLE_WAIT;
    }
    if (opsdk_value_type(status) == OPSDK_ABSENT) {
        *say = file_format("pod %s is starting", pod.name);
        return TROUBLE_WAIT;
    }
    ended = opsdk_value_at(status, "/state/terminated");
    if (opsdk_value_type(ended) == OPSDK_MAP)
        return say_crash(c, pod, ended, false, say);
    if (opsdk_value_type(opsdk_value_at(status, "/state/running")) == OPSDK_MAP)
        return of_running(c, pod, say);
    return of_waiting(c, pod, status, say);
}

/* "a=b,c=d" of matchLabels; the caller's. */
static char *selector_of(const opsdk_object *deployment)
{
    opsdk_value key = {0}, item = {0};
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);

    if (!to)
        return NULL;
    while (opsdk_value_next(opsdk_at(deployment, "/spec/selector/matchLabels"), &key, &item))
        fprintf(to, "%s%s=%s", ftell(to) > 0 ? "," : "", opsdk_value_str(key, ""), opsdk_value_str(item, ""));
    fclose(to);
    return text;
}

/* The worst of its newest pods: those that are on their way out do not count. */
static int of_pods(opsdk_client *c, const opsdk_object *deployment, char **say, opsdk_error *err)
{
    auto_free char *labels = selector_of(deployment);
    opsdk_auto_objects pods = {0};
    int r =
        opsdk_list(c, &OPSDK_POD, opsdk_object_key(deployment).ns, &(opsdk_list_opts){.labels = labels}, &pods, err);
    const opsdk_object *newest = NULL;

    if (r < 0)
        return r;
    opsdk_foreach(it, &pods)
    {
        const char *made = opsdk_value_str(opsdk_at(*it, "/metadata/creationTimestamp"), "");

        if (!opsdk_object_deleting(*it) &&
            (!newest || strcmp(made, opsdk_value_str(opsdk_at(newest, "/metadata/creationTimestamp"), "")) > 0))
            newest = *it;
    }
    if (newest)
        return of_pod(c, newest, say);
    *say = strdup("there is no pod yet");
    return TROUBLE_WAIT;
}

int trouble_of(opsdk_client *c, opsdk_key deployment, char **say, opsdk_error *err)
{
    opsdk_auto_object *d = NULL;
    int r = opsdk_get(c, deployment, &d, err);

    *say = NULL;
    if (r < 0)
        return r;
    if (is_ready(d))
        return TROUBLE_NONE;
    if (condition_is(d, "ReplicaFailure", "True")) {
        *say = file_format("the cluster makes no pod: %s", text_at(condition(d, "ReplicaFailure"), "/message"));
        return TROUBLE_WAIT;
    }
    return of_pods(c, d, say, err);
}
