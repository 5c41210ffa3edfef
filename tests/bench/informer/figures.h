/* What this process takes: time of its processors, memory. */
#ifndef INFORMER_FIGURES_H
#define INFORMER_FIGURES_H

#include <stddef.h>
#include <stdint.h>

int64_t figure_now_ns(void);  /* CLOCK_MONOTONIC */
int64_t figure_cpu_ns(void);  /* of all threads */
size_t figure_heap(void);     /* live bytes of the allocator */
long figure_pss_kb(void);     /* smaps_rollup; 0 where there is none */
long figure_rss_kb(void);     /* VmRSS: with the pages of libraries that others have too */
long figure_private_kb(void); /* written, and shared with nobody; smaps_rollup */
long figure_peak_kb(void);    /* VmHWM */
void figure_peak_reset(void); /* the peak is what is there now */

#endif
