#include "core/sampler.h"

#include <zdict.h>

void sampler_start(sampler *s)
{
    buf_clear(&s->data);
    *s = (sampler){.active = true, .data = BUF_INIT(LIMIT_DICTIONARY + SAMPLE_TRIALS * SAMPLE_MAX)};
}

void sampler_clear(sampler *s)
{
    buf_clear(&s->data);
    s->active = false;
}

/* A dictionary takes a quarter of a megabyte: it does not pay before that many bytes have come. */
static bool is_trial(const sampler *s)
{
    return s->seen >= LIMIT_DICTIONARY && (s->n == SAMPLE_OBJECTS || s->text == LIMIT_DICTIONARY);
}

bool sampler_add(sampler *s, const char *data, size_t len)
{
    size_t n = len < SAMPLE_MAX ? len : SAMPLE_MAX, left = LIMIT_DICTIONARY - s->text;

    if (is_trial(s)) {
        buf_add(&s->data, data, n);
        s->trials[s->n_trials++] = n;
    } else if (s->n < SAMPLE_OBJECTS && left > 0) {
        n = n < left ? n : left;
        buf_add(&s->data, data, n);
        s->text += n;
        s->n++;
    }
    s->seen += len;
    if (s->data.failed)
        sampler_clear(s);
    return s->active && s->n_trials == SAMPLE_TRIALS;
}

const char *sampler_finish(sampler *s, int level, buf *room, size_t *ret_len)
{
    ZDICT_params_t params = {.compressionLevel = level};
    size_t n;

    *ret_len = s->text;
    if (!buf_reserve(room, s->text + SAMPLE_HEADER))
        return s->data.data;
    n = ZDICT_finalizeDictionary(room->data, room->cap, s->data.data, s->text, s->data.data + s->text, s->trials,
                                 s->n_trials, params);
    if (ZDICT_isError(n))
        return s->data.data;
    *ret_len = n;
    return room->data;
}
