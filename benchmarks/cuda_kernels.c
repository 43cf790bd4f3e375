/* The same loop nests in C with OpenMP. */
#include <math.h>
#include <string.h>

#define ENTRY(name) void name(const float *restrict a, const float *restrict b, float *restrict c, int n)
#define FOR(i, n) _Pragma("omp parallel for") for (int i = 0; i < (n); i++)

ENTRY(saxpy_) { FOR(i, n) c[i] = 2.0f * a[i] + b[i]; }
ENTRY(relu_) { FOR(i, n) c[i] = fmaxf(a[i], 0.0f); }
ENTRY(gelu_) { FOR(i, n) { float x = a[i]; c[i] = 0.5f * x * (1.0f + tanhf(0.7978845608f * (x + 0.044715f * x * x * x))); } }
ENTRY(silu_) { FOR(i, n) c[i] = a[i] / (1.0f + expf(-a[i])); }
ENTRY(stride_scale_) { FOR(i, n) c[i] = a[i] * 1.5f + 1.0f; }
ENTRY(vec4_add_) { FOR(i, n) c[i] = a[i] + b[i]; }
ENTRY(bias_add_) { int m = n / 1024; FOR(i, 1024) for (int j = 0; j < m; j++) c[i * m + j] = a[i * m + j] + b[j]; }
ENTRY(adam_) { FOR(i, n) { float g = a[i], m = 0.9f * b[i] + 0.1f * g, v = 0.999f * fabsf(b[i]) + 0.001f * g * g; c[i] -= 0.001f * m / (sqrtf(v) + 1e-8f); } }
ENTRY(jacobi_) { int w = 1024, h = n / 1024; FOR(y, h) if (y > 0 && y < h - 1) for (int x = 1; x < w - 1; x++) c[y * w + x] = 0.25f * (a[y * w + x - 1] + a[y * w + x + 1] + a[(y - 1) * w + x] + a[(y + 1) * w + x]); }
ENTRY(matmul_) { int s = 256; FOR(i, s) for (int j = 0; j < s; j++) { float v = 0; for (int k = 0; k < s; k++) v += a[i * s + k] * b[k * s + j]; c[i * s + j] = v; } }
ENTRY(matvec_) { int s = 1024; FOR(i, s) { float v = 0; for (int k = 0; k < s; k++) v += a[i * s + k] * b[k]; c[i] = v; } }
ENTRY(gather_) { FOR(i, n) c[i] = a[(i * 7919) & (n - 1)] + b[i]; }
ENTRY(clip_select_) { FOR(i, n) { float v = a[i]; if (v > 0.5f) v = 0.5f; else if (v < -0.5f) v = b[i]; c[i] = v; } }
ENTRY(copy_transpose_) { int s = 1024; FOR(y, s) for (int x = 0; x < s; x++) c[x * s + y] = a[y * s + x]; }
ENTRY(conv1d_) { FOR(i, n - 8) { float v = 0; for (int k = 0; k < 8; k++) v += a[i + k] * b[k]; c[i] = v; } }

/* With barriers on the GPU: the loop nest over tiles, rows or blocks. */
static void gemm(const float *restrict a, const float *restrict b, float *restrict c, int t) {
    int s = 256;
    FOR(tile, (s / t) * (s / t)) {
        int i0 = tile / (s / t) * t, j0 = tile % (s / t) * t;
        float acc[32][32] = {{0}};
        for (int k0 = 0; k0 < s; k0 += t)
            for (int i = 0; i < t; i++)
                for (int k = 0; k < t; k++)
                    for (int j = 0; j < t; j++) acc[i][j] += a[(i0 + i) * s + k0 + k] * b[(k0 + k) * s + j0 + j];
        for (int i = 0; i < t; i++)
            for (int j = 0; j < t; j++) c[(i0 + i) * s + j0 + j] = acc[i][j];
    }
}
ENTRY(tiled_gemm_) { gemm(a, b, c, 16); }
ENTRY(tiled_gemm32_) { gemm(a, b, c, 32); }
static void sums(const float *restrict a, float *restrict c, int n) { FOR(g, 64) { float v = 0; for (int i = 0; i < n / 64; i++) v += a[g * (n / 64) + i]; c[g] = v; } }
ENTRY(block_sum_) { sums(a, c, n); }
ENTRY(warp_sum_) { sums(a, c, n); }
ENTRY(scan_) { FOR(g, n / 256) { float v = 0; for (int i = 0; i < 256; i++) c[g * 256 + i] = v += a[g * 256 + i]; } }
ENTRY(transpose_) { int s = 1024; FOR(tile, 32 * 32) { int y0 = tile / 32 * 32, x0 = tile % 32 * 32; for (int y = 0; y < 32; y++) for (int x = 0; x < 32; x++) c[(x0 + x) * s + y0 + y] = a[(y0 + y) * s + x0 + x]; } }
ENTRY(softmax_) { int m = 4096; FOR(r, n / m) { const float *x = a + r * m; float top = -1e30f, sum = 0; for (int i = 0; i < m; i++) top = fmaxf(top, x[i]); for (int i = 0; i < m; i++) sum += expf(x[i] - top); for (int i = 0; i < m; i++) c[r * m + i] = expf(x[i] - top) / sum; } }
ENTRY(layer_norm_) { int m = 4096; FOR(r, n / m) { const float *x = a + r * m; float v = 0, q = 0; for (int i = 0; i < m; i++) v += x[i]; float mean = v / m; for (int i = 0; i < m; i++) q += (x[i] - mean) * (x[i] - mean); float s = 1.0f / sqrtf(q / m + 1e-5f); for (int i = 0; i < m; i++) c[r * m + i] = (x[i] - mean) * s; } }
ENTRY(rms_norm_) { int m = 4096; FOR(r, n / m) { const float *x = a + r * m; float q = 0; for (int i = 0; i < m; i++) q += x[i] * x[i]; float s = 1.0f / sqrtf(q / m + 1e-5f); for (int i = 0; i < m; i++) c[r * m + i] = x[i] * s; } }
ENTRY(histogram_) { FOR(g, 32) { int h[64] = {0}; for (int i = 0; i < n / 32; i++) h[(int)((a[g * (n / 32) + i] + 1.0f) * 31.9f) & 63]++; _Pragma("omp critical") for (int i = 0; i < 64; i++) c[i] += (float)h[i]; } }
ENTRY(stencil_tile_) { FOR(i, n) { float v = 0; for (int k = -4; k <= 4; k++) if (i + k >= 0 && i + k < n) v += a[i + k]; c[i] = v; } }
ENTRY(dot_) { FOR(g, 64) { float v = 0; for (int i = 0; i < n / 64; i++) v += a[g * (n / 64) + i] * b[g * (n / 64) + i]; c[g] = v; } }
ENTRY(row_max_) { FOR(r, n / 1024) { float v = -1e30f; for (int i = 0; i < 1024; i++) v = fmaxf(v, a[r * 1024 + i]); c[r] = v; } }
ENTRY(reverse_) { FOR(g, n / 256) for (int i = 0; i < 256; i++) c[g * 256 + i] = a[g * 256 + 255 - i]; }
ENTRY(center_) { FOR(g, n / 256) { float v = 0; for (int i = 0; i < 256; i++) v += a[g * 256 + i]; for (int i = 0; i < 256; i++) c[g * 256 + i] = a[g * 256 + i] - v / 256; } }
