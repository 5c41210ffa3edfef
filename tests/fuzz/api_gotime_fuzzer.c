/* Times: the canonical form is its own, ends in Z, and with microseconds tells no other second. */
#include "apiserver/schema/gotime.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool canonical(const char *text, bool micro, char room[GOTIME_TEXT])
{
    auto_buf wrong = BUF_INIT(1u << 20);
    bool good = gotime_canonical(text, micro, room, &wrong);

    if (!good && wrong.len == 0 && !wrong.failed)
        abort();
    return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), plain[GOTIME_TEXT], fine[GOTIME_TEXT], again[GOTIME_TEXT];

    memcpy(text, data, size);
    text[size] = '\0';
    if (canonical(text, false, plain)) {
        bool usual = strlen(plain) == strlen("2026-01-02T03:04:05Z"); /* the year has four digits */
        if (plain[strlen(plain) - 1] != 'Z')
            abort();
        if (usual && (!canonical(plain, false, again) || strcmp(plain, again) != 0))
            abort();
        if (canonical(text, true, fine) && usual &&
            (strncmp(plain, fine, 19) != 0 || !canonical(fine, true, again) || strcmp(fine, again) != 0))
            abort();
    }
    free(text);
    return 0;
}
