void km_add_layer_norm(const float *x, const float *residual, const float *weight, const float *bias, float *y, int64_t N, int64_t M,
                       double eps) {
  for (int64_t i = 0; i < N; i++) {
    float *row = y + i * M;
    for (int64_t j = 0; j < M; j++) row[j] = x[i * M + j] + residual[i * M + j];
    float mean = total(M, [=](int64_t j) { return row[j]; }) / M;
    float square = total(M, [=](int64_t j) { return (row[j] - mean) * (row[j] - mean); }) / M;
    float scale = 1 / sqrtf(square + (float)eps);
    for (int64_t j = 0; j < M; j++) row[j] = (row[j] - mean) * scale * weight[j] + bias[j];
  }
}
