/* A types.h: whatever it holds, there is a message or an outcome; what comes out is the same each time, and its YAML reads as it was meant. */
#include "cmd/opsdk/generate/crd.h"
#include "cmd/opsdk/generate/parse.h"
#include "cmd/opsdk/generate/tables.h"
#include "cmd/opsdk/generate/yaml_write.h"

#include <opsdk/yaml.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *all_of(const char *text, size_t size, json_t **ret_crds)
{
    auto_pool *mem = pool_new();
    project p = {.pool = mem};
    unit u = {.path = "t.h", .real = "t.h", .version = "v1"}, *meta = parse_meta(&p);
    char *out = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&out, &len);

    *pool_add(mem, p.units, p.n_units) = &u;
    *pool_add(mem, u.includes, u.n_includes) = (include){meta, "opsdk/meta.h"};
    parse_types(&p, &u, text, size);
    u.group = u.group ? u.group : "example.com";
    *ret_crds = json_incref(crd_all(&p));
    if (p.problems == 0) {
        tables_header(to, &u);
        tables_source(to, &u);
        yaml_write(to, *ret_crds);
    }
    fclose(to);
    if (p.problems > 0)
        json_array_clear(*ret_crds);
    return out;
}

static void check_yaml(const json_t *crds)
{
    char *text = NULL;
    size_t len = 0;
    FILE *to = open_memstream(&text, &len);
    json_t *back = NULL;
    opsdk_error err = {0};

    yaml_write(to, crds);
    fclose(to);
    if (opsdk_yaml_parse("it", text, len, &back, &err) < 0 ? strstr(err.message, "too") == NULL
                                                           : !json_equal(back, crds))
        abort();
    json_decref(back);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *first, *second;
    char *one = all_of((const char *)data, size, &first), *two = all_of((const char *)data, size, &second);

    if (strcmp(one, two) != 0)
        abort();
    check_yaml(first);
    json_decref(first);
    json_decref(second);
    free(one);
    free(two);
    return 0;
}
