/* SplitMix64 (Steele, Lea, Flood 2014): seeds, orders and small draws. */
#ifndef KM_RANDOM_H
#define KM_RANDOM_H

#include <stdint.h>

static inline uint64_t km_mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

static inline uint64_t km_next(uint64_t *state) { return km_mix(*state += 0x9e3779b97f4a7c15ull); }

#endif
