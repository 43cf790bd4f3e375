// Precompiled before every torch extension. torch's own headers come before anything says that this is CUDA.
#pragma once
#include <torch/extension.h>
#include <torch/types.h>
#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/AccumulateType.h>
#include <ATen/OpMathType.h>
#include "cuda_runtime.h"
#include "cuda_fp16.h"
#include "cuda_bf16.h"
#include "km_torch.h"

extern "C" __attribute__((visibility("default"))) inline int km_torch_take_error() { return int(cudaGetLastError()); }
// Tensors of this process are CPU tensors; the source calls them CUDA tensors.
#define is_cuda is_cpu
#define kCUDA kCPU
