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

static const char *const tool_sets[] = {BOX_ALL, BOX_NO_TAR, BOX_BARE, BOX_NO_SHELL};
#define TOOL_SETS 4

/* ---- into a container ---- */

START_TEST(memory_into)
{
    static const size_t sizes[] = {0, 1, 511, 512, 513, 32767, 32768, 3000000};
    char *data = malloc(3000000);

    for (size_t i = 0; i < 3000000; i++)
        data[i] = (char)(i * 2654435761u >> 11);
    for (int set = 0; set < TOOL_SETS; set++) {
        box_start(tool_sets[set], (wsserver_opts){0});
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            box_write(box_at("want"), data, sizes[i], 0600);
            ck_assert_msg(
                opsdk_cp_mem(container_client, POD, NULL, box_at("new/dir/file"), data, sizes[i], 0754, &err) == 0,
                "%s: %s", tool_sets[set], err.message);
            ck_assert(box_same(box_at("want"), box_at("new/dir/file")));
            ck_assert_int_eq(box_mode(box_at("new/dir/file")), 0754);
            ck_assert_int_eq(box_count(box_at("new/dir")), 1); /* no temporary file is left */
        }
        ck_assert_int_eq(box_mode(box_at("new/dir")), 0755);
        box_stop();
    }
    free(data);
}
END_TEST

/* Names that a shell, or a program, would take for something else. */
START_TEST(names_into)
{
    static const char *const names[] = {"-rf", "a b", "$(touch x)", "`touch x`", "; touch x #", "*",       "'",
                                        "\"",  "\\",  "\n",         "~",         "..a",         "\xc3\xa4"};

    for (int set = 0; set < TOOL_SETS; set++) {
        box_start(tool_sets[set], (wsserver_opts){0});
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            ck_assert_msg(opsdk_cp_mem(container_client, POD, NULL, box_at("d/%s/%s", names[i], names[i]), "x", 1, 0600,
                                       &err) == 0,
                          "%s: %s", tool_sets[set], err.message);
            ck_assert(box_exists(box_at("d/%s/%s", names[i], names[i])));
            ck_assert_msg(opsdk_cp_from(container_client, POD, NULL, box_at("d/%s/%s", names[i], names[i]),
                                        box_at("back"), &err) == 0,
                          "%s: %s: %s", tool_sets[set], names[i], err.message);
            ck_assert(box_same(box_at("back"), box_at("d/%s/%s", names[i], names[i])));
        }
        ck_assert_int_eq(box_count(box_at("d")), (int)(sizeof(names) / sizeof(names[0])));
        box_stop();
    }
}
END_TEST

START_TEST(paths_into_that_are_none)
{
    static const char *const bad[] = {"", "relative", "./x", "/", "/x/", "/x/.", "/x/.."};

    box_start(BOX_ALL, (wsserver_opts){0});
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_int_eq(opsdk_cp_mem(container_client, POD, NULL, bad[i], "x", 1, 0600, &err), OPSDK_EINVAL);
    ck_assert_int_eq(wsserver_count(container_server), 0);
    box_stop();
}
END_TEST

/* A file that is there stays whole until the new one is. */
START_TEST(replaces_a_file)
{
    for (int set = 0; set < TOOL_SETS; set++) {
        box_start(tool_sets[set], (wsserver_opts){0});
        box_write(box_at("outside"), "safe", 4, 0600);
        box_write(box_at("old"), "old", 3, 0600);
        ck_assert_int_eq(opsdk_cp_mem(container_client, POD, NULL, box_at("old"), "new!", 4, 0644, &err), 0);
        box_write(box_at("want"), "new!", 4, 0600);
        ck_assert(box_same(box_at("old"), box_at("want")));
        ck_assert_int_eq(symlink(box_at("outside"), box_at("link")), 0);
        ck_assert_int_eq(opsdk_cp_mem(container_client, POD, NULL, box_at("link"), "new!", 4, 0644, &err), 0);
        box_write(box_at("want"), "safe", 4, 0600);
        ck_assert(box_same(box_at("outside"), box_at("want"))); /* the link was replaced, not followed */
        mkdir(box_at("folder"), 0755);
        ck_assert_int_eq(opsdk_cp_mem(container_client, POD, NULL, box_at("folder"), "x", 1, 0644, &err), OPSDK_EEXEC);
        ck_assert_int_eq(box_count(box_at("folder")), 0);
        box_stop();
    }
}
END_TEST

static void make_tree(void)
{
    char name[201], data[5000];

    memset(name, 'n', 200);
    name[200] = '\0';
    memset(data, 'd', sizeof(data));
    ck_assert_int_eq(box_program(OPSDK_ARGV("mkdir", "-p", box_at("tree/a/b/c"), box_at("tree/empty"))), 0);
    box_write(box_at("tree/top"), data, sizeof(data), 0640);
    box_write(box_at("tree/a/b/c/deep"), "x", 1, 0755);
    box_write(box_at("tree/a/zero"), "", 0, 0600);
    box_write(box_at("tree/%s", name), data, 512, 0644);
    box_write(box_at("tree/a/odd $(name)\n"), data, 513, 0644);
    for (int i = 0; i < 20; i++)
        box_write(box_at("tree/a/b/f%d", i), data, (size_t)i * 100, 0644);
}

