void km_group_norm(const float *x, const float *weight, const float *bias, float *y, int64_t N, int64_t C, int64_t H, int64_t W,
                   int64_t groups, double eps) {
  int64_t length = C / groups * H * W;
  for (int64_t i = 0; i < N * groups; i++) {
    const float *row = x + i * length;
    float mean = total(length, [=](int64_t j) { return row[j]; }) / length;
    float square = total(length, [=](int64_t j) { return (row[j] - mean) * (row[j] - mean); }) / length;
    float scale = 1 / sqrtf(square + (float)eps);
    for (int64_t j = 0; j < length; j++) {
      int64_t c = i % groups * (C / groups) + j / (H * W);
      y[i * length + j] = (row[j] - mean) * scale * weight[c] + bias[c];
    }
  }
}
