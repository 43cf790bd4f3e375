// Features: streams, events, elapsed time, callbacks, host functions
#include "check.h"

__global__ void add(int* x) { atomicAdd(x, 1); }
void CUDART_CB note(cudaStream_t, cudaError_t e, void* p) { *static_cast<int*>(p) += e == cudaSuccess; }
int main() {
    cudaStream_t s[3];
    for (auto& q : s) OK(cudaStreamCreateWithFlags(&q, cudaStreamNonBlocking));
    cudaEvent_t a, b;
    OK(cudaEventCreate(&a));
    OK(cudaEventCreateWithFlags(&b, cudaEventDefault));
    Device<int> x(1);
    int called = 0;
    OK(cudaEventRecord(a, s[0]));
    for (int i = 0; i < 9; i++) add<<<1, 32, 0, s[i % 3]>>>(x);
    OK(cudaStreamAddCallback(s[0], note, &called, 0));
    OK(cudaStreamWaitEvent(s[1], a, 0));
    OK(cudaEventRecord(b, s[0]));
    OK(cudaEventSynchronize(b));
    float ms = -1;
    OK(cudaEventElapsedTime(&ms, a, b));
    EXPECT(ms >= 0 && cudaEventQuery(b) == cudaSuccess && cudaStreamQuery(s[2]) == cudaSuccess);
    for (auto& q : s) OK(cudaStreamDestroy(q));
    OK(cudaEventDestroy(a));
    OK(cudaEventDestroy(b));
    EXPECT(x.host()[0] == 288 && called == 1);
    return done();
}
