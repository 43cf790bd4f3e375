// The scheduler of one block. A thread runs until it waits (barrier, collective, grid, yield) or ends; when nobody can run, what is complete
// is released. Threads are fibers, or entries in the arrays of a split kernel; the rules are the same.
#include "engine.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <algorithm>
#include <sys/mman.h>
#include <cxxabi.h>

#include "warp.h"

#if !defined(__x86_64__)
#error "the CUDA runtime's fibers are written for x86-64"
#endif

extern "C" void km_switch(void** save, void* to);
__asm__(R"(.text
.globl km_switch
.hidden km_switch
.type km_switch,@function
km_switch:
    pushq %rbp; pushq %rbx; pushq %r12; pushq %r13; pushq %r14; pushq %r15
    movq %rsp,(%rdi)
    movq %rsi,%rsp
    popq %r15; popq %r14; popq %r13; popq %r12; popq %rbx; popq %rbp
    ret
.size km_switch,.-km_switch
)");

namespace km {

thread_local Worker* worker = nullptr;

namespace {

constexpr size_t kStack = 256 * 1024, kGuard = 4096;

uint64_t next_random(Worker& w) {
    w.random ^= w.random << 13;
    w.random ^= w.random >> 7;
    w.random ^= w.random << 17;
    return w.random;
}

void fiber_main() {
    Worker* w = worker;
    w->kernel->item(w->args);
    w->kind[w->current->lin] = Done;
    km_switch(&w->current->sp, w->scheduler_sp);
    abort();
}

void prepare(Worker& w, uint32_t i) {
    auto top = reinterpret_cast<void**>(w.stacks + (kStack + kGuard) * (i + 1));
    *--top = nullptr;  // the ABI wants the stack 16-byte aligned before a call
    *--top = reinterpret_cast<void*>(fiber_main);
    top -= 6;
    memset(top, 0, 48);
    w.fibers[i].sp = top;
}

void ensure_stacks(Worker& w, uint32_t n) {
    if (w.stack_count >= n) return;
    if (w.stacks) munmap(w.stacks, (kStack + kGuard) * w.stack_count);
    size_t bytes = (kStack + kGuard) * n;
    auto p = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) {
        fprintf(stderr, "kernelmill cuda: no memory for the stacks of %u threads\n", n);
        abort();
    }
    w.stacks = static_cast<char*>(p);
    w.stack_count = n;
    for (uint32_t i = 0; i < n; i++) mprotect(w.stacks + (kStack + kGuard) * i, kGuard, PROT_NONE);
}

void run_fiber(Worker& w, uint32_t i) {
    w.current = &w.fibers[i];
    w.current_lin = i;
    km_switch(&w.scheduler_sp, w.fibers[i].sp);
    w.current = nullptr;
}

double now() {
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

char* frame_place(const Worker& w, const Uniform& u, uint32_t i) {
    return w.block.frame + size_t(u.frame) * ((w.block.n + 63) & ~63u) + size_t(i) * u.size;
}

void copy_value(char* to, const char* from, uint32_t size) {
    if (size == 4) memcpy(to, from, 4);
    else if (size == 8) memcpy(to, from, 8);
    else memcpy(to, from, size);
}

/// Notes what threads [i,j) wait for, and writes what segments leave out where their flags tell it.
void note_waiting(Worker& w, uint32_t i, uint32_t j) {
    Block& b = w.block;
    for (; i < j; i++) {
        const uint16_t t = b.seg[i];
        w.kind[i] = Done;
        if (t == kEnd) continue;
        const Segment& s = w.kernel->segments[t];
        w.kind[i] = uint8_t(s.kind);
        w.op[i] = s.op;
        if (s.kind == AtBarrier && !(s.flags & 2)) b.arg[i] = b.width[i] = 0;
        if (s.kind == AtCollective && s.flags & 1) b.mask[i] = ~0u;
        if (s.kind == AtCollective && s.flags & 4) b.width[i] = 32;
    }
}

/// Runs threads [i,j) of a row, which stand in one segment and agree on the uniform values.
void run_segment(Worker& w, uint16_t s, uint32_t row, uint32_t i, uint32_t j) {
    const Kernel& k = *w.kernel;
    Block& b = w.block;
    for (uint32_t q = 0; q < k.nuniforms; q++)
        for (auto area : {b.uniform_in, b.uniform_out}) copy_value(area + k.uniforms[q].uniform, frame_place(w, k.uniforms[q], i), k.uniforms[q].size);
    w.current_lin = i;
    const uint32_t t = k.segments[s].run(&b, w.args, row, row + 1, i - row * w.columns, j - row * w.columns);
    if (t != kApart) std::fill(b.seg + i, b.seg + j, uint16_t(t));
    for (uint32_t q = 0; q < k.nuniforms; q++)
        for (uint32_t x = i; x < j; x++) copy_value(frame_place(w, k.uniforms[q], x), b.uniform_out + k.uniforms[q].uniform, k.uniforms[q].size);
    note_waiting(w, i, j);
}

bool agree(const Worker& w, uint32_t i, uint32_t j) {
    const Kernel& k = *w.kernel;
    for (uint32_t q = 0; q < k.nuniforms; q++)
        if (memcmp(frame_place(w, k.uniforms[q], i), frame_place(w, k.uniforms[q], j), k.uniforms[q].size)) return false;
    return true;
}

/// Runs the ready threads of a warp, in linear or seeded order.
void run_warp(Worker& w, uint32_t base, uint32_t end, bool split) {
    if (split) {
        for (uint32_t i = base; i < end;) {
            if (w.kind[i] != Ready) { i++; continue; }
            const uint16_t s = w.block.seg[i];
            uint32_t row = i / w.columns, stop = std::min(end, (row + 1) * w.columns), j = i + 1;
            while (j < stop && w.kind[j] == Ready && w.block.seg[j] == s && agree(w, i, j)) j++;
            run_segment(w, s, row, i, j);
            i = j;
        }
        return;
    }
    if (!settings().seed) {
        for (uint32_t i = base; i < end; i++)
            if (w.kind[i] == Ready) run_fiber(w, i);
        return;
    }
    uint32_t ids[32], count = 0;
    for (uint32_t i = base; i < end; i++)
        if (w.kind[i] == Ready) ids[count++] = i;
    for (uint32_t k = count; k > 1; k--) std::swap(ids[k - 1], ids[next_random(w) % k]);
    for (uint32_t k = 0; k < count; k++) run_fiber(w, ids[k]);
}

/// Releases a block barrier if all live threads stand at it. `width` holds the barrier's number and count: id | count << 8.
bool release_barriers(Worker& w, uint32_t done) {
    const uint32_t n = w.block.n;
    uint32_t seen[16] = {}, counted[16] = {}, want[16] = {};
    for (uint32_t i = 0; i < n; i++)
        if (w.kind[i] == AtBarrier) {
            uint32_t id = w.block.width[i] & 15, count = w.block.width[i] >> 8;
            seen[id]++;
            if (count) want[id] = count;
            counted[id]++;
        }
    bool any = false;
    for (uint32_t id = 0; id < 16; id++) {
        if (!seen[id]) continue;
        uint32_t need = want[id] ? want[id] : n - done;
        if (counted[id] + w.arrived[id] < need) continue;
        if (done && !want[id] && settings().strict) {
            report("divergent barrier", "some threads of the block left the kernel before a __syncthreads that others wait at", false);
            fail_block(719);
        }
        uint32_t total = 0;
        for (uint32_t i = 0; i < n; i++)
            if (w.kind[i] == AtBarrier && (w.block.width[i] & 15) == id && w.block.arg[i]) total++;
        for (uint32_t i = 0; i < n; i++)
            if (w.kind[i] == AtBarrier && (w.block.width[i] & 15) == id) {
                uint32_t op = w.op[i];
                w.block.res[i] = op == Count ? total : op == AndAll ? total == seen[id] : op == OrAny ? total > 0 : 0;
                w.kind[i] = Ready;
            }
        w.arrived[id] = 0;
        any = true;
    }
    return any;
}

const char* kind_name(uint8_t k) {
    static const char* names[] = {"ready", "__syncthreads", "a warp operation", "a grid barrier", "a spin loop", "the end"};
    return names[k];
}

[[noreturn]] void deadlock(Worker& w, const char* what) {
    char text[512];
    size_t used = 0;
    for (int k = AtBarrier; k <= Done; k++) {
        uint32_t count = 0, first = 0;
        for (uint32_t i = w.block.n; i-- > 0;)
            if (w.kind[i] == k) { count++; first = i; }
        if (count && used < sizeof text - 80)
            used += size_t(snprintf(text + used, sizeof text - used, "%s%u threads at %s (first: %u)", used ? ", " : "", count, kind_name(uint8_t(k)), first));
    }
    report(what, text, false);
    fail_block(719);
}

void part(Worker& w);

/// Whether threads that all wait for this segment may go on together.
bool releases_all(Worker& w, const Segment& next) {
    if (next.kind == AtCollective) return resolve_all(w, next);
    if (next.kind == AtBarrier) return next.op == Plain && !(next.flags & 2);
    return next.kind == Ready;
}

/// The whole of a split kernel in step: all threads in one segment. Returns when they part, or true when all are done.
bool sweep(Worker& w, uint16_t s) {
    const Kernel& k = *w.kernel;
    Block& b = w.block;
    const uint32_t rows = b.bdim[1] * b.bdim[2];
    for (;;) {
        w.current_lin = 0;
        const uint32_t t = k.segments[s].run(&b, w.args, 0, rows, 0, w.columns);
        if (t == kEnd) return true;
        if (k.uniform_bytes) memcpy(b.uniform_in, b.uniform_out, k.uniform_bytes);
        if (t == kApart) break;
        const Segment& next = k.segments[t];
        if (!releases_all(w, next)) {
            std::fill(b.seg, b.seg + b.n, uint16_t(t));
            break;
        }
        s = uint16_t(t);
    }
    part(w);
    return false;
}

/// From step to single threads.
void part(Worker& w) {
    const Kernel& k = *w.kernel;
    Block& b = w.block;
    w.kind.assign(b.n, Done);
    w.op.assign(b.n, 0);
    note_waiting(w, 0, b.n);
    for (uint32_t q = 0; q < k.nuniforms; q++)
        for (uint32_t i = 0; i < b.n; i++) copy_value(frame_place(w, k.uniforms[q], i), b.uniform_in + k.uniforms[q].uniform, k.uniforms[q].size);
}

/// Are all threads ready in one segment again? Then the fast form may go on.
bool together(Worker& w, uint16_t* s) {
    const Kernel& k = *w.kernel;
    const uint16_t t = w.block.seg[0];
    for (uint32_t i = 0; i < w.block.n; i++)
        if (w.kind[i] != Ready || w.block.seg[i] != t) return false;
    for (uint32_t i = 1; i < w.block.n; i++)
        if (!agree(w, 0, i)) return false;
    for (uint32_t q = 0; q < k.nuniforms; q++)
        for (auto area : {w.block.uniform_in, w.block.uniform_out}) copy_value(area + k.uniforms[q].uniform, frame_place(w, k.uniforms[q], 0), k.uniforms[q].size);
    *s = t;
    return true;
}

void schedule(Worker& w, bool split) {
    const uint32_t n = w.block.n;
    const uint64_t seed = settings().seed;
    double since = 0;
    uint64_t idle = 0;
    bool warned = false;
    for (;;) {
        if (w.merge > 1) {  // no warp operations
            run_warp(w, 0, n, true);
        } else for (uint32_t k = 0, warps = (n + 31) / 32, start = seed ? uint32_t(next_random(w) % warps) : 0; k < warps; k++) {
            uint32_t base = (k + start) % warps * 32, end = std::min(base + 32, n);
            do run_warp(w, base, end, split);
            while (resolve_warp(w, base, end, false));
        }
        uint32_t count[6] = {};
        for (uint32_t i = 0; i < n; i++) count[w.kind[i]]++;
        if (count[Done] == n) return;
        if (count[Ready]) continue;  // between two rounds of a strided loop
        if (count[AtBarrier] && release_barriers(w, count[Done])) {
            idle = 0;
            uint16_t s;
            if (split && !count[Done] && together(w, &s) && sweep(w, s)) return;
            continue;
        }
        if (count[AtGrid] && count[AtGrid] + count[Done] == n) {
            if (!grid_wait(w.grid)) fail_block(719);
            for (uint32_t i = 0; i < n; i++)
                if (w.kind[i] == AtGrid) w.kind[i] = Ready;
            continue;
        }
        if (count[Yielding]) {
            if (++idle % 64 == 0) {
                if (launch_failed()) fail_block(719);
                double t = now();
                if (idle == 64) since = t;
                else if (t - since > settings().patience) deadlock(w, "deadlock: a spin loop makes no progress");
                timespec nap{0, 20000};
                nanosleep(&nap, nullptr);
            }
            for (uint32_t i = 0; i < n; i++)
                if (w.kind[i] == Yielding) w.kind[i] = Ready;
            continue;
        }
        if (count[AtCollective]) {  // lanes that the mask names wait elsewhere or have left: release those that came
            bool any = false;
            for (uint32_t base = 0; base < n; base += 32) any |= resolve_warp(w, base, std::min(base + 32, n), true);
            if (any) {
                if (!warned && settings().strict) report("divergent warp operation", "a lane named in the mask never arrives", false);
                warned = true;
                continue;
            }
        }
        deadlock(w, "deadlock: divergent barrier");
    }
}

}  // namespace

bool one_loop(const Kernel& k) { return k.segments && k.nsegments == 1 && !settings().fibers; }

void prepare_block(Worker& w, size_t dynamic_bytes) {
    const Kernel& k = *w.kernel;
    Block& b = w.block;
    take_blocks(w, 1);
    const uint32_t n = b.n * w.merge;
    const bool split = k.segments && !settings().fibers;
    const size_t per = 8 + 8 + 4 + 4 + 4 + 2;
    size_t frame = split ? size_t(k.frame_bytes) * (n + 64) + 64 * 64 : 0;
    const size_t scratch = size_t((n + 31) / 32) * (2 * 32 * 64 + 64);
    size_t need = (per * n + 7 * 64) + scratch + 64 + frame + 2 * (k.uniform_bytes + 64) + 512;
    if (w.arena.size() < need) w.arena.resize(need);
    const size_t fixed = (k.shared_total + 1023) & ~size_t(1023);
    if (w.shared.size() < fixed + dynamic_bytes + 2048) w.shared.resize(fixed + dynamic_bytes + 2048);
    char* p = w.arena.data();
    auto take = [&p](size_t bytes) {
        p = reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(p) + 63) & ~uintptr_t(63));
        char* r = p;
        p += bytes;
        return r;
    };
    b.val = reinterpret_cast<uint64_t*>(take(8 * n));
    b.res = reinterpret_cast<uint64_t*>(take(8 * n));
    b.arg = reinterpret_cast<uint32_t*>(take(4 * n));
    b.mask = reinterpret_cast<uint32_t*>(take(4 * n));
    b.width = reinterpret_cast<uint32_t*>(take(4 * n));
    b.seg = reinterpret_cast<uint16_t*>(take(2 * n));
    b.uniform_in = take(k.uniform_bytes);
    b.uniform_out = take(k.uniform_bytes);
    b.scratch = take(scratch);
    b.frame = take(frame);
    b.shared = reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(w.shared.data()) + 1023) & ~uintptr_t(1023));
    b.dyn = b.shared + fixed;
    w.shared_bytes = fixed + dynamic_bytes;
}

