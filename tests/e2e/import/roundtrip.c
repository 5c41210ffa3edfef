/* Decodes each object of a kind in YAML files with the tables of an imported types.h, and encodes it again: nothing may be lost.
 *     cc -DTYPES='"types_gen.h"' -DT=prometheus -DKIND=PROMETHEUS roundtrip.c types_gen.c ...; ./roundtrip FILE...
 * Prints how many there were; exits with 1 when one differs. */
#include TYPES
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)

static int objects, lost;

static void compare(const char *file, json_t *wanted, const opsdk_object *obj)
{
    opsdk_error err = {0};
    T value;
    json_t *have;

    objects++;
    if (PASTE(T, _decode)(obj, &value, &err) < 0) {
        lost++;
        printf("%s: %s\n", file, err.message);
        return;
    }
    have = PASTE(T, _encode)(&value);
    if (!json_equal(have, wanted)) {
        lost++;
        printf("%s: differs\n", file);
        json_dumpf(wanted, stdout, JSON_SORT_KEYS | JSON_INDENT(1));
        printf("\n");
        json_dumpf(have, stdout, JSON_SORT_KEYS | JSON_INDENT(1));
        printf("\n");
    }
    json_decref(have);
    PASTE(T, _clear)(&value);
}

static void take_document(const char *file, const char *text, size_t len)
{
    json_t *root = NULL;
    const char *kind, *api;
    opsdk_auto_object *obj = NULL;

    if (opsdk_yaml_parse(file, text, len, &root, NULL) < 0)
        return; /* a template, or something else that is no YAML */
    kind = json_string_value(json_object_get(root, "kind"));
    api = json_string_value(json_object_get(root, "apiVersion"));
    if (kind && api && strcmp(kind, KIND.kind) == 0 && strcmp(api, KIND.api_version) == 0 &&
        opsdk_object_from_json(&KIND, json_incref(root), &obj, NULL) == 0) {
        json_object_del(root, "kind");
        json_object_del(root, "apiVersion");
        json_object_del(root, "metadata");
        compare(file, root, obj);
    }
    json_decref(root);
}

static void take_file(const char *file)
{
    static char text[1 << 20];
    FILE *f = fopen(file, "r");
    size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

    if (f)
        fclose(f);
    text[n] = '\0';
    for (char *from = text; from && *from;) {
        char *end = strstr(from, "\n---"), *next = end ? strchr(end + 1, '\n') : NULL;
        take_document(file, from, end ? (size_t)(end - from) : strlen(from));
        from = end ? next : NULL;
    }
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        take_file(argv[i]);
    printf("%d\n", objects);
    return lost > 0;
}
