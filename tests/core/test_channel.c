#include "core/channel.h"
#include "core/limits.h"
#include "tests/support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "1:abc 2:x" in order. */
static char got[4096];
static int refuse;

static int note(int fd, const char *data, size_t len, void *user, opsdk_error *err)
{
    (void)user, (void)err;
    if (refuse)
        return refuse;
    ck_assert_uint_gt(len, 0);
    snprintf(got + strlen(got), sizeof(got) - strlen(got), "%d:%.*s ", fd, (int)len, data);
    return 0;
}

static channel start(void)
{
    channel ch;

    got[0] = '\0';
    refuse = 0;
    channel_init(&ch, note, NULL);
    return ch;
}

static int whole(channel *ch, const char *message, size_t len)
{
    return channel_feed(ch, message, len, true, true, NULL);
}

START_TEST(whole_messages)
{
    channel ch = start();

    ck_assert_int_eq(whole(&ch, "\1out", 4), 0);
    ck_assert_int_eq(whole(&ch, "\2err", 4), 0);
    ck_assert_int_eq(whole(&ch, "", 0), 0);
    ck_assert_int_eq(whole(&ch, "\1", 1), 0);
    ck_assert_int_eq(whole(&ch, "\3{}", 3), 0);
    ck_assert_int_eq(whole(&ch, "\xff\1", 2), 0);
    ck_assert_str_eq(got, "1:out 2:err ");
    ck_assert_str_eq(ch.status.data, "{}");
    channel_clear(&ch);
}
END_TEST

/* The channel byte stands once per message, at whichever fragment has the first byte. */
START_TEST(fragments)
{
    channel ch = start();

    ck_assert_int_eq(channel_feed(&ch, "", 0, true, false, NULL), 0);
    ck_assert_int_eq(channel_feed(&ch, "\1", 1, false, false, NULL), 0);
    ck_assert_int_eq(channel_feed(&ch, "\2", 1, false, false, NULL), 0);
    ck_assert_int_eq(channel_feed(&ch, "", 0, false, false, NULL), 0);
    ck_assert_int_eq(channel_feed(&ch, "\3", 1, false, true, NULL), 0);
    ck_assert_int_eq(channel_feed(&ch, "\2x", 2, true, true, NULL), 0);
    ck_assert_str_eq(got, "1:\2 1:\3 2:x ");
    ck_assert_uint_eq(ch.status.len, 0);
    channel_clear(&ch);
}
END_TEST

START_TEST(channels_that_are_not_the_servers)
{
    for (int c = 0; c < 256; c++) {
        bool own = (c >= 1 && c <= 3) || c == 255;
        char message[2] = {(char)c, 'x'};
        channel ch = start();

        ck_assert_int_eq(whole(&ch, message, 2), own ? 0 : OPSDK_EPROTO);
        channel_clear(&ch);
    }
}
END_TEST

START_TEST(what_ends_the_reading)
{
    channel ch = start();
    char *large = calloc(1, LIMIT_EXEC_STATUS + 2);

    large[0] = CHANNEL_ERROR;
    ck_assert_int_eq(whole(&ch, large, LIMIT_EXEC_STATUS + 1), 0);
    ck_assert_int_eq(whole(&ch, large, 2), OPSDK_EPROTO);
    refuse = OPSDK_EEXEC;
    ck_assert_int_eq(whole(&ch, "\1x", 2), OPSDK_EEXEC);
    free(large);
    channel_clear(&ch);
}
END_TEST

static int read_exit(const char *json, channel_exit *e)
{
    return channel_read_exit(json, strlen(json), e, NULL);
}

#define FAILURE(reason, rest) "{\"metadata\":{},\"status\":\"Failure\",\"reason\":\"" reason "\"" rest "}"
#define EXIT(text) \
    FAILURE("NonZeroExitCode", ",\"details\":{\"causes\":[{\"reason\":\"ExitCode\",\"message\":" text "}]}")

START_TEST(exit_codes)
{
    static const struct {
        const char *json;
        int code;
        bool missing;
    } cases[] = {
        {"{\"metadata\":{},\"status\":\"Success\"}", 0, false},
        {EXIT("\"3\""), 3, false},
        {EXIT("\"255\""), 255, false},
        {EXIT("\"126\""), 126, true},
        {EXIT("\"127\""), 127, true},
        {FAILURE("NonZeroExitCode",
                 ",\"details\":{\"causes\":[{\"reason\":\"X\",\"message\":\"9\"},{\"reason\":\"ExitCode\","
                 "\"message\":\"4\"}]}"),
         4, false},
        {FAILURE("InternalError", ",\"message\":\"exec: \\\"x\\\": executable file not found in $PATH\""), -1, true},
        {FAILURE("InternalError", ",\"message\":\"exec /x: no such file or directory\""), -1, true},
        {FAILURE("InternalError", ",\"message\":\"permission denied\""), -1, true},
        {FAILURE("InternalError", ",\"message\":\"container is gone\""), -1, false},
        {FAILURE("", ""), -1, false},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        channel_exit e;

        ck_assert_msg(read_exit(cases[i].json, &e) == 0, "%s", cases[i].json);
        ck_assert_int_eq(e.code, cases[i].code);
        ck_assert_int_eq(e.missing, cases[i].missing);
    }
}
END_TEST

START_TEST(statuses_that_are_none)
{
    static const char *const bad[] = {"",
                                      "{",
                                      "[]",
                                      "\"Success\"",
                                      "{}",
                                      "{\"status\":\"success\"}",
                                      "{\"status\":1}",
                                      "{\"status\":\"Success\"",
                                      "command terminated with exit code 3",
                                      FAILURE("NonZeroExitCode", ""),
                                      EXIT("3"),
                                      EXIT("\"\""),
                                      EXIT("\"-1\""),
                                      EXIT("\"256\""),
                                      EXIT("\"3x\""),
                                      EXIT("\"99999999999999999999\"")};

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        channel_exit e = {.code = 77};

        ck_assert_msg(read_exit(bad[i], &e) == OPSDK_EPROTO, "%s", bad[i]);
        ck_assert_int_eq(e.code, 77);
    }
}
END_TEST

/* Runtimes put the cause last. */
START_TEST(long_messages_keep_their_end)
{
    auto_buf json = BUF_INIT(2048);
    channel_exit e;

    buf_puts(&json, "{\"status\":\"Failure\",\"reason\":\"InternalError\",\"message\":\"");
    for (int i = 0; i < 40; i++)
        buf_puts(&json, "oci runtime ");
    buf_puts(&json, "the cause\"}");
    ck_assert_int_eq(read_exit(json.data, &e), 0);
    ck_assert_uint_eq(strlen(e.message), sizeof(e.message) - 1);
    ck_assert_int_eq(strncmp(e.message, "...", 3), 0);
    ck_assert_str_eq(e.message + strlen(e.message) - 9, "the cause");
}
END_TEST

TESTS("channel", whole_messages, fragments, channels_that_are_not_the_servers, what_ends_the_reading, exit_codes,
      statuses_that_are_none, long_messages_keep_their_end)
