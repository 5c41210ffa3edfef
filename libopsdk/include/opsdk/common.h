/* What every public header needs: visibility, argument checks and the C++ brackets. */
#ifndef OPSDK_COMMON_H
#define OPSDK_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPSDK_API __attribute__((visibility("default")))
#define OPSDK_PRINTF(f, a) __attribute__((format(printf, f, a)))
#define OPSDK_MUST_CHECK __attribute__((warn_unused_result))

#ifdef __cplusplus
#define OPSDK_BEGIN extern "C" {
#define OPSDK_END }
#else
#define OPSDK_BEGIN
#define OPSDK_END
#endif

#endif
