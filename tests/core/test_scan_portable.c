/* test_scan with the code for processors that have no faster way. */
#define SCAN_PORTABLE
#include "core/scan_run.c"
#undef inlined
#include "tests/core/test_scan.c"
