// Graphs are lists of calls. A captured stream sends its calls here instead of running them; the order of capture respects every dependence.
#include "../include/km/graphs.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "engine.h"
#include "launch.h"

using namespace km;

struct CUgraphNode_st {
    cudaGraphNodeType type;
    std::function<cudaError_t()> run;
    std::vector<cudaGraphNode_t> before;
};
struct CUgraph_st {
    std::vector<cudaGraphNode_t> nodes;
    std::vector<cudaStream_t> streams;  // that capture into it
};
struct CUgraphExec_st {
    std::vector<std::pair<cudaGraphNode_t, std::function<cudaError_t()>>> steps;
};

namespace {
std::vector<cudaGraph_t> capturing;

bool real(cudaStream_t s) { return reinterpret_cast<uintptr_t>(s) > 4; }

cudaError_t add(cudaGraphNode_t* out, cudaGraph_t g, const cudaGraphNode_t* before, size_t n, cudaGraphNodeType type, std::function<cudaError_t()> run) {
    if (!g || (n && !before)) return set_error(cudaErrorInvalidValue);
    auto* node = new CUgraphNode_st{type, std::move(run), {before, before + n}};
    g->nodes.push_back(node);
    if (out) *out = node;
    return cudaSuccess;
}

/// The arguments are copied now, as CUDA does.
std::function<cudaError_t()> kernel_call(const cudaKernelNodeParams& p) {
    Packed packed;
    const Kernel* k = pack(p.func, p.kernelParams, packed);
    if (!k) return {};
    const Config c{p.gridDim, p.blockDim, p.sharedMemBytes, nullptr, false};
    return [=] { return launch_now(k, packed.bytes, c); };
}

std::vector<cudaGraphNode_t> in_order(const std::vector<cudaGraphNode_t>& nodes) {
    std::vector<cudaGraphNode_t> left = nodes, done;
    while (!left.empty()) {
        auto ready = std::find_if(left.begin(), left.end(), [&](cudaGraphNode_t x) {
            return std::all_of(x->before.begin(), x->before.end(), [&](cudaGraphNode_t b) { return std::find(done.begin(), done.end(), b) != done.end(); });
        });
        if (ready == left.end()) return {};
        done.push_back(*ready);
        left.erase(ready);
    }
    return done;
}

cudaError_t steps(cudaGraphExec_t e, cudaGraph_t g) {
    auto order = in_order(g->nodes);
    if (order.size() != g->nodes.size()) return set_error(cudaErrorInvalidValue);
    e->steps.clear();
    for (auto* node : order) e->steps.emplace_back(node, node->run);
    return cudaSuccess;
}
}  // namespace

namespace km {
cudaGraph_t recording(cudaStream_t s) { return real(s) ? s->graph : nullptr; }
cudaGraph_t recording_anywhere() { return capturing.empty() ? nullptr : capturing.back(); }
cudaError_t record(cudaGraph_t g, int type, std::function<cudaError_t()> run) {
    cudaGraphNode_t last = g->nodes.empty() ? nullptr : g->nodes.back();
    return add(nullptr, g, &last, last ? 1 : 0, cudaGraphNodeType(type), std::move(run));
}
void join_capture(cudaStream_t s, cudaGraph_t g) {
    if (!real(s) || s->graph) return;
    s->graph = g;
    g->streams.push_back(s);
}
}  // namespace km

