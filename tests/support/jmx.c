#include "tests/support/jmx.h"
#include "tests/support/api.h"

#include <arpa/inet.h>
#include <check.h>
#include <fcntl.h>
#include <glob.h>
#include <opsdk.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PODS "/api/v1/namespaces/default/pods/"
#define WAIT_MS 60000

const char *jmx_scenario = "start";
pid_t jmx_operator;
char jmx_java[256], jmx_classes[512];
static opsdk_client *client;
static char log_path[64], tools[512];

/* ---- small things ---- */

void jmx_nap(long ms)
{
    const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    nanosleep(&pause, NULL);
}

static void tail_log(void)
{
    char command[128];

    snprintf(command, sizeof(command), "tail -n 40 %s", log_path);
    fflush(stdout);
    if (system(command) != 0)
        puts("the operator's log is not there");
}

void jmx_need(const char *what, jmx_ask_fn *is, const char *a, const char *b)
{
    for (int i = 0; i < WAIT_MS / 20; i++) {
        if (is(a, b))
            return;
        jmx_nap(20);
    }
    tail_log();
    ck_abort_msg("scenario %s: %s %s %s did not come about", jmx_scenario, a, what, b ? b : "");
}

void jmx_load(const char *fmt, ...)
{
    opsdk_error err = {0};
    char text[4096];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    ck_assert_msg(opsdk_apiserver_load_text(api_server, text, &err) == 0, "scenario %s: %s", jmx_scenario, err.message);
}

/* The server's answer, with its blanks; NULL when there is none.  The caller's. */
static char *get(const char *target)
{
    opsdk_error err = {0};
    char *text = NULL;
    size_t len;

    return opsdk_raw(client, "GET", target, NULL, NULL, &text, &len, &err) == 0 ? text : NULL;
}

static json_t *get_json(const char *target)
{
    char *text = get(target);
    json_t *doc = text ? json_loads(text, 0, NULL) : NULL;

    free(text);
    return doc;
}

json_t *jmx_pod(const char *name)
{
    char target[128];

    snprintf(target, sizeof(target), PODS "%s", name);
    return get_json(target);
}

/* ---- pods ---- */

void jmx_run(const char *name, const char *container, const char *label, const char *const argv[])
{
    const char *const labels[] = {"app", label, NULL};
    opsdk_error err = {0};

    ck_assert_msg(opsdk_apiserver_run(api_server, (opsdk_key){&OPSDK_POD, "default", name}, container, argv,
                                      &(opsdk_apiserver_run_opts){.labels = labels}, &err) == 0,
                  "%s", err.message);
}

void jmx_run_jvm(const char *name, const char *label)
{
    jmx_run(name, NULL, label, (const char *const[]){JMX_JVM, NULL});
}

/* With the JVM's command line as "$@". */
void jmx_run_script(const char *name, const char *label, const char *script)
{
    jmx_run(name, NULL, label, (const char *const[]){"sh", "-c", script, "sh", JMX_JVM, NULL});
}

/* What a script says in a pod, or NULL. */
char *jmx_in_pod(const char *name, const char *container, const char *script)
{
    opsdk_auto_output out = {0};
    char *text;

    if (opsdk_exec(client, (opsdk_key){&OPSDK_POD, "default", name}, OPSDK_ARGV("sh", "-c", script),
                   &(opsdk_exec_opts){.container = container}, &out, NULL) != 0)
        return NULL;
    text = out.out;
    out.out = NULL;
    return text;
}

bool jmx_is_running(const char *name, const char *unused)
{
    json_auto_t *doc = jmx_pod(name);

    (void)unused;
    return doc && strcmp(api_text(doc, "/status/phase"), "Running") == 0;
}

void jmx_remove_pod(const char *name)
{
    opsdk_error err = {0};

    ck_assert_msg(
        opsdk_delete(client, (opsdk_key){&OPSDK_POD, "default", name}, &(opsdk_delete_opts){.grace_s = -1}, &err) == 0,
        "%s", err.message);
}

