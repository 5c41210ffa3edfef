#include "core/limits.h"
#include "core/time.h"
#include "tests/support/suite.h"

#include <opsdk.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is written to stderr between capture and captured. */
static FILE *file;
static int saved;

static void capture(void)
{
    file = tmpfile();
    saved = dup(STDERR_FILENO);
    dup2(fileno(file), STDERR_FILENO);
}

static char *captured(void)
{
    char *text = calloc(1, 1 << 20);

    dup2(saved, STDERR_FILENO);
    close(saved);
    rewind(file);
    ck_assert(fread(text, 1, (1 << 20) - 1, file) < 1 << 20);
    fclose(file);
    return text;
}

static const char *field(const json_t *line, const char *name)
{
    return json_string_value(json_object_get(line, name));
}

START_TEST(one_json_object_per_line)
{
    opsdk_auto_object *obj = NULL;
    const char *pod = "{\"metadata\":{\"name\":\"a\\n\\u001b\",\"namespace\":\"n\"}}";
    json_t *line;
    char *text;
    int64_t ms;

    ck_assert_int_eq(opsdk_object_parse(&OPSDK_POD, pod, strlen(pod), &obj, NULL), 0);
    capture();
    opsdk_log(OPSDK_LOG_WARN, obj, "quote \" slash \\ line\nbreak \x1b[0m bad \xff end %d", 7);
    text = captured();
    line = json_loads(text, 0, NULL);
    ck_assert_str_eq(field(line, "level"), "warn");
    ck_assert_str_eq(field(line, "msg"), "quote \" slash \\ line break ?[0m bad ? end 7");
    ck_assert_str_eq(field(line, "kind"), "Pod");
    ck_assert_str_eq(field(line, "namespace"), "n");
    ck_assert_str_eq(field(line, "name"), "a ?");
    ck_assert(time_parse(field(line, "time"), &ms));
    ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
    json_decref(line);
    free(text);
}
END_TEST

START_TEST(levels)
{
    char *text;

    capture();
    opsdk_log(OPSDK_LOG_DEBUG, NULL, "one");
    opsdk_log_level(OPSDK_LOG_DEBUG);
    opsdk_log(OPSDK_LOG_DEBUG, NULL, "two");
    opsdk_log_level(OPSDK_LOG_ERROR);
    opsdk_log(OPSDK_LOG_WARN, NULL, "three");
    opsdk_log(OPSDK_LOG_ERROR, NULL, "four");
    opsdk_log_level(OPSDK_LOG_INFO);
    text = captured();
    ck_assert(!strstr(text, "one") && strstr(text, "two") && !strstr(text, "three") && strstr(text, "four"));
    free(text);
}
END_TEST

/* A long text is cut, also where every byte needs an escape, and the line stays valid JSON. */
START_TEST(long_lines)
{
    static const char fills[] = "x\"\xe2";

    for (size_t i = 0; i < 3; i++) {
        char fill[LIMIT_LOG_LINE * 2], *text;
        json_t *line;
        memset(fill, fills[i], sizeof(fill) - 1);
        fill[sizeof(fill) - 1] = '\0';
        capture();
        opsdk_log(OPSDK_LOG_INFO, NULL, "%s", fill);
        text = captured();
        line = json_loads(text, 0, NULL);
        ck_assert_msg(line != NULL, "%.100s", text);
        ck_assert_uint_gt(json_string_length(json_object_get(line, "msg")), 1000);
        json_decref(line);
        free(text);
    }
}
END_TEST

TESTS("log", one_json_object_per_line, levels, long_lines)
