// Features: sparse matrix times vector: CSR scalar and vector, ELL, COO with atomics
#include "check.h"

__global__ void csr(const int* ptr, const int* col, const float* val, const float* x, float* y, int n) {
    int r = blockIdx.x * blockDim.x + threadIdx.x;
    if (r >= n) return;
    float s = 0;
    for (int i = ptr[r]; i < ptr[r + 1]; i++) s += val[i] * x[col[i]];
    y[r] = s;
}
__global__ void csr_vector(const int* ptr, const int* col, const float* val, const float* x, float* y, int n) {
    int r = (blockIdx.x * blockDim.x + threadIdx.x) / 32, l = threadIdx.x & 31;
    if (r >= n) return;
    float s = 0;
    for (int i = ptr[r] + l; i < ptr[r + 1]; i += 32) s += val[i] * x[col[i]];
    for (int d = 16; d; d /= 2) s += __shfl_down_sync(~0u, s, d);
    if (l == 0) y[r] = s;
}
__global__ void ell(const int* col, const float* val, const float* x, float* y, int n, int width) {
    int r = blockIdx.x * blockDim.x + threadIdx.x;
    if (r >= n) return;
    float s = 0;
    for (int k = 0; k < width; k++) s += val[k * n + r] * __ldg(&x[col[k * n + r]]);
    y[r] = s;
}
__global__ void coo(const int* row, const int* col, const float* val, const float* x, float* y, int nnz) {
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < nnz; i += gridDim.x * blockDim.x) atomicAdd(&y[row[i]], val[i] * x[col[i]]);
}
int main() {
    int n = 70, width = 9;
    std::vector<int> ptr(1), col, row, ecol(n * width);
    std::vector<float> val, eval(n * width), x = floats(n);
    for (int r = 0; r < n; r++) {
        int k = int(bits() % (width + 1));
        for (int i = 0; i < k; i++) {
            int c = int(bits() % n);
            float v = float(int(bits() % 9) - 4);
            col.push_back(c), row.push_back(r), val.push_back(v), ecol[i * n + r] = c, eval[i * n + r] = v;
        }
        ptr.push_back(int(col.size()));
    }
    Device<int> P(ptr), C(col), R(row), E(ecol);
    Device<float> V(val), W(eval), X(x), y0(n), y1(n), y2(n), y3(n);
    csr<<<2, 64>>>(P, C, V, X, y0, n);
    csr_vector<<<(n * 32 + 127) / 128, 128>>>(P, C, V, X, y1, n);
    ell<<<2, 64>>>(E, W, X, y2, n, width);
    coo<<<3, 32>>>(R, C, V, X, y3, int(val.size()));
    auto a = y0.host(), b = y1.host(), c = y2.host(), d = y3.host();
    for (int r = 0; r < n; r++) {
        double s = 0;
        for (int i = ptr[r]; i < ptr[r + 1]; i++) s += double(val[i]) * x[col[i]];
        EXPECT(near(a[r], s) && near(b[r], s) && near(c[r], s) && near(d[r], s));
    }
    return done();
}
