// 30 kernels as people write them. Each entry has a twin in cuda_kernels.c; `a`, `b`, `c` hold n floats, n is a power of four.
#include <cuda_runtime.h>

#define ENTRY(name) extern "C" void name(const float* a, const float* b, float* c, int n)
#define FLAT(n) ((n) + 255) / 256, 256

// ---- without barriers
__global__ void saxpy(const float* a, const float* b, float* c, int n) { int i = blockIdx.x * blockDim.x + threadIdx.x; if (i < n) c[i] = 2.0f * a[i] + b[i]; }
ENTRY(saxpy_) { saxpy<<<FLAT(n)>>>(a, b, c, n); }
__global__ void relu(const float* a, float* c, int n) { int i = blockIdx.x * blockDim.x + threadIdx.x; if (i < n) c[i] = fmaxf(a[i], 0.0f); }
ENTRY(relu_) { relu<<<FLAT(n)>>>(a, c, n); }
__global__ void gelu(const float* a, float* c, int n) { int i = blockIdx.x * blockDim.x + threadIdx.x; if (i < n) { float x = a[i]; c[i] = 0.5f * x * (1.0f + tanhf(0.7978845608f * (x + 0.044715f * x * x * x))); } }
ENTRY(gelu_) { gelu<<<FLAT(n)>>>(a, c, n); }
__global__ void silu(const float* a, float* c, int n) { int i = blockIdx.x * blockDim.x + threadIdx.x; if (i < n) c[i] = a[i] / (1.0f + expf(-a[i])); }
ENTRY(silu_) { silu<<<FLAT(n)>>>(a, c, n); }
__global__ void stride_scale(const float* a, float* c, int n) { for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) c[i] = a[i] * 1.5f + 1.0f; }
ENTRY(stride_scale_) { stride_scale<<<64, 256>>>(a, c, n); }
__global__ void vec4_add(const float4* a, const float4* b, float4* c, int n) { int i = blockIdx.x * blockDim.x + threadIdx.x; if (i < n) { float4 x = a[i], y = b[i]; c[i] = make_float4(x.x + y.x, x.y + y.y, x.z + y.z, x.w + y.w); } }
ENTRY(vec4_add_) { vec4_add<<<FLAT(n / 4)>>>((const float4*)a, (const float4*)b, (float4*)c, n / 4); }
__global__ void bias_add(const float* a, const float* b, float* c, int rows, int cols) { int j = blockIdx.x * blockDim.x + threadIdx.x, i = blockIdx.y; if (j < cols) c[i * cols + j] = a[i * cols + j] + b[j]; }
ENTRY(bias_add_) { bias_add<<<dim3(n / 1024 / 256, 1024), 256>>>(a, b, c, 1024, n / 1024); }
__global__ void adam(const float* a, const float* b, float* c, int n) { int i = blockIdx.x * blockDim.x + threadIdx.x; if (i < n) { float g = a[i], m = 0.9f * b[i] + 0.1f * g, v = 0.999f * fabsf(b[i]) + 0.001f * g * g; c[i] -= 0.001f * m / (sqrtf(v) + 1e-8f); } }
ENTRY(adam_) { adam<<<FLAT(n)>>>(a, b, c, n); }
__global__ void jacobi(const float* a, float* c, int w, int h) { int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y; if (x > 0 && y > 0 && x < w - 1 && y < h - 1) c[y * w + x] = 0.25f * (a[y * w + x - 1] + a[y * w + x + 1] + a[(y - 1) * w + x] + a[(y + 1) * w + x]); }
ENTRY(jacobi_) { jacobi<<<dim3(1024 / 32, n / 1024 / 8), dim3(32, 8)>>>(a, c, 1024, n / 1024); }
__global__ void matmul(const float* a, const float* b, float* c, int s) { int j = blockIdx.x * blockDim.x + threadIdx.x, i = blockIdx.y * blockDim.y + threadIdx.y; float v = 0; for (int k = 0; k < s; k++) v += a[i * s + k] * b[k * s + j]; c[i * s + j] = v; }
ENTRY(matmul_) { matmul<<<dim3(16, 16), dim3(16, 16)>>>(a, b, c, 256); }
__global__ void matvec(const float* a, const float* b, float* c, int s) { int i = blockIdx.x * blockDim.x + threadIdx.x; if (i >= s) return; float v = 0; for (int k = 0; k < s; k++) v += a[i * s + k] * b[k]; c[i] = v; }
ENTRY(matvec_) { matvec<<<4, 256>>>(a, b, c, 1024); }
__global__ void gather(const float* a, const float* b, float* c, int n) { int i = blockIdx.x * blockDim.x + threadIdx.x; if (i < n) c[i] = a[(i * 7919) & (n - 1)] + b[i]; }
ENTRY(gather_) { gather<<<FLAT(n)>>>(a, b, c, n); }
__global__ void clip_select(const float* a, const float* b, float* c, int n) { int i = blockIdx.x * blockDim.x + threadIdx.x; if (i >= n) return; float v = a[i]; if (v > 0.5f) v = 0.5f; else if (v < -0.5f) v = b[i]; c[i] = v; }
ENTRY(clip_select_) { clip_select<<<FLAT(n)>>>(a, b, c, n); }
__global__ void copy_transpose(const float* a, float* c, int s) { int x = blockIdx.x * 32 + threadIdx.x, y = blockIdx.y * 8 + threadIdx.y; c[x * s + y] = a[y * s + x]; }
ENTRY(copy_transpose_) { copy_transpose<<<dim3(32, 128), dim3(32, 8)>>>(a, c, 1024); }
__global__ void conv1d(const float* a, const float* b, float* c, int n) { int i = blockIdx.x * blockDim.x + threadIdx.x; if (i >= n - 8) return; float v = 0; for (int k = 0; k < 8; k++) v += a[i + k] * b[k]; c[i] = v; }
ENTRY(conv1d_) { conv1d<<<FLAT(n)>>>(a, b, c, n); }

