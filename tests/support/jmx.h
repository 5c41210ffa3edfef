/* The JMX operator's program with its shipped rights on the embedded API server, real JVMs as its pods, and what can be seen of them. */
#ifndef SUPPORT_JMX_H
#define SUPPORT_JMX_H

#include <jansson.h>
#include <opsdk/common.h>
#include <stdbool.h>
#include <sys/types.h>

#define JMX_USER "system:serviceaccount:default:prometheus-jmx-exporter-operator"

extern const char *jmx_scenario; /* what is told when something fails */
extern pid_t jmx_operator;
extern char jmx_java[256], jmx_classes[512];

/* The command line of the application. */
#define JMX_JVM jmx_java, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx32m", "-cp", jmx_classes, "fixture.App"

bool jmx_has_java(void); /* a JDK 17, and the application; first of all */
void jmx_start(void);    /* the server; not the operator */
void jmx_stop(void);

void jmx_start_operator(void);
void jmx_end_operator(int with);

void jmx_nap(long ms);
/* Waits for what is said of a, and b. */
typedef bool jmx_ask_fn(const char *a, const char *b);
void jmx_need(const char *what, jmx_ask_fn *is, const char *a, const char *b);

/* Applies YAML. */
void jmx_load(const char *fmt, ...) OPSDK_PRINTF(1, 2);
void jmx_configuration(const char *name, const char *key, const char *metric, const char *pattern);
void jmx_exporter(const char *name, int port); /* for pods with the label app of that name */

void jmx_run(const char *name, const char *container, const char *label, const char *const argv[]);
void jmx_run_jvm(const char *name, const char *label);
void jmx_run_script(const char *name, const char *label, const char *script); /* with JMX_JVM as its arguments */
void jmx_remove_pod(const char *name);
json_t *jmx_pod(const char *name); /* the caller's */
char *jmx_in_pod(const char *name, const char *container,
                 const char *script);                         /* its output, the caller's; NULL: it failed */
void jmx_identity(const char *name, char *room, size_t size); /* "containerID restartCount" */
void jmx_loaded_once(const char *name, int port);             /* one jar, one HTTP server, one listener, no restart */

/* For jmx_need. */
bool jmx_is_running(const char *name, const char *unused);
bool jmx_has_annotation(const char *name, const char *key);
bool jmx_serves(const char *name, const char *what);            /* "PORT METRIC", seen from outside */
bool jmx_endpoints_are(const char *exporter, const char *want); /* "pod:port" words in order */
bool jmx_told(const char *object, const char *reason);          /* by an Event */
bool jmx_logged(const char *object, const char *reason);

#endif
