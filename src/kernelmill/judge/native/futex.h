/* Waiting on a word that another process shares. */
#ifndef KM_FUTEX_H
#define KM_FUTEX_H

#include <linux/futex.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static inline void km_wake(uint32_t *word) { syscall(SYS_futex, word, FUTEX_WAKE, 1 << 30, 0, 0, 0); }

/* Returns when the word differs from `value`, on a wake, a signal, or after ns nanoseconds (0: never). */
static inline void km_wait_word(uint32_t *word, uint32_t value, uint64_t ns) {
  struct timespec t = {(time_t)(ns / 1000000000u), (long)(ns % 1000000000u)};
  syscall(SYS_futex, word, FUTEX_WAIT, value, ns ? &t : 0, 0, 0);
}

static inline uint32_t km_get(const uint32_t *word) { return __atomic_load_n(word, __ATOMIC_ACQUIRE); }
static inline void km_put(uint32_t *word, uint32_t value) { __atomic_store_n(word, value, __ATOMIC_RELEASE); }

#endif