void run_block(Worker& w) {
    const Kernel& k = *w.kernel;
    Block& b = w.block;
    const uint32_t n = b.n;
    if (one_loop(k)) {
        k.segments[0].run(&b, w.args, 0, b.bdim[1] * b.bdim[2], 0, b.bdim[0]);
        return;
    }
    if (settings().seed) memset(b.shared, 0xff, w.shared_bytes);
    for (uint32_t& a : w.arrived) a = 0;
    for (uint32_t warp = 0; warp < (n + 31) / 32; warp++) memset(b.scratch + size_t(warp) * (2 * 32 * 64 + 64), 0, 64);  // whose turn it is among two tables
    if (k.segments && !settings().fibers) {
        if (!sweep(w, 0)) schedule(w, true);
        return;
    }
    w.kind.assign(n, Ready);
    w.op.assign(n, 0);
    ensure_stacks(w, n);
    w.fibers.resize(n);
    for (uint32_t i = 0; i < n; i++) {
        Fiber& f = w.fibers[i];
        f.tid[0] = i % b.bdim[0];
        f.tid[1] = i / b.bdim[0] % b.bdim[1];
        f.tid[2] = i / (b.bdim[0] * b.bdim[1]);
        f.lin = i;
        prepare(w, i);
    }
    schedule(w, false);
}

}  // namespace km