extern "C" {
int __km_refuse_capture(const char* what) {
    if (capturing.empty()) return 0;
    char text[200];
    snprintf(text, sizeof text, "kernelmill cuda: %s cannot be captured into a graph\n", what);
    say(text);
    set_error(cudaErrorStreamCaptureUnsupported);
    return 1;
}
cudaError_t cudaStreamBeginCapture(cudaStream_t s, cudaStreamCaptureMode) {
    if (!real(s)) return set_error(cudaErrorStreamCaptureUnsupported);
    if (s->graph) return set_error(cudaErrorIllegalState);
    auto* g = new CUgraph_st;
    join_capture(s, g);
    capturing.push_back(g);
    return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t s, cudaGraph_t* out) {
    cudaGraph_t g = recording(s);
    if (!g) return set_error(cudaErrorIllegalState);
    for (auto* each : g->streams) each->graph = nullptr;
    g->streams.clear();
    capturing.erase(std::find(capturing.begin(), capturing.end(), g));
    *out = g;
    return cudaSuccess;
}
cudaError_t cudaFreeAsync(void* p, cudaStream_t s) {
    // Memory of a graph stays: its address must hold at every launch.
    if (cudaGraph_t g = recording(s)) return record(g, cudaGraphNodeTypeEmpty, [] { return cudaSuccess; });
    return cudaFree(p);
}
cudaError_t cudaStreamIsCapturing(cudaStream_t s, cudaStreamCaptureStatus* status) {
    *status = recording(s) ? cudaStreamCaptureStatusActive : cudaStreamCaptureStatusNone;
    return cudaSuccess;
}
cudaError_t cudaGraphCreate(cudaGraph_t* g, unsigned) { *g = new CUgraph_st; return cudaSuccess; }
cudaError_t cudaGraphDestroy(cudaGraph_t g) {
    if (!g) return set_error(cudaErrorInvalidValue);
    delete g;  // its nodes stay: an executable graph may name them
    return cudaSuccess;
}
cudaError_t cudaGraphClone(cudaGraph_t* copy, cudaGraph_t g) { *copy = new CUgraph_st(*g); return cudaSuccess; }
cudaError_t cudaGraphGetNodes(cudaGraph_t g, cudaGraphNode_t* nodes, size_t* n) {
    if (nodes) std::copy_n(g->nodes.begin(), std::min(*n, g->nodes.size()), nodes);
    *n = g->nodes.size();
    return cudaSuccess;
}
cudaError_t cudaGraphGetRootNodes(cudaGraph_t g, cudaGraphNode_t* nodes, size_t* n) {
    size_t found = 0;
    for (auto* node : g->nodes)
        if (node->before.empty()) {
            if (nodes && found < *n) nodes[found] = node;
            found++;
        }
    *n = found;
    return cudaSuccess;
}
cudaError_t cudaGraphNodeGetType(cudaGraphNode_t node, cudaGraphNodeType* type) { *type = node->type; return cudaSuccess; }
cudaError_t cudaGraphAddKernelNode(cudaGraphNode_t* node, cudaGraph_t g, const cudaGraphNode_t* before, size_t n, const cudaKernelNodeParams* p) {
    auto call = kernel_call(*p);
    return call ? add(node, g, before, n, cudaGraphNodeTypeKernel, call) : set_error(cudaErrorInvalidDeviceFunction);
}
cudaError_t cudaGraphAddMemsetNode(cudaGraphNode_t* node, cudaGraph_t g, const cudaGraphNode_t* before, size_t n, const cudaMemsetParams* params) {
    const cudaMemsetParams p = *params;
    return add(node, g, before, n, cudaGraphNodeTypeMemset, [p] {
        for (size_t y = 0; y < std::max<size_t>(p.height, 1); y++)
            for (size_t x = 0; x < p.width; x++) memcpy(static_cast<char*>(p.dst) + y * p.pitch + x * p.elementSize, &p.value, p.elementSize);
        return cudaSuccess;
    });
}
cudaError_t cudaGraphAddHostNode(cudaGraphNode_t* node, cudaGraph_t g, const cudaGraphNode_t* before, size_t n, const cudaHostNodeParams* params) {
    const cudaHostNodeParams p = *params;
    return add(node, g, before, n, cudaGraphNodeTypeHost, [p] { p.fn(p.userData); return cudaSuccess; });
}
cudaError_t cudaGraphAddEmptyNode(cudaGraphNode_t* node, cudaGraph_t g, const cudaGraphNode_t* before, size_t n) {
    return add(node, g, before, n, cudaGraphNodeTypeEmpty, [] { return cudaSuccess; });
}
cudaError_t cudaGraphAddChildGraphNode(cudaGraphNode_t* node, cudaGraph_t g, const cudaGraphNode_t* before, size_t n, cudaGraph_t child) {
    std::vector<std::function<cudaError_t()>> calls;
    for (auto* each : in_order(child->nodes)) calls.push_back(each->run);
    return add(node, g, before, n, cudaGraphNodeTypeGraph, [calls] {
        for (auto& call : calls)
            if (auto e = call()) return e;
        return cudaSuccess;
    });
}
cudaError_t cudaGraphAddMemcpyNode1D(cudaGraphNode_t* node, cudaGraph_t g, const cudaGraphNode_t* before, size_t n, void* d, const void* s, size_t bytes, cudaMemcpyKind k) {
    return add(node, g, before, n, cudaGraphNodeTypeMemcpy, [=] { return cudaMemcpy(d, s, bytes, k); });
}
cudaError_t __km_graph_call(cudaGraphNode_t* node, cudaGraph_t g, const cudaGraphNode_t* before, size_t n, int type, cudaError_t (*f)(const void*), const void* data, size_t bytes) {
    std::vector<char> kept(static_cast<const char*>(data), static_cast<const char*>(data) + bytes);
    return add(node, g, before, n, cudaGraphNodeType(type), [=] { return f(kept.data()); });
}
cudaError_t cudaGraphAddDependencies(cudaGraph_t, const cudaGraphNode_t* from, const cudaGraphNode_t* to, size_t n) {
    for (size_t i = 0; i < n; i++) to[i]->before.push_back(from[i]);
    return cudaSuccess;
}
cudaError_t cudaGraphKernelNodeSetParams(cudaGraphNode_t node, const cudaKernelNodeParams* p) {
    auto call = kernel_call(*p);
    if (!call) return set_error(cudaErrorInvalidDeviceFunction);
    node->run = call;
    return cudaSuccess;
}
cudaError_t __km_graph_instantiate(cudaGraphExec_t* e, cudaGraph_t g) {
    if (!e || !g) return set_error(cudaErrorInvalidValue);
    *e = new CUgraphExec_st;
    return steps(*e, g);
}
cudaError_t __km_graph_update(cudaGraphExec_t e, cudaGraph_t g) {
    bool same = e->steps.size() == g->nodes.size();
    auto order = in_order(g->nodes);
    for (size_t i = 0; same && i < order.size(); i++) same = order[i]->type == e->steps[i].first->type;
    return same ? steps(e, g) : set_error(cudaErrorInvalidValue);
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t e) { delete e; return cudaSuccess; }
cudaError_t cudaGraphLaunch(cudaGraphExec_t e, cudaStream_t s) {
    if (!e) return set_error(cudaErrorInvalidValue);
    auto run = [e] {
        for (auto& [node, call] : e->steps)
            if (auto error = call()) return error;
        return cudaSuccess;
    };
    if (cudaGraph_t g = recording(s)) return record(g, cudaGraphNodeTypeGraph, run);
    return run();
}
cudaError_t cudaGraphExecKernelNodeSetParams(cudaGraphExec_t e, cudaGraphNode_t node, const cudaKernelNodeParams* p) {
    auto call = kernel_call(*p);
    if (!call) return set_error(cudaErrorInvalidDeviceFunction);
    for (auto& step : e->steps)
        if (step.first == node) {
            step.second = call;
            return cudaSuccess;
        }
    return set_error(cudaErrorInvalidValue);
}
}
