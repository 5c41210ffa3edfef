#include "core/scan_run.h"

#ifdef SCAN_AVX2
#include <immintrin.h>

#define SCAN_TARGET __attribute__((target("avx2,bmi")))
#define SCAN_RUN scan_run_avx2
#define SCAN_BLOCK 32
#define scan_odd avx2_odd
#define scan_odd_make avx2_odd_make
#define scan_block avx2_block

/* As in scan_plain.h. */
typedef struct avx2_odd {
    __m256i quote, slash, low;
} avx2_odd;

static inline SCAN_TARGET __attribute__((always_inline)) avx2_odd avx2_odd_make(void)
{
    avx2_odd odd = {_mm256_set1_epi8('"'), _mm256_set1_epi8('\\'), _mm256_set1_epi8(0x20)};

    __asm__("" : "+x"(odd.quote), "+x"(odd.slash), "+x"(odd.low));
    return odd;
}

static inline SCAN_TARGET __attribute__((always_inline)) size_t avx2_block(const avx2_odd *odd, const char *p, char *to)
{
    __m256i v = _mm256_loadu_si256((const void *)p);
    __m256i is_odd = _mm256_or_si256(_mm256_cmpeq_epi8(v, odd->quote), _mm256_cmpeq_epi8(v, odd->slash));

    if (to)
        _mm256_storeu_si256((void *)to, v);
    is_odd = _mm256_or_si256(is_odd, _mm256_cmpgt_epi8(odd->low, v));
    return _tzcnt_u32((unsigned)_mm256_movemask_epi8(is_odd));
}

#include "core/scan_run_body.h"
#endif
