// Features: direct convolution with channels, weights in constant memory
#include "check.h"

__constant__ float w[4 * 3 * 9];
__global__ void conv(const float* x, float* y, int C, int H, int W) {
    int j = blockIdx.x * blockDim.x + threadIdx.x, i = blockIdx.y * blockDim.y + threadIdx.y, o = blockIdx.z;
    if (i >= H || j >= W) return;
    float s = 0;
    for (int c = 0; c < C; c++)
        for (int k = 0; k < 9; k++) {
            int a = i + k / 3 - 1, b = j + k % 3 - 1;
            if (a >= 0 && a < H && b >= 0 && b < W) s += x[(c * H + a) * W + b] * w[(o * C + c) * 9 + k];
        }
    y[(o * H + i) * W + j] = s;
}
int main() {
    int C = 3, O = 4, H = 13, W = 18;
    auto a = floats(C * H * W), f = floats(O * C * 9);
    OK(cudaMemcpyToSymbol(w, f.data(), f.size() * sizeof(float)));
    Device<float> x(a), y(O * H * W);
    conv<<<dim3(3, 4, O), dim3(8, 4)>>>(x, y, C, H, W);
    auto r = y.host();
    for (int o = 0; o < O; o++)
        for (int i = 0; i < H; i++)
            for (int j = 0; j < W; j++) {
                double s = 0;
                for (int c = 0; c < C; c++)
                    for (int k = 0; k < 9; k++) {
                        int p = i + k / 3 - 1, q = j + k % 3 - 1;
                        if (p >= 0 && p < H && q >= 0 && q < W) s += double(a[(c * H + p) * W + q]) * f[(o * C + c) * 9 + k];
                    }
                EXPECT(near(r[(o * H + i) * W + j], s));
            }
    return done();
}