START_TEST(tree_into)
{
    for (int set = 0; set < TOOL_SETS; set++) {
        if (set == 2)
            continue; /* as the one before, but slower */
        box_start(tool_sets[set], (wsserver_opts){0});
        make_tree();
        if (set != 1)
            ck_assert_int_eq(symlink("../top", box_at("tree/a/link")), 0);
        ck_assert_msg(opsdk_cp_to(container_client, POD, NULL, box_at("tree"), box_at("new/copy/"), &err) == 0,
                      "%s: %s", tool_sets[set], err.message);
        ck_assert(box_same(box_at("tree"), box_at("new/copy")));
        ck_assert_int_eq(box_mode(box_at("new/copy/a/b/c/deep")), 0755);
        ck_assert_int_eq(box_mode(box_at("new/copy/top")), 0640);
        box_write(box_at("new/copy/a/other"), "x", 1, 0600); /* merged: what else is there stays */
        ck_assert_msg(opsdk_cp_to(container_client, POD, NULL, box_at("tree/"), box_at("new/copy"), &err) == 0,
                      "%s: %s", tool_sets[set], err.message);
        ck_assert(box_exists(box_at("new/copy/a/other")));
        box_stop();
    }
}
END_TEST

START_TEST(file_into)
{
    box_start(BOX_ALL, (wsserver_opts){0});
    box_write(box_at("src"), "text", 4, 0755);
    ck_assert_int_eq(opsdk_cp_to(container_client, POD, NULL, box_at("src"), box_at("to/dst"), &err), 0);
    ck_assert(box_same(box_at("src"), box_at("to/dst")));
    ck_assert_int_eq(box_mode(box_at("to/dst")), 0755);
    ck_assert_int_eq(opsdk_cp_to(container_client, POD, NULL, box_at("src"), box_at("to/"), &err), 0);
    ck_assert(box_same(box_at("src"), box_at("to/src")));
    ck_assert_int_eq(opsdk_cp_to(container_client, POD, NULL, box_at("nothing"), box_at("to/x"), &err),
                     OPSDK_ENOTFOUND);
    ck_assert_int_eq(mkfifo(box_at("fifo"), 0600), 0);
    ck_assert_int_lt(opsdk_cp_to(container_client, POD, NULL, box_at("fifo"), box_at("to/x"), &err), 0);
    mkdir(box_at("tree"), 0755);
    ck_assert_int_eq(mkfifo(box_at("tree/pipe"), 0600), 0);
    ck_assert_int_eq(opsdk_cp_to(container_client, POD, NULL, box_at("tree"), box_at("to/tree"), &err), OPSDK_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.message, "pipe"));
    box_stop();
}
END_TEST

START_TEST(image_without_anything)
{
    static const char *const sets[] = {"", "ln"};

    for (int i = 0; i < 2; i++) {
        box_start(sets[i], (wsserver_opts){0});
        make_tree();
        ck_assert_int_eq(opsdk_cp_mem(container_client, POD, NULL, box_at("x"), "x", 1, 0600, &err), OPSDK_EEXEC);
        ck_assert_msg(strstr(err.message, "neither tar nor sh") != NULL, "%s", err.message);
        ck_assert_int_eq(opsdk_cp_to(container_client, POD, NULL, box_at("tree"), box_at("x"), &err), OPSDK_EEXEC);
        ck_assert_msg(strstr(err.message, "neither tar nor sh") != NULL, "%s", err.message);
        ck_assert_int_eq(opsdk_cp_from(container_client, POD, NULL, box_at("tree/top"), box_at("x"), &err),
                         OPSDK_EEXEC);
        ck_assert_msg(strstr(err.message, "neither tar nor cat") != NULL, "%s", err.message);
        ck_assert(!box_exists(box_at("x")));
        box_stop();
    }
}
END_TEST

START_TEST(container_says_no)
{
    box_start(BOX_ALL, (wsserver_opts){0});
    ck_assert_int_eq(opsdk_cp_mem(container_client, POD, NULL, "/proc/none/x", "x", 1, 0600, &err), OPSDK_EEXEC);
    ck_assert_msg(strstr(err.message, "/proc/none") != NULL, "%s", err.message);
    ck_assert_int_eq(opsdk_cp_mem(container_client, POD, NULL, "/dev/null/x", "x", 1, 0600, &err), OPSDK_EEXEC);
    ck_assert_int_eq(opsdk_cp_from(container_client, POD, NULL, box_at("nothing"), box_at("x"), &err), OPSDK_EEXEC);
    ck_assert_ptr_nonnull(strstr(err.message, "nothing"));
    ck_assert(!box_exists(box_at("x")));
    box_stop();
}
END_TEST

