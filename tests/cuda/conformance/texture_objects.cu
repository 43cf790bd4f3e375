// Features: texture objects over arrays, pitched and linear memory; point and linear filters; clamp, wrap, mirror, border; layers; surfaces
#include "check.h"

__global__ void fetch(cudaTextureObject_t t, float* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) out[i] = tex1Dfetch<float>(t, i - 2);
}
__global__ void at2d(cudaTextureObject_t t, const float2* where, float* out) { out[threadIdx.x] = tex2D<float>(t, where[threadIdx.x].x, where[threadIdx.x].y); }
__global__ void colours(cudaTextureObject_t t, float4* out) { out[threadIdx.x] = tex2D<float4>(t, threadIdx.x + 0.5f, 0.5f); }
__global__ void bytes(cudaTextureObject_t t, uchar4* out) { out[threadIdx.x] = tex2D<uchar4>(t, threadIdx.x + 0.5f, 0.5f); }
__global__ void volume(cudaTextureObject_t t, float* out) { out[threadIdx.x] = tex3D<float>(t, 1.0f, 1.0f, 0.5f + 0.25f * threadIdx.x); }
__global__ void layered(cudaTextureObject_t t, float* out) { out[threadIdx.x] = tex2DLayered<float>(t, 1.5f, 1.5f, threadIdx.x); }
__global__ void mirror_rows(cudaSurfaceObject_t from, cudaSurfaceObject_t to, int w) {
    float v = surf2Dread<float>(from, threadIdx.x * 4, threadIdx.y);
    surf2Dwrite(2 * v, to, (w - 1 - threadIdx.x) * 4, threadIdx.y);
    float outside;
    surf2Dread(&outside, from, 4 * w, threadIdx.y, cudaBoundaryModeZero);
    if (outside != 0) surf2Dwrite(-1.0f, to, 0, 0);
}

cudaTextureObject_t over(cudaArray_t a, cudaTextureFilterMode filter, cudaTextureAddressMode mode, bool normalized, cudaTextureReadMode read = cudaReadModeElementType) {
    cudaResourceDesc r = {};
    r.resType = cudaResourceTypeArray;
    r.res.array.array = a;
    cudaTextureDesc t = {};
    for (auto& m : t.addressMode) m = mode;
    t.filterMode = filter, t.readMode = read, t.normalizedCoords = normalized, t.borderColor[0] = 9;
    cudaTextureObject_t o;
    EXPECT(cudaCreateTextureObject(&o, &r, &t, nullptr) == cudaSuccess);
    return o;
}

