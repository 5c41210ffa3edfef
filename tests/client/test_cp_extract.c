#include "client/cp_extract.h"
#include "core/tar.h"
#include "tests/support/container.h"
#include "tests/support/suite.h"

#include <fcntl.h>
#include <opsdk.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define POD OPSDK_KEY(&OPSDK_POD, NULL, "p")

static opsdk_error err;

/* ---- archives that mean harm ---- */

/* base/jail is the destination's parent; base/outside must stay as it is. */
static void start_jail(void)
{
    box_start(BOX_ALL, (wsserver_opts){0});
    mkdir(box_at("jail"), 0755);
    mkdir(box_at("outside"), 0755);
    box_write(box_at("outside/file"), "safe", 4, 0600);
}

static void put_file(buf *b, const char *name, const char *data)
{
    tar_put_header(b, &(tar_entry){.type = TAR_FILE, .name = name, .size = strlen(data), .mode = 07777});
    buf_puts(b, data);
    tar_put_padding(b, strlen(data));
}

static void put_other(buf *b, enum tar_type type, const char *name, const char *link)
{
    tar_put_header(b, &(tar_entry){.type = type, .name = name, .link = link, .mode = 07777});
}

/* As a container whose tar says this. */
static int receive(buf *b)
{
    static const char script[] = "#!/bin/sh\nexec /bin/cat \"${0%/*}/../archive\"\n";

    tar_put_end(b);
    ck_assert(!b->failed);
    box_write(box_at("archive"), b->data, b->len, 0600);
    unlink(box_at("bin/tar"));
    box_write(box_at("bin/tar"), script, strlen(script), 0755);
    err = (opsdk_error){0};
    return opsdk_cp_from(container_client, POD, NULL, "/x/src", box_at("jail/dst"), &err);
}

static void check_outside(void)
{
    box_write(box_at("want"), "safe", 4, 0600);
    ck_assert_int_eq(box_count(box_at("outside")), 1);
    ck_assert(box_same(box_at("outside/file"), box_at("want")));
    ck_assert_int_eq(box_mode(box_at("outside/file")), 0600);
    ck_assert_int_le(box_count(box_at("jail")), 1); /* nothing beside dst */
    ck_assert(!box_exists(box_at("jail/dst/after")));
}

#define REFUSES(words)                                                \
    do {                                                              \
        ck_assert_int_eq(receive(&b), OPSDK_EPROTO);                  \
        ck_assert_msg(strstr(err.message, words), "%s", err.message); \
        check_outside();                                              \
        box_stop();                                                   \
    } while (0)

START_TEST(names_that_lead_out)
{
    static const char *const names[] = {"src/../../outside/file",      "../outside/file", "src/..",  "..",
                                        "src/a/../../../outside/file", "other/file",      "srcfile", "./../x"};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        auto_buf b = BUF_INIT(1 << 16);

        start_jail();
        put_other(&b, TAR_DIR, "src", NULL);
        put_file(&b, names[i], "evil");
        put_file(&b, "src/after", "x");
        REFUSES("\"");
    }
    for (int i = 0; i < 2; i++) {
        auto_buf b = BUF_INIT(1 << 16);

        start_jail();
        put_other(&b, TAR_DIR, "src", NULL);
        put_file(&b, i ? box_at("outside/file") : "/src/file", "evil");
        put_file(&b, "src/after", "x");
        REFUSES("absolute");
    }
}
END_TEST

/* The link first, then a file through it: CVE-2018-1002100, CVE-2019-11246, CVE-2019-11249, CVE-2019-11251. */
START_TEST(links)
{
    auto_buf b = BUF_INIT(1 << 16);

    start_jail();
    put_other(&b, TAR_DIR, "src", NULL);
    put_other(&b, TAR_SYMLINK, "src/link", box_at("outside"));
    put_file(&b, "src/link/file", "evil");
    put_file(&b, "src/after", "x");
    REFUSES("src/link");
    start_jail();
    buf_reset(&b);
    put_other(&b, TAR_DIR, "src", NULL);
    put_other(&b, TAR_SYMLINK, "src/a", ".");
    put_other(&b, TAR_SYMLINK, "src/a/b", "../../outside");
    put_file(&b, "src/b/file", "evil");
    put_file(&b, "src/after", "x");
    REFUSES("src/a");
    start_jail();
    buf_reset(&b);
    put_other(&b, TAR_DIR, "src", NULL);
    put_other(&b, TAR_LINK, "src/hard", box_at("outside/file"));
    put_file(&b, "src/hard", "evil");
    put_file(&b, "src/after", "x");
    REFUSES("hard link");
    start_jail();
    buf_reset(&b);
    put_other(&b, TAR_SYMLINK, "src", box_at("outside"));
    put_file(&b, "src/file", "evil");
    REFUSES("symbolic link");
}
END_TEST

