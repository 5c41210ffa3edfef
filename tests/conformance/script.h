/* A script: requests to play, one after the other.  README.md has the format. */
#ifndef CONFORMANCE_SCRIPT_H
#define CONFORMANCE_SCRIPT_H

#include "core/buf.h"

enum step_kind {
    STEP_REQUEST, /* asks and writes the answer down */
    STEP_WATCH,   /* opens a stream and writes the head of its answer down */
    STEP_EVENTS,  /* waits for n events of a stream and writes them down */
    STEP_FINISH,  /* waits for the end of a stream and writes down what came */
    STEP_CLOSE,   /* hangs up */
    STEP_SET,     /* name = value */
    STEP_FILL,    /* name = value n times */
    STEP_AWAIT,   /* asks until the status is n, and the text at pointer is value */
    STEP_SLEEP,   /* n milliseconds */
    STEP_COMPACT  /* makes the server forget the past */
};

typedef struct save {
    char *name, *pointer;
} save;

typedef struct step {
    enum step_kind kind;
    int line;
    const char *title;  /* of its case; the script's */
    bool quiet;         /* not written down */
    bool anonymous;     /* without the client's certificate */
    bool raw;           /* the body is sent as it stands */
    int n;              /* repeats of a request, events, milliseconds */
    char *name;         /* of a stream or a variable; of a request the method */
    const char *type;   /* content type that the method's word implies, or NULL */
    char *path, *value; /* value: of SET, FILL and AWAIT */
    char *pointer;      /* of AWAIT, or NULL */
    char **headers;     /* "Name: value" */
    size_t n_headers;
    save *saves;
    size_t n_saves;
    buf body;
} step;

typedef struct script {
    char *name; /* of the file, without folder and ending */
    char *text;
    char **titles;
    size_t n_titles;
    step *steps;
    size_t n;
    bool uses_ns;
} script;

script *script_read(const char *path); /* ends the program with file and line where it is wrong */
script *script_free(script *s);

#endif