// ---- with barriers
template <int T> __global__ void tiled(const float* A, const float* B, float* C, int N) {
    __shared__ float As[T][T], Bs[T][T];
    int row = blockIdx.y * T + threadIdx.y, col = blockIdx.x * T + threadIdx.x;
    float acc = 0;
    for (int t = 0; t < N / T; t++) {
        As[threadIdx.y][threadIdx.x] = A[row * N + t * T + threadIdx.x];
        Bs[threadIdx.y][threadIdx.x] = B[(t * T + threadIdx.y) * N + col];
        __syncthreads();
#pragma unroll
        for (int k = 0; k < T; k++) acc += As[threadIdx.y][k] * Bs[k][threadIdx.x];
        __syncthreads();
    }
    C[row * N + col] = acc;
}
ENTRY(tiled_gemm_) { tiled<16><<<dim3(16, 16), dim3(16, 16)>>>(a, b, c, 256); }
ENTRY(tiled_gemm32_) { tiled<32><<<dim3(8, 8), dim3(32, 32)>>>(a, b, c, 256); }
__global__ void block_sum(const float* a, float* c, int n) {
    __shared__ float s[256];
    float v = 0;
    for (int i = blockIdx.x * 256 + threadIdx.x; i < n; i += gridDim.x * 256) v += a[i];
    s[threadIdx.x] = v;
    __syncthreads();
    for (int k = 128; k; k >>= 1) { if (threadIdx.x < k) s[threadIdx.x] += s[threadIdx.x + k]; __syncthreads(); }
    if (threadIdx.x == 0) c[blockIdx.x] = s[0];
}
ENTRY(block_sum_) { block_sum<<<64, 256>>>(a, c, n); }
__global__ void warp_sum(const float* a, float* c, int n) {
    __shared__ float s[8];
    float v = 0;
    for (int i = blockIdx.x * 256 + threadIdx.x; i < n; i += gridDim.x * 256) v += a[i];
    for (int d = 16; d; d /= 2) v += __shfl_down_sync(~0u, v, d);
    if (threadIdx.x % 32 == 0) s[threadIdx.x / 32] = v;
    __syncthreads();
    if (threadIdx.x == 0) { v = 0; for (int i = 0; i < 8; i++) v += s[i]; c[blockIdx.x] = v; }
}
ENTRY(warp_sum_) { warp_sum<<<64, 256>>>(a, c, n); }
__global__ void scan(const float* a, float* c) {
    __shared__ float s[256];
    int t = threadIdx.x, i = blockIdx.x * 256 + t;
    s[t] = a[i];
    __syncthreads();
    for (int d = 1; d < 256; d *= 2) { float v = t >= d ? s[t - d] : 0; __syncthreads(); s[t] += v; __syncthreads(); }
    c[i] = s[t];
}
ENTRY(scan_) { scan<<<n / 256, 256>>>(a, c); }
__global__ void transpose(const float* a, float* c, int s) {
    __shared__ float t[32][33];
    int x = blockIdx.x * 32 + threadIdx.x, y = blockIdx.y * 32 + threadIdx.y;
    for (int k = 0; k < 32; k += 8) t[threadIdx.y + k][threadIdx.x] = a[(y + k) * s + x];
    __syncthreads();
    x = blockIdx.y * 32 + threadIdx.x, y = blockIdx.x * 32 + threadIdx.y;
    for (int k = 0; k < 32; k += 8) c[(y + k) * s + x] = t[threadIdx.x][threadIdx.y + k];
}
ENTRY(transpose_) { transpose<<<dim3(32, 32), dim3(32, 8)>>>(a, c, 1024); }
__device__ float total(float v, float* s) {
    s[threadIdx.x] = v;
    __syncthreads();
    for (int k = 128; k; k >>= 1) { if (threadIdx.x < k) s[threadIdx.x] += s[threadIdx.x + k]; __syncthreads(); }
    float r = s[0];
    __syncthreads();
    return r;
}
__global__ void softmax(const float* a, float* c, int m) {
    __shared__ float s[256];
    const float* x = a + blockIdx.x * m;
    float top = -1e30f, sum = 0;
    for (int i = threadIdx.x; i < m; i += 256) top = fmaxf(top, x[i]);
    s[threadIdx.x] = top;
    __syncthreads();
    for (int k = 128; k; k >>= 1) { if (threadIdx.x < k) s[threadIdx.x] = fmaxf(s[threadIdx.x], s[threadIdx.x + k]); __syncthreads(); }
    top = s[0];
    __syncthreads();
    for (int i = threadIdx.x; i < m; i += 256) sum += expf(x[i] - top);
    sum = total(sum, s);
    for (int i = threadIdx.x; i < m; i += 256) c[blockIdx.x * m + i] = expf(x[i] - top) / sum;
}
ENTRY(softmax_) { softmax<<<n / 4096, 256>>>(a, c, 4096); }
__global__ void layer_norm(const float* a, float* c, int m) {
    __shared__ float s[256];
    const float* x = a + blockIdx.x * m;
    float v = 0, q = 0;
    for (int i = threadIdx.x; i < m; i += 256) v += x[i];
    float mean = total(v, s) / m;
    for (int i = threadIdx.x; i < m; i += 256) q += (x[i] - mean) * (x[i] - mean);
    float r = rsqrtf(total(q, s) / m + 1e-5f);
    for (int i = threadIdx.x; i < m; i += 256) c[blockIdx.x * m + i] = (x[i] - mean) * r;
}
ENTRY(layer_norm_) { layer_norm<<<n / 4096, 256>>>(a, c, 4096); }
__global__ void rms_norm(const float* a, float* c, int m) {
    __shared__ float s[256];
    const float* x = a + blockIdx.x * m;
    float q = 0;
    for (int i = threadIdx.x; i < m; i += 256) q += x[i] * x[i];
    float r = rsqrtf(total(q, s) / m + 1e-5f);
    for (int i = threadIdx.x; i < m; i += 256) c[blockIdx.x * m + i] = x[i] * r;
}
ENTRY(rms_norm_) { rms_norm<<<n / 4096, 256>>>(a, c, 4096); }
__global__ void histogram(const float* a, float* c, int n) {
    __shared__ int h[64];
    if (threadIdx.x < 64) h[threadIdx.x] = 0;
    __syncthreads();
    for (int i = blockIdx.x * 256 + threadIdx.x; i < n; i += gridDim.x * 256) atomicAdd(&h[int((a[i] + 1.0f) * 31.9f) & 63], 1);
    __syncthreads();
    if (threadIdx.x < 64) atomicAdd(&c[threadIdx.x], float(h[threadIdx.x]));
}
ENTRY(histogram_) { histogram<<<32, 256>>>(a, c, n); }
__global__ void stencil_tile(const float* a, float* c, int n) {
    __shared__ float s[256 + 8];
    int i = blockIdx.x * 256 + threadIdx.x;
    s[threadIdx.x + 4] = a[i];
    if (threadIdx.x < 4) { s[threadIdx.x] = i >= 4 ? a[i - 4] : 0; s[threadIdx.x + 260] = i + 256 < n ? a[i + 256] : 0; }
    __syncthreads();
    float v = 0;
    for (int k = 0; k <= 8; k++) v += s[threadIdx.x + k];
    c[i] = v;
}
ENTRY(stencil_tile_) { stencil_tile<<<n / 256, 256>>>(a, c, n); }
__global__ void dot(const float* a, const float* b, float* c, int n) {
    __shared__ float s[256];
    float v = 0;
    for (int i = blockIdx.x * 256 + threadIdx.x; i < n; i += gridDim.x * 256) v += a[i] * b[i];
    v = total(v, s);
    if (threadIdx.x == 0) c[blockIdx.x] = v;
}
ENTRY(dot_) { dot<<<64, 256>>>(a, b, c, n); }
__global__ void row_max(const float* a, float* c, int m) {
    float v = -1e30f;
    for (int i = threadIdx.x; i < m; i += 32) v = fmaxf(v, a[(blockIdx.x * 4 + threadIdx.y) * m + i]);
    for (int d = 16; d; d /= 2) v = fmaxf(v, __shfl_xor_sync(~0u, v, d));
    if (threadIdx.x == 0) c[blockIdx.x * 4 + threadIdx.y] = v;
}
ENTRY(row_max_) { row_max<<<n / 4096, dim3(32, 4)>>>(a, c, 1024); }
__global__ void reverse(const float* a, float* c) {
    __shared__ float s[256];
    s[threadIdx.x] = a[blockIdx.x * 256 + threadIdx.x];
    __syncthreads();
    c[blockIdx.x * 256 + threadIdx.x] = s[255 - threadIdx.x];
}
ENTRY(reverse_) { reverse<<<n / 256, 256>>>(a, c); }
__global__ void center(const float* a, float* c) {
    __shared__ float s[256];
    int i = blockIdx.x * 256 + threadIdx.x;
    float v = a[i];
    c[i] = v - total(v, s) / 256;
}
ENTRY(center_) { center<<<n / 256, 256>>>(a, c); }
