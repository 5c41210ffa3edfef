#include "client/cp_extract.h"
#include "core/tar_format.h"
#include "tests/support/suite.h"
#include "tests/support/wsserver.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <opsdk.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define POD OPSDK_KEY(&OPSDK_POD, NULL, "p")

extern char **environ;

static char base[64]; /* everything of a test is below it */
static wsserver *server;
static opsdk_client *client;
static opsdk_error err;

/* ---- folders and files ---- */

/* base/... in one of a few buffers in turn. */
static const char *at(const char *fmt, ...)
{
    static char paths[8][8192];
    static int turn;
    char *path = paths[turn++ % 8];
    int n = snprintf(path, sizeof(paths[0]), "%s/", base);
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(path + n, sizeof(paths[0]) - (size_t)n, fmt, ap);
    va_end(ap);
    return path;
}

/* The exit code of a program of this machine. */
static int program(const char *const argv[])
{
    int status = -1;
    pid_t pid;

    ck_assert_int_eq(posix_spawnp(&pid, argv[0], NULL, NULL, (char *const *)(uintptr_t)argv, environ), 0);
    waitpid(pid, &status, 0);
    return WEXITSTATUS(status);
}

static void write_file(const char *path, const void *data, size_t len, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    ck_assert_msg(fd >= 0, "%s: %s", path, strerror(errno));
    ck_assert_int_eq(write(fd, data, len), (ssize_t)len);
    fchmod(fd, mode);
    close(fd);
}

static bool same(const char *a, const char *b)
{
    return program(OPSDK_ARGV("diff", "-r", "--no-dereference", a, b)) == 0;
}

static unsigned mode_of(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0 ? st.st_mode & 07777 : 0;
}

static bool exists(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

/* What is in a folder, hidden names too. */
static int count(const char *path)
{
    DIR *dir = opendir(path);
    int n = 0;

    ck_assert_ptr_nonnull(dir);
    for (const struct dirent *d = readdir(dir); d; d = readdir(dir))
        n += strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0;
    closedir(dir);
    return n;
}

/* ---- a container that has these programs ---- */

#define ALL "sh cat mkdir chmod mv rm head wc tar ln"
#define NO_TAR "sh cat mkdir chmod mv rm head wc ln"
#define BARE "sh cat mkdir chmod mv rm"
#define NO_SHELL "tar mkdir mv"

static void start_with(const char *tools, wsserver_opts opts)
{
    static char path[256];

    snprintf(base, sizeof(base), "/tmp/opsdk-cp-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(base));
    umask(022);
    mkdir(at("bin"), 0755);
    for (const char *p = tools; *p; p += strcspn(p, " "), p += strspn(p, " ")) {
        int len = (int)strcspn(p, " ");

        snprintf(path, sizeof(path), "/usr/bin/%.*s", len, p);
        ck_assert_int_eq(symlink(path, at("bin/%.*s", len, p)), 0);
    }
    snprintf(path, sizeof(path), "%s/bin", base);
    opts.path = path;
    server = wsserver_start(&opts);
    client = wsserver_client(server, NULL, NULL);
    err = (opsdk_error){0};
}

static void start(const char *tools)
{
    start_with(tools, (wsserver_opts){0});
}

static void stop(void)
{
    client = opsdk_client_free(client);
    server = wsserver_stop(server);
    program(OPSDK_ARGV("chmod", "-R", "u+rwx", base));
    program(OPSDK_ARGV("rm", "-rf", base));
}

static const char *const tool_sets[] = {ALL, NO_TAR, BARE, NO_SHELL};
#define TOOL_SETS 4

/* ---- into a container ---- */

START_TEST(memory_into)
{
    static const size_t sizes[] = {0, 1, 511, 512, 513, 32767, 32768, 3000000};
    char *data = malloc(3000000);

    for (size_t i = 0; i < 3000000; i++)
        data[i] = (char)(i * 2654435761u >> 11);
    for (int set = 0; set < TOOL_SETS; set++) {
        start(tool_sets[set]);
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            write_file(at("want"), data, sizes[i], 0600);
            ck_assert_msg(opsdk_cp_mem(client, POD, NULL, at("new/dir/file"), data, sizes[i], 0754, &err) == 0,
                          "%s: %s", tool_sets[set], err.message);
            ck_assert(same(at("want"), at("new/dir/file")));
            ck_assert_int_eq(mode_of(at("new/dir/file")), 0754);
            ck_assert_int_eq(count(at("new/dir")), 1); /* no temporary file is left */
        }
        ck_assert_int_eq(mode_of(at("new/dir")), 0755);
        stop();
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
        start(tool_sets[set]);
        for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
            ck_assert_msg(opsdk_cp_mem(client, POD, NULL, at("d/%s/%s", names[i], names[i]), "x", 1, 0600, &err) == 0,
                          "%s: %s", tool_sets[set], err.message);
            ck_assert(exists(at("d/%s/%s", names[i], names[i])));
            ck_assert_msg(opsdk_cp_from(client, POD, NULL, at("d/%s/%s", names[i], names[i]), at("back"), &err) == 0,
                          "%s: %s: %s", tool_sets[set], names[i], err.message);
            ck_assert(same(at("back"), at("d/%s/%s", names[i], names[i])));
        }
        ck_assert_int_eq(count(at("d")), (int)(sizeof(names) / sizeof(names[0])));
        stop();
    }
}
END_TEST

