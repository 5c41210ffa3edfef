/* The fuzzers' seeds and the fixtures, through the fuzzers' own checks. */
#include "tests/support/suite.h"

#include <dirent.h>
#include <stdio.h>

#define LLVMFuzzerTestOneInput json_fuzz
#include "tests/fuzz/json_fuzzer.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput stream_fuzz
#include "tests/fuzz/stream_fuzzer.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput yaml_fuzz
#include "tests/fuzz/yaml_fuzzer.c"
#undef LLVMFuzzerTestOneInput
#define LLVMFuzzerTestOneInput selector_fuzz
#include "tests/fuzz/selector_fuzzer.c"
#undef LLVMFuzzerTestOneInput

static void run(const char *folder, int fuzz(const uint8_t *, size_t))
{
    DIR *dir = opendir(folder);
    size_t n = 0;

    ck_assert_msg(dir != NULL, "%s", folder);
    for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
        char path[512];
        size_t len;
        char *text;
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
        text = fixture_read(path, &len);
        fuzz((const uint8_t *)text, len);
        free(text);
        n++;
    }
    closedir(dir);
    ck_assert_uint_gt(n, 0);
}

START_TEST(seeds)
{
    run("tests/fixtures/json", json_fuzz);
    run("tests/fuzz/seeds/json", json_fuzz);
    run("tests/fuzz/seeds/stream", stream_fuzz);
    run("tests/fixtures/json", stream_fuzz);
    run("tests/fuzz/seeds/yaml", yaml_fuzz);
    run("tests/fixtures/yaml", yaml_fuzz);
    run("tests/fuzz/seeds/selector", selector_fuzz);
}
END_TEST

TESTS("seeds", seeds)
