/* A JSON value as one compact block of bytes, which is read in place.
 *
 * Built from the tokens of a scan, read by offset; reading allocates nothing.  A node is
 *     head    type in 3 bits, length in 5: below 30 the length itself, 30 and 31 announce that 1 or 4 bytes of it follow;
 *             a map or array always has the length of its content (1 or 4 bytes) and then its count in as many
 *     content the text and a NUL; the items; keys and values in turn
 * A block comes from pack_add alone, so readers trust its lengths. */
#ifndef CORE_PACK_H
#define CORE_PACK_H

#include "core/buf.h"
#include "core/limits.h"
#include "core/scan.h"

#include <opsdk/object.h>
#include <string.h>

typedef struct pack {
    buf out;
    const char *why; /* the value goes over a limit and is only read to its end; NULL: fine */
    uint32_t depth;
    uint32_t part;    /* where the text starts whose parts are arriving, or PACK_NONE */
    bool in_metadata; /* the last key of the outermost map was "metadata" */
    struct {
        uint32_t at, count;
    } open[LIMIT_DEPTH];
} pack;
#define PACK_NONE UINT32_MAX

void pack_init(pack *p);
void pack_clear(pack *p); /* frees */
void pack_reset(pack *p); /* for the next value; keeps a moderate amount of memory */

/* Adds a token.  0: more is to come; PACK_COMPLETE: that was all of the value (check why); PACK_DROP: that was the key of
 * metadata.managedFields, which is left out, so do not add its value; OPSDK_ENOMEM. */
enum { PACK_DROP = SCAN_MUTE, PACK_COMPLETE };
int pack_add(pack *p, enum token t, const char *text, size_t len);

/* Adds a whole value that is packed already, behind a key or in an array.  Failures are as of pack_add, and stick. */
void pack_copy(pack *p, const char *at);

enum { PACK_STRING = 4, PACK_SHORT = 29 }; /* the type in a string's head; the longest whose head is one byte */

/* A key or string of which avail bytes can be read: adds it if it is short and nothing is special about it; else false, and it is to go to
 * pack_add. */
static inline bool pack_short(pack *p, enum token t, const char *text, size_t len, size_t avail)
{
    char *at = p->out.data + p->out.len;

    if (len > PACK_SHORT || p->out.cap - p->out.len < 4 * PACK_SHORT || p->part != PACK_NONE || p->why ||
        p->depth <= (t == TOKEN_KEY ? 2u : 0u))
        return false;
    *at = (char)(PACK_STRING | len << 3);
    if (avail >= PACK_SHORT)
        memcpy(at + 1, text, PACK_SHORT); /* of constant length: no call */
    else
        memcpy(at + 1, text, len);
    at[1 + len] = '\0';
    p->out.len += len + 2;
    p->open[p->depth - 1].count += t != TOKEN_KEY;
    return true;
}

typedef struct node {
    enum opsdk_type type;
    bool truth;       /* of OPSDK_BOOL */
    const char *text; /* content */
    uint32_t len;     /* bytes of it, without the NUL of text */
    uint32_t count;   /* items or members */
    uint32_t head;    /* bytes before the content */
    uint32_t size;    /* of the whole node */
} node;

node node_read(const char *at);

/* The value of the last member with that name, NULL when map is no map or has none.  at points to the map's node. */
const char *node_member(const char *at, const char *name, size_t len);

#endif