START_TEST(paths_into_that_are_none)
{
    static const char *const bad[] = {"", "relative", "./x", "/", "/x/", "/x/.", "/x/.."};

    start(ALL);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_int_eq(opsdk_cp_mem(client, POD, NULL, bad[i], "x", 1, 0600, &err), OPSDK_EINVAL);
    ck_assert_int_eq(wsserver_count(server), 0);
    stop();
}
END_TEST

/* A file that is there stays whole until the new one is. */
START_TEST(replaces_a_file)
{
    for (int set = 0; set < TOOL_SETS; set++) {
        start(tool_sets[set]);
        write_file(at("outside"), "safe", 4, 0600);
        write_file(at("old"), "old", 3, 0600);
        ck_assert_int_eq(opsdk_cp_mem(client, POD, NULL, at("old"), "new!", 4, 0644, &err), 0);
        write_file(at("want"), "new!", 4, 0600);
        ck_assert(same(at("old"), at("want")));
        ck_assert_int_eq(symlink(at("outside"), at("link")), 0);
        ck_assert_int_eq(opsdk_cp_mem(client, POD, NULL, at("link"), "new!", 4, 0644, &err), 0);
        write_file(at("want"), "safe", 4, 0600);
        ck_assert(same(at("outside"), at("want"))); /* the link was replaced, not followed */
        mkdir(at("folder"), 0755);
        ck_assert_int_eq(opsdk_cp_mem(client, POD, NULL, at("folder"), "x", 1, 0644, &err), OPSDK_EEXEC);
        ck_assert_int_eq(count(at("folder")), 0);
        stop();
    }
}
END_TEST

static void make_tree(void)
{
    char name[201], data[5000];

    memset(name, 'n', 200);
    name[200] = '\0';
    memset(data, 'd', sizeof(data));
    ck_assert_int_eq(program(OPSDK_ARGV("mkdir", "-p", at("tree/a/b/c"), at("tree/empty"))), 0);
    write_file(at("tree/top"), data, sizeof(data), 0640);
    write_file(at("tree/a/b/c/deep"), "x", 1, 0755);
    write_file(at("tree/a/zero"), "", 0, 0600);
    write_file(at("tree/%s", name), data, 512, 0644);
    write_file(at("tree/a/odd $(name)\n"), data, 513, 0644);
    for (int i = 0; i < 20; i++)
        write_file(at("tree/a/b/f%d", i), data, (size_t)i * 100, 0644);
}

START_TEST(tree_into)
{
    for (int set = 0; set < TOOL_SETS; set++) {
        if (set == 2)
            continue; /* as the one before, but slower */
        start(tool_sets[set]);
        make_tree();
        if (set != 1)
            ck_assert_int_eq(symlink("../top", at("tree/a/link")), 0);
        ck_assert_msg(opsdk_cp_to(client, POD, NULL, at("tree"), at("new/copy/"), &err) == 0, "%s: %s", tool_sets[set],
                      err.message);
        ck_assert(same(at("tree"), at("new/copy")));
        ck_assert_int_eq(mode_of(at("new/copy/a/b/c/deep")), 0755);
        ck_assert_int_eq(mode_of(at("new/copy/top")), 0640);
        write_file(at("new/copy/a/other"), "x", 1, 0600); /* merged: what else is there stays */
        ck_assert_msg(opsdk_cp_to(client, POD, NULL, at("tree/"), at("new/copy"), &err) == 0, "%s: %s", tool_sets[set],
                      err.message);
        ck_assert(exists(at("new/copy/a/other")));
        stop();
    }
}
END_TEST

START_TEST(file_into)
{
    start(ALL);
    write_file(at("src"), "text", 4, 0755);
    ck_assert_int_eq(opsdk_cp_to(client, POD, NULL, at("src"), at("to/dst"), &err), 0);
    ck_assert(same(at("src"), at("to/dst")));
    ck_assert_int_eq(mode_of(at("to/dst")), 0755);
    ck_assert_int_eq(opsdk_cp_to(client, POD, NULL, at("src"), at("to/"), &err), 0);
    ck_assert(same(at("src"), at("to/src")));
    ck_assert_int_eq(opsdk_cp_to(client, POD, NULL, at("nothing"), at("to/x"), &err), OPSDK_ENOTFOUND);
    ck_assert_int_eq(mkfifo(at("fifo"), 0600), 0);
    ck_assert_int_lt(opsdk_cp_to(client, POD, NULL, at("fifo"), at("to/x"), &err), 0);
    mkdir(at("tree"), 0755);
    ck_assert_int_eq(mkfifo(at("tree/pipe"), 0600), 0);
    ck_assert_int_eq(opsdk_cp_to(client, POD, NULL, at("tree"), at("to/tree"), &err), OPSDK_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.message, "pipe"));
    stop();
}
END_TEST

