#include <opsdk.h>
#include <string.h>

int64_t example_yaml(const char *text, opsdk_error *err);
int64_t example_yaml(const char *text, opsdk_error *err)
{
    json_t *root = NULL;
    int64_t port;

    if (opsdk_yaml_parse("settings", text, strlen(text), &root, err) < 0)
        return -1; /* such as "settings:3:7: ..." */
    port = json_integer_value(json_object_get(root, "port"));
    json_decref(root);
    return port;
}
