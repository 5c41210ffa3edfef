/* Scripts made by chance: conformance generate SEED NAME SHAPES prints one.  The same seed makes the same script, on any machine. */
#ifndef CONFORMANCE_GENERATE_H
#define CONFORMANCE_GENERATE_H

/* name stands in the script's first line; path is that of a file of shapes. */
void generate(unsigned long long seed, const char *name, const char *path);

#endif
