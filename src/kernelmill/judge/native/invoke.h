/* Calling a function whose signature is known only at run time, in plain C.
 *
 * System V x86-64 and AAPCS64 fill integer and floating registers independently of each other, and what does not
 * fit goes to the stack in order, one 8-byte word each. So *every* entry of the calling convention can be called
 * through one type: all integer registers, all floating registers, then stack words. An entry that takes fewer
 * ignores the rest; the caller cleans the stack.
 */
#ifndef KM_INVOKE_H
#define KM_INVOKE_H

#include <stdint.h>
#include <string.h>

#include "control.h"

#if defined(__x86_64__)
#define KM_GP 6
#define KM_GP_TYPES int64_t, int64_t, int64_t, int64_t, int64_t, int64_t
#define KM_GP_VALUES(p) (p).gp[0], (p).gp[1], (p).gp[2], (p).gp[3], (p).gp[4], (p).gp[5]
#else
#define KM_GP 8
#define KM_GP_TYPES int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t
#define KM_GP_VALUES(p) \
  (p).gp[0], (p).gp[1], (p).gp[2], (p).gp[3], (p).gp[4], (p).gp[5], (p).gp[6], (p).gp[7]
#endif
#define KM_FP 8
#define KM_REGISTERS KM_GP_TYPES, double, double, double, double, double, double, double, double
#define KM_EXPAND(p) \
  KM_GP_VALUES(p), (p).fp[0], (p).fp[1], (p).fp[2], (p).fp[3], (p).fp[4], (p).fp[5], (p).fp[6], (p).fp[7]

struct km_arguments {
  uint32_t ngp, nfp, nstack;
  int64_t gp[KM_GP];
  double fp[KM_FP];
  int64_t stack[KM_MAX_ARGS];
};

typedef void (*km_entry)(KM_REGISTERS);

static inline void km_pass_integer(struct km_arguments *p, int64_t value) {
  if (p->ngp < KM_GP) p->gp[p->ngp++] = value;
  else p->stack[p->nstack++] = value;
}

static inline void km_pass_double(struct km_arguments *p, uint64_t bits) {
  if (p->nfp < KM_FP) memcpy(&p->fp[p->nfp++], &bits, 8);
  else p->stack[p->nstack++] = (int64_t)bits;
}

#define KM_I8 int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t
#define KM_S8(i) s[i], s[i + 1], s[i + 2], s[i + 3], s[i + 4], s[i + 5], s[i + 6], s[i + 7]

static inline void km_invoke(km_entry entry, const struct km_arguments *p) {
  const int64_t *s = p->stack;
  if (p->nstack == 0)
    entry(KM_EXPAND(*p));
  else if (p->nstack <= 8)
    ((void (*)(KM_REGISTERS, KM_I8))(void *)entry)(KM_EXPAND(*p), KM_S8(0));
  else if (p->nstack <= 24)
    ((void (*)(KM_REGISTERS, KM_I8, KM_I8, KM_I8))(void *)entry)(KM_EXPAND(*p), KM_S8(0), KM_S8(8), KM_S8(16));
  else
    ((void (*)(KM_REGISTERS, KM_I8, KM_I8, KM_I8, KM_I8, KM_I8, KM_I8, KM_I8, KM_I8))(void *)entry)(
        KM_EXPAND(*p), KM_S8(0), KM_S8(8), KM_S8(16), KM_S8(24), KM_S8(32), KM_S8(40), KM_S8(48), KM_S8(56));
}

#endif
