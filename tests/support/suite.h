/* The main() of every test program: a list of tests, run, counted.
 *
 *     START_TEST(works) { ... } END_TEST
 *     TESTS("queue", works, works_too)
 */
#ifndef SUPPORT_SUITE_H
#define SUPPORT_SUITE_H

#include <check.h>

int suite_run(const char *name, const TTest *const tests[], size_t n);

#define TESTS(name, ...)                                                 \
    int main(void)                                                       \
    {                                                                    \
        const TTest *const tests[] = {__VA_ARGS__};                      \
        return suite_run(name, tests, sizeof(tests) / sizeof(tests[0])); \
    }

#endif
