/* Reads the bodies of list and watch replies as they arrive, in pieces of any size.  No I/O.
 *
 * State is kept across pieces and nothing is read twice: only the object that is being read is in memory.  One stream reads one
 * body; make a new one for the next.  Not thread-safe. */
#ifndef CORE_STREAM_H
#define CORE_STREAM_H

#include <opsdk/error.h>
#include <opsdk/object.h>

/* Takes the reference.  type is of a watch event ("ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"), NULL in a list.  For ERROR
 * obj is the Status.  A negative code stops the stream and is what stream_feed returns. */
typedef int stream_object_fn(const char *type, opsdk_object *obj, void *user, opsdk_error *err);

/* An object that cannot be read: over the size or depth limit, or malformed.  The stream goes on behind it if its end can be found
 * (in a watch: the next line; in a list: by quotes and brackets).  May be NULL. */
typedef void stream_skipped_fn(const opsdk_error *why, void *user);

typedef struct stream stream;

/* {"metadata":{"resourceVersion":..,"continue":..},"items":[..]} in any order of members; NULL when out of memory. */
stream *stream_list(const opsdk_kind *kind, stream_object_fn *on_object, stream_skipped_fn *on_skipped, void *user);
/* {"type":..,"object":{..}} per line, in either order of members. */
stream *stream_watch(const opsdk_kind *kind, stream_object_fn *on_object, stream_skipped_fn *on_skipped, void *user);
stream *stream_free(stream *s);

/* Objects of lists, and of events ADDED, MODIFIED and DELETED, may come without what project_object would not keep of them: it is read, but
 * no more.  fields: as there; borrowed. */
void stream_keep(stream *s, const char *const *fields);

/* OPSDK_EPROTO when the framing is lost, OPSDK_ENOMEM, or what the callback returned; the stream is dead then. */
int stream_feed(stream *s, const char *data, size_t len, opsdk_error *err);

/* At the end of the body: OPSDK_EPROTO when a list is incomplete.  A watch may end at any place; a started line is dropped. */
int stream_end(stream *s, opsdk_error *err);

/* Of a list's metadata, once stream_end was fine; "" when absent.  Live as long as the stream. */
const char *stream_version(const stream *s);
const char *stream_continue(const stream *s);

#endif
