/* A JSON value as one compact block of bytes, which is read in place.
 *
 * Built from the tokens of a scan, read by offset; reading allocates nothing.  A node is
 *     head    type in 3 bits, length in 5: below 30 the length itself, 30 and 31 announce that 1 or 4 bytes of it follow;
 *             a map or array always has the length of its content and its count behind it, in 2 (30) or 4 bytes (31)
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
    bool cut;         /* only project_keys and fields are wanted: see project_wants; pack_reset ends it */
    const char *const *fields;
    uint32_t outer; /* where the last key of the outermost map is */
    struct pack_level {
        uint32_t at, count;
    } open[LIMIT_DEPTH];
} pack;
#define PACK_NONE UINT32_MAX

void pack_init(pack *p);
void pack_clear(pack *p); /* frees */
void pack_reset(pack *p); /* for the next value; keeps a moderate amount of memory */

/* Adds a token.  0: more is to come; PACK_COMPLETE: that was all of the value (check why); PACK_DROP: that was the key of
 * something that is left out (metadata.managedFields; what is not wanted), so do not add its value; OPSDK_ENOMEM. */
enum { PACK_DROP = SCAN_MUTE, PACK_COMPLETE };
int pack_add(pack *p, enum token t, const char *text, size_t len);

/* Adds a whole value that is packed already, behind a key or in an array.  Failures are as of pack_add, and stick. */
void pack_copy(pack *p, const char *at);

/* --- for those who write nodes themselves --- */

enum {
    PACK_NODE_NULL,
    PACK_NODE_FALSE,
    PACK_NODE_TRUE,
    PACK_NODE_NUMBER,
    PACK_NODE_STRING,
    PACK_NODE_ARRAY,
    PACK_NODE_MAP
};
enum { PACK_SHORT = 29, PACK_MEDIUM, PACK_LARGE }; /* the longest text whose head is one byte; how the others begin */
enum { PACK_TEXT_HEAD = 5 };                       /* the longest */
enum {
    PACK_CONTAINER_HEAD = 5,
    PACK_SPARE = 4
}; /* of most; large ones take so many bytes more, which pack_close may write */

/* Bytes of the head. */
size_t pack_text_head(unsigned type, size_t len, char head[PACK_TEXT_HEAD]);

/* Begins a container of which only the type is known: its content starts PACK_CONTAINER_HEAD behind at. */
static inline void pack_open(char *at, bool is_map)
{
    *at = is_map ? PACK_NODE_MAP : PACK_NODE_ARRAY;
}

/* Writes the head.  Only that of a large container moves the content; what is small stays small and where it is.  The new end. */
static inline char *pack_close(char *at, char *end, uint32_t count)
{
    uint32_t len = (uint32_t)(end - at) - PACK_CONTAINER_HEAD, large[] = {len, count};
    uint16_t medium[] = {(uint16_t)len, (uint16_t)count};

    if (len <= UINT16_MAX) {
        *at = (char)(*at | PACK_MEDIUM << 3);
        memcpy(at + 1, medium, sizeof(medium));
        return end;
    }
    memmove(at + PACK_CONTAINER_HEAD + PACK_SPARE, at + PACK_CONTAINER_HEAD, len);
    *at = (char)(*at | PACK_LARGE << 3);
    memcpy(at + 1, large, sizeof(large));
    return end + PACK_SPARE;
}

/* The key at at, which was just written, is one of the outermost map, or of a map in it: is its value left out?  Then the key has to go. */
bool pack_drops(pack *p, bool outermost, const char *at);

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