int main() {
    {  // linear memory: outside is zero
        Device<float> in(8), out(12);
        for (int i = 0; i < 8; i++) in.set(i, 1.0f + i);
        cudaResourceDesc r = {};
        r.resType = cudaResourceTypeLinear;
        r.res.linear.devPtr = (float*)in;
        r.res.linear.desc = cudaCreateChannelDesc<float>();
        r.res.linear.sizeInBytes = 8 * sizeof(float);
        cudaTextureDesc t = {};
        cudaTextureObject_t o;
        cudaCreateTextureObject(&o, &r, &t, nullptr);
        fetch<<<1, 32>>>(o, out, 12);
        auto h = out.host();
        for (int i = 0; i < 12; i++) EXPECT(h[i] == (i >= 2 && i < 10 ? i - 1 : 0));
        cudaDestroyTextureObject(o);
    }
    const int w = 4, h = 3;
    float image[h * w];
    for (int i = 0; i < h * w; i++) image[i] = i * i;
    auto format = cudaCreateChannelDesc<float>();
    EXPECT(format.x == 32 && format.y == 0 && format.f == cudaChannelFormatKindFloat);
    cudaArray_t a;
    cudaMallocArray(&a, &format, w, h, cudaArraySurfaceLoadStore);
    cudaMemcpy2DToArray(a, 0, 0, image, w * 4, w * 4, h, cudaMemcpyHostToDevice);
    auto look = [&](cudaTextureObject_t o, float x, float y) {
        Device<float2> where(1);
        Device<float> out(1);
        where.set(0, make_float2(x, y));
        at2d<<<1, 1>>>(o, where, out);
        cudaDestroyTextureObject(o);
        return out.host()[0];
    };
    EXPECT(look(over(a, cudaFilterModePoint, cudaAddressModeClamp, false), 2.9f, 1.1f) == image[6]);
    EXPECT(look(over(a, cudaFilterModePoint, cudaAddressModeClamp, false), -5, 99) == image[8]);
    EXPECT(look(over(a, cudaFilterModePoint, cudaAddressModeBorder, false), -1, 1) == 9);
    EXPECT(look(over(a, cudaFilterModePoint, cudaAddressModeWrap, true), 1.375f, 0.5f) == image[5]);
    EXPECT(look(over(a, cudaFilterModePoint, cudaAddressModeMirror, true), -0.125f, 0.5f) == image[4]);
    EXPECT(look(over(a, cudaFilterModePoint, cudaAddressModeMirror, true), 1.3f, 0.1f) == image[2]);
    EXPECT(look(over(a, cudaFilterModeLinear, cudaAddressModeClamp, false), 2.0f, 0.5f) == (image[1] + image[2]) / 2);
    EXPECT(look(over(a, cudaFilterModeLinear, cudaAddressModeClamp, false), 2.0f, 2.0f) == (image[5] + image[6] + image[9] + image[10]) / 4);
    EXPECT(look(over(a, cudaFilterModeLinear, cudaAddressModeClamp, false), 0.1f, 0.5f) == image[0]);
    EXPECT(look(over(a, cudaFilterModeLinear, cudaAddressModeWrap, true), 0.0f, 0.5f / 3) == (image[0] + image[3]) / 2);

    {  // bytes, as they are and as fractions
        uchar4 px[2] = {{255, 0, 51, 102}, {1, 2, 3, 4}};
        auto f = cudaCreateChannelDesc<uchar4>();
        cudaArray_t b;
        cudaMallocArray(&b, &f, 2, 1);
        cudaMemcpyToArray(b, 0, 0, px, sizeof px, cudaMemcpyHostToDevice);
        Device<float4> out(2);
        Device<uchar4> raw(2);
        colours<<<1, 2>>>(over(b, cudaFilterModePoint, cudaAddressModeClamp, false, cudaReadModeNormalizedFloat), out);
        bytes<<<1, 2>>>(over(b, cudaFilterModePoint, cudaAddressModeClamp, false), raw);
        EXPECT(out.host()[0].x == 1 && out.host()[0].y == 0 && std::fabs(out.host()[0].z - 0.2f) < 1e-6f && std::fabs(out.host()[0].w - 0.4f) < 1e-6f);
        EXPECT(raw.host()[1].x == 1 && raw.host()[1].w == 4);
        cudaFreeArray(b);
    }
    {  // a volume of 2x2x2 between its slices, and the same as layers
        float v[8] = {0, 0, 0, 0, 8, 8, 8, 8};
        cudaArray_t c, l;
        for (auto* p : {&c, &l}) {
            cudaMalloc3DArray(p, &format, make_cudaExtent(2, 2, 2), p == &l ? cudaArrayLayered : cudaArrayDefault);
            cudaMemcpy3DParms copy = {};
            copy.srcPtr = make_cudaPitchedPtr(v, 2 * sizeof(float), 2, 2);
            copy.dstArray = *p;
            copy.extent = make_cudaExtent(2, 2, 2);
            copy.kind = cudaMemcpyHostToDevice;
            EXPECT(cudaMemcpy3D(&copy) == cudaSuccess);
        }
        Device<float> out(5), out2(2);
        volume<<<1, 5>>>(over(c, cudaFilterModeLinear, cudaAddressModeClamp, false), out);
        layered<<<1, 2>>>(over(l, cudaFilterModePoint, cudaAddressModeClamp, false), out2);
        for (int i = 0; i < 5; i++) EXPECT(out.host()[i] == 2 * i);
        EXPECT(out2.host()[0] == 0 && out2.host()[1] == 8);
    }
    {  // surfaces
        cudaArray_t b;
        cudaMallocArray(&b, &format, w, h, cudaArraySurfaceLoadStore);
        cudaSurfaceObject_t s[2];
        for (int i = 0; i < 2; i++) {
            cudaResourceDesc r = {};
            r.resType = cudaResourceTypeArray;
            r.res.array.array = i ? b : a;
            cudaCreateSurfaceObject(&s[i], &r);
        }
        mirror_rows<<<1, dim3(w, h)>>>(s[0], s[1], w);
        float back[h * w];
        cudaMemcpy2DFromArray(back, w * 4, b, 0, 0, w * 4, h, cudaMemcpyDeviceToHost);
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++) EXPECT(back[y * w + x] == 2 * image[y * w + w - 1 - x]);
        cudaDestroySurfaceObject(s[0]);
    }
    EXPECT(cudaDeviceSynchronize() == cudaSuccess);
    return done();
}
