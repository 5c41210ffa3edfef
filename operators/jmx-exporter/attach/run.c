#include <stdio.h>
#include <string.h>

#include "operators/jmx-exporter/attach/agent.h"
#include "operators/jmx-exporter/attach/attach.h"
#include "operators/jmx-exporter/attach/base.h"
#include "operators/jmx-exporter/attach/check.h"
#include "operators/jmx-exporter/attach/config.h"
#include "operators/jmx-exporter/attach/find.h"
#include "operators/jmx-exporter/attach/hotspot.h"
#include "operators/jmx-exporter/attach/jar.h"
#include "operators/jmx-exporter/attach/state.h"

/* 1 our agent is in the JVM, 0 none is, -1 the run is over. */
static int agent_present(struct run *r)
{
    char path[300] = "";

    switch (agent_look(r, path, sizeof(path))) {
    case AGENT_OURS:
        return 1;
    case AGENT_NONE:
        return 0;
    case AGENT_FOREIGN:
        return refuse(r, "ForeignAgent", "the JVM (pid %d) has another exporter loaded: %s", (int)r->jvm.pid, path);
    case AGENT_UNKNOWN:
        break;
    }
    if (!jvm_alive(&r->jvm))
        return retry(r, "JvmDied", "the JVM (pid %d) is gone", (int)r->jvm.pid);
    return refuse(r, "OtherUser",
                  "may not look at the open files of the JVM (pid %d): run this helper as its user, or as root",
                  (int)r->jvm.pid);
}

/* The intent is on record before the load, so that a killed run does not lose the port. */
static int load(struct run *r)
{
    if (modules_check(r) < 0 || jars_check(r, r->jvm.class_path) < 0 || port_check(r) < 0)
        return -1;
    state_renew(r, r->port);
    if (state_write(r) < 0 || config_harmless(r) < 0)
        return -1;
    if (left_ms(r) == 0)
        return retry(r, "TimedOut", "no time was left to load the agent");
    if (hotspot_load(r) < 0)
        return -1;
    r->loaded = true;
    return 0;
}

/* Loads the agent unless it is in the JVM.  A second load would end the application, so this must be exact, whatever
 * became of earlier runs:
 *   - the locks of directory and JVM keep out other runs that live;
 *   - a run that was killed may have sent a load that the JVM has not finished, or not even begun.  But the JVM serves
 *     its attach connections one by one, in the order in which they were made.  So once "properties", sent by us, is
 *     answered, every earlier load is done, and the JVM holds the jar open if it happened: we look again, after it. */
static int ensure_loaded(struct run *r)
{
    int present = jar_check(r) < 0 ? -1 : agent_present(r);

    if (present != 0)
        return present < 0 ? -1 : 0;
    if (options_check(r) < 0 || hotspot_meet(r) < 0)
        return -1;
    present = agent_present(r);
    if (present != 0)
        return present < 0 ? -1 : 0;
    return load(r);
}

/* The agent's port cannot be changed: the one that it has is told. */
static int find_port(struct run *r)
{
    if (state_is_current(r) && r->state.port > 0)
        r->real_port = r->state.port;
    else if (agent_listens(r, r->port))
        r->real_port = r->port;
    else
        return refuse(r, "PortFixed",
                      "the agent is loaded, but %s/state, which told its port, is gone: use its first port, or "
                      "restart the container",
                      r->dir);
    return 0;
}

static void done(struct run *r)
{
    r->result.outcome = r->loaded ? OUTCOME_LOADED : OUTCOME_PRESENT;
    snprintf(r->result.reason, sizeof(r->result.reason), "%s", r->loaded ? "Loaded" : "Present");
    snprintf(r->result.message, sizeof(r->result.message), "metrics are served on port %d", r->real_port);
    if (r->real_port == r->port)
        return;
    snprintf(r->result.reason, sizeof(r->result.reason), "PortFixed");
    snprintf(r->result.message, sizeof(r->result.message),
             "the agent listens on port %d since it was loaded: port %d needs a restart of the container", r->real_port,
             r->port);
}

/* A state file that was lost is written again. */
static int remember(struct run *r)
{
    if (state_is_current(r) && r->state.port == r->real_port) {
        if (r->jvm.java[0] == 0 && strcmp(r->state.java, "-") != 0)
            memcpy(r->jvm.java, r->state.java, sizeof(r->jvm.java));
        return 0;
    }
    state_renew(r, r->real_port);
    return state_write(r);
}

static int steps(struct run *r)
{
    if (config_read(r) < 0 || config_safe(r) < 0 || dir_lock(r) < 0)
        return -1;
    state_read(r);
    if (jvm_find(r) < 0 || jvm_lock(r) < 0 || ensure_loaded(r) < 0)
        return -1;
    if (find_port(r) < 0 || remember(r) < 0)
        return -1;
    return config_apply(r);
}

void run_do(struct run *r)
{
    r->result.outcome = OUTCOME_RETRY;
    if (steps(r) == 0)
        done(r);
    fd_close(&r->jvm_fd);
    fd_close(&r->lock_fd);
    text_free(&r->config);
    text_free(&r->jvm.class_path);
}
