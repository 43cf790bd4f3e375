// Features: cuda::maximum, cuda::minimum, thrust::plus, cuda::std and fp8 types by way of cub's header alone
#include <cub/cub.cuh>
#include "check.h"

constexpr int kThreads = 128;

__global__ void extremes(const float* in, float* out, unsigned char* bytes, int n) {
    using Reduce = cub::BlockReduce<float, kThreads>;
    using Scan = cub::BlockScan<float, kThreads>;
    __shared__ union { typename Reduce::TempStorage reduce; typename Scan::TempStorage scan; } s;
    int t = threadIdx.x;
    float v = t < n ? in[t] : 0.0f;
    float top = Reduce(s.reduce).Reduce(v, cuda::maximum<float>());
    __syncthreads();
    float low = Reduce(s.reduce).Reduce(v, cuda::minimum<>());
    __syncthreads();
    float sum;
    Scan(s.scan).InclusiveScan(v, sum, thrust::plus<float>());
    if (t == 0) { out[0] = top; out[1] = low; }
    if (t == n - 1) out[2] = sum;
    if (t < n) bytes[t] = __nv_fp8_e4m3(cuda::std::clamp(v, -2.0f, 2.0f)).__x;
}

int main() {
    const int n = 100;
    float* in;
    float* out;
    unsigned char* bytes;
    cudaMallocManaged(&in, n * sizeof(float));
    cudaMallocManaged(&out, 3 * sizeof(float));
    cudaMallocManaged(&bytes, n);
    float top = -1e9f, low = 1e9f, sum = 0;
    for (int i = 0; i < n; i++) {
        in[i] = float((i * 37) % 101) * 0.25f - 9.0f;
        top = in[i] > top ? in[i] : top;
        low = in[i] < low ? in[i] : low;
        sum += in[i];
    }
    extremes<<<1, kThreads>>>(in, out, bytes, n);
    OK(cudaDeviceSynchronize());
    EXPECT(out[0] == top);
    EXPECT(out[1] == low);
    EXPECT(out[2] == sum);
    for (int i = 0; i < n; i++) EXPECT(in[i] >= 2 ? bytes[i] == 0x40 : in[i] <= -2 ? bytes[i] == 0xc0 : true);
    return done();
}
