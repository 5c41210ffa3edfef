/* The one line of JSON that the operator reads. */
#ifndef ATTACH_REPORT_H
#define ATTACH_REPORT_H

#include "operators/jmx-exporter/attach/attach.h"

/* Writes the line, ended by a newline, to ret. Returns its length. */
size_t report_text(const struct run *r, char *ret, size_t size);

/* Exit status for the result. */
int report_status(const struct run *r);

#endif
