// Features: pitched memory, cudaMemcpy2D, cudaMemset2D, pinned host memory
#include "check.h"

__global__ void twice(float* p, size_t pitch, int w, int h) {
    int x = threadIdx.x, y = blockIdx.x;
    if (x < w && y < h) ((float*)((char*)p + y * pitch))[x] *= 2;
}
int main() {
    int w = 30, h = 11;
    float *d, *host;
    size_t pitch;
    auto a = floats(w * h);
    OK(cudaMallocPitch(&d, &pitch, w * sizeof(float), h));
    OK(cudaMallocHost(&host, w * h * sizeof(float)));
    EXPECT(pitch >= w * sizeof(float) && pitch % 256 == 0);
    OK(cudaMemcpy2D(d, pitch, a.data(), w * sizeof(float), w * sizeof(float), h, cudaMemcpyHostToDevice));
    twice<<<h, 32>>>(d, pitch, w, h);
    OK(cudaMemcpy2D(host, w * sizeof(float), d, pitch, w * sizeof(float), h, cudaMemcpyDeviceToHost));
    for (int i = 0; i < w * h; i++) EXPECT(host[i] == a[i] * 2);
    OK(cudaMemset2D(d, pitch, 0, w * sizeof(float), h));
    OK(cudaMemcpy(host, d, w * sizeof(float), cudaMemcpyDefault));
    EXPECT(host[5] == 0);
    OK(cudaFreeHost(host));
    OK(cudaFree(d));
    return done();
}
