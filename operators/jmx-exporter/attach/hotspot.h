/* HotSpot's attach protocol, version 1: a UNIX socket that the JVM opens when asked by a file and a SIGQUIT. */
#ifndef ATTACH_HOTSPOT_H
#define ATTACH_HOTSPOT_H

#include "operators/jmx-exporter/attach/attach.h"

/* An answer: a decimal status, a line end, and a text. That of "load" begins with the agent's own result. */
struct reply {
    int status;
    bool has_code;
    int code;
    const char *text; /* after the status line; in the parsed buffer */
};

/* Returns 0, or -1 if text is no answer. */
int reply_parse(const char *text, struct reply *ret);

/* A value of the answer to "properties" (java.util.Properties text), unescaped and cut to
 * size. Returns its length or -1. */
int property_get(const char *text, const char *name, char *ret, size_t size);

/* Makes sure the JVM answers, and learns what run->jvm has from its properties. */
int hotspot_meet(struct run *r);

/* Loads DIR/agent.jar with "PORT:DIR/config.yaml". 0 only if the JVM and the agent both said so. */
int hotspot_load(struct run *r);

/* Removes the attach file, if there is one. Safe in a signal handler. */
void hotspot_clean(void);

#endif
