/* Where buffers lie: in files that both sides map, with guard pages or canaries around every tensor. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "judge.h"
#include "random.h"

#define PAGE 4096ull
#define LINE 64ull
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

static uint64_t up(uint64_t n, uint64_t grain) { return (n + grain - 1) / grain * grain; }

/* One buffer on pages of its own, an unmapped page on either side. */
static void place_guarded(struct km_place *p, enum km_mode mode, uint64_t *va, uint64_t *file, struct km_map *map) {
  uint64_t pages = up(p->bytes ? p->bytes : 1, PAGE), at = 0;
  if (mode == KM_END) at = pages - up(p->bytes, LINE);
  if (mode == KM_EXACT) at = pages - p->bytes;
  *map = (struct km_map){*va + PAGE, *file, pages, p->region, 0};
  p->slack_from = *file, p->slack_to = *file + pages;
  p->va = *va + PAGE + at, p->file = *file + at;
  *va += pages + PAGE, *file += pages;
}

/* Dense, as an allocator would: 64-byte lines, a random gap of 1 to 16 lines after each tensor. The gap keeps the
 * distance between two tensors from being the same multiple of 4096 in every process. */
static void place_packed(struct km_place *p, uint64_t *file, uint64_t *state) {
  uint64_t end = up(p->bytes, LINE) + LINE * (1 + km_next(state) % 16);
  p->file = *file, p->va = 0;
  p->slack_from = *file, p->slack_to = *file + end;
  *file += end;
}

int km_plan_arena(uint32_t nsets, uint32_t ntensors, const uint64_t *bytes, const uint32_t *regions,
                  const uint32_t *modes, uint64_t seed, struct km_place *places, struct km_map *maps,
                  struct km_plan *plan) {
  uint64_t va = PAGE, file[2] = {0, 0}, state = seed;
  *plan = (struct km_plan){0};
  for (uint32_t s = 0; s < nsets; s++)
    for (uint32_t t = 0; t < ntensors; t++) {
      struct km_place *p = &places[(uint64_t)s * ntensors + t];
      *p = (struct km_place){.bytes = bytes[(uint64_t)s * ntensors + t], .region = regions[t]};
      if (modes[s] != KM_PACKED) place_guarded(p, modes[s], &va, &file[p->region], &maps[plan->nmaps++]);
    }
  for (uint32_t r = 0; r < 2; r++) {
    uint64_t first = file[r] = up(file[r], PAGE), most = 0;
    for (uint32_t s = 0; s < nsets; s++)
      for (uint32_t t = 0; t < ntensors; t++) {
        struct km_place *p = &places[(uint64_t)s * ntensors + t];
        if (modes[s] != KM_PACKED || p->region != r) continue;
        place_packed(p, &file[r], &state);
        p->va = va + PAGE + (p->file - first);
      }
    if (file[r] == first) continue;
    for (uint64_t i = 0; i < (uint64_t)nsets * ntensors; i++) /* as large as with the largest gaps: the size tells no seed */
      if (modes[i / ntensors] == KM_PACKED && places[i].region == r) most += up(places[i].bytes, LINE) + 16 * LINE;
    file[r] = up(first + most, PAGE);
    maps[plan->nmaps++] = (struct km_map){va + PAGE, first, file[r] - first, r, 0};
    va += file[r] - first + PAGE;
  }
  plan->va_bytes = va + 2 * PAGE;
  plan->inputs_bytes = file[KM_INPUTS] ? file[KM_INPUTS] : PAGE;
  plan->outputs_bytes = file[KM_OUTPUTS] ? file[KM_OUTPUTS] : PAGE;
  return 0;
}

int km_memfd(const char *name, uint64_t bytes) {
  int fd = (int)syscall(SYS_memfd_create, name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) return -errno;
  /* Nobody may shrink what the judge has mapped: reading it would kill the judge. */
  if (ftruncate(fd, (off_t)bytes) || fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW)) {
    int error = errno;
    close(fd);
    return -error;
  }
  return fd;
}

int km_seal(int fd) {
  return fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE) ? -errno : 0;
}
