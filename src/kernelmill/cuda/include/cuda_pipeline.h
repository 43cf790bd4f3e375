// The C interface of asynchronous copies.
#pragma once
#include "cuda_runtime.h"
inline void __pipeline_memcpy_async(void* d, const void* s, size_t n, size_t zeros = 0) { memcpy(d, s, n - zeros); memset(static_cast<char*>(d) + n - zeros, 0, zeros); }
inline void __pipeline_commit() {}
inline void __pipeline_wait_prior(size_t) {}
