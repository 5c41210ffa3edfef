#include "credentials.h"

#include "../file.h"

#include <jansson.h>
#include <openssl/evp.h>
#include <string.h>
#include <strings.h>

#define TOKEN_MAX 65536
#define SECRET_MAX 65536

/* It goes into a header. */
static char *header_value(const char *text)
{
    return text && *text && !text[strcspn(text, "\r\n \t")] ? strdup(text) : NULL;
}

/* base64 of "user:password"; the caller's. */
static char *basic_of(const char *user, const char *password)
{
    auto_free char *both = file_format("%s:%s", user, password);
    size_t len = both ? strlen(both) : 0;
    char *ret = both && len < SECRET_MAX ? malloc(len / 3 * 4 + 5) : NULL;

    if (ret)
        EVP_EncodeBlock((unsigned char *)ret, (const unsigned char *)both, (int)len);
    return ret;
}

/* A program that keeps them elsewhere: docker-credential-NAME, which is asked for a registry on its standard input. */
static char *ask_helper(const char *name, const char *registry)
{
    auto_free char *program = file_format("docker-credential-%s", name), *answer = NULL;
    const char *user, *secret;
    json_t *root;
    char *ret = NULL;

    if (!program || strchr(name, '/') ||
        file_run_ask((const char *const[]){program, "get", NULL}, registry, &answer, NULL) < 0)
        return NULL;
    root = json_loads(answer, 0, NULL);
    user = json_string_value(json_object_get(root, "Username"));
    secret = json_string_value(json_object_get(root, "Secret"));
    if (user && secret && strcmp(user, "<token>") != 0)
        ret = basic_of(user, secret);
    json_decref(root);
    return ret;
}

/* The one for a registry, else the one for all. */
static char *find_helper(const json_t *root, const char *key, const char *registry)
{
    const json_t *helpers = json_object_get(root, "credHelpers");
    const char *name = json_string_value(json_object_get(helpers, registry));

    if (!name)
        name = json_string_value(json_object_get(helpers, key));
    if (!name)
        name = json_string_value(json_object_get(root, "credsStore"));
    return name ? ask_helper(name, key) : NULL;
}

static char *find_in(char *path, const char *registry)
{
    const char *key = strcmp(registry, "docker.io") == 0 ? "https://index.docker.io/v1/" : registry;
    auto_free char *own = path, *text = NULL;
    json_t *root, *auths;
    const char *auth;
    char *ret;

    if (!path || file_read(path, &text, NULL, NULL) < 0)
        return NULL;
    root = json_loads(text, 0, NULL);
    auths = json_object_get(root, "auths");
    auth = json_string_value(json_object_get(json_object_get(auths, key), "auth"));
    if (!auth)
        auth = json_string_value(json_object_get(json_object_get(auths, registry), "auth"));
    ret = header_value(auth);
    if (!ret)
        ret = find_helper(root, key, registry);
    json_decref(root);
    return ret;
}

char *credentials_find(const char *registry)
{
    const struct {
        const char *variable, *below;
    } places[] = {{"REGISTRY_AUTH_FILE", ""},
                  {"XDG_RUNTIME_DIR", "/containers/auth.json"},
                  {"DOCKER_CONFIG", "/config.json"},
                  {"HOME", "/.docker/config.json"}};
    char *found = NULL;

    for (size_t i = 0; !found && i < sizeof(places) / sizeof(*places); i++) {
        const char *value = getenv(places[i].variable);

        if (value && *value)
            found = find_in(file_format("%s%s", value, places[i].below), registry);
    }
    return found;
}

/* name="value" in a list of such; the caller's. */
static char *parameter(const char *list, const char *name)
{
    size_t len = strlen(name);

    for (const char *p = list; *p;) {
        const char *eq, *end;

        p += strspn(p, " ,");
        eq = strstr(p, "=\"");
        end = eq ? strchr(eq + 2, '"') : NULL;
        if (!end)
            return NULL;
        if ((size_t)(eq - p) == len && strncasecmp(p, name, len) == 0)
            return strndup(eq + 2, (size_t)(end - eq - 2));
        p = end + 1;
    }
    return NULL;
}

static void put_escaped(FILE *to, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

    for (; *text; text++)
        fprintf(to, strchr(plain, *text) ? "%c" : "%%%02X", (unsigned char)*text);
}

char *credentials_token_url(const char *challenge, const char *repository)
{
    auto_free char *realm = parameter(challenge, "realm"), *service = parameter(challenge, "service");
    auto_free char *scope = file_format("repository:%s:pull,push", repository);
    char *url = NULL;
    size_t len = 0;
    FILE *f;

    if (!realm || !scope)
        return NULL;
    f = open_memstream(&url, &len);
    if (!f)
        return NULL;
    fprintf(f, "%s%cscope=", realm, strchr(realm, '?') ? '&' : '?');
    put_escaped(f, scope);
    if (service) {
        fputs("&service=", f);
        put_escaped(f, service);
    }
    fclose(f);
    return url;
}

char *credentials_token(const char *body)
{
    json_t *root = json_loads(body, 0, NULL);
    const char *token = json_string_value(json_object_get(root, "token"));
    char *ret;

    if (!token)
        token = json_string_value(json_object_get(root, "access_token"));
    ret = token && strlen(token) < TOKEN_MAX && !token[strcspn(token, "\r\n")] ? strdup(token) : NULL;
    json_decref(root);
    return ret;
}
