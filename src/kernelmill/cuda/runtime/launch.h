// Launches: the pending configuration, validation, the pool of workers, errors.
#pragma once
#include <functional>
#include <vector>

#include "../include/km/api_types.h"
#include "abi.h"

struct CUstream_st { unsigned flags; int priority; cudaGraph_t graph; };  // the graph that captures it, or null
struct CUevent_st { double seconds; bool recorded; unsigned flags; cudaGraph_t graph; };

namespace km {

struct Config {
    dim3 grid, block;
    size_t shared;
    cudaStream_t stream;
    bool cooperative;
};

struct Limits {
    static constexpr int processors = 16, threads_per_block = 1024, threads_per_processor = 2048, blocks_per_processor = 32;
    static constexpr size_t shared_default = 48 * 1024, shared_optin = 227 * 1024, shared_per_processor = 228 * 1024;
};

/// What the program set for a kernel by cudaFuncSetAttribute.
struct KernelState {
    const Kernel* kernel;
    size_t dynamic_limit;
};
KernelState* find_kernel(const void* stub);

/// Records an error and returns it; `sticky` errors come back from every later call, as after a fault on a GPU.
cudaError_t set_error(cudaError_t code, bool sticky = false);
cudaError_t current_error(bool clear);
cudaError_t sticky_error();
void clear_sticky();
int blocks_per_processor(const Kernel* k, int threads, size_t dynamic);
const char* demangled(const Kernel* k);

struct Packed { alignas(64) char bytes[4096]; };
/// The arguments of a kernel that is known by its stub alone; null with the error set where they cannot be packed.
const Kernel* pack(const void* stub, void** args, Packed& out);
cudaError_t launch_now(const Kernel* k, const void* args, const Config& c);

/// The graph that captures this stream, or any stream; null: calls run at once.
cudaGraph_t recording(cudaStream_t s);
cudaGraph_t recording_anywhere();
cudaError_t record(cudaGraph_t g, int type, std::function<cudaError_t()> run);
void join_capture(cudaStream_t s, cudaGraph_t g);

}  // namespace km

extern "C" void __km_push(const unsigned* grid, const unsigned* block, size_t shared, cudaStream_t stream, int cooperative);
