#include "core/url.h"

#include <string.h>

static bool is_unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-._~", c));
}

void url_escape(buf *b, const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (is_unreserved(*p))
            buf_addc(b, (char)*p);
        else
            buf_printf(b, "%%%02X", *p);
    }
}

static void segment(buf *b, const char *text)
{
    if (!*text || strcmp(text, ".") == 0 || strcmp(text, "..") == 0) {
        b->failed = true;
        return;
    }
    buf_addc(b, '/');
    url_escape(b, text);
}

void url_resource(buf *b, const opsdk_kind *kind, const char *ns, const char *name, const char *sub)
{
    const char *slash = strchr(kind->api_version, '/');

    if (slash) { /* group/version: two segments that the author of the kind wrote */
        buf_puts(b, "/apis/");
        buf_add(b, kind->api_version, (size_t)(slash - kind->api_version));
        segment(b, slash + 1);
    } else {
        buf_puts(b, "/api");
        segment(b, kind->api_version);
    }
    if (ns && !kind->cluster_scoped) {
        buf_puts(b, "/namespaces");
        segment(b, ns);
    }
    segment(b, kind->plural);
    if (name)
        segment(b, name);
    if (sub)
        segment(b, sub);
}

void url_query(buf *b, const char *name, const char *value)
{
    if (!value)
        return;
    buf_addc(b, b->data && memchr(b->data, '?', b->len) ? '&' : '?');
    url_escape(b, name);
    buf_addc(b, '=');
    url_escape(b, value);
}
