// Features: stream capture with a fork and a join, graphs by hand, launches of a graph, changed parameters of a node
#include "check.h"

__global__ void add(int* p, int v) { p[threadIdx.x] += v; }
__global__ void sum(const int* a, const int* b, int* c) { c[threadIdx.x] = a[threadIdx.x] + b[threadIdx.x]; }
void count(void* p) { ++*static_cast<int*>(p); }

int main() {
    Device<int> a(32), b(32), c(32);
    cudaStream_t s, t;
    cudaStreamCreate(&s);
    cudaStreamCreateWithFlags(&t, cudaStreamNonBlocking);
    cudaEvent_t fork, join;
    cudaEventCreate(&fork);
    cudaEventCreate(&join);
    cudaGraph_t g;
    cudaGraphExec_t e;
    int calls = 0;
    int host[32];
    EXPECT(cudaStreamBeginCapture(s, cudaStreamCaptureModeGlobal) == cudaSuccess);
    add<<<1, 32, 0, s>>>(a, 1);
    cudaEventRecord(fork, s);
    cudaStreamWaitEvent(t, fork, 0);
    add<<<1, 32, 0, t>>>(b, 2);
    cudaEventRecord(join, t);
    cudaStreamWaitEvent(s, join, 0);
    sum<<<1, 32, 0, s>>>(a, b, c);
    cudaLaunchHostFunc(s, count, &calls);
    cudaMemcpyAsync(host, (int*)c, sizeof host, cudaMemcpyDeviceToHost, s);
    EXPECT(cudaStreamEndCapture(s, &g) == cudaSuccess);
    EXPECT(a.host()[0] == 0 && calls == 0);  // nothing ran yet
    size_t n = 0;
    cudaGraphGetNodes(g, nullptr, &n);
    EXPECT(n == 5);
    EXPECT(cudaGraphInstantiate(&e, g, NULL, NULL, 0) == cudaSuccess);
    for (int i = 1; i <= 3; i++) {
        EXPECT(cudaGraphLaunch(e, s) == cudaSuccess);
        cudaStreamSynchronize(s);
        EXPECT(host[7] == 3 * i && calls == i);
    }
    add<<<1, 32, 0, t>>>(b, 1);  // the capture is over
    EXPECT(b.host()[0] == 7);
    cudaGraphExecDestroy(e);
    cudaGraphDestroy(g);

    // By hand: a memset, then two kernels in order.
    cudaGraphCreate(&g, 0);
    cudaGraphNode_t zero, first, second;
    cudaMemsetParams m = {};
    m.dst = (int*)a, m.elementSize = 4, m.width = 32, m.height = 1, m.value = 5;
    cudaGraphAddMemsetNode(&zero, g, nullptr, 0, &m);
    int* p = a;
    int v = 10;
    void* args[] = {&p, &v};
    cudaKernelNodeParams k = {};
    k.func = (void*)add, k.gridDim = dim3(1), k.blockDim = dim3(32), k.kernelParams = args;
    EXPECT(cudaGraphAddKernelNode(&first, g, &zero, 1, &k) == cudaSuccess);
    v = 100;  // copied when the node is made
    EXPECT(cudaGraphAddKernelNode(&second, g, &first, 1, &k) == cudaSuccess);
    EXPECT(cudaGraphInstantiate(&e, g, 0) == cudaSuccess);
    cudaGraphLaunch(e, s);
    EXPECT(a.host()[31] == 115);
    v = 1000;
    EXPECT(cudaGraphExecKernelNodeSetParams(e, second, &k) == cudaSuccess);
    cudaGraphLaunch(e, s);
    EXPECT(a.host()[0] == 1015);
    return done();
}
