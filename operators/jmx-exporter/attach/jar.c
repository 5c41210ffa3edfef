#include "operators/jmx-exporter/attach/jar.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "operators/jmx-exporter/attach/base.h"
#include "operators/jmx-exporter/attach/proc.h"

#define CLASSES "io/prometheus/jmx/"
#define END_SIZE 22
#define ENTRY_SIZE 46
#define TAIL_MAX (END_SIZE + 65535)
#define DIRECTORY_MAX ((uint32_t)32 << 20)

static uint32_t little(const char *p, int bytes)
{
    uint32_t n = 0;

    for (int i = bytes - 1; i >= 0; i--)
        n = n << 8 | (unsigned char)p[i];
    return n;
}

bool zip_lists(const char *directory, size_t len, const char *prefix)
{
    size_t want = strlen(prefix);

    while (len >= ENTRY_SIZE && memcmp(directory, "PK\1\2", 4) == 0) {
        size_t name = little(directory + 28, 2);
        size_t whole = ENTRY_SIZE + name + little(directory + 30, 2) + little(directory + 32, 2);
        if (whole > len)
            return false;
        if (name >= want && memcmp(directory + ENTRY_SIZE, prefix, want) == 0)
            return true;
        directory += whole;
        len -= whole;
    }
    return false;
}

int zip_end_parse(const char *tail, size_t len, uint32_t *ret_at, uint32_t *ret_size)
{
    for (size_t back = END_SIZE; back <= len; back++) {
        const char *end = tail + len - back;
        if (memcmp(end, "PK\5\6", 4) != 0 || little(end + 20, 2) != back - END_SIZE)
            continue;
        *ret_size = little(end + 12, 4);
        *ret_at = little(end + 16, 4);
        return 0;
    }
    return -1;
}

static char *part_read(int fd, off_t at, size_t len)
{
    char *data = malloc(len > 0 ? len : 1);

    if (data && pread(fd, data, len, at) == (ssize_t)len)
        return data;
    free(data);
    return NULL;
}

bool jar_has_exporter(int fd)
{
    uint32_t at, size;
    struct stat st;

    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size < END_SIZE)
        return false;
    size_t tail_len = st.st_size < TAIL_MAX ? (size_t)st.st_size : TAIL_MAX;
    auto_text tail = part_read(fd, st.st_size - (off_t)tail_len, tail_len);

    if (!tail || zip_end_parse(tail, tail_len, &at, &size) < 0 || size > DIRECTORY_MAX)
        return false;
    auto_text directory = part_read(fd, at, size);
    return directory && zip_lists(directory, size, CLASSES);
}

/* A file that is no jar, or cannot be read, has no exporter. */
static bool file_has_exporter(int dir_fd, const char *path)
{
    auto_fd fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    return fd >= 0 && jar_has_exporter(fd);
}

static bool is_jar(const char *path)
{
    size_t len;
    const char *base = path_base(path, &len);

    return len > 4 && memcmp(base + len - 4, ".jar", 4) == 0;
}

static bool open_jars(const struct run *r, char *ret, size_t size)
{
    char path[64];
    bool found = false;

    snprintf(path, sizeof(path), "/proc/%d/fd", (int)r->jvm.pid);
    DIR *dir = opendir(path);
    if (!dir)
        return false;
    for (struct dirent *e = readdir(dir); e && !found && left_ms(r) > 0; e = readdir(dir)) {
        ssize_t n = readlinkat(dirfd(dir), e->d_name, ret, size - 1);
        ret[n > 0 ? n : 0] = 0;
        found = is_jar(ret) && file_has_exporter(dirfd(dir), e->d_name);
    }
    closedir(dir);
    return found;
}

static bool listed_jars(const struct run *r, const char *class_path, char *ret, size_t size)
{
    char path[LINE_MAX_LEN];

    while (*class_path && left_ms(r) > 0) {
        int len = (int)strcspn(class_path, ":");
        snprintf(ret, size, "%.*s", len, class_path);
        snprintf(path, sizeof(path), "/proc/%d/%s/%.*s", (int)r->jvm.pid, class_path[0] == '/' ? "root" : "cwd", len,
                 class_path);
        if (is_jar(ret) && file_has_exporter(AT_FDCWD, path))
            return true;
        class_path += len + (class_path[len] == ':');
    }
    return false;
}

int jars_check(struct run *r, const char *class_path)
{
    char jar[400];

    user_take(r->jvm.uid, r->jvm.gid);
    bool found = open_jars(r, jar, sizeof(jar)) || listed_jars(r, class_path, jar, sizeof(jar));
    user_back();
    if (!found)
        return 0;
    return refuse(r, "ForeignAgent", "the JVM (pid %d) has a JMX exporter of its own on its class path, in %s",
                  (int)r->jvm.pid, jar);
}
