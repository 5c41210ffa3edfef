/* libopsdk: Kubernetes operators in C.
 *
 * Watch kinds, register a handler, query and change objects, run commands in containers and copy files into them.  This header
 * includes all others; each may be included alone.
 *
 * Conventions.  int results: 0 or a count, negative opsdk_code on failure.  A plain T * or T **ret belongs to the caller; a
 * const T * is borrowed; a json_t * argument is consumed.  Options: zero is the default, NULL is all defaults.  Outputs are
 * written only on success, opsdk_error only on failure. */
#ifndef OPSDK_H
#define OPSDK_H

#include <opsdk/action.h>
#include <opsdk/cache.h>
#include <opsdk/client.h>
#include <opsdk/common.h>
#include <opsdk/cp.h>
#include <opsdk/error.h>
#include <opsdk/event.h>
#include <opsdk/exec.h>
#include <opsdk/handler.h>
#include <opsdk/kind.h>
#include <opsdk/log.h>
#include <opsdk/manager.h>
#include <opsdk/meta.h>
#include <opsdk/object.h>
#include <opsdk/query.h>
#include <opsdk/schema.h>
#include <opsdk/selector.h>
#include <opsdk/version.h>
#include <opsdk/watch.h>
#include <opsdk/yaml.h>

#endif
