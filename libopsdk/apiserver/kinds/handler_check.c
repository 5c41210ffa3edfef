#include "apiserver/kinds/pod_check.h"

void port_or_name_check(field_errors *errors, const char *path, const json_t *port)
{
    if (json_is_string(port))
        name_validate(NAME_PORT, json_string_value(port), path, errors);
    else
        check_port(errors, path, json_integer_value(port));
}

static void exec_check(const pod_scope *p, const char *path, const json_t *action)
{
    if (json_array_size(doc_get(action, "command")) == 0)
        field_required(p->errors, PATH("%s.command", path), "");
}

static void http_check(const pod_scope *p, const char *path, const json_t *action)
{
    size_t i;
    json_t *header;

    port_or_name_check(p->errors, PATH("%s.port", path), doc_get(action, "port"));
    check_one_of(p->errors, PATH("%s.scheme", path), doc_text(action, "scheme"), CHOICE("HTTP", "HTTPS"));
    json_array_foreach(doc_get(action, "httpHeaders"), i, header)
        name_validate(NAME_HTTP_HEADER, doc_text(header, "name"), PATH("%s.httpHeaders", path), p->errors);
}

static void port_check(const pod_scope *p, const char *path, const json_t *action)
{
    port_or_name_check(p->errors, PATH("%s.port", path), doc_get(action, "port"));
}

static void sleep_check(const pod_scope *p, const char *path, const json_t *action)
{
    json_int_t grace = doc_int(p->spec, "terminationGracePeriodSeconds", 30), seconds = doc_int(action, "seconds", 0);

    if (seconds < 0 || seconds > grace)
        wrong_int(p->errors, path, seconds, "must be non-negative and less than terminationGracePeriodSeconds (%lld)",
                  (long long)grace);
}

static void handler_check(const pod_scope *p, const char *path, const json_t *handler)
{
    static const struct kind {
        const char *name;
        void (*check)(const pod_scope *p, const char *path, const json_t *action);
    } kinds[] = {{"exec", exec_check},
                 {"httpGet", http_check},
                 {"tcpSocket", port_check},
                 {"grpc", port_check},
                 {"sleep", sleep_check}};
    bool found = false;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const json_t *action = doc_get(handler, kinds[i].name);
        if (!action)
            continue;
        if (found)
            field_forbidden(p->errors, PATH("%s.%s", path, kinds[i].name), "may not specify more than 1 handler type");
        else
            kinds[i].check(p, PATH("%s.%s", path, kinds[i].name), action);
        found = true;
    }
    if (!found)
        field_required(p->errors, path, "must specify a handler type");
}

static void probe_check(const pod_scope *p, const char *path, const json_t *probe)
{
    static const char *const numbers[] = {"initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold",
                                          "failureThreshold"};

    handler_check(p, path, probe);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        check_non_negative(p->errors, path, probe, numbers[i]);
    if (doc_int(probe, "terminationGracePeriodSeconds", 1) <= 0)
        wrong_int(p->errors, PATH("%s.terminationGracePeriodSeconds", path),
                  doc_int(probe, "terminationGracePeriodSeconds", 0), "must be greater than 0");
}

/* A success that has to be repeated makes no sense where failure ends the container. */
static void deadly_check(const pod_scope *p, const char *path, const json_t *probe)
{
    if (!probe)
        return;
    probe_check(p, path, probe);
    if (doc_int(probe, "successThreshold", 1) != 1)
        wrong_int(p->errors, PATH("%s.successThreshold", path), doc_int(probe, "successThreshold", 1), "must be 1");
}

static void readiness_check(const pod_scope *p, const char *path, const json_t *probe)
{
    const json_t *grace = doc_get(probe, "terminationGracePeriodSeconds");

    if (!probe)
        return;
    probe_check(p, path, probe);
    if (grace)
        field_invalid(p->errors, PATH("%s.terminationGracePeriodSeconds", path), grace,
                      "must not be set for readinessProbes");
}

void probes_check(const pod_scope *p, const char *path, const json_t *container)
{
    deadly_check(p, PATH("%s.livenessProbe", path), doc_get(container, "livenessProbe"));
    readiness_check(p, PATH("%s.readinessProbe", path), doc_get(container, "readinessProbe"));
    deadly_check(p, PATH("%s.startupProbe", path), doc_get(container, "startupProbe"));
}

void lifecycle_check(const pod_scope *p, const char *path, const json_t *lifecycle)
{
    static const char *const moments[] = {"postStart", "preStop"};

    for (int i = 0; i < 2; i++)
        if (doc_get(lifecycle, moments[i]))
            handler_check(p, PATH("%s.%s", path, moments[i]), doc_get(lifecycle, moments[i]));
}