using km::worker;

namespace {
uint32_t self() { return worker->current->lin; }
void wait(km::Kind kind) {
    auto w = worker;
    km::Fiber* f = w->current;
    w->kind[f->lin] = kind;
    km_switch(&f->sp, w->scheduler_sp);
}
}  // namespace

// What kernels call when they run as fibers. The plugin replaces these calls in split kernels.
extern "C" {
uint32_t __km_tid(int d) { return worker && worker->current ? worker->current->tid[d] : 0; }
uint32_t __km_lin() { return worker && worker->current ? worker->current->lin : 0; }
// Outside of kernels, where thrust calls functors: the only thread of a grid.
uint32_t __km_bid(int d) { return worker && worker->inside ? worker->block.bid[d] : 0; }
uint32_t __km_bdim(int d) { return worker && worker->inside ? worker->block.bdim[d] : 1; }
uint32_t __km_gdim(int d) { return worker && worker->inside ? worker->block.gdim[d] : 1; }
char* __km_dyn() { return worker->block.dyn; }
char* __km_shared() { return worker->block.shared; }
char* __km_scratch() { return worker->block.scratch; }
void __km_yield() { if (worker && worker->current) wait(km::Yielding); }
uint32_t __km_bar(uint32_t op, uint32_t predicate, uint32_t id, uint32_t count) {
    auto i = self();
    worker->block.arg[i] = predicate;
    worker->block.width[i] = (id & 15) | count << 8;
    worker->op[i] = op;
    wait(km::AtBarrier);
    return uint32_t(worker->block.res[i]);
}
void __km_arrive(uint32_t id) { worker->arrived[id & 15]++; }
uint64_t __km_coll(uint32_t op, uint32_t mask, uint64_t value, uint32_t arg, uint32_t width) {
    auto i = self();
    auto& b = worker->block;
    b.val[i] = value;
    b.arg[i] = arg;
    b.mask[i] = mask;
    b.width[i] = width;
    worker->op[i] = op;
    wait(km::AtCollective);
    return b.res[i];
}
void __km_grid() {
    if (!worker->grid) {
        km::report("grid barrier", "grid.sync() in a kernel that was not launched cooperatively", true);
        km::fail_block(720);
    }
    wait(km::AtGrid);
}
int __km_inside() { return worker && worker->inside; }
}
