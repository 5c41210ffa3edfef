/* What /proc shows: the same bytes as each of its files. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "operators/jmx-exporter/attach/proc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = strndup((const char *)data, size);
    struct proc_status status;
    struct proc_stat stat;
    uint64_t inode;
    size_t len;

    if (proc_stat_parse(text, strlen(text), &stat) == 0 && stat.state == 0)
        abort();
    if (proc_status_parse(text, &status) == 0 && status.ns_pid < 0)
        abort();
    const char *path = proc_map_path(text);
    if (path && *path != '/')
        abort();
    const char *base = path_base(text, &len);
    if (base + len > text + strlen(text))
        abort();
    (void)proc_tcp_listens(text, 9404, &inode);
    free(text);
    return 0;
}
