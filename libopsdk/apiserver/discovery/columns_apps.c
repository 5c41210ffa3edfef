/* Workloads as tables. */
#include "apiserver/discovery/columns.h"
#include "apiserver/limits.h"
#include "core/time.h"

#include <string.h>

/* ---- what they share ---- */

static json_t *names_in(const json_t *spec, const char *member)
{
    auto_buf out = BUF_INIT(LIMIT_OBJECT);

    print_each(json_object_get(spec, "containers"), member, ",", &out);
    return cell_buf(&out);
}

static json_t *container_names(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return names_in(print_at(obj, "spec/template/spec"), "name");
}

static json_t *container_images(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return names_in(print_at(obj, "spec/template/spec"), "image");
}

static json_t *selector_of(const json_t *selector, const char *otherwise)
{
    auto_buf out = BUF_INIT(LIMIT_OBJECT);

    print_selector(selector, &out);
    if (out.len == 0)
        buf_puts(&out, otherwise);
    return cell_buf(&out);
}

static json_t *selector(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return selector_of(print_at(obj, "spec/selector"), "<none>");
}

static json_t *labels_at(const json_t *obj, const char *path)
{
    auto_buf out = BUF_INIT(LIMIT_OBJECT);

    print_labels(print_at(obj, path), &out);
    return cell_buf(&out);
}

/* Ready ones of those that are wanted. */
static json_t *ready_of_wanted(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return json_sprintf("%lld/%lld", (long long)print_int(obj, "status/readyReplicas"),
                        (long long)print_int(obj, "spec/replicas"));
}

#define COLUMNS_CONTAINERS \
    COLUMN_WIDE("Containers", "string", container_names), COLUMN_WIDE("Images", "string", container_images)

/* ---- deployments, replica sets, stateful sets, daemon sets, controllers ---- */

INT_CELL(updated, "status/updatedReplicas")
INT_CELL(available, "status/availableReplicas")
INT_CELL(desired, "spec/replicas")
INT_CELL(current, "status/replicas")
INT_CELL(ready, "status/readyReplicas")

static json_t *deployment_selector(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return selector_of(print_at(obj, "spec/selector"), "");
}

const column COLUMNS_DEPLOYMENT[] = {COLUMN_NAME,
                                     COLUMN("Ready", "string", ready_of_wanted),
                                     COLUMN("Up-to-date", "string", updated),
                                     COLUMN("Available", "string", available),
                                     COLUMN_AGE,
                                     COLUMNS_CONTAINERS,
                                     COLUMN_WIDE("Selector", "string", deployment_selector),
                                     {0}};

const column COLUMNS_REPLICA_SET[] = {COLUMN_NAME,
                                      COLUMN("Desired", "integer", desired),
                                      COLUMN("Current", "integer", current),
                                      COLUMN("Ready", "integer", ready),
                                      COLUMN_AGE,
                                      COLUMNS_CONTAINERS,
                                      COLUMN_WIDE("Selector", "string", selector),
                                      {0}};

static json_t *plain_selector(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return labels_at(obj, "spec/selector");
}

const column COLUMNS_CONTROLLER[] = {COLUMN_NAME,
                                     COLUMN("Desired", "integer", desired),
                                     COLUMN("Current", "integer", current),
                                     COLUMN("Ready", "integer", ready),
                                     COLUMN_AGE,
                                     COLUMNS_CONTAINERS,
                                     COLUMN_WIDE("Selector", "string", plain_selector),
                                     {0}};

const column COLUMNS_STATEFUL_SET[] = {
    COLUMN_NAME, COLUMN("Ready", "string", ready_of_wanted), COLUMN_AGE, COLUMNS_CONTAINERS, {0}};

INT_CELL(daemons_desired, "status/desiredNumberScheduled")
INT_CELL(daemons_current, "status/currentNumberScheduled")
INT_CELL(daemons_ready, "status/numberReady")
INT_CELL(daemons_updated, "status/updatedNumberScheduled")
INT_CELL(daemons_available, "status/numberAvailable")

static json_t *node_selector(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return labels_at(obj, "spec/template/spec/nodeSelector");
}

const column COLUMNS_DAEMON_SET[] = {COLUMN_NAME,
                                     COLUMN("Desired", "integer", daemons_desired),
                                     COLUMN("Current", "integer", daemons_current),
                                     COLUMN("Ready", "integer", daemons_ready),
                                     COLUMN("Up-to-date", "integer", daemons_updated),
                                     COLUMN("Available", "integer", daemons_available),
                                     COLUMN("Node Selector", "string", node_selector),
                                     COLUMN_AGE,
                                     COLUMNS_CONTAINERS,
                                     COLUMN_WIDE("Selector", "string", selector),
                                     {0}};

/* A scale's name column has no format. */
const column COLUMNS_SCALE[] = {{.name = "Name", .type = "string", .value = cell_name},
                                COLUMN("Desired", "integer", desired),
                                COLUMN("Available", "integer", current),
                                COLUMN_AGE,
                                {0}};

/* ---- jobs ---- */

static bool has_condition(const json_t *obj, const char *type)
{
    return strcmp(print_text(print_find(print_at(obj, "status/conditions"), "type", type), "status"), "True") == 0;
}

