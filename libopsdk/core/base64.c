#include "core/base64.h"

#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static bool is_break(char c)
{
    return c == '\n' || c == '\r' || c == ' ' || c == '\t';
}

bool base64_decode(const char *text, size_t len, buf *ret)
{
    uint32_t bits = 0;
    unsigned have = 0, padding = 0, count = 0;

    if (!buf_reserve(ret, len / 4 * 3))
        return false;
    for (size_t i = 0; i < len; i++) {
        const char *digit = text[i] ? strchr(digits, text[i]) : NULL;

        if (is_break(text[i]))
            continue;
        count++;
        padding += text[i] == '=';
        if (text[i] != '=' && (!digit || padding))
            return false;
        if (padding)
            continue;
        bits = bits << 6 | (uint32_t)(digit - digits);
        have += 6;
        if (have >= 8) {
            have -= 8;
            buf_addc(ret, (char)(bits >> have & 0xff));
        }
    }
    return count % 4 == 0 && padding <= 2 && padding == have / 2 && !ret->failed;
}

void base64_encode(const void *data, size_t len, buf *ret)
{
    const unsigned char *p = data;

    for (size_t i = 0; i < len; i += 3) {
        uint32_t bits = (uint32_t)p[i] << 16;

        if (i + 1 < len)
            bits |= (uint32_t)p[i + 1] << 8;
        if (i + 2 < len)
            bits |= p[i + 2];
        buf_addc(ret, digits[bits >> 18]);
        buf_addc(ret, digits[bits >> 12 & 63]);
        buf_addc(ret, i + 1 < len ? digits[bits >> 6 & 63] : '=');
        buf_addc(ret, i + 2 < len ? digits[bits & 63] : '=');
    }
}

bool base64url_decode(const char *text, size_t len, buf *ret)
{
    auto_buf plain = BUF_INIT(len + 4);

    for (size_t i = 0; i < len; i++)
        buf_addc(&plain, text[i] == '-' ? '+' : text[i] == '_' ? '/' : text[i]);
    while (plain.len % 4)
        buf_addc(&plain, '=');
    return plain.data && !plain.failed && base64_decode(plain.data, plain.len, ret);
}

void base64url_encode(const void *data, size_t len, buf *ret)
{
    size_t from = ret->len;

    base64_encode(data, len, ret);
    while (!ret->failed && ret->len > from && ret->data[ret->len - 1] == '=')
        ret->data[--ret->len] = '\0';
    for (size_t i = from; !ret->failed && i < ret->len; i++)
        ret->data[i] = ret->data[i] == '+' ? '-' : ret->data[i] == '/' ? '_' : ret->data[i];
}
