// Runs one block: fibers, or the segments of a split kernel, under one scheduler.
#pragma once
#include <csetjmp>
#include <string>
#include <vector>

#include "abi.h"

namespace km {

struct Grid;  // of a cooperative launch

struct Fiber {
    void* sp;
    uint32_t tid[3];
    uint32_t lin;
};

/// Everything a worker thread needs to run blocks; reused from block to block.
struct Worker {
    Block block{};
    const Kernel* kernel = nullptr;
    const void* args = nullptr;
    Grid* grid = nullptr;
    Fiber* current = nullptr;
    uint32_t current_lin = 0;
    uint32_t columns = 0;  // threads in a row: of one block, or of neighbours that run as one
    uint32_t merge = 1;    // how many blocks may run as one
    void* scheduler_sp = nullptr;
    std::vector<Fiber> fibers;
    std::vector<uint8_t> kind;
    std::vector<uint32_t> op;
    std::vector<uint32_t> order;
    char* stacks = nullptr;
    size_t stack_count = 0;
    std::vector<char> arena;
    std::vector<char> shared;
    size_t shared_bytes = 0;
    uint64_t random = 1;
    uint32_t arrived[16] = {};  // at named barriers without waiting
    bool inside = false;
    sigjmp_buf escape;
};

extern thread_local Worker* worker;

/// Settings from the environment, read once.
struct Settings {
    uint64_t seed;      // 0: the fast order; of this launch, where orders vary
    bool vary;          // every launch draws its order
    bool fibers;        // never the split form
    bool strict;        // early exit before a barrier is an error
    bool faults;        // turn the machine's faults into CUDA errors (handlers for SIGSEGV and its like)
    double patience;    // seconds without progress before a deadlock is declared
    int64_t spin;       // microseconds that threads spin after a launch before they sleep
    int threads;
};
const Settings& settings();

/// From now on `blocks` neighbours run as one block.
inline void take_blocks(Worker& w, uint32_t blocks) {
    w.columns = w.block.bdim[0] * blocks;
    w.block.n = w.columns * w.block.bdim[1] * w.block.bdim[2];
}
/// Gives the worker memory for blocks of this launch: once per launch.
void prepare_block(Worker& w, size_t dynamic_bytes);
/// Runs the block that `w.block` describes. A fault leaves through `w.escape`.
void run_block(Worker& w);
/// Whether the kernel is a single loop over the threads: then only the block's index changes from block to block.
bool one_loop(const Kernel& k);
/// Whether the kernel knows a thread only by its place in the grid, for blocks of this width: then neighbours may run as one.
inline bool flat(const Kernel& k, uint32_t width) { return k.flat == ~0u || k.flat == width; }

/// One line on stderr about the kernel, block and thread that runs now.
void report(const char* what, const char* detail, bool with_thread = true);
/// Prints a line and keeps it for whoever asks what went wrong.
void say(const char* text);

/// Blocks of a cooperative launch wait here for all others. Returns false when the launch failed.
bool grid_wait(Grid*);
bool launch_failed();
[[noreturn]] void fail_block(int code);

}  // namespace km
