// Features: sums in which neighbours read neighbouring elements, with early returns, unsigned and 64-bit counters, strided loops over several blocks, partial blocks
#include "check.h"

#include <vector>

__global__ void product(const float* a, const float* b, float* c, int m, int n, int k) {
    int col = blockIdx.x * blockDim.x + threadIdx.x, row = blockIdx.y * blockDim.y + threadIdx.y;
    if (row >= m || col >= n) return;
    float sum = 0;
    for (int t = 0; t < k; t++) sum += a[row * k + t] * b[t * n + col];
    c[row * n + col] = sum;
}
__global__ void columns(const float* a, float* c, unsigned n, size_t k) {  // a counter that starts at the thread's own place
    size_t i = size_t(blockIdx.x) * blockDim.x + threadIdx.x;
    if (i >= n) return;
    float least = 1e30f, sum = 0;
    size_t at = i;
    for (size_t t = 0; t < k; t++, at += n) {
        least = fminf(least, a[at]);
        sum += a[at];
        if (t == 70) break;
    }
    c[i] = least + sum;
}
__global__ void strided(const int* a, int* c, int n) {
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) c[i] = 2 * a[i] + 1;
}
__global__ void strided_sum(const int* a, int* c, int n) {
    int sum = 0;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) sum += a[i];
    if (sum & 1) sum = -sum;
    atomicAdd(c, sum);
}
__global__ void apart(const float* a, float* c, int n) {  // how often a thread goes round is its own affair
    __shared__ float s[64];
    float sum = 0;
    for (int t = 0; t < int(threadIdx.x) % 5; t++) sum += a[t * 64 + threadIdx.x];
    s[threadIdx.x] = sum;
    __syncthreads();
    if (threadIdx.x < 40) {
        for (int t = 0; t < n; t++) sum += a[t * 64 + threadIdx.x] * s[t];
    }
    c[threadIdx.x] = sum;
}

template <class T> T* device(const std::vector<T>& v) {
    T* p;
    cudaMalloc(&p, v.size() * sizeof(T));
    cudaMemcpy(p, v.data(), v.size() * sizeof(T), cudaMemcpyHostToDevice);
    return p;
}
template <class T> std::vector<T> host(const T* p, size_t n) {
    std::vector<T> v(n);
    cudaMemcpy(v.data(), p, n * sizeof(T), cudaMemcpyDeviceToHost);
    return v;
}
float value(size_t i) { return float(int(i * 37 % 23) - 11) / 4; }

int main() {
    for (int m : {1, 17, 33})
        for (int n : {1, 31, 70}) {
            const int k = 1 + m * 2;
            std::vector<float> a(size_t(m) * k), b(size_t(k) * n), c(size_t(m) * n);
            for (size_t i = 0; i < a.size(); i++) a[i] = value(i);
            for (size_t i = 0; i < b.size(); i++) b[i] = value(i + 5);
            auto da = device(a), db = device(b), dc = device(c);
            product<<<dim3((n + 15) / 16, (m + 7) / 8), dim3(16, 8)>>>(da, db, dc, m, n, k);
            auto got = host(dc, c.size());
            for (int i = 0; i < m; i++)
                for (int j = 0; j < n; j++) {
                    float want = 0;
                    for (int t = 0; t < k; t++) want += a[i * k + t] * b[t * n + j];
                    EXPECT(got[i * n + j] == want);
                }
        }
    for (size_t k : {0, 1, 5, 70, 90}) {
        const unsigned n = 300;
        std::vector<float> a(n * (k + 1)), c(n);
        for (size_t i = 0; i < a.size(); i++) a[i] = value(i);
        auto da = device(a), dc = device(c);
        columns<<<3, 128>>>(da, dc, n, k);
        auto got = host(dc, n);
        for (unsigned i = 0; i < n; i++) {
            float least = 1e30f, sum = 0;
            for (size_t t = 0; t < k && t <= 70; t++) least = fminf(least, a[t * n + i]), sum += a[t * n + i];
            EXPECT(got[i] == least + sum);
        }
    }
    for (int n : {0, 1, 255, 256, 5000, 70001}) {
        std::vector<int> a(n + 1), c(n + 1, -7), zero(1);
        for (int i = 0; i < n; i++) a[i] = i * 31 % 1009;
        auto da = device(a), dc = device(c), ds = device(zero);
        strided<<<37, 96>>>(da, dc, n);
        strided_sum<<<37, 96>>>(da, ds, n);
        auto got = host(dc, n + 1);
        for (int i = 0; i < n; i++) EXPECT(got[i] == 2 * a[i] + 1);
        EXPECT(got[n] == -7);
        int want = 0;
        for (int t = 0; t < 37 * 96; t++) {
            int sum = 0;
            for (int i = t; i < n; i += 37 * 96) sum += a[i];
            want += sum & 1 ? -sum : sum;
        }
        EXPECT(host(ds, 1)[0] == want);
    }
    std::vector<float> a(64 * 64), c(64);
    for (size_t i = 0; i < a.size(); i++) a[i] = value(i);
    auto da = device(a), dc = device(c);
    apart<<<1, 64>>>(da, dc, 9);
    auto got = host(dc, 64);
    float s[64];
    for (int i = 0; i < 64; i++) {
        s[i] = 0;
        for (int t = 0; t < i % 5; t++) s[i] += a[t * 64 + i];
    }
    for (int i = 0; i < 64; i++) {
        float sum = s[i];
        for (int t = 0; i < 40 && t < 9; t++) sum += a[t * 64 + i] * s[t];
        EXPECT(got[i] == sum);
    }
    return done();
}