/* "containerID restartCount" of the first container. */
void jmx_identity(const char *name, char *room, size_t size)
{
    json_auto_t *doc = jmx_pod(name);
    json_t *status = json_array_get(json_object_get(json_object_get(doc, "status"), "containerStatuses"), 0);

    snprintf(room, size, "%s %lld", json_string_value(json_object_get(status, "containerID")),
             (long long)json_integer_value(json_object_get(status, "restartCount")));
}

/* ---- exporters ---- */

void jmx_configuration(const char *name, const char *key, const char *metric, const char *pattern)
{
    jmx_load(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\ndata:\n  %s: |\n    rules:\n      - pattern: '%s'\n"
        "        name: %s\n        type: GAUGE\n",
        name, key, pattern ? pattern : "fixture<type=Shop><>Sold", metric);
}

void jmx_exporter(const char *name, int port)
{
    jmx_load("apiVersion: banzaicloud.com/v1alpha1\nkind: PrometheusJmxExporter\nmetadata: {name: %s}\nspec: "
             "{labelSelector: "
             "{app: %s}, config: {configMapName: %s, configMapKey: config.yaml}, port: %d}\n",
             name, name, name, port);
}

/* The text of /metrics at the pod's own address, from outside of it. */
static char *scrape(const char *name, const char *port)
{
    json_auto_t *doc = jmx_pod(name);
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)strtol(port, NULL, 10))};
    static const char request[] = "GET /metrics HTTP/1.0\r\n\r\n";
    char *text = calloc(1, 1 << 20);
    size_t len = 0;
    ssize_t n;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    inet_pton(AF_INET, doc ? api_text(doc, "/status/podIP") : "", &to.sin_addr);
    if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0 &&
        send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) > 0)
        while ((n = read(fd, text + len, (1 << 20) - 1 - len)) > 0)
            len += (size_t)n;
    close(fd);
    return text;
}

/* what: "PORT METRIC". */
bool jmx_serves(const char *name, const char *what)
{
    char line[128], *text = scrape(name, what);
    bool is;

    snprintf(line, sizeof(line), "\n%s 42.0\n", strchr(what, ' ') + 1);
    is = strstr(text, line) != NULL;
    free(text);
    return is;
}

/* "pod:port" words in order. */
bool jmx_endpoints_are(const char *name, const char *want)
{
    char target[160], is[256] = "";
    json_auto_t *doc;
    json_t *one;
    size_t i;

    snprintf(target, sizeof(target), "/apis/banzaicloud.com/v1alpha1/namespaces/default/prometheusjmxexporters/%s",
             name);
    doc = get_json(target);
    json_array_foreach(json_object_get(json_object_get(doc, "status"), "metricsEndpoints"), i, one)
    {
        size_t len = strlen(is);
        snprintf(is + len, sizeof(is) - len, "%s%s:%lld", len ? " " : "",
                 json_string_value(json_object_get(one, "pod")),
                 (long long)json_integer_value(json_object_get(one, "port")));
    }
    return doc && strcmp(is, want) == 0;
}

bool jmx_has_annotation(const char *name, const char *key)
{
    json_auto_t *doc = jmx_pod(name);

    return json_object_get(json_object_get(json_object_get(doc, "metadata"), "annotations"), key) != NULL;
}

/* The jar is open once, one server waits on the port, one thread runs it, and nothing was restarted. */
void jmx_loaded_once(const char *name, int port)
{
    char script[512], id[128], *text;

    snprintf(script, sizeof(script),
             "echo $(ls -l /proc/1/fd | grep -c 'agent.*jar') $(cat /proc/1/task/*/comm | grep -c '^HTTP-Dispatcher$') "
             "$(cat "
             "/proc/net/tcp /proc/net/tcp6 | grep -c ':%04X [0:]* 0A')",
             (unsigned)port);
    text = jmx_in_pod(name, NULL, script);
    ck_assert_msg(text && strcmp(text, "1 1 1\n") == 0, "scenario %s: %s: open agent jars, HTTP servers, listeners: %s",
                  jmx_scenario, name, text ? text : "it cannot be asked");
    free(text);
    jmx_identity(name, id, sizeof(id));
    ck_assert_str_eq(strrchr(id, ' '), " 0");
}

