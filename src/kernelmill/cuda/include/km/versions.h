// What says that this is CUDA. Without a guard: may be taken back and said again.
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
