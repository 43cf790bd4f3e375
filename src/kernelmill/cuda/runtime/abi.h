// What compiled kernels, the compiler plugin and the runtime agree on. The plugin addresses `Block` by byte offset: keep the order.
#pragma once
#include <cstddef>
#include <cstdint>

namespace km {

/// State of one block while it runs. Arrays have one entry per thread, by linear thread index.
struct Block {
    uint32_t bid[3];   // 0
    uint32_t bdim[3];  // 12
    uint32_t gdim[3];  // 24
    uint32_t n;        // 36: threads in the block
    char* dyn;         // 40: dynamic shared memory
    uint16_t* seg;     // 48: where each thread continues (split kernels)
    char* frame;       // 56: values that live across a suspension (split kernels)
    uint64_t* val;     // 64: operands of the pending collective
    uint64_t* res;     // 72: its result
    uint32_t* arg;     // 80
    uint32_t* mask;    // 88
    uint32_t* width;   // 96
    char* uniform_in;  // 104: values equal in all threads, as of the last sweep
    char* uniform_out; // 112: and as this sweep writes them
    char* shared;      // 120: static shared memory; dynamic follows
    char* scratch;     // 128: where the lanes of each warp show each other values
};
static_assert(offsetof(Block, dyn) == 40 && offsetof(Block, shared) == 120);

/// Why a thread stands still.
enum Kind : uint8_t { Ready = 0, AtBarrier, AtCollective, AtGrid, Yielding, Done };

/// Operations among the lanes of a warp.
enum Op : uint32_t {
    ShflIdx, ShflUp, ShflDown, ShflXor, Ballot, Any, All, MatchAny, MatchAll, Sync, ActiveMask,
    AddU, MinU, MaxU, MinS, MaxS, And, Or, Xor, Exchange, Lockstep
};

/// Operations at a block barrier.
enum BarrierOp : uint32_t { Plain, Count, AndAll, OrAny };

/// What a segment returns beside the number of the next one, in which all its threads stand: all are done, or `Block::seg` says where each is.
enum : uint32_t { kEnd = 0xffff, kApart = ~0u };

/// One continuation of a split kernel.
struct Segment {
    /// Runs the threads of rows [row0,row1) and columns [x0,x1) up to their next suspension. They agree on the uniform values, which are read
    /// from `Block::uniform_in` and left in `uniform_out`. `Block::seg` is written where `kApart` is returned; of the operands of a suspension
    /// only those that `flags` do not tell.
    using Run = uint32_t(Block*, const void* args, uint32_t row0, uint32_t row1, uint32_t x0, uint32_t x1);
    Run* run;
    uint32_t kind;   // what a thread waits for before this segment may run
    uint32_t op;     // of the collective, the barrier
    uint32_t flags;  // 1: the collective's mask is all lanes; 2: the barrier has a number, a count or a result; 4: all 32 lanes are one segment
};

/// A uniform value: its place in the frame of each thread, in the uniform area, and its bytes.
struct Uniform {
    uint32_t frame, uniform, size;
};

struct Kernel {
    const char* name;           // mangled
    const char* file;
    uint32_t line;
    uint32_t bounds;            // __launch_bounds__ or 0
    void (*item)(const void*);  // one thread, on a fiber
    const Segment* segments;    // null: no split form
    uint32_t nsegments;
    uint32_t frame_bytes;       // per thread
    uint32_t uniform_bytes;     // per block
    uint32_t shared_bytes;      // static shared memory of this kernel
    uint32_t shared_total;      // and of its file: where dynamic shared memory starts
    uint32_t nargs;
    const uint32_t* arg_places;  // offset and size of each argument in `args`; null: only a typed call can pass them
    uint32_t args_bytes;
    const char* why;            // which path the kernel takes and why
    const Uniform* uniforms;
    uint32_t nuniforms;
    uint32_t flat;              // neighbouring blocks may run as one: 0 no, ~0u for any width of a block, else for this one
};

}  // namespace km

extern "C" {
void __km_launch(const km::Kernel*, const void* args);
void __km_register(const void* stub, const km::Kernel*);
}
