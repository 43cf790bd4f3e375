// CUDA C++ for the CPU: what nvcc includes before every .cu file.
#pragma once
#ifndef KM_CUDA_RUNTIME
#define KM_CUDA_RUNTIME
#include <algorithm>
#include <cassert>
#include <cfloat>
#include <climits>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <limits>
#include <type_traits>
#include <utility>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define __CUDACC__ 1
#define __NVCC__ 1
#define __CUDACC_VER_MAJOR__ 12
#define __CUDACC_VER_MINOR__ 8
#define __CUDACC_VER_BUILD__ 0
#define __CUDACC_EXTENDED_LAMBDA__ 1
#define __CUDACC_RELAXED_CONSTEXPR__ 1
#define __CUDA_ARCH__ 890
#define __CUDA_ARCH_LIST__ 890
#define CUDART_VERSION 12080
#define CUDA_VERSION 12080
#define KERNELMILL_CUDA 1

#include "km/device.h"
#include "km/host_api.h"
#include "km/math.h"
#include "km/atomics.h"
#include "km/shared.h"
#include "km/ptx.h"
#endif
