/* A regular expression that is read but not yet a program; between regex_parse.c, regex_class.c and regex.c only. */
#ifndef APISERVER_REGEX_TREE_H
#define APISERVER_REGEX_TREE_H

#include "apiserver/schema/rune.h"

#include <opsdk/common.h>

enum regex_kind {
    REGEX_EMPTY,
    REGEX_SET,      /* one code point of the ranges */
    REGEX_SEQUENCE, /* children one after the other */
    REGEX_CHOICE,   /* one of the children */
    REGEX_REPEAT,   /* the child, min to max times; max -1: without end */
    REGEX_TEXT_BEGIN,
    REGEX_TEXT_END,
    REGEX_LINE_BEGIN,
    REGEX_LINE_END,
    REGEX_WORD_EDGE,
    REGEX_NO_WORD_EDGE
};

typedef struct regex_range {
    int32_t lo, hi;
} regex_range;

typedef struct regex_node {
    enum regex_kind kind;
    int min, max;          /* of REPEAT */
    int child, last, next; /* indices of nodes, 0: none */
    size_t from, n;        /* ranges of SET */
} regex_node;

/* Ranges in one array, in which each set has its part. */
typedef struct regex_ranges {
    regex_range *at;
    size_t n, cap;
    bool failed; /* no memory */
} regex_ranges;

void regex_ranges_add(regex_ranges *r, int32_t lo, int32_t hi);
void regex_ranges_fold(regex_ranges *r, int32_t lo, int32_t hi); /* and what (?i) takes with it */
/* Sorts and joins those from from on; negate: all others instead. */
void regex_ranges_finish(regex_ranges *r, size_t from, bool negate);
/* \d \D \s \S \w \W: false when c is none of them.  [:alpha:], [:^alpha:]: false when there is no such class. */
bool regex_ranges_perl(regex_ranges *r, char c, bool fold);
bool regex_ranges_posix(regex_ranges *r, const char *name, size_t len, bool fold);

typedef struct regex_tree {
    regex_node *nodes; /* nodes[0] is none */
    size_t n, cap;
    regex_ranges ranges;
    int root;
} regex_tree;

/* -1 with *ret_why as regex_new. */
int regex_parse(const char *pattern, size_t len, regex_tree *ret, char **ret_why);
void regex_tree_clear(regex_tree *t);

#endif