static json_t *job_status(const json_t *obj, int64_t now_s)
{
    static const char *const later[] = {"Suspended", "FailureTarget", "SuccessCriteriaMet"};

    (void)now_s;
    if (has_condition(obj, "Complete"))
        return json_string("Complete");
    if (has_condition(obj, "Failed"))
        return json_string("Failed");
    if (print_at(obj, "metadata/deletionTimestamp"))
        return json_string("Terminating");
    for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++)
        if (has_condition(obj, later[i]))
            return json_string(later[i]);
    return json_string("Running");
}

static json_t *job_completions(const json_t *obj, int64_t now_s)
{
    long long done = print_int(obj, "status/succeeded"), parallel = print_int(obj, "spec/parallelism");

    (void)now_s;
    if (print_at(obj, "spec/completions"))
        return json_sprintf("%lld/%lld", done, (long long)print_int(obj, "spec/completions"));
    return parallel > 1 ? json_sprintf("%lld/1 of %lld", done, parallel) : json_sprintf("%lld/1", done);
}

static json_t *job_duration(const json_t *obj, int64_t now_s)
{
    const json_t *start = print_at(obj, "status/startTime");
    const char *end = print_text(obj, "status/completionTime");
    char room[DURATION_ROOM];
    int64_t end_ms;

    if (!start)
        return json_string("");
    if (*end && time_parse(end, &end_ms))
        now_s = end_ms / 1000;
    return json_string(print_since(start, now_s, room));
}

const column COLUMNS_JOB[] = {COLUMN_NAME,
                              COLUMN("Status", "string", job_status),
                              COLUMN("Completions", "string", job_completions),
                              COLUMN("Duration", "string", job_duration),
                              COLUMN_AGE,
                              COLUMNS_CONTAINERS,
                              COLUMN_WIDE("Selector", "string", selector),
                              {0}};

TEXT_CELL(schedule, "spec/schedule", "")
TEXT_CELL(time_zone, "spec/timeZone", "<none>")

static json_t *suspended(const json_t *obj, int64_t now_s)
{
    const json_t *value = print_at(obj, "spec/suspend");

    (void)now_s;
    return json_string(!value ? "<unset>" : json_is_true(value) ? "True" : "False");
}

static json_t *active_jobs(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return json_integer((json_int_t)json_array_size(print_at(obj, "status/active")));
}

static json_t *last_schedule(const json_t *obj, int64_t now_s)
{
    const json_t *last = print_at(obj, "status/lastScheduleTime");
    char room[DURATION_ROOM];

    return json_string(last ? print_since(last, now_s, room) : "<none>");
}

static json_t *cron_names(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return names_in(print_at(obj, "spec/jobTemplate/spec/template/spec"), "name");
}

static json_t *cron_images(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return names_in(print_at(obj, "spec/jobTemplate/spec/template/spec"), "image");
}

static json_t *cron_selector(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return selector_of(print_at(obj, "spec/jobTemplate/spec/selector"), "<none>");
}

const column COLUMNS_CRON_JOB[] = {COLUMN_NAME,
                                   COLUMN("Schedule", "string", schedule),
                                   COLUMN("Timezone", "string", time_zone),
                                   COLUMN("Suspend", "boolean", suspended),
                                   COLUMN("Active", "integer", active_jobs),
                                   COLUMN("Last Schedule", "string", last_schedule),
                                   COLUMN_AGE,
                                   COLUMN_WIDE("Containers", "string", cron_names),
                                   COLUMN_WIDE("Images", "string", cron_images),
                                   COLUMN_WIDE("Selector", "string", cron_selector),
                                   {0}};

/* ---- others ---- */

static json_t *pod_template_names(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return names_in(print_at(obj, "template/spec"), "name");
}

static json_t *pod_template_images(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return names_in(print_at(obj, "template/spec"), "image");
}

static json_t *pod_template_labels(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return labels_at(obj, "template/metadata/labels");
}

const column COLUMNS_POD_TEMPLATE[] = {COLUMN_NAME,
                                       COLUMN("Containers", "string", pod_template_names),
                                       COLUMN("Images", "string", pod_template_images),
                                       COLUMN("Pod Labels", "string", pod_template_labels),
                                       {0}};

static json_t *int_or_text(const json_t *value)
{
    if (json_is_integer(value))
        return json_sprintf("%lld", (long long)json_integer_value(value));
    return json_string(json_is_string(value) ? json_string_value(value) : "N/A");
}

static json_t *min_available(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return int_or_text(print_at(obj, "spec/minAvailable"));
}

static json_t *max_unavailable(const json_t *obj, int64_t now_s)
{
    (void)now_s;
    return int_or_text(print_at(obj, "spec/maxUnavailable"));
}

INT_CELL(disruptions, "status/disruptionsAllowed")

const column COLUMNS_BUDGET[] = {COLUMN_NAME,
                                 COLUMN("Min Available", "string", min_available),
                                 COLUMN("Max Unavailable", "string", max_unavailable),
                                 COLUMN("Allowed Disruptions", "integer", disruptions),
                                 COLUMN_AGE,
                                 {0}};
