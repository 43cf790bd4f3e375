// Features: rotary position embedding: pairs, sincosf, in place
#include "check.h"

__global__ void rope(float* x, int heads, int d) {
    int t = blockIdx.x, h = blockIdx.y, i = threadIdx.x;
    if (i >= d / 2) return;
    float* p = x + (t * heads + h) * d + 2 * i;
    float s, c;
    sincosf(t * powf(10000.0f, -2.0f * i / d), &s, &c);
    float a = p[0], b = p[1];
    p[0] = a * c - b * s, p[1] = a * s + b * c;
}
int main() {
    int T = 9, H = 2, d = 16;
    auto a = floats(T * H * d);
    Device<float> x(a);
    rope<<<dim3(T, H), 16>>>(x, H, d);
    auto r = x.host();
    for (int t = 0; t < T; t++)
        for (int h = 0; h < H; h++)
            for (int i = 0; i < d / 2; i++) {
                double w = t * pow(10000.0, -2.0 * i / d), p = a[(t * H + h) * d + 2 * i], q = a[(t * H + h) * d + 2 * i + 1];
                EXPECT(near(r[(t * H + h) * d + 2 * i], p * cos(w) - q * sin(w)) && near(r[(t * H + h) * d + 2 * i + 1], p * sin(w) + q * cos(w)));
            }
    return done();
}
