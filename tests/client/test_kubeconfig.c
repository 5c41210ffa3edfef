/* Each folder of tests/fixtures/kubeconfig is one case: config (or the files that args names: a line with paths, one with the
 * context), and expect, what comes of it, in which DIR stands for the folder.  UPDATE=1 writes expect anew. */
#include "client/config.h"
#include "core/buf.h"
#include "tests/support/fault.h"
#include "tests/support/suite.h"
#include "tests/support/tokens.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER "tests/fixtures/kubeconfig"

static void put(buf *out, const char *name, const char *value)
{
    if (value)
        buf_printf(out, "%s: %s\n", name, value);
}

static void put_list(buf *out, const char *name, char **list)
{
    for (; list && *list; list++)
        put(out, name, *list);
}

static void put_blob(buf *out, const char *name, const config_blob *b)
{
    if (b->data)
        buf_printf(out, "%s: %.*s (%s)\n", name, (int)strcspn(b->data, "\n"), b->data, b->file ? b->file : "inline");
}

static void dump(const config *c, buf *out)
{
    put(out, "server", c->server);
    put(out, "tls-server-name", c->tls_server_name);
    put(out, "namespace", c->ns);
    put(out, "source", c->source);
    put_blob(out, "ca", &c->ca);
    put_blob(out, "certificate", &c->cert);
    put_blob(out, "key", &c->key);
    put(out, "token", c->token);
    put(out, "token file", c->token_file);
    put(out, "username", c->username);
    put(out, "password", c->password);
    put(out, "exec", c->exec.command);
    put(out, "exec version", c->exec.api_version);
    put_list(out, "exec arg", c->exec.args);
    put_list(out, "exec env", c->exec.env);
    put(out, "exec hint", c->exec.install_hint);
    if (c->exec.cluster_info)
        put(out, "exec cluster info", c->exec.cluster_config);
}

/* The folder's name is replaced, so that the repository may lie anywhere. */
static char *generalise(const char *text, const char *dir)
{
    auto_buf out = BUF_INIT(1u << 20);

    for (const char *p = text; *p;) {
        bool here = strncmp(p, dir, strlen(dir)) == 0;
        buf_add(&out, here ? "DIR" : p, here ? 3 : 1);
        p += here ? strlen(dir) : 1;
    }
    return buf_take(&out, NULL);
}

/* args: "a:b" becomes "DIR/a:DIR/b". */
static void read_args(const char *dir, char **ret_paths, char **ret_context)
{
    auto_buf path = BUF_INIT(4096), paths = BUF_INIT(65536);
    char *args = strdup("config\n"), *second;

    buf_printf(&path, "%s/args", dir);
    if (access(path.data, F_OK) == 0) {
        free(args);
        args = fixture_read(path.data, &(size_t){0});
    }
    second = strchr(args, '\n') + 1;
    *ret_context = *second ? strndup(second, strcspn(second, "\n")) : NULL;
    for (char *p = args; p < second;) {
        size_t n = strcspn(p, ":\n");
        buf_printf(&paths, "%s%s/%.*s", paths.len ? ":" : "", dir, (int)n, p);
        p += n + 1;
    }
    free(args);
    *ret_paths = buf_take(&paths, NULL);
}

static char *outcome(const char *dir)
{
    auto_buf out = BUF_INIT(1u << 20);
    config c;
    opsdk_error err = {0};
    char *paths, *context, *text;
    int r;

    read_args(dir, &paths, &context);
    r = config_load(&(opsdk_client_opts){.kubeconfig = paths, .context = context}, &c, &err);
    if (r < 0)
        buf_printf(&out, "error %d: %s\n", r, err.message);
    else
        dump(&c, &out);
    ck_assert_int_eq(r, err.code);
    config_clear(&c);
    free(paths);
    free(context);
    text = generalise(out.data, dir);
    return text;
}

static void run_case(const char *name)
{
    auto_buf dir = BUF_INIT(4096), path = BUF_INIT(4096);
    char *got, *expected;

    buf_printf(&dir, "%s/%s", FOLDER, name);
    buf_printf(&path, "%s/expect", dir.data);
    got = outcome(dir.data);
    if (getenv("UPDATE")) {
        FILE *f = fopen(path.data, "we");
        fputs(got, f);
        fclose(f);
    }
    expected = fixture_read(path.data, &(size_t){0});
    ck_assert_msg(strcmp(got, expected) == 0, "%s gives\n%sexpected is\n%s", name, got, expected);
    free(got);
    free(expected);
}

START_TEST(fixtures)
{
    struct dirent **names;
    int n = scandir(FOLDER, &names, NULL, alphasort);

    ck_assert_int_gt(n, 50);
    for (int i = 0; i < n; i++) {
        if (names[i]->d_name[0] != '.')
            run_case(names[i]->d_name);
        free(names[i]);
    }
    free(names);
}
END_TEST

