/* Every limit of the embedded API server, with its reason.  Those of the real server have its values. */
#ifndef APISERVER_LIMITS_H
#define APISERVER_LIMITS_H

#include "core/limits.h"

#define LIMIT_REQUEST_BODY (3u << 20) /* bytes; k8s.io/apiserver MaxRequestBodyBytes */
#define LIMIT_REPLY (512u << 20)      /* bytes of one answer: a list of everything */
#define LIMIT_HEADERS \
    61440 /* bytes of a request's head; libwebsockets counts in 16 bits, and malloc tidies up at length for 64 KiB that go */
#define LIMIT_CONNECTIONS 4096          /* at once */
#define LIMIT_HISTORY 65536             /* events of one kind that a watch can resume over */
#define LIMIT_HISTORY_BYTES (64u << 20) /* of the objects in them; the newest event stays whatever it takes */
#define LIMIT_SNAPSHOTS 8               /* states of one kind that continue tokens can refer to */
#define LIMIT_TREES 256                 /* objects that are kept as trees beside their text */
#define LIMIT_TREE 4096                 /* bytes of text of one such; as a tree some eight times that */
#define LIMIT_KEY 640                   /* bytes of "namespace/name" */
#define LIMIT_STREAM (64u << 20)        /* bytes that wait for a watch's reader before it is cut off */
#define LIMIT_BOOKMARK_MS 60000         /* between bookmarks; k8s.io/apiserver sends one about each minute */
#define LIMIT_WATCH_MIN_S 1800 /* a watch without timeoutSeconds ends after this to twice this; min-request-timeout */
#define LIMIT_EVENT_LIFE_MS 3600000 /* since it was last written an event lives so long; kube-apiserver --event-ttl */
#define LIMIT_EVENTS_AGAIN_MS 1000  /* between two looks for those that are due */
#define LIMIT_HANGUP_MS 200         /* until it is noticed that a watch's client hung up */
#define LIMIT_ROUND_US 1000         /* that an answer or an event waits for others while there are requests to serve */
#define LIMIT_HELD 64               /* answers that wait so */
#define LIMIT_KEEPALIVE_S 90        /* of an idle connection */
#define LIMIT_MANIFEST (64u << 20)  /* bytes of one file of manifests */
#define LIMIT_ESTABLISH_MS 5000     /* for a CRD's resources to be served, before a manifest of its kind is refused */
#define LIMIT_WAIT_MS 30000         /* a wait that is given no time-out */
#define LIMIT_TOKEN (16u << 10)     /* bytes of a bearer token */
#define LIMIT_REASON (1u << 20)     /* bytes of why something is forbidden */
#define LIMIT_RULE_PARTS 65536      /* verbs of resources that one role may grant, where that has to be checked */
#define LIMIT_AGGREGATION 16        /* aggregated roles that are part of each other, in a row */
#define LIMIT_REGEX 100000          /* nodes and instructions of one regular expression */
#define LIMIT_REGEX_DEPTH 1000      /* groups in groups; as Go's */
#define LIMIT_REQUESTS 16384        /* newest requests that the recorder keeps */
#define LIMIT_MANAGER_NAME 128      /* bytes; apimachinery FieldManagerMaxLength */
#define LIMIT_POD_TMP "1g"          /* bytes of a container's /tmp, which is memory */
#define LIMIT_POD_LOG (4u << 20)    /* bytes of one container's output that are kept */
#define LIMIT_POD_LINE 16384        /* bytes of a line of it; longer ones are split, as container runtimes do */
#define LIMIT_POD_COMMAND 65536     /* bytes of a command line in an annotation */
#define LIMIT_SESSION_OUT (256u << 10) /* bytes of output that wait for the client of an exec before no more is read */
#define LIMIT_SESSION_IN (256u << 10)  /* bytes of input that wait for the command before no more is received */
#define LIMIT_SESSION_END_MS 2000      /* from a command's end to that of its output, which children may hold open */
#define LIMIT_RESTART_MS 1000          /* pause before the second restart of a container; doubled each time */
#define LIMIT_RESTART_MAX_MS 60000
#define LIMIT_RESTART_FORGET_MS 600000 /* a container that ran so long is restarted at once again; as kubelet */
#define LIMIT_POD_SOCKETS 16           /* of a pod's network that are kept in stock */
#define LIMIT_PROXIES 256              /* connections to one pod at once */
#define LIMIT_PORTS_MS 100             /* between two looks at the ports on which a pod listens */
#define LIMIT_ANNOTATIONS (256u << 10) /* bytes of all annotations, names and values */
#define LIMIT_MANAGERS 10           /* updates that managedFields keeps apart; apimachinery DefaultMaxUpdateManagers */
#define LIMIT_PATH_VALUES 65536     /* that a JSONPath may reach at once */
#define LIMIT_PATCH_OPS 10000       /* operations of one JSON patch */
#define LIMIT_PATCH_COPY (3u << 20) /* bytes that they copy; k8s.io/apiserver JSONPatchMaxCopyBytes */
#define LIMIT_HOOK_THREADS 64       /* requests at once that wait for webhooks; more wait for these */
#define LIMIT_HOOK_URL 4096         /* bytes of a webhook's URL */
#define LIMIT_REVIEW (16u << 20)    /* bytes of a question to a webhook (two objects), and of its answer */
#define LIMIT_GC_TURN 64            /* objects that a controller deals with in one turn of the loop */
#define LIMIT_NAMESPACE_AGAIN_MS 10 /* until what goes from a namespace that ends is counted anew */
#define LIMIT_GC_AGAIN_MS 1000      /* until it tries again what went wrong */

#endif
