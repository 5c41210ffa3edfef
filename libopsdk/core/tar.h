/* Tar archives as a stream: a reader that takes pieces of any size, and the headers for a writer.  No I/O.
 *
 * Read: ustar, GNU long names and links, pax path, linkpath and size.  Sparse files, volumes and every other kind of entry are refused.
 * Written: ustar, with GNU long names where they are needed, since every tar reads those.  Not thread-safe. */
#ifndef CORE_TAR_H
#define CORE_TAR_H

#include "core/buf.h"

#include <opsdk/error.h>

#define TAR_BLOCK 512

enum tar_type {
    TAR_FILE = '0',
    TAR_LINK = '1', /* hard link */
    TAR_SYMLINK = '2',
    TAR_CHAR = '3',
    TAR_DEVICE = '4',
    TAR_DIR = '5',
    TAR_FIFO = '6',
};

typedef struct tar_entry {
    enum tar_type type;
    const char *name; /* as it stands in the archive, which may be hostile: see tar_path */
    const char *link; /* target of a link, else "" */
    uint64_t size;    /* bytes of a file */
    unsigned mode;    /* permissions and set-id bits */
} tar_entry;

/* A negative code stops the reader, and is what tar_feed returns. */
typedef struct tar_sink {
    int (*entry)(const tar_entry *e, void *user, opsdk_error *err);
    int (*data)(const char *data, size_t len, void *user, opsdk_error *err); /* of the last file */
    int (*end)(void *user, opsdk_error *err);                                /* of its data, also of an empty file's */
    void *user;
} tar_sink;

typedef struct tar_reader {
    tar_sink sink;
    uint64_t max_bytes, max_entries; /* set by tar_reader_init; may be lowered */
    /* The rest is the reader's own. */
    enum { TAR_AT_HEADER, TAR_IN_FILE, TAR_IN_RECORD, TAR_IN_PADDING, TAR_AT_END } state;
    char header[TAR_BLOCK];
    size_t have;      /* of header */
    uint64_t left;    /* of what state says */
    unsigned padding; /* behind it */
    char record_type; /* 'x', 'g', 'L' or 'K' */
    buf record;
    buf name, link; /* for the next entry, from records */
    bool has_name, has_link, has_size;
    uint64_t size;
    uint64_t bytes, entries; /* so far */
} tar_reader;

void tar_reader_init(tar_reader *r, const tar_sink *sink);
void tar_reader_clear(tar_reader *r);

/* OPSDK_EPROTO: no tar archive, or an entry of a refused kind, or one of the limits.  The reader is dead after a failure. */
int tar_feed(tar_reader *r, const char *data, size_t len, opsdk_error *err);

/* At the end of the bytes: OPSDK_EPROTO when the archive's end was not among them. */
int tar_end(const tar_reader *r, opsdk_error *err);

/* Makes a plain relative path of an entry's name: "" for ".", "a/b" for "./a//b/".  OPSDK_EPROTO, naming it, when it is absolute,
 * has a ".." or is too long.  ret is overwritten. */
int tar_path(const char *name, buf *ret, opsdk_error *err);

/* Adds the header of an entry, preceded by long names as needed. */
void tar_put_header(buf *b, const tar_entry *e);
/* Adds what follows a file of size bytes. */
void tar_put_padding(buf *b, uint64_t size);
/* Adds the end of the archive. */
void tar_put_end(buf *b);

#endif
