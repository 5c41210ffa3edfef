#include "operators/jmx-exporter/attach/proc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "operators/jmx-exporter/attach/find.h"
#include "tests/support/suite.h"

#define STAT_TAIL " S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 987654 20 21"

/* The command of a process is its own choice: parentheses, blanks and line ends included. */
START_TEST(stat_with_odd_commands)
{
    static const char *const texts[] = {"7 (java)" STAT_TAIL, "7 (a) R 1 (b)" STAT_TAIL, "7 ()))\n)" STAT_TAIL};
    struct proc_stat s;

    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(proc_stat_parse(texts[i], strlen(texts[i]), &s), 0);
        ck_assert_int_eq(s.state, 'S');
        ck_assert_uint_eq(s.start, 987654);
    }
}
END_TEST

START_TEST(stat_cut_anywhere)
{
    static const char text[] = "7 (java) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 9";
    struct proc_stat s = {.start = 1};

    for (size_t len = 0; len < sizeof(text) - 2; len++) {
        char *cut = strndup(text, len);
        ck_assert_int_lt(proc_stat_parse(cut, len, &s), 0);
        ck_assert_uint_eq(s.start, 1);
        free(cut);
    }
}
END_TEST

#define STATUS(caught, ignored)                                                                            \
    "Name:\tjava\nUid:\t1000\t1001\t1000\t1000\nGid:\t5\t6\t7\t8\nNStgid:\t4711\t42\t7\nSigIgn:\t" ignored \
    "\nSigCgt:\t" caught "\n"

START_TEST(status)
{
    struct proc_status s;

    ck_assert_int_eq(proc_status_parse(STATUS("0000000000000004", "0000000000000000"), &s), 0);
    ck_assert_uint_eq(s.euid, 1001);
    ck_assert_uint_eq(s.egid, 6);
    ck_assert_int_eq(s.ns_pid, 7);
    ck_assert(proc_status_takes_quit(&s));
    ck_assert_int_eq(proc_status_parse(STATUS("00000001800014c8", "0"), &s), 0);
    ck_assert(!proc_status_takes_quit(&s));
    ck_assert_int_eq(proc_status_parse(STATUS("4", "4"), &s), 0);
    ck_assert(!proc_status_takes_quit(&s));
}
END_TEST

START_TEST(status_without)
{
    struct proc_status s;

    ck_assert_int_eq(proc_status_parse("Uid:\t1\t2\nGid:\t1\t2\nSigCgt: 4\nSigIgn: 0\n", &s), 0);
    ck_assert_int_eq(s.ns_pid, 0);
    ck_assert_int_lt(proc_status_parse("Gid:\t1\t2\nSigCgt: 4\nSigIgn: 0\n", &s), 0);
    ck_assert_int_lt(proc_status_parse("Uid:\t1\t2\nGid:\t1\nSigCgt: 4\nSigIgn: 0\n", &s), 0);
    ck_assert_int_lt(proc_status_parse("Uid:\t1\t-2\nGid:\t1\t2\nSigCgt: 4\nSigIgn: 0\n", &s), 0);
    ck_assert_int_lt(proc_status_parse("Uid:\t1\t2\nGid:\t1\t2\nSigCgt: 4\n", &s), 0);
    ck_assert_int_lt(proc_status_parse("Uid:\t1\t2\nGid:\t1\t2\nSigCgt: x\nSigIgn: 0\n", &s), 0);
    ck_assert_int_lt(proc_status_parse("", &s), 0);
}
END_TEST

START_TEST(maps)
{
    const char *path = proc_map_path("7f00-7f10 r-xp 00000000 fe:00 123    /opt/a b/libjvm.so (deleted)");
    size_t len;

    ck_assert_str_eq(path, "/opt/a b/libjvm.so (deleted)");
    ck_assert(strncmp(path_base(path, &len), "libjvm.so", len) == 0 && len == 9);
    ck_assert(path_is(path, "/opt/a b/libjvm.so"));
    ck_assert(!path_is(path, "/opt/a b/libjvm.so.1"));
    ck_assert_ptr_null(proc_map_path("7f00-7f10 rw-p 00000000 00:00 0 "));
    ck_assert_ptr_null(proc_map_path("7f00-7f10 rw-p 00000000 00:00 0    [heap]"));
    ck_assert_ptr_null(proc_map_path(""));
    path_base("", &len);
    ck_assert_uint_eq(len, 0);
    path_base(" (deleted)", &len);
    ck_assert_uint_eq(len, 10);
}
END_TEST

START_TEST(listeners)
{
    static const char four[] =
        "   0: 0100007F:24BC 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 x";
    static const char six[] = "  11: 00000000000000000000000000000000:24BC 00000000000000000000000000000000:0000 0A "
                              "00000000:00000000 00:00000000 00000000     0        0 99 1 x";
    static const char established[] =
        "   0: 0100007F:24BC 0100007F:1234 01 00000000:00000000 00:00000000 0  1000 0 4711 1 x";
    uint64_t inode = 0;

    ck_assert(proc_tcp_listens(four, 9404, &inode) && inode == 4711);
    ck_assert(proc_tcp_listens(six, 9404, &inode) && inode == 99);
    ck_assert(!proc_tcp_listens(four, 9405, &inode));
    ck_assert(!proc_tcp_listens(established, 9404, &inode));
    ck_assert(!proc_tcp_listens("  sl  local_address rem_address   st", 9404, &inode));
    for (size_t len = 0; len < 90; len++) {
        char *cut = strndup(four, len);
        ck_assert(!proc_tcp_listens(cut, 9404, &inode));
        free(cut);
    }
}
END_TEST

/* This process, as the kernel shows it. */
START_TEST(itself)
{
    struct jvm jvm = {.pid = getpid()};

    ck_assert(!jvm_alive(&jvm)); /* same pid, other start */
    jvm.start = 1;
    ck_assert(!jvm_alive(&jvm));
    ck_assert_int_gt(jvm_age_ms(&jvm), 0);
}
END_TEST

TESTS("attach proc", stat_with_odd_commands, stat_cut_anywhere, status, status_without, maps, listeners, itself)
