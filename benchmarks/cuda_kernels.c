/* The same loop nests as one would write them in C with OpenMP: contiguous in the innermost loop, vectors asked for where the kernel leaves the
   order of a sum open (a sum over threads). A sum within one thread keeps its order, as in the kernel. */
#include <math.h>
#include <string.h>

#define ENTRY(name) void name(const float *restrict a, const float *restrict b, float *restrict c, int n)
#define FOR(i, n) _Pragma("omp parallel for") for (int i = 0; i < (n); i++)
#define SUM(v) _Pragma(TEXT(omp simd reduction(+ : v)))
#define MAX(v) _Pragma(TEXT(omp simd reduction(max : v)))
#define TEXT(x) #x

ENTRY(saxpy_) { FOR(i, n) c[i] = 2.0f * a[i] + b[i]; }
ENTRY(relu_) { FOR(i, n) c[i] = fmaxf(a[i], 0.0f); }
ENTRY(gelu_) { FOR(i, n) { float x = a[i]; c[i] = 0.5f * x * (1.0f + tanhf(0.7978845608f * (x + 0.044715f * x * x * x))); } }
ENTRY(silu_) { FOR(i, n) c[i] = a[i] / (1.0f + expf(-a[i])); }
ENTRY(stride_scale_) { FOR(i, n) c[i] = a[i] * 1.5f + 1.0f; }
ENTRY(vec4_add_) { FOR(i, n) c[i] = a[i] + b[i]; }
ENTRY(bias_add_) { int m = n / 1024; FOR(i, 1024) for (int j = 0; j < m; j++) c[i * m + j] = a[i * m + j] + b[j]; }
ENTRY(adam_) { FOR(i, n) { float g = a[i], m = 0.9f * b[i] + 0.1f * g, v = 0.999f * fabsf(b[i]) + 0.001f * g * g; c[i] -= 0.001f * m / (sqrtf(v) + 1e-8f); } }
ENTRY(jacobi_) { int w = 1024, h = n / 1024; FOR(y, h) if (y > 0 && y < h - 1) for (int x = 1; x < w - 1; x++) c[y * w + x] = 0.25f * (a[y * w + x - 1] + a[y * w + x + 1] + a[(y - 1) * w + x] + a[(y + 1) * w + x]); }
ENTRY(matmul_) { enum { s = 256 }; FOR(i, s) { float v[s] = {0}; for (int k = 0; k < s; k++) for (int j = 0; j < s; j++) v[j] += a[i * s + k] * b[k * s + j]; memcpy(c + i * s, v, sizeof v); } }
ENTRY(matvec_) { int s = 1024; FOR(i, s) { float v = 0; for (int k = 0; k < s; k++) v += a[i * s + k] * b[k]; c[i] = v; } }
ENTRY(gather_) { FOR(i, n) c[i] = a[(i * 7919) & (n - 1)] + b[i]; }
ENTRY(clip_select_) { FOR(i, n) { float v = a[i]; if (v > 0.5f) v = 0.5f; else if (v < -0.5f) v = b[i]; c[i] = v; } }
ENTRY(copy_transpose_) { int s = 1024; FOR(x, s) for (int y = 0; y < s; y++) c[x * s + y] = a[y * s + x]; }
ENTRY(conv1d_) { FOR(i, n - 8) { float v = 0; for (int k = 0; k < 8; k++) v += a[i + k] * b[k]; c[i] = v; } }

/* With barriers on the GPU: the loop nest over tiles, rows or blocks. */
#define GEMM(t) \
    FOR(tile, (256 / t) * (256 / t)) { \
        enum { s = 256 }; \
        int i0 = tile / (s / t) * t, j0 = tile % (s / t) * t; \
        for (int i = i0; i < i0 + t; i++) { \
            float v[t] = {0}; \
            for (int k = 0; k < s; k++) \
                for (int j = 0; j < t; j++) v[j] += a[i * s + k] * b[k * s + j0 + j]; \
            memcpy(c + i * s + j0, v, sizeof v); \
        } \
    }
