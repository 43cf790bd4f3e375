// Features: copies of symbols, arrays and volumes that a capture keeps, memory of a stream in a graph, thrust refused while a stream is captured
#include <thrust/device_vector.h>
#include <thrust/execution_policy.h>
#include <thrust/sequence.h>
#include <thrust/sort.h>
#include "check.h"

__constant__ int table[4];
__device__ int result[4];
__global__ void twice() { result[threadIdx.x] = 2 * table[threadIdx.x]; }
__global__ void put(int* p) { *p = 7; }
__global__ void get(const int* p, int* q) { *q += *p; }

int main() {
    cudaStream_t s;
    cudaStreamCreate(&s);
    cudaGraph_t g;
    cudaGraphExec_t e;
    cudaChannelFormatDesc format = cudaCreateChannelDesc<int>();
    cudaArray_t image;
    cudaMallocArray(&image, &format, 2, 2);
    cudaPitchedPtr volume;
    cudaMalloc3D(&volume, make_cudaExtent(8, 1, 2));
    Device<int> sum(1);
    int in[4] = {1, 2, 3, 4}, out[4] = {}, back[4] = {}, solid[4] = {}, *temporary;
    EXPECT(cudaStreamBeginCapture(s, cudaStreamCaptureModeRelaxed) == cudaSuccess);
    cudaMemcpyToSymbolAsync(table, in, sizeof in, 0, cudaMemcpyHostToDevice, s);
    twice<<<1, 4, 0, s>>>();
    cudaMemcpyFromSymbolAsync(out, result, sizeof out, 0, cudaMemcpyDeviceToHost, s);
    cudaMemcpy2DToArrayAsync(image, 0, 0, in, 8, 8, 2, cudaMemcpyHostToDevice, s);
    cudaMemcpy2DFromArrayAsync(back, 8, image, 0, 0, 8, 2, cudaMemcpyDeviceToHost, s);
    cudaMemset3DAsync(volume, 1, make_cudaExtent(8, 1, 2), s);
    cudaMemcpy3DParms p = {};
    p.srcPtr = volume, p.dstPtr = make_cudaPitchedPtr(solid, 8, 8, 1), p.extent = make_cudaExtent(8, 1, 2), p.kind = cudaMemcpyDeviceToHost;
    cudaMemcpy3DAsync(&p, s);
    cudaMallocAsync(&temporary, sizeof(int), s);
    put<<<1, 1, 0, s>>>(temporary);
    get<<<1, 1, 0, s>>>(temporary, sum);
    cudaFreeAsync(temporary, s);
    EXPECT(cudaStreamEndCapture(s, &g) == cudaSuccess);
    EXPECT(out[0] == 0 && back[0] == 0 && solid[0] == 0);
    EXPECT(cudaGraphInstantiate(&e, g, 0) == cudaSuccess);
    for (int i = 1; i <= 2; i++) {
        in[0] = 10 * i;
        EXPECT(cudaGraphLaunch(e, s) == cudaSuccess);
        cudaStreamSynchronize(s);
        EXPECT(out[0] == 20 * i && out[3] == 8 && back[0] == 10 * i && back[3] == 4 && solid[3] == 0x01010101);
    }
    EXPECT(sum.host()[0] == 14);

    thrust::device_vector<int> v(3);
    thrust::sequence(thrust::cuda::par.on(s), v.begin(), v.end(), 5, -2);
    EXPECT(v[2] == 1);
    bool refused = false;
    EXPECT(cudaStreamBeginCapture(s, cudaStreamCaptureModeRelaxed) == cudaSuccess);
    try {
        thrust::sort(thrust::cuda::par.on(s), v.begin(), v.end());
    } catch (const thrust::system_error&) { refused = true; }
    EXPECT(refused && v[0] == 5 && cudaGetLastError() == cudaErrorStreamCaptureUnsupported);
    cudaStreamEndCapture(s, &g);
    thrust::sort(thrust::cuda::par.on(s), v.begin(), v.end());
    EXPECT(v[0] == 1);
    return done();
}