/* A link that is here already, which nobody sent. */
START_TEST(links_of_this_machine)
{
    auto_buf b = BUF_INIT(1 << 16);

    start_jail();
    mkdir(box_at("jail/dst"), 0755);
    ck_assert_int_eq(symlink(box_at("outside"), box_at("jail/dst/link")), 0);
    put_other(&b, TAR_DIR, "src", NULL);
    put_file(&b, "src/link/file", "evil");
    ck_assert_int_eq(receive(&b), OPSDK_EIO);
    check_outside();
    buf_reset(&b);
    put_other(&b, TAR_DIR, "src", NULL);
    put_other(&b, TAR_DIR, "src/link", NULL);
    put_file(&b, "src/link/file", "evil");
    ck_assert_int_eq(receive(&b), OPSDK_EIO);
    check_outside();
    buf_reset(&b);
    put_other(&b, TAR_DIR, "src", NULL);
    put_file(&b, "src/link", "replaced");
    ck_assert_int_eq(receive(&b), 0);
    check_outside();
    ck_assert_int_eq(box_mode(box_at("jail/dst/link")), 0777);
    box_stop();
}
END_TEST

START_TEST(devices_and_pipes)
{
    static const enum tar_type types[] = {TAR_CHAR, TAR_DEVICE, TAR_FIFO};

    for (int i = 0; i < 3; i++) {
        auto_buf b = BUF_INIT(1 << 16);

        start_jail();
        put_other(&b, TAR_DIR, "src", NULL);
        put_other(&b, types[i], "src/thing", NULL);
        put_file(&b, "src/after", "x");
        REFUSES("src/thing");
    }
}
END_TEST

START_TEST(set_id_bits_are_dropped)
{
    auto_buf b = BUF_INIT(1 << 16);

    start_jail();
    put_other(&b, TAR_DIR, "src", NULL);
    put_other(&b, TAR_DIR, "src/dir", NULL);
    put_file(&b, "src/dir/file", "x");
    ck_assert_int_eq(receive(&b), 0);
    ck_assert_int_eq(box_mode(box_at("jail/dst/dir/file")), 0777);
    ck_assert_int_eq(box_mode(box_at("jail/dst/dir")) & 07000, 0);
    check_outside();
    box_stop();
}
END_TEST

/* A single file was asked for; more comes. */
START_TEST(more_than_was_asked_for)
{
    auto_buf b = BUF_INIT(1 << 16);

    start_jail();
    put_file(&b, "src", "x");
    put_file(&b, "src", "y");
    REFUSES("src");
    start_jail();
    buf_reset(&b);
    put_file(&b, "src", "x");
    put_file(&b, "src/file", "y");
    REFUSES("src/file");
    start_jail();
    buf_reset(&b);
    put_other(&b, TAR_DIR, "src", NULL);
    put_file(&b, "src", "x");
    put_file(&b, "src/after", "x");
    REFUSES("src");
    start_jail();
    buf_reset(&b);
    put_file(&b, "src/file/without/folder", "x");
    REFUSES("file/without");
    start_jail();
    buf_reset(&b);
    ck_assert_int_eq(receive(&b), OPSDK_ENOTFOUND);
    check_outside();
    box_stop();
}
END_TEST

/* GNU and pax ways to say a name. */
START_TEST(names_in_records)
{
    auto_buf b = BUF_INIT(1 << 16);
    char name[400] = "src/";

    memset(name + 4, 'a', 150);
    snprintf(name + 154, sizeof(name) - 154, "/../../../outside/file");
    start_jail();
    put_other(&b, TAR_DIR, "src", NULL);
    put_file(&b, name, "evil");
    put_file(&b, "src/after", "x");
    REFUSES("out of the folder");
    start_jail();
    buf_reset(&b);
    put_other(&b, TAR_DIR, "src", NULL);
    tar_put_header(&b, &(tar_entry){.type = (enum tar_type)'x', .name = "p", .size = 24, .mode = 0600});
    buf_puts(&b, "24 path=../outside/file\n");
    tar_put_padding(&b, 24);
    put_file(&b, "src/file", "evil");
    put_file(&b, "src/after", "x");
    REFUSES("out of the folder");
}
END_TEST

/* ---- how folders are opened ---- */

START_TEST(opens_beneath)
{
    int root;

    start_jail();
    ck_assert_int_eq(box_program(OPSDK_ARGV("mkdir", "-p", box_at("jail/a/b/c"))), 0);
    ck_assert_int_eq(symlink("b", box_at("jail/a/link")), 0);
    ck_assert_int_eq(symlink(box_at("outside"), box_at("jail/a/out")), 0);
    box_write(box_at("jail/a/file"), "x", 1, 0600);
    root = open(box_at("jail"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int walk = 0; walk < 2; walk++) {
        static const char *const good[] = {"", "a", "a/b", "a/b/c"};
        static const char *const bad[] = {"a/link", "a/link/c", "a/out", "a/out/x",
                                          "a/file", "a/file/x", "none",  "a/none/b"};

        for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
            int fd = extract_open(root, good[i], walk);

            ck_assert_msg(fd >= 0, "%s", good[i]);
            ck_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
            close(fd);
        }
        for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
            ck_assert_msg(extract_open(root, bad[i], walk) < 0, "%s", bad[i]);
    }
    close(root);
    box_stop();
}
END_TEST

TESTS("cp_extract", names_that_lead_out, links, links_of_this_machine, devices_and_pipes, set_id_bits_are_dropped,
      more_than_was_asked_for, names_in_records, opens_beneath)
