/* Every limit of the library, with its default.  The README repeats those that a user can meet. */
#ifndef CORE_LIMITS_H
#define CORE_LIMITS_H

#define LIMIT_DEPTH 128                /* levels of JSON or YAML */
#define LIMIT_SCAN_DEPTH 16384         /* levels that are read to find the end of what is skipped */
#define LIMIT_OBJECT (8u << 20)        /* bytes of one object in memory; as text where it comes whole */
#define LIMIT_DECODED (64u << 20)      /* bytes of lists and maps of one decoded object */
#define LIMIT_DICTIONARY (112u << 10)  /* bytes of objects that the others of a kind are packed by */
#define LIMIT_DICTIONARIES 4           /* made for one kind, when its objects change */
#define LIMIT_BODY (8u << 20)          /* bytes of a reply that is kept whole */
#define LIMIT_READ (64u << 10)         /* bytes of a list or watch that are read at once */
#define LIMIT_URL (64u << 10)          /* bytes of a request's path and query */
#define LIMIT_HEADER (64u << 10)       /* bytes of one reply header */
#define LIMIT_YAML (1u << 20)          /* bytes of one YAML document */
#define LIMIT_YAML_NODES (1u << 17)    /* nodes of it after aliases are expanded */
#define LIMIT_YAML_TEXT (8u << 20)     /* bytes of its scalars, likewise */
#define LIMIT_CONFIG_FILE (4u << 20)   /* bytes of a kubeconfig, certificate, key or token file */
#define LIMIT_PLUGIN_OUTPUT (1u << 20) /* bytes that a credential plugin may print */
#define LIMIT_PLUGIN_MS 60000          /* time that it may take */
#define LIMIT_LOOK_MS 50               /* so often a wait looks whether it is cancelled */
#define LIMIT_RETRY_AFTER_MS 60000     /* longest Retry-After that is obeyed */
#define LIMIT_RETRY_AFTER_MIN_MS 100   /* shortest: for one of 0 and for a date that is over */
#define LIMIT_TRIES 10                 /* of one request that is answered 429 or 503 */
#define LIMIT_IDLE 8                   /* kept connections of one client */
#define LIMIT_FAILURE (64u << 10)      /* bytes of an error reply that are read for its Status */
#define LIMIT_SLOW_BYTES 256           /* a reply that is slower than this per second ... */
#define LIMIT_SLOW_S 30                /* ... for so long is given up */
#define LIMIT_TCP_SILENCE_MS 30000     /* bytes that nobody acknowledges for so long end the connection */
#define LIMIT_KUBECONFIGS 64           /* files in one list */
#define LIMIT_GROUPS 512               /* API groups that discovery asks for */
#define LIMIT_EVENTS 256               /* recent events that are remembered, to count repetitions */
#define LIMIT_EVENT_MS 600000          /* for so long */
#define LIMIT_TIMEOUT_MS 30000         /* one request */
#define LIMIT_CONNECT_MS 10000         /* TCP and TLS */
#define LIMIT_TOKEN_AGE_MS 60000       /* a token file is read again after so long */
#define LIMIT_SILENCE_MS 40000         /* a list or watch that says nothing for so long is dead; see core/watcher.h */
#define LIMIT_FLOOR 256                /* bytes per second that a list makes at least */
#define LIMIT_PAGE 500                 /* objects per list request */
#define LIMIT_EXEC_OUTPUT (1u << 20)   /* bytes of stdout and of stderr */
#define LIMIT_EXEC_MS 30000            /* one command */
#define LIMIT_EXEC_SILENCE_MS 60000    /* a stream without a byte or a pong */
#define LIMIT_EXEC_STATUS (64u << 10)  /* bytes of the Status that tells how it ended */
#define LIMIT_EXEC_PING_MS 5000        /* between two pings */
#define LIMIT_EXEC_CLOSE_MS 2000       /* from a command's end to the end of its output */
#define LIMIT_EXEC_V4_MS 5000          /* v4, which cannot close stdin: from the end of input to that of the command */
#define LIMIT_WS_IDLE 4                /* websocket contexts that are kept */
#define LIMIT_WS_AGE_MS 300000         /* for so long, then made anew: certificates on disk change */
#define LIMIT_CP_BYTES (16ull << 30)   /* of one copy out of a container */
#define LIMIT_CP_FILES 1000000         /* likewise, entries */
#define LIMIT_TAR_NAME 4096            /* bytes of a name or link target in an archive */
#define LIMIT_TAR_RECORD (64u << 10)   /* bytes of an extended header in an archive */
#define LIMIT_LOG_LINE 8192            /* bytes of one log line */
#define LIMIT_QUEUE_BACKOFF_MIN_MS 5   /* first retry of a failed key */
#define LIMIT_QUEUE_BACKOFF_MAX_MS 180000 /* last */
#define LIMIT_QUEUE_RETRIES_PER_S \
    50 /* of one handler; what 10,000 keys that all fail ask for at their longest back-off */
#define LIMIT_QUEUE_RETRIES_AT_ONCE 100    /* of these, after a quiet time */
#define LIMIT_QUEUE_LOW_MS 60000           /* a key of low priority lets others pass for so long */
#define LIMIT_OWN_WAIT_MS 5000             /* for the cache to show what a handler wrote */
#define LIMIT_WATCH_BACKOFF_MIN_MS 200     /* first reconnect of a failed watch */
#define LIMIT_WATCH_BACKOFF_MAX_MS 30000   /* last, when the server answers but refuses */
#define LIMIT_WATCH_BACKOFF_LINK_MS 1000   /* last, when nobody answers: a restarted server is found within a second */
#define LIMIT_WATCH_BACKOFF_ABSENT_MS 5000 /* last, for a kind that the server does not know */
#define LIMIT_WATCH_HEALTHY_MS 120000 /* watches that were fine for so long: the next failure waits as the first does */
#define LIMIT_WATCH_REFUSED 8         /* watch requests in a row that fail with 5xx, then a new list */
#define LIMIT_LIST_EXPIRED 3          /* lists in a row that expire between pages, then one without pages */
#define LIMIT_INDEX_VALUES 256        /* values of one object that an index knows, where it has an array of them */
#define LIMIT_GRACE_MS 30000          /* for running reconciles when the manager stops */
#define LIMIT_CANCEL_MS 5000          /* more, once their calls are cancelled */

#endif
