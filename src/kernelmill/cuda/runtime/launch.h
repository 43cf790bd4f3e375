// Launches: the pending configuration, validation, the pool of workers, errors.
#pragma once
#include "../include/km/api_types.h"
#include "abi.h"

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

}  // namespace km

extern "C" void __km_push(const unsigned* grid, const unsigned* block, size_t shared, cudaStream_t stream, int cooperative);