ENTRY(tiled_gemm_) { GEMM(16) }
ENTRY(tiled_gemm32_) { GEMM(32) }
static void sums(const float *restrict a, float *restrict c, int n) { FOR(g, 64) { float v = 0; SUM(v) for (int i = 0; i < n / 64; i++) v += a[g * (n / 64) + i]; c[g] = v; } }
ENTRY(block_sum_) { sums(a, c, n); }
ENTRY(warp_sum_) { sums(a, c, n); }
ENTRY(scan_) { FOR(g, n / 256) { float v = 0; for (int i = 0; i < 256; i++) c[g * 256 + i] = v += a[g * 256 + i]; } }
ENTRY(transpose_) { int s = 1024; FOR(tile, 32 * 32) { int y0 = tile / 32 * 32, x0 = tile % 32 * 32; float t[32][33]; for (int y = 0; y < 32; y++) for (int x = 0; x < 32; x++) t[y][x] = a[(y0 + y) * s + x0 + x]; for (int x = 0; x < 32; x++) for (int y = 0; y < 32; y++) c[(x0 + x) * s + y0 + y] = t[y][x]; } }
ENTRY(softmax_) { int m = 4096; FOR(r, n / m) { const float *x = a + r * m; float top = -1e30f, sum = 0; MAX(top) for (int i = 0; i < m; i++) top = x[i] > top ? x[i] : top; SUM(sum) for (int i = 0; i < m; i++) sum += expf(x[i] - top); for (int i = 0; i < m; i++) c[r * m + i] = expf(x[i] - top) / sum; } }
ENTRY(layer_norm_) { int m = 4096; FOR(r, n / m) { const float *x = a + r * m; float v = 0, q = 0; SUM(v) for (int i = 0; i < m; i++) v += x[i]; float mean = v / m; SUM(q) for (int i = 0; i < m; i++) q += (x[i] - mean) * (x[i] - mean); float s = 1.0f / sqrtf(q / m + 1e-5f); for (int i = 0; i < m; i++) c[r * m + i] = (x[i] - mean) * s; } }
ENTRY(rms_norm_) { int m = 4096; FOR(r, n / m) { const float *x = a + r * m; float q = 0; SUM(q) for (int i = 0; i < m; i++) q += x[i] * x[i]; float s = 1.0f / sqrtf(q / m + 1e-5f); for (int i = 0; i < m; i++) c[r * m + i] = x[i] * s; } }
ENTRY(histogram_) { FOR(g, 32) { int h[64] = {0}; for (int i = 0; i < n / 32; i++) h[(int)((a[g * (n / 32) + i] + 1.0f) * 31.9f) & 63]++; _Pragma("omp critical") for (int i = 0; i < 64; i++) c[i] += (float)h[i]; } }
ENTRY(stencil_tile_) { FOR(g, n / 256) { int i0 = g * 256; float s[256 + 8]; for (int i = 0; i < 264; i++) s[i] = i0 + i >= 4 && i0 + i - 4 < n ? a[i0 + i - 4] : 0; for (int i = 0; i < 256; i++) { float v = 0; for (int k = 0; k <= 8; k++) v += s[i + k]; c[i0 + i] = v; } } }
ENTRY(dot_) { FOR(g, 64) { float v = 0; SUM(v) for (int i = 0; i < n / 64; i++) v += a[g * (n / 64) + i] * b[g * (n / 64) + i]; c[g] = v; } }
ENTRY(row_max_) { FOR(r, n / 1024) { float v = -1e30f; MAX(v) for (int i = 0; i < 1024; i++) v = a[r * 1024 + i] > v ? a[r * 1024 + i] : v; c[r] = v; } }
ENTRY(reverse_) { FOR(g, n / 256) for (int i = 0; i < 256; i++) c[g * 256 + i] = a[g * 256 + 255 - i]; }
ENTRY(center_) { FOR(g, n / 256) { float v = 0; SUM(v) for (int i = 0; i < 256; i++) v += a[g * 256 + i]; for (int i = 0; i < 256; i++) c[g * 256 + i] = a[g * 256 + i] - v / 256; } }
