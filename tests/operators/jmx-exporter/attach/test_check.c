#include "operators/jmx-exporter/attach/check.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "operators/jmx-exporter/attach/base.h"
#include "operators/jmx-exporter/attach/jar.h"
#include "tests/support/suite.h"

START_TEST(release)
{
    static const char text[] = "JAVA_VERSION=\"17\"\nMODULES=\"java.base jdk.httpserver\"\nSOURCE=\"\"\n";

    ck_assert_int_eq(release_has_module(text, "jdk.httpserver"), 1);
    ck_assert_int_eq(release_has_module(text, "jdk.http"), 0);
    ck_assert_int_eq(release_has_module("MODULES=java.base", "java.base"), 1);
    ck_assert_int_eq(release_has_module("JAVA_VERSION=\"8\"\nXMODULES=\"a\"\n", "a"), -1);
    ck_assert_int_eq(release_has_module("", "a"), -1);
}
END_TEST

START_TEST(table)
{
    static const char data[] = "\0java.base\0jdk.httpserver\0x";

    ck_assert(table_has(data, sizeof(data), "jdk.httpserver"));
    ck_assert(!table_has(data, sizeof(data), "httpserver"));
    ck_assert(!table_has(data, 12, "jdk.httpserver"));
    ck_assert(!table_has(data, 0, "x"));
}
END_TEST

/* A zip file of one entry, as bytes. */
static size_t zip(char *ret, const char *name)
{
    static const char entry[46] = "PK\1\2", end[22] = "PK\5\6";
    size_t len = strlen(name);

    memcpy(ret, entry, 46);
    ret[28] = (char)len;
    memcpy(ret + 46, name, len);
    memcpy(ret + 46 + len, end, 22);
    ret[46 + len + 12] = (char)(46 + len);
    return 46 + len + 22;
}

START_TEST(zips)
{
    char data[200];
    size_t len = zip(data, "io/prometheus/jmx/JavaAgent.class");
    uint32_t at = 1, size = 1;

    ck_assert_int_eq(zip_end_parse(data, len, &at, &size), 0);
    ck_assert_uint_eq(at, 0);
    ck_assert_uint_eq(size, len - 22);
    ck_assert(zip_lists(data, size, "io/prometheus/jmx/"));
    ck_assert(!zip_lists(data, size, "prometheus/jmx/"));
    for (size_t cut = 0; cut < size; cut++)
        ck_assert(!zip_lists(data, cut, "io/prometheus/jmx/"));
    for (size_t cut = 0; cut < len; cut++)
        ck_assert_int_lt(zip_end_parse(data, cut, &at, &size), 0);
}
END_TEST

static char dir[32];

static struct run in_dir(mode_t mode)
{
    snprintf(dir, sizeof(dir), "/tmp/attach.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_int_eq(chmod(dir, mode), 0);
    return (struct run){.dir_fd = -1, .lock_fd = -1, .deadline = clock_ms() + 20000};
}

static void out_of_dir(struct run *r)
{
    char command[64];

    fd_close(&r->dir_fd);
    fd_close(&r->lock_fd);
    snprintf(command, sizeof(command), "rm -r %s", dir);
    ck_assert_int_eq(system(command), 0);
}

START_TEST(directories)
{
    static const char *const bad[] = {"relative",       "/tmp/a=b",    "/tmp/a:b", "/tmp/a b",
                                      "/nonexistent/x", "/etc/passwd", ""};
    struct run r = in_dir(0755);
    char canonical[DIR_MAX + 1];

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        ck_assert_int_lt(dir_check(&r, bad[i], canonical), 0);
        ck_assert_str_eq(r.result.reason, "DirUnsafe");
    }
    ck_assert_int_eq(dir_check(&r, dir, canonical), 0);
    ck_assert_str_eq(r.dir, dir);
    fd_close(&r.dir_fd);
    ck_assert_int_eq(chmod(dir, 0775), 0);
    ck_assert_int_lt(dir_check(&r, dir, canonical), 0);
    out_of_dir(&r);
}
END_TEST

START_TEST(one_at_a_time)
{
    struct run r = in_dir(0755), other = {.lock_fd = -1};
    char canonical[DIR_MAX + 1];

    ck_assert_int_eq(dir_check(&r, dir, canonical), 0);
    ck_assert_int_eq(dir_lock(&r), 0);
    other.dir = r.dir;
    other.dir_fd = r.dir_fd;
    other.deadline = clock_ms() + 30;
    ck_assert_int_lt(dir_lock(&other), 0);
    ck_assert_str_eq(other.result.reason, "LockBusy");
    ck_assert_int_eq(other.result.outcome, OUTCOME_RETRY);
    fd_close(&r.lock_fd);
    other.deadline = clock_ms() + 20000;
    ck_assert_int_eq(dir_lock(&other), 0);
    fd_close(&other.lock_fd);
    out_of_dir(&r);
}
END_TEST

START_TEST(ports)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    struct run r = {.jvm = {.pid = getpid(), .uid = geteuid(), .gid = getegid()}};
    socklen_t len = sizeof(at);
    auto_fd listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    ck_assert_int_eq(bind(listener, (struct sockaddr *)&at, sizeof(at)), 0);
    ck_assert_int_eq(listen(listener, 1), 0);
    ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&at, &len), 0);
    r.port = ntohs(at.sin_port);
    ck_assert_int_lt(port_check(&r), 0);
    ck_assert_str_eq(r.result.reason, "PortTaken");
    fd_close(&listener);
    ck_assert_int_eq(port_check(&r), 0);
}
END_TEST

START_TEST(files)
{
    struct run r = in_dir(0755);
    char path[64], name[8] = "a";
    struct stat st;
    size_t len;

    r.dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_eq(file_put(r.dir_fd, name, "text", 4, 0600, (gid_t)-1, 1234567), 0);
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    auto_text text = text_read(path, 3, &len);
    ck_assert_str_eq(text, "tex");
    ck_assert_int_eq(stat(path, &st), 0);
    ck_assert_int_eq(st.st_mtim.tv_sec, 1234);
    ck_assert_int_eq(st.st_mtim.tv_nsec, 567000000);
    ck_assert_int_eq(st.st_mode & 07777, 0600);
    ck_assert_ptr_null(text_read("/nonexistent", 3, &len));
    ck_assert_int_lt(file_put(-1, name, "text", 4, 0600, (gid_t)-1, -1), 0);
    out_of_dir(&r);
}
END_TEST

TESTS("attach check", release, table, zips, directories, one_at_a_time, ports, files)