START_TEST(image_without_anything)
{
    static const char *const sets[] = {"", "ln"};

    for (int i = 0; i < 2; i++) {
        start(sets[i]);
        make_tree();
        ck_assert_int_eq(opsdk_cp_mem(client, POD, NULL, at("x"), "x", 1, 0600, &err), OPSDK_EEXEC);
        ck_assert_msg(strstr(err.message, "neither tar nor sh") != NULL, "%s", err.message);
        ck_assert_int_eq(opsdk_cp_to(client, POD, NULL, at("tree"), at("x"), &err), OPSDK_EEXEC);
        ck_assert_msg(strstr(err.message, "neither tar nor sh") != NULL, "%s", err.message);
        ck_assert_int_eq(opsdk_cp_from(client, POD, NULL, at("tree/top"), at("x"), &err), OPSDK_EEXEC);
        ck_assert_msg(strstr(err.message, "neither tar nor cat") != NULL, "%s", err.message);
        ck_assert(!exists(at("x")));
        stop();
    }
}
END_TEST

START_TEST(container_says_no)
{
    start(ALL);
    ck_assert_int_eq(opsdk_cp_mem(client, POD, NULL, "/proc/none/x", "x", 1, 0600, &err), OPSDK_EEXEC);
    ck_assert_msg(strstr(err.message, "/proc/none") != NULL, "%s", err.message);
    ck_assert_int_eq(opsdk_cp_mem(client, POD, NULL, "/dev/null/x", "x", 1, 0600, &err), OPSDK_EEXEC);
    ck_assert_int_eq(opsdk_cp_from(client, POD, NULL, at("nothing"), at("x"), &err), OPSDK_EEXEC);
    ck_assert_ptr_nonnull(strstr(err.message, "nothing"));
    ck_assert(!exists(at("x")));
    stop();
}
END_TEST

START_TEST(old_servers)
{
    start_with(ALL, (wsserver_opts){.v4 = true});
    make_tree();
    ck_assert_msg(opsdk_cp_mem(client, POD, NULL, at("x"), "text", 4, 0600, &err) == 0, "%s", err.message);
    ck_assert_msg(opsdk_cp_to(client, POD, NULL, at("tree"), at("copy"), &err) == 0, "%s", err.message);
    ck_assert(same(at("tree"), at("copy")));
    ck_assert_int_eq(opsdk_cp_from(client, POD, NULL, at("tree"), at("back"), &err), 0);
    ck_assert(same(at("tree"), at("back")));
    stop();
}
END_TEST

/* ---- out of a container ---- */

START_TEST(tree_out)
{
    start_with(ALL, (wsserver_opts){.fragment = 1000, .tls = true});
    make_tree();
    ck_assert_msg(opsdk_cp_from(client, POD, NULL, at("tree/"), at("back"), &err) == 0, "%s", err.message);
    ck_assert(same(at("tree"), at("back")));
    ck_assert_int_eq(mode_of(at("back/a/b/c/deep")), 0755);
    ck_assert_int_eq(mode_of(at("back/a/zero")), 0600);
    write_file(at("back/a/other"), "x", 1, 0600);
    ck_assert_int_eq(opsdk_cp_from(client, POD, NULL, at("tree"), at("back"), &err), 0);
    ck_assert(exists(at("back/a/other")));
    ck_assert_int_eq(opsdk_cp_from(client, POD, NULL, at("tree/."), at("back2"), &err), 0);
    ck_assert(same(at("tree"), at("back2")));
    stop();
}
END_TEST

START_TEST(file_out)
{
    static const char *const sets[] = {ALL, BARE, NO_TAR};

    for (int i = 0; i < 3; i++) {
        start(sets[i]);
        make_tree();
        ck_assert_msg(opsdk_cp_from(client, POD, NULL, at("tree/top"), at("back"), &err) == 0, "%s", err.message);
        ck_assert(same(at("tree/top"), at("back")));
        mkdir(at("folder"), 0755);
        ck_assert_int_eq(opsdk_cp_from(client, POD, NULL, at("tree/top"), at("folder"), &err), 0);
        ck_assert(same(at("tree/top"), at("folder/top")));
        ck_assert_int_eq(count(at("folder")), 1);
        ck_assert_int_eq(opsdk_cp_from(client, POD, NULL, at("tree/top"), at("no/such/folder"), &err), OPSDK_EIO);
        stop();
    }
}
END_TEST

