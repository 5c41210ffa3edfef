#include "apiserver/schema/validate.h"

#include "apiserver/go_print.h"
#include "apiserver/schema/rune.h"

#include <math.h>
#include <string.h>

bool number_is_whole(double value)
{
    double whole = trunc(value), difference = fabs(value - whole);

    if (!isfinite(value) || fabs(value) > 9007199254740991.0)
        return false;
    return difference == 0 || (value > 0 && difference / (fabs(value) + fabs(whole)) < 1e-9);
}

/* ---- enum ---- */

/* Go converts the value to the type of the choice before it compares: 1.5 becomes 1 for a choice of 1. */
static bool is_choice(const json_t *value, const json_t *choice)
{
    if (json_is_null(value) || json_is_null(choice))
        return false;
    if (json_is_real(value) && json_is_integer(choice))
        return fabs(json_real_value(value)) < 9e18 && (json_int_t)json_real_value(value) == json_integer_value(choice);
    if (json_is_integer(value) && json_is_real(choice))
        return (double)json_integer_value(value) == json_real_value(choice);
    return json_equal(value, choice);
}

void check_choice(checker *c, const schema_rules *r, const json_t *value, findings *f)
{
    auto_buf shown = BUF_INIT(LIMIT_OBJECT);
    size_t i;
    json_t *choice;

    json_array_foreach((json_t *)r->choices, i, choice)
    {
        if (is_choice(value, choice))
            return;
    }
    go_show(&shown, r->choices);
    findings_add(&c->room, f, FINDING_CHOICE, json_incref((json_t *)value), "%s in body should be one of %s",
                 path_now(&c->room), shown.failed ? "" : shown.data);
    if (findings_last(f))
        findings_last(f)->choices = r->choices;
}

/* ---- strings ---- */

/* The first that fails is the one that is told. */
static void check_length_and_pattern(checker *c, const schema_rules *r, const json_t *value, findings *f)
{
    const char *text = json_string_value(value);
    size_t len = json_string_length(value);
    int64_t runes = r->max_length == RULE_NONE && r->min_length == RULE_NONE ? 0 : (int64_t)rune_count(text, len);

    if (r->max_length != RULE_NONE && runes > r->max_length) {
        findings_add(&c->room, f, FINDING_TOO_LONG, NULL, "%s in body should be at most %lld chars long",
                     path_now(&c->room), (long long)r->max_length);
        if (findings_last(f))
            findings_last(f)->max = r->max_length;
    } else if (r->min_length != RULE_NONE && runes < r->min_length) {
        findings_add(&c->room, f, FINDING_INVALID, json_incref((json_t *)value),
                     "%s in body should be at least %lld chars long", path_now(&c->room), (long long)r->min_length);
    } else if (r->pattern_re && regex_match(r->pattern_re, text, len) != 1) {
        findings_add(&c->room, f, FINDING_INVALID, json_incref((json_t *)value), "%s in body should match '%s'",
                     path_now(&c->room), r->pattern);
    }
}

static void check_format(checker *c, const schema *s, const json_t *value, findings *f)
{
    const schema_rules *r = s->rules;
    auto_buf quoted = BUF_INIT(LIMIT_OBJECT);

    if (format_holds(r->format, r->format_re, json_string_value(value), json_string_length(value)))
        return;
    go_bad_value(&quoted, value);
    findings_add(&c->room, f, FINDING_TYPE, json_incref((json_t *)value), "%s in body must be of type %s: %s",
                 path_now(&c->room), s->format, quoted.failed ? "" : quoted.data);
}

void check_text(checker *c, const schema *s, const json_t *value, findings *f)
{
    check_length_and_pattern(c, s->rules, value, f);
    f->matches++;
    if (!s->rules->format)
        return;
    check_format(c, s, value, f);
    f->matches++;
}

/* ---- numbers ---- */

static json_int_t whole_part(double value)
{
    return value >= 9.2e18 ? INT64_MAX : value <= -9.2e18 ? INT64_MIN : (json_int_t)value;
}

static void add_number(checker *c, findings *f, const json_t *value, const char *what, const rule_bound *bound)
{
    auto_buf shown = BUF_INIT(64);

    if (json_is_integer(value))
        buf_printf(&shown, "%lld", (long long)whole_part(bound->value));
    else
        go_float(&shown, bound->value);
    findings_add(&c->room, f, FINDING_INVALID, json_incref((json_t *)value), "%s in body should be %s %s",
                 path_now(&c->room), what, shown.data ? shown.data : "");
}

/* Bounds lose their fraction where the value has none, as in the server. */
static int compare(const json_t *value, const rule_bound *bound)
{
    if (json_is_integer(value)) {
        json_int_t x = json_integer_value(value), y = whole_part(bound->value);
        return x < y ? -1 : x > y;
    }
    return json_real_value(value) < bound->value ? -1 : json_real_value(value) > bound->value;
}

static void check_multiple(checker *c, const schema_rules *r, const json_t *value, findings *f)
{
    double by = r->multiple_of.value;
    bool whole = json_is_integer(value), fine;
    auto_buf shown = BUF_INIT(64);

    if (whole ? whole_part(by) <= 0 : by <= 0) {
        json_t *factor = whole ? json_integer(whole_part(by)) : json_real(by);
        go_bad_value(&shown, factor);
        findings_add(&c->room, f, FINDING_INVALID, factor, "factor MultipleOf declared for %s must be positive: %s",
                     path_now(&c->room), shown.data ? shown.data : "");
        return;
    }
    if (whole)
        fine = json_integer_value(value) % whole_part(by) == 0;
    else
        fine = number_is_whole(by < 1 ? 1 / by * json_real_value(value) : json_real_value(value) / by);
    if (!fine)
        add_number(c, f, value, "a multiple of", &r->multiple_of);
}

void check_number(checker *c, const schema_rules *r, const json_t *value, findings *f)
{
    if (r->multiple_of.set)
        check_multiple(c, r, value, f);
    if (r->minimum.set && compare(value, &r->minimum) < (r->minimum.exclusive ? 1 : 0))
        add_number(c, f, value, r->minimum.exclusive ? "greater than" : "greater than or equal to", &r->minimum);
    if (r->maximum.set && compare(value, &r->maximum) > (r->maximum.exclusive ? -1 : 0))
        add_number(c, f, value, r->maximum.exclusive ? "less than" : "less than or equal to", &r->maximum);
    f->matches += 2;
}

void add_too_many(checker *c, findings *f, int64_t n, int64_t max, const char *what)
{
    findings_add(&c->room, f, FINDING_TOO_MANY, NULL, "%s in body should have at most %lld %s", path_now(&c->room),
                 (long long)max, what);
    if (findings_last(f)) {
        findings_last(f)->actual = n;
        findings_last(f)->max = max;
    }
}