static void set(const char *name, const char *value)
{
    if (value)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

static int load(const opsdk_client_opts *opts, config *c, opsdk_error *err)
{
    *err = (opsdk_error){0};
    return config_load(opts, c, err);
}

START_TEST(places)
{
    config c;
    opsdk_error err;

    set("KUBERNETES_SERVICE_HOST", NULL);
    set("KUBECONFIG", FOLDER "/token/config");
    ck_assert_int_eq(load(NULL, &c, &err), 0);
    ck_assert_str_eq(c.token, "t0ken");
    config_clear(&c);
    ck_assert_int_eq(load(&(opsdk_client_opts){.kubeconfig = FOLDER "/namespace/config", .ns = "mine"}, &c, &err), 0);
    ck_assert_str_eq(c.ns, "mine");
    config_clear(&c);

    set("KUBECONFIG", NULL);
    set("HOME", "/nonexistent");
    ck_assert_int_eq(load(NULL, &c, &err), OPSDK_ENOTFOUND);
    ck_assert_ptr_nonnull(strstr(err.message, "/nonexistent/.kube/config"));
    config_clear(&c);
}
END_TEST

static void write_file(const char *dir, const char *name, const char *text)
{
    auto_buf path = BUF_INIT(4096);
    FILE *f;

    buf_printf(&path, "%s/%s", dir, name);
    f = fopen(path.data, "we");
    fputs(text, f);
    fclose(f);
}

static void remove_file(const char *dir, const char *name)
{
    auto_buf path = BUF_INIT(4096);

    buf_printf(&path, "%s/%s", dir, name);
    unlink(path.data);
}

START_TEST(in_cluster)
{
    char dir[] = "/tmp/serviceaccount-XXXXXX";
    config c;
    opsdk_error err;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    set("OPSDK_SERVICEACCOUNT_DIR", dir);
    set("KUBERNETES_SERVICE_HOST", "fd00::1");
    set("KUBERNETES_SERVICE_PORT", "443");
    set("KUBECONFIG", FOLDER "/token/config");
    ck_assert_int_eq(load(NULL, &c, &err), 0); /* no token there: not in a pod */
    ck_assert_str_eq(c.server, "https://api.example:6443");
    config_clear(&c);

    write_file(dir, "token", "abc\n");
    ck_assert_int_eq(load(NULL, &c, &err), OPSDK_ENOTFOUND);
    ck_assert_ptr_nonnull(strstr(err.message, "ca.crt"));
    config_clear(&c);

    write_file(dir, "ca.crt", "authority\n");
    write_file(dir, "namespace", "team-a\n");
    ck_assert_int_eq(load(NULL, &c, &err), 0);
    ck_assert_str_eq(c.server, "https://[fd00::1]:443");
    ck_assert_str_eq(c.ns, "team-a");
    ck_assert_str_eq(c.source, "in-cluster");
    ck_assert_int_eq(strncmp(c.token_file, dir, strlen(dir)), 0);
    ck_assert_str_eq(c.ca.data, "authority\n");
    config_clear(&c);

    set("KUBERNETES_SERVICE_HOST", "10.0.0.1");
    ck_assert_int_eq(load(NULL, &c, &err), 0);
    ck_assert_str_eq(c.server, "https://10.0.0.1:443");
    config_clear(&c);
    remove_file(dir, "token");
    remove_file(dir, "ca.crt");
    remove_file(dir, "namespace");
    rmdir(dir);
}
END_TEST

START_TEST(long_lists_and_paths)
{
    auto_buf list = BUF_INIT(1u << 20);
    config c;
    opsdk_error err;

    for (int i = 0; i < 100; i++)
        buf_puts(&list, FOLDER "/merge-context/empty:");
    ck_assert_int_eq(load(&(opsdk_client_opts){.kubeconfig = list.data}, &c, &err), OPSDK_EINVAL);
    config_clear(&c);
    ck_assert_int_eq(load(&(opsdk_client_opts){.kubeconfig = "/proc/self/fd"}, &c, &err), OPSDK_EINVAL);
    config_clear(&c);
}
END_TEST

/* Every allocation in turn fails: an error and no leak, whatever had been read. */
START_TEST(memory_runs_out)
{
    static const char *const cases[] = {FOLDER "/exec/config",       FOLDER "/client-cert/config",
                                        FOLDER "/ca-file/config",    FOLDER "/basic/config",
                                        FOLDER "/token-file/config", FOLDER "/merge/config:" FOLDER "/merge/second"};

    if (!fault_works())
        return;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        unsigned long k = 0;
        bool hit = true;
        while (hit) {
            config c;
            opsdk_error err = {0};
            int r;
            fault_set(++k);
            r = config_load(&(opsdk_client_opts){.kubeconfig = cases[i]}, &c, &err);
            hit = fault_clear();
            config_clear(&c);
            ck_assert_msg(r == 0 || (hit && r == OPSDK_ENOMEM), "%s, allocation %lu: %s", cases[i], k, err.message);
        }
        ck_assert_int_gt(k, 20);
    }
}
END_TEST

TESTS("kubeconfig", fixtures, places, in_cluster, long_lists_and_paths, memory_runs_out)
