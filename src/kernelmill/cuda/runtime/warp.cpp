#include "warp.h"

#include <algorithm>

namespace km {
namespace {

int source(uint32_t op, int lane, int arg, int width) {
    const int first = lane / width * width, in = lane - first;
    switch (op) {
        case ShflIdx: return first + (arg & (width - 1));
        case ShflUp: return in - arg >= 0 && arg >= 0 ? lane - arg : lane;
        case ShflDown: return in + arg < width && arg >= 0 ? lane + arg : lane;
        // PTX: a lane below the segment's start is reachable, one past its end is not.
        case ShflXor: return (lane ^ arg) < first + width ? (lane ^ arg) & 31 : lane;
        default: return lane;
    }
}

uint64_t combine(uint32_t op, uint64_t a, uint64_t b) {
    switch (op) {
        case AddU: return a + b;
        case MinU: return std::min(a, b);
        case MaxU: return std::max(a, b);
        case MinS: return uint64_t(std::min(int64_t(a), int64_t(b)));
        case MaxS: return uint64_t(std::max(int64_t(a), int64_t(b)));
        case And: return a & b;
        case Or: return a | b;
        default: return a ^ b;
    }
}

/// Computes one collective for the lanes `have` (bits), all of one op.
void compute(Block& b, uint32_t base, uint32_t op, uint32_t have) {
    uint64_t v[32], r[32];
    uint32_t ballot = 0;
    uint64_t total = 0;
    bool first = true;
    for (uint32_t m = have; m; m &= m - 1) {
        auto l = uint32_t(__builtin_ctz(m));
        v[l] = b.val[base + l];
        if (v[l]) ballot |= 1u << l;
        total = first ? v[l] : combine(op, total, v[l]);
        first = false;
    }
    for (uint32_t m = have; m; m &= m - 1) {
        auto l = uint32_t(__builtin_ctz(m));
        switch (op) {
            case ShflIdx: case ShflUp: case ShflDown: case ShflXor: {
                int s = source(op, int(l), int(b.arg[base + l]), int(b.width[base + l] ? b.width[base + l] : 32));
                r[l] = have >> s & 1 ? v[s] : v[l];
                break;
            }
            case Ballot: r[l] = ballot; break;
            case Any: r[l] = ballot != 0; break;
            case All: r[l] = ballot == have; break;
            case MatchAny: case MatchAll: {
                uint32_t same = 0;
                for (uint32_t k = have; k; k &= k - 1) {
                    auto j = uint32_t(__builtin_ctz(k));
                    if (v[j] == v[l]) same |= 1u << j;
                }
                r[l] = op == MatchAny ? same : same == have ? have : 0;
                break;
            }
            case Sync: case ActiveMask: case Lockstep: r[l] = have; break;
            default: r[l] = total;
        }
    }
    for (uint32_t m = have; m; m &= m - 1) {
        auto l = uint32_t(__builtin_ctz(m));
        b.res[base + l] = r[l];
    }
}

}  // namespace

bool resolve_warp(Worker& w, uint32_t base, uint32_t end, bool partial) {
    Block& b = w.block;
    uint32_t waiting = 0, done = 0, ready = 0;
    for (uint32_t i = base; i < end; i++) {
        if (w.kind[i] == AtCollective) waiting |= 1u << (i - base);
        if (w.kind[i] == Done) done |= 1u << (i - base);
        if (w.kind[i] == Ready) ready |= 1u << (i - base);
    }
    if (!waiting) return false;
    const uint32_t exist = end - base == 32 ? ~0u : (1u << (end - base)) - 1;
    const uint32_t live = exist & ~done;
    bool any = false;
    // First what has a mask; who asks for the active lanes or runs in lockstep waits for lanes that can still move.
    for (int round = 0; round < 2 && !any; round++) {
        for (uint32_t left = waiting; left;) {
            auto l = uint32_t(__builtin_ctz(left));
            const uint32_t i = base + l, op = w.op[i], mask = b.mask[i] ? b.mask[i] : ~0u;
            uint32_t group = 0;  // lanes at the same operation with the same mask
            for (uint32_t m = left; m; m &= m - 1) {
                auto k = uint32_t(__builtin_ctz(m));
                if (w.op[base + k] == op && (b.mask[base + k] ? b.mask[base + k] : ~0u) == mask) group |= 1u << k;
            }
            left &= ~group;
            const bool loose = op == ActiveMask || op == Lockstep;
            if (loose != (round == 1)) continue;
            const uint32_t missing = loose ? ready : (mask & live & ~group);
            if (missing && !partial) continue;
            compute(b, base, op, group);
            for (uint32_t m = group; m; m &= m - 1) w.kind[base + uint32_t(__builtin_ctz(m))] = Ready;
            any = true;
        }
    }
    return any;
}

bool resolve_all(Worker& w, const Segment& at) {
    Block& b = w.block;
    const uint32_t n = b.n, op = at.op;
    if (op == Sync || op == Lockstep) {
        if (!(at.flags & 1) && op == Sync)
            for (uint32_t i = 0; i < n; i++)
                if (b.mask[i] != ~0u) return false;
        return true;
    }
    if (!(at.flags & 1)) {
        uint32_t all = ~0u;
        for (uint32_t i = 0; i < n; i++) all &= b.mask[i];
        // A mask without the lanes that do not exist is as good as the whole.
        if (all != ~0u && (n & 31) == 0) return false;
        if (all != ~0u && n < 32 && all != (1u << n) - 1) return false;
        if (all != ~0u && n > 32) return false;
    }
    if (op <= ShflXor) {
        uint32_t odd = 0;
        if (at.flags & 4) {
            if (n & 31) std::fill(b.width, b.width + n, 32u);
        } else {
            for (uint32_t i = 0; i < n; i++) odd |= b.width[i] ^ 32u;
        }
        if (!odd && (n & 31) == 0) {
            const uint64_t* v = b.val;
            const uint32_t* a = b.arg;
            uint64_t* r = b.res;
            for (uint32_t base = 0; base < n; base += 32, v += 32, a += 32, r += 32) {
                if (op == ShflDown) for (uint32_t l = 0; l < 32; l++) r[l] = v[l + a[l] < 32 ? l + a[l] : l];
                else if (op == ShflXor) for (uint32_t l = 0; l < 32; l++) r[l] = v[(l ^ a[l]) & 31];
                else if (op == ShflIdx) for (uint32_t l = 0; l < 32; l++) r[l] = v[a[l] & 31];
                else for (uint32_t l = 0; l < 32; l++) r[l] = v[a[l] <= l ? l - a[l] : l];
            }
            return true;
        }
    }
    for (uint32_t base = 0; base < n; base += 32)
        compute(b, base, op, n - base >= 32 ? ~0u : (1u << (n - base)) - 1);
    return true;
}

}  // namespace km
