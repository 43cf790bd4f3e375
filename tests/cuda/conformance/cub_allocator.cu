// Features: cub's caching allocator and its checks of errors, key-value pairs made from two values, neighbours subtracted by an operator that takes references
#include <cub/cub.cuh>
#include "check.h"

struct Minus { template <class T> __device__ T operator()(T& a, T& b) { return a - b; } };
struct Both {
    __device__ cub::KeyValuePair<float, float> operator()(const cub::KeyValuePair<float, float>& a, const cub::KeyValuePair<float, float>& b) const {
        return cub::KeyValuePair<float, float>(a.key < b.key ? a.key : b.key, a.value > b.value ? a.value : b.value);
    }
};
cub::CachingDeviceAllocator allocator(true);

__global__ void neighbours(const int* in, int* left, int* right) {
    using Block = cub::BlockAdjacentDifference<int, 64>;
    __shared__ typename Block::TempStorage room;
    int v[2] = {in[2 * threadIdx.x], in[2 * threadIdx.x + 1]}, l[2], r[2];
    Block(room).SubtractLeft(v, l, Minus());
    __syncthreads();
    Block(room).SubtractRight(v, r, Minus());
    for (int k = 0; k < 2; k++) left[2 * threadIdx.x + k] = l[k], right[2 * threadIdx.x + k] = r[k];
}
__global__ void extremes(const float* in, float* out) {
    using Pair = cub::KeyValuePair<float, float>;
    using Block = cub::BlockReduce<Pair, 128>;
    __shared__ typename Block::TempStorage room;
    Pair all = Block(room).Reduce(Pair(in[threadIdx.x], in[threadIdx.x]), Both());
    if (threadIdx.x == 0) out[0] = all.key, out[1] = all.value;
}

int main() {
    auto v = ints(128, 1000);
    Device<int> in(v), left(128), right(128);
    neighbours<<<1, 64>>>(in, left, right);
    auto l = left.host(), r = right.host();
    for (int i = 0; i < 128; i++) {
        EXPECT(l[i] == (i ? v[i] - v[i - 1] : v[i]));
        EXPECT(r[i] == (i < 127 ? v[i] - v[i + 1] : v[i]));
    }
    auto f = floats(128);
    Device<float> x(f), out(2);
    extremes<<<1, 128>>>(x, out);
    float low = f[0], high = f[0];
    for (float y : f) low = fminf(low, y), high = fmaxf(high, y);
    EXPECT(out.host()[0] == low && out.host()[1] == high);

    void* room = nullptr;
    size_t bytes = 0;
    Device<int> sum(1);
    cub::DeviceReduce::Sum(room, bytes, (int*)in, (int*)sum, 128);
    CubDebugExit(allocator.DeviceAllocate(&room, bytes));
    cub::DeviceReduce::Sum(room, bytes, (int*)in, (int*)sum, 128);
    EXPECT(allocator.DeviceFree(room) == cudaSuccess);
    int expected = 0;
    for (int y : v) expected += y;
    EXPECT(sum.host()[0] == expected);
    return done();
}
