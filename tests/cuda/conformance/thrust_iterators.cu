// Features: thrust iterators, tuples, reduce_by_key, random numbers; SIMD in a word; __nv_atomic functions; register; profiler marks
#include <thrust/device_vector.h>
#include <thrust/iterator/zip_iterator.h>
#include <thrust/iterator/counting_iterator.h>
#include <thrust/transform.h>
#include <thrust/scatter.h>
#include <thrust/random.h>
#include <nvtx3/nvToolsExtCudaRt.h>
#include <nvToolsExt.h>
#include <omp.h>
#include <curand.h>
#include <cublasLt.h>
#include <cub/device/device_merge_sort.cuh>
struct Add { __host__ __device__ float operator()(const thrust::tuple<float, float>& t) const { return thrust::get<0>(t) + thrust::get<1>(t); } };
__global__ void k(unsigned* p, int* q) { p[0] = __vabs2(p[0]); __nv_atomic_fetch_add(q, 2, __NV_ATOMIC_RELAXED, __NV_THREAD_SCOPE_DEVICE); register int r = 3; q[1] = r; }
int main() {
    thrust::device_vector<float> a(4, 1), b(4, 2), c(4);
    auto z = thrust::make_zip_iterator(thrust::make_tuple(a.begin(), b.begin()));
    auto e = thrust::make_zip_iterator(thrust::make_tuple(a.end(), b.end()));
    thrust::transform(z, e, c.begin(), Add());
    thrust::device_vector<int> keys{1, 1, 2, 2}, ok(4), ov(4), vals{1, 2, 3, 4};
    auto ends = thrust::reduce_by_key(thrust::device, keys.begin(), keys.end(), vals.begin(), ok.begin(), ov.begin());
    float s = thrust::reduce(thrust::make_counting_iterator(0), thrust::make_counting_iterator(5));
    thrust::default_random_engine g; thrust::uniform_real_distribution<float> u(0, 1); u(g);
    unsigned* p; int* q; cudaMallocManaged(&p, 4); cudaMallocManaged(&q, 8); p[0] = 0xffff0001; q[0] = 1; k<<<1, 1>>>(p, q); cudaDeviceSynchronize();
    bool ok_ = c[3] == 3 && ends.first - ok.begin() == 2 && ov[1] == 7 && s == 10 && p[0] == 0x00010001 && q[0] == 3 && q[1] == 3;
    printf("%s\n", ok_ ? "PASS" : "FAIL");
    return !ok_;
}
