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

#include "km/versions.h"
#define KERNELMILL_CUDA 1
// Programs ask by these whether CUDA's own headers are there.
#define __DRIVER_TYPES_H__
#define __CUDA_RUNTIME_H__
#define __CUDA_RUNTIME_API_H__
#define __VECTOR_TYPES_H__
#define __HOST_DEFINES_H__


#include "km/device.h"
#include "km/host_api.h"
#include "km/math.h"
#include "km/atomics.h"
#include "km/shared.h"
#include "km/ptx.h"
#include "km/textures.h"
#include "km/graphs.h"
#endif
