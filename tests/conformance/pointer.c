#include "tests/conformance/pointer.h"

#include "tests/conformance/tool.h"

#include <stdlib.h>
#include <string.h>

static void unescape(buf *out, const char *at, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bool escape = at[i] == '~' && i + 1 < len;

        buf_addc(out, !escape ? at[i] : at[i + 1] == '1' ? '/' : '~');
        i += escape;
    }
}

json_t *pointer_get(json_t *doc, const char *pointer)
{
    while (doc && *pointer == '/') {
        auto_buf name = BUF_INIT(TOOL_TEXT_MAX);
        size_t len = strcspn(++pointer, "/");

        buf_puts(&name, "");
        unescape(&name, pointer, len);
        pointer += len;
        doc = json_is_array(doc) ? json_array_get(doc, strtoul(name.data, NULL, 10)) : json_object_get(doc, name.data);
    }
    return doc;
}

void pointer_add(buf *path, const char *member)
{
    buf_addc(path, '/');
    for (; *member; member++) {
        if (*member == '~' || *member == '/')
            buf_puts(path, *member == '~' ? "~0" : "~1");
        else
            buf_addc(path, *member);
    }
}
