// Features: thrust sorts tuples of a zip in place, with and without an order of the program's own
#include <thrust/device_vector.h>
#include <thrust/execution_policy.h>
#include <thrust/iterator/zip_iterator.h>
#include <thrust/sort.h>
#include "check.h"

struct BySecond { template <class A, class B> __host__ __device__ bool operator()(const A& a, const B& b) const { return thrust::get<1>(a) < thrust::get<1>(b); } };

int main() {
    const int k[] = {3, 1, 2, 1}, w[] = {7, 6, 9, 4};
    thrust::device_vector<int> keys(k, k + 4), values(w, w + 4);
    auto pairs = thrust::make_zip_iterator(thrust::make_tuple(keys.begin(), values.begin()));
    thrust::sort(thrust::device, pairs, pairs + 4);
    EXPECT(keys[0] == 1 && values[0] == 4 && values[1] == 6 && keys[2] == 2 && values[2] == 9 && values[3] == 7);
    thrust::stable_sort(pairs, pairs + 4, BySecond());
    EXPECT(values[0] == 4 && values[3] == 9 && keys[3] == 2 && keys[2] == 3 && keys[1] == 1);
    return done();
}
