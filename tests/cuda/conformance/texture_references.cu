// Features: texture references bound to linear memory, to pitched memory and to an array (as in CUDA before 12)
#include "check.h"

texture<float, 1, cudaReadModeElementType> line;
texture<float, cudaTextureType2D> plane;
texture<unsigned char, 2, cudaReadModeNormalizedFloat> grey;
texture<int4> four;

__global__ void k(float* out, float* out2, float* out3) {
    int i = threadIdx.x;
    out[i] = tex1Dfetch(line, i) + tex1Dfetch(four, 0).w;
    out2[i] = tex2D(plane, i % 4 + 0.5f, i / 4 + 0.5f);
    out3[i] = tex2D(grey, i % 4, 0);
}
int main() {
    Device<float> in(16), out(16), out2(16), out3(16);
    for (int i = 0; i < 16; i++) in.set(i, float(i));
    Device<int4> quad(1);
    quad.set(0, make_int4(1, 2, 3, 100));
    cudaChannelFormatDesc one = cudaCreateChannelDesc<float>();
    EXPECT(cudaBindTexture(NULL, &line, (float*)in, &one, 16 * sizeof(float)) == cudaSuccess);
    cudaBindTexture(0, line, (float*)in, 16 * sizeof(float));
    cudaBindTexture(nullptr, four, (int4*)quad);
    auto d = cudaCreateChannelDesc<float>();
    plane.addressMode[0] = cudaAddressModeClamp;
    plane.filterMode = cudaFilterModePoint;
    plane.normalized = false;
    cudaBindTexture2D(NULL, plane, (float*)in, d, 4, 4, 16);
    auto b = cudaCreateChannelDesc<unsigned char>();
    unsigned char px[4] = {0, 51, 102, 255};
    cudaArray* a;
    cudaMallocArray(&a, &b, 4, 1);
    cudaMemcpyToArray(a, 0, 0, px, 4, cudaMemcpyHostToDevice);
    cudaBindTextureToArray(grey, a, b);
    k<<<1, 16>>>(out, out2, out3);
    for (int i = 0; i < 16; i++) {
        EXPECT(out.host()[i] == i + 100);
        EXPECT(out2.host()[i] == i);
        EXPECT(std::fabs(out3.host()[i] - px[i % 4] / 255.0f) < 1e-6f);
    }
    cudaUnbindTexture(line);
    return done();
}
