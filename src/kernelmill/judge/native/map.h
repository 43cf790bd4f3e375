/* The arena on the candidate's side: a place for it, and every buffer where the judge's plan says. */
#ifndef KM_MAP_H
#define KM_MAP_H

#include <errno.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "control.h"

#define KM_GRAIN (1ull << 32) /* the filter compares the upper halves of addresses */

/* A range far from where the kernel puts everything else, so that one comparison tells the arena apart. */
static inline uint8_t *km_reserve(uint64_t bytes) {
  for (int attempt = 0; attempt < 32; attempt++) {
    uint16_t r = 0;
    if (getrandom(&r, sizeof r, 0) != sizeof r) break;
    void *want = (void *)((0x1000ull + r % 0x3000u) * KM_GRAIN);
    void *got = mmap(want, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (got == want) return got;
    if (got != MAP_FAILED) munmap(got, bytes);
  }
  return NULL;
}

/* Base address, or NULL with errno; *bytes is the length of the range. */
static inline uint8_t *km_map_arena(const struct km_control *control, int inputs, int outputs, uint64_t *bytes) {
  *bytes = (control->va_bytes + KM_GRAIN - 1) / KM_GRAIN * KM_GRAIN;
  uint8_t *base = km_reserve(*bytes);
  if (!base) return NULL;
  const struct km_map *maps = (const void *)((const uint8_t *)control + control->maps_at);
  for (uint32_t i = 0; i < control->nmaps; i++) {
    int writable = maps[i].region == KM_OUTPUTS;
    if (mmap(base + maps[i].va, maps[i].bytes, PROT_READ | (writable ? PROT_WRITE : 0), MAP_SHARED | MAP_FIXED | MAP_POPULATE,
             writable ? outputs : inputs, (off_t)maps[i].file) == MAP_FAILED)
      return NULL;
  }
  return base;
}

#endif
