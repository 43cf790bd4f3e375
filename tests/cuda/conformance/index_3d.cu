// Features: three-dimensional grids and blocks, dim3
#include "check.h"

__global__ void mark(int* out, int nx, int ny, int nz) {
    int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y, z = blockIdx.z * blockDim.z + threadIdx.z;
    if (x < nx && y < ny && z < nz) out[(z * ny + y) * nx + x] = x + 100 * y + 10000 * z;
}
int main() {
    int nx = 13, ny = 9, nz = 7;
    Device<int> o(nx * ny * nz);
    dim3 block(4, 3, 2), grid((nx + 3) / 4, (ny + 2) / 3, (nz + 1) / 2);
    mark<<<grid, block>>>(o, nx, ny, nz);
    auto r = o.host();
    for (int z = 0; z < nz; z++)
        for (int y = 0; y < ny; y++)
            for (int x = 0; x < nx; x++) EXPECT(r[(z * ny + y) * nx + x] == x + 100 * y + 10000 * z);
    return done();
}
