// Features: ping-pong buffers, wrap-around neighbours, unsigned char data
#include "check.h"

__global__ void life(const unsigned char* a, unsigned char* b, int w, int h) {
    int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
    if (x >= w || y >= h) return;
    int n = 0;
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++)
            if (dx || dy) n += a[(y + dy + h) % h * w + (x + dx + w) % w];
    b[y * w + x] = n == 3 || (n == 2 && a[y * w + x]);
}
int main() {
    int w = 30, h = 21;
    std::vector<unsigned char> a(w * h), b(w * h);
    for (auto& v : a) v = bits() % 3 == 0;
    Device<unsigned char> A(a), B(w * h);
    unsigned char *p = A, *q = B;
    for (int t = 0; t < 6; t++) {
        life<<<dim3(2, 3), dim3(16, 8)>>>(p, q, w, h);
        std::swap(p, q);
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w; x++) {
                int n = -a[y * w + x];
                for (int k = 0; k < 9; k++) n += a[(y + k / 3 - 1 + h) % h * w + (x + k % 3 - 1 + w) % w];
                b[y * w + x] = n == 3 || (n == 2 && a[y * w + x]);
            }
        a.swap(b);
    }
    EXPECT(A.host() == a);
    return done();
}
