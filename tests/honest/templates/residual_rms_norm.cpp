void km_residual_rms_norm(const float *x, const float *residual, const float *weight, float *y, float *sum, int64_t N, int64_t M,
                          double eps) {
  for (int64_t i = 0; i < N; i++) {
    float *row = sum + i * M;
    for (int64_t j = 0; j < M; j++) row[j] = x[i * M + j] + residual[i * M + j];
    float scale = 1 / sqrtf(total(M, [=](int64_t j) { return row[j] * row[j]; }) / M + (float)eps);
    for (int64_t j = 0; j < M; j++) y[i * M + j] = row[j] * scale * weight[j];
  }
}
