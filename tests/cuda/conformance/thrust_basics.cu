// Features: thrust: vectors, transform, reduce, sort by key, scan, raw pointers into kernels
#include <thrust/device_vector.h>
#include <thrust/host_vector.h>
#include <thrust/reduce.h>
#include <thrust/sort.h>
#include <thrust/transform.h>
#include <thrust/scan.h>
#include <thrust/sequence.h>
#include "check.h"

__global__ void twice(int* p, int n) { if (threadIdx.x < n) p[threadIdx.x] *= 2; }
struct Square { __host__ __device__ int operator()(int x) const { return x * x; } };
int main() {
    thrust::host_vector<int> h(50);
    for (int i = 0; i < 50; i++) h[i] = 50 - i;
    thrust::device_vector<int> d = h, k(50);
    twice<<<1, 64>>>(thrust::raw_pointer_cast(d.data()), 50);
    OK(cudaDeviceSynchronize());
    EXPECT(thrust::reduce(d.begin(), d.end(), 0, thrust::plus<int>()) == 2550);
    thrust::sequence(k.begin(), k.end());
    thrust::sort_by_key(thrust::device, d.begin(), d.end(), k.begin());
    EXPECT(d[0] == 2 && k[0] == 49 && d[49] == 100 && k[49] == 0);
    thrust::transform(d.begin(), d.end(), d.begin(), Square());
    thrust::exclusive_scan(d.begin(), d.end(), k.begin());
    EXPECT(d[1] == 16 && k[2] == 20);
    return done();
}
