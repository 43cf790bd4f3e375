void km_matmul_bias_gelu(const float *x, const float *weight, const float *bias, float *y, int64_t M, int64_t K, int64_t N) {
  for (int64_t i = 0; i < M; i++)
    for (int64_t j = 0; j < N; j++) {
      float v = total(K, [=](int64_t k) { return x[i * K + k] * weight[k * N + j]; }) + bias[j];
      y[i * N + j] = 0.5f * v * (1 + erff(v * 0.70710678f));
    }
}