START_TEST(folder_out_needs_tar)
{
    start(NO_TAR);
    make_tree();
    ck_assert_int_eq(opsdk_cp_from(client, POD, NULL, at("tree"), at("back"), &err), OPSDK_EEXEC);
    ck_assert_msg(strstr(err.message, "no tar") != NULL, "%s", err.message);
    ck_assert(!exists(at("back")));
    stop();
}
END_TEST

/* A file that is not all there is not there. */
START_TEST(cut_off)
{
    static const char *const sets[] = {ALL, BARE};

    for (int i = 0; i < 2; i++) {
        start_with(sets[i], (wsserver_opts){.cut_after = 700});
        make_tree();
        write_file(at("back"), "old", 3, 0600);
        mkdir(at("into"), 0755);
        ck_assert_int_eq(opsdk_cp_from(client, POD, NULL, at("tree/top"), at("back"), &err), OPSDK_EIO);
        ck_assert_int_eq(opsdk_cp_from(client, POD, NULL, at("tree/top"), at("into"), &err), OPSDK_EIO);
        ck_assert_int_eq(count(at("into")), 0);
        write_file(at("want"), "old", 3, 0600);
        ck_assert(same(at("back"), at("want")));
        stop();
    }
}
END_TEST

/* ---- archives that mean harm ---- */

/* base/jail is the destination's parent; base/outside must stay as it is. */
static void start_jail(void)
{
    start(ALL);
    mkdir(at("jail"), 0755);
    mkdir(at("outside"), 0755);
    write_file(at("outside/file"), "safe", 4, 0600);
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
    write_file(at("archive"), b->data, b->len, 0600);
    unlink(at("bin/tar"));
    write_file(at("bin/tar"), script, strlen(script), 0755);
    err = (opsdk_error){0};
    return opsdk_cp_from(client, POD, NULL, "/x/src", at("jail/dst"), &err);
}

static void check_outside(void)
{
    write_file(at("want"), "safe", 4, 0600);
    ck_assert_int_eq(count(at("outside")), 1);
    ck_assert(same(at("outside/file"), at("want")));
    ck_assert_int_eq(mode_of(at("outside/file")), 0600);
    ck_assert_int_le(count(at("jail")), 1); /* nothing beside dst */
    ck_assert(!exists(at("jail/dst/after")));
}

#define REFUSES(words)                                                \
    do {                                                              \
        ck_assert_int_eq(receive(&b), OPSDK_EPROTO);                  \
        ck_assert_msg(strstr(err.message, words), "%s", err.message); \
        check_outside();                                              \
        stop();                                                       \
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
        put_file(&b, i ? at("outside/file") : "/src/file", "evil");
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
    put_other(&b, TAR_SYMLINK, "src/link", at("outside"));
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
    put_other(&b, TAR_LINK, "src/hard", at("outside/file"));
    put_file(&b, "src/hard", "evil");
    put_file(&b, "src/after", "x");
    REFUSES("hard link");
    start_jail();
    buf_reset(&b);
    put_other(&b, TAR_SYMLINK, "src", at("outside"));
    put_file(&b, "src/file", "evil");
    REFUSES("symbolic link");
}
END_TEST

/* A link that is here already, which nobody sent. */
START_TEST(links_of_this_machine)
{
    auto_buf b = BUF_INIT(1 << 16);

    start_jail();
    mkdir(at("jail/dst"), 0755);
    ck_assert_int_eq(symlink(at("outside"), at("jail/dst/link")), 0);
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
    ck_assert_int_eq(mode_of(at("jail/dst/link")), 0777);
    stop();
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
    ck_assert_int_eq(mode_of(at("jail/dst/dir/file")), 0777);
    ck_assert_int_eq(mode_of(at("jail/dst/dir")) & 07000, 0);
    check_outside();
    stop();
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
    stop();
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
    ck_assert_int_eq(program(OPSDK_ARGV("mkdir", "-p", at("jail/a/b/c"))), 0);
    ck_assert_int_eq(symlink("b", at("jail/a/link")), 0);
    ck_assert_int_eq(symlink(at("outside"), at("jail/a/out")), 0);
    write_file(at("jail/a/file"), "x", 1, 0600);
    root = open(at("jail"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
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
    stop();
}
END_TEST

TESTS("cp", memory_into, names_into, paths_into_that_are_none, replaces_a_file, tree_into, file_into,
      image_without_anything, container_says_no, old_servers, tree_out, file_out, folder_out_needs_tar, cut_off,
      names_that_lead_out, links, links_of_this_machine, devices_and_pipes, set_id_bits_are_dropped,
      more_than_was_asked_for, names_in_records, opens_beneath)
