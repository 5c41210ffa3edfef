#include "tests/support/fault.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

/* Volatile, since a compiler knows that malloc changes no variable of this program. */
static _Thread_local volatile unsigned long left;
static _Thread_local volatile bool armed, own_only;

/* Where this program's own code lies: the linker's symbols. */
extern const char __executable_start, etext;

void fault_set(unsigned long k)
{
    left = k;
    armed = k > 0;
    own_only = false;
}

void fault_set_own(unsigned long k)
{
    fault_set(k);
    own_only = true;
}

bool fault_clear(void)
{
    bool hit = armed && left == 0;

    fault_set(0);
    return hit;
}

/* TSan asks for memory before dlsym works: no faults under it (fault_works tells). */
#ifndef __SANITIZE_THREAD__
static bool fails(const void *caller)
{
    const char *at = caller;

    if (left == 0 || (own_only && (at < &__executable_start || at >= &etext)))
        return false;
    left--;
    if (left > 0)
        return false;
    errno = ENOMEM;
    return true;
}

#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define CLANG_ASAN 1
#endif
#endif

/* clang links ASan statically, so that no next malloc can be found; it has a name of its own there. */
#ifdef CLANG_ASAN
void *__interceptor_malloc(size_t size);
void *__interceptor_calloc(size_t n, size_t size);
void *__interceptor_realloc(void *old, size_t size);
#define NEXT(name) __interceptor_##name
#else
/* A function of the next library; ISO C has no conversion from what dlsym returns. */
#define NEXT(name)                                                             \
    ({                                                                         \
        static __typeof__(&name) next;                                         \
        void *found;                                                           \
        if (!__atomic_load_n(&next, __ATOMIC_RELAXED)) {                       \
            found = dlsym(RTLD_NEXT, #name);                                   \
            __atomic_store_n((void **)(void *)&next, found, __ATOMIC_RELAXED); \
        }                                                                      \
        next;                                                                  \
    })
#endif

#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC visibility push(default) /* for libc and jansson too */
void *malloc(size_t size);
void *calloc(size_t n, size_t size);
void *realloc(void *old, size_t size);
#pragma GCC visibility pop

void *malloc(size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : NEXT(malloc)(size);
}

void *calloc(size_t n, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : NEXT(calloc)(n, size);
}

void *realloc(void *old, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : NEXT(realloc)(old, size);
}

#endif

bool fault_works(void)
{
    void *volatile p; /* so that the call is not left out */

    fault_set(1);
    p = malloc(1);
    free(p);
    return fault_clear();
}