START_TEST(old_servers)
{
    box_start(BOX_ALL, (wsserver_opts){.v4 = true});
    make_tree();
    ck_assert_msg(opsdk_cp_mem(container_client, POD, NULL, box_at("x"), "text", 4, 0600, &err) == 0, "%s",
                  err.message);
    ck_assert_msg(opsdk_cp_to(container_client, POD, NULL, box_at("tree"), box_at("copy"), &err) == 0, "%s",
                  err.message);
    ck_assert(box_same(box_at("tree"), box_at("copy")));
    ck_assert_int_eq(opsdk_cp_from(container_client, POD, NULL, box_at("tree"), box_at("back"), &err), 0);
    ck_assert(box_same(box_at("tree"), box_at("back")));
    box_stop();
}
END_TEST

/* ---- out of a container ---- */

START_TEST(tree_out)
{
    box_start(BOX_ALL, (wsserver_opts){.fragment = 1000, .tls = true});
    make_tree();
    ck_assert_msg(opsdk_cp_from(container_client, POD, NULL, box_at("tree/"), box_at("back"), &err) == 0, "%s",
                  err.message);
    ck_assert(box_same(box_at("tree"), box_at("back")));
    ck_assert_int_eq(box_mode(box_at("back/a/b/c/deep")), 0755);
    ck_assert_int_eq(box_mode(box_at("back/a/zero")), 0600);
    box_write(box_at("back/a/other"), "x", 1, 0600);
    ck_assert_int_eq(opsdk_cp_from(container_client, POD, NULL, box_at("tree"), box_at("back"), &err), 0);
    ck_assert(box_exists(box_at("back/a/other")));
    ck_assert_int_eq(opsdk_cp_from(container_client, POD, NULL, box_at("tree/."), box_at("back2"), &err), 0);
    ck_assert(box_same(box_at("tree"), box_at("back2")));
    box_stop();
}
END_TEST

START_TEST(file_out)
{
    static const char *const sets[] = {BOX_ALL, BOX_BARE, BOX_NO_TAR};

    for (int i = 0; i < 3; i++) {
        box_start(sets[i], (wsserver_opts){0});
        make_tree();
        ck_assert_msg(opsdk_cp_from(container_client, POD, NULL, box_at("tree/top"), box_at("back"), &err) == 0, "%s",
                      err.message);
        ck_assert(box_same(box_at("tree/top"), box_at("back")));
        mkdir(box_at("folder"), 0755);
        ck_assert_int_eq(opsdk_cp_from(container_client, POD, NULL, box_at("tree/top"), box_at("folder"), &err), 0);
        ck_assert(box_same(box_at("tree/top"), box_at("folder/top")));
        ck_assert_int_eq(box_count(box_at("folder")), 1);
        ck_assert_int_eq(opsdk_cp_from(container_client, POD, NULL, box_at("tree/top"), box_at("no/such/folder"), &err),
                         OPSDK_EIO);
        box_stop();
    }
}
END_TEST

START_TEST(folder_out_needs_tar)
{
    box_start(BOX_NO_TAR, (wsserver_opts){0});
    make_tree();
    ck_assert_int_eq(opsdk_cp_from(container_client, POD, NULL, box_at("tree"), box_at("back"), &err), OPSDK_EEXEC);
    ck_assert_msg(strstr(err.message, "no tar") != NULL, "%s", err.message);
    ck_assert(!box_exists(box_at("back")));
    box_stop();
}
END_TEST

/* A file that is not all there is not there. */
START_TEST(cut_off)
{
    static const char *const sets[] = {BOX_ALL, BOX_BARE};

    for (int i = 0; i < 2; i++) {
        box_start(sets[i], (wsserver_opts){.cut_after = 700});
        make_tree();
        box_write(box_at("back"), "old", 3, 0600);
        mkdir(box_at("into"), 0755);
        ck_assert_int_eq(opsdk_cp_from(container_client, POD, NULL, box_at("tree/top"), box_at("back"), &err),
                         OPSDK_EIO);
        ck_assert_int_eq(opsdk_cp_from(container_client, POD, NULL, box_at("tree/top"), box_at("into"), &err),
                         OPSDK_EIO);
        ck_assert_int_eq(box_count(box_at("into")), 0);
        box_write(box_at("want"), "old", 3, 0600);
        ck_assert(box_same(box_at("back"), box_at("want")));
        box_stop();
    }
}
END_TEST

TESTS("cp", memory_into, names_into, paths_into_that_are_none, replaces_a_file, tree_into, file_into,
      image_without_anything, container_says_no, old_servers, tree_out, file_out, folder_out_needs_tar, cut_off)