/* ---- the operator ---- */

void jmx_start_operator(void)
{
    const char *build = getenv("OPSDK_BUILD");
    char path[256];
    int log = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    snprintf(path, sizeof(path), "%s/bin/jmx-exporter-operator", build ? build : "build");
    jmx_operator = fork();
    if (jmx_operator == 0) {
        dup2(log, STDOUT_FILENO);
        dup2(log, STDERR_FILENO);
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when the test fails */
        execl(path, path, "--namespace", "default", "--listen", "", (char *)NULL);
        _exit(127);
    }
    close(log);
}

void jmx_end_operator(int with)
{
    kill(jmx_operator, with);
    waitpid(jmx_operator, NULL, 0);
}

bool jmx_told(const char *object, const char *reason)
{
    json_auto_t *list = get_json("/api/v1/namespaces/default/events");
    json_t *one;
    size_t i;

    json_array_foreach(json_object_get(list, "items"), i,
                       one) if (strcmp(api_text(one, "/reason"), reason) == 0 &&
                                strcmp(api_text(one, "/involvedObject/name"), object) == 0) return true;
    return false;
}

bool jmx_logged(const char *object, const char *reason)
{
    char line[8192];
    bool found = false;
    FILE *f = fopen(log_path, "r");

    while (f && !found && fgets(line, sizeof(line), f))
        found = strstr(line, object) && strstr(line, reason);
    if (f)
        fclose(f);
    return found;
}

/* ---- the whole ---- */

void jmx_start(void)
{
    opsdk_error err = {0};
    char dir[256];
    const char *build = getenv("OPSDK_BUILD"), *kubeconfig;

    ck_assert_ptr_nonnull(getcwd(dir, sizeof(dir)));
    snprintf(jmx_classes, sizeof(jmx_classes), "%s/build/fixture/classes", dir);
    snprintf(tools, sizeof(tools), "%s/%s/jmx-exporter", dir, build ? build : "build");
    snprintf(log_path, sizeof(log_path), "/tmp/opsdk-test-operator-%d.log", getpid());
    api_start(&(opsdk_apiserver_opts){.rbac = true});
    ck_assert_msg(opsdk_apiserver_load(api_server, "deploy/crd.yaml", &err) == 0, "%s", err.message);
    ck_assert_msg(opsdk_apiserver_load(api_server, "deploy/rbac.yaml", &err) == 0, "%s", err.message);
    ck_assert_msg(opsdk_apiserver_kubeconfig_for(api_server, JMX_USER, NULL, &kubeconfig, &err) == 0, "%s",
                  err.message);
    ck_assert_int_eq(
        opsdk_client_new(&(opsdk_client_opts){.kubeconfig = opsdk_apiserver_kubeconfig(api_server)}, &client, &err), 0);
    setenv("KUBECONFIG", kubeconfig, 1);
    setenv("JMX_EXPORTER_DIR", tools, 1);
}

void jmx_stop(void)
{
    opsdk_client_free(client);
    api_stop();
    unlink(log_path);
}

bool jmx_has_java(void)
{
    glob_t found = {0};
    bool is = glob("/usr/lib/jvm/java-17-openjdk-*/bin/java", 0, NULL, &found) == 0 &&
              access("build/fixture/classes/fixture/App.class", R_OK) == 0;

    if (is)
        snprintf(jmx_java, sizeof(jmx_java), "%s", found.gl_pathv[0]);
    globfree(&found);
    return is;
}
