/* JSON as YAML that people like to read: blocks, plain words where they are safe, members in their order. */
#ifndef GENERATE_YAML_WRITE_H
#define GENERATE_YAML_WRITE_H

#include <jansson.h>
#include <stdio.h>

void yaml_write(FILE *to, const json_t *value);

#endif
