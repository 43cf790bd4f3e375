void km_batch_norm(const float *x, const float *weight, const float *bias, float *y, int64_t N, int64_t C, int64_t H, int64_t W,
                   double eps) {
  int64_t P = H * W, count = N * P;
  for (int64_t c = 0; c < C; c++) {
    auto at = [=](int64_t k) { return (k / P * C + c) * P + k % P; };
    float mean = total(count, [=](int64_t k) { return x[at(k)]; }) / count;
    float square = total(count, [=](int64_t k) { return (x[at(k)] - mean) * (x[at(k)] - mean); }) / count;
    float scale = 1 / sqrtf(square + (float)eps);
    for (int64_t k = 0; k < count; k++) y[at(k)] = (x[at(k)] - mean) * scale * weight[c] + bias[c];
  }
}
