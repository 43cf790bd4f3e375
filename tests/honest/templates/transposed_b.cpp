void km_transposed_b(const float *a, const float *b, float *c, int64_t M, int64_t K, int64_t N) {
  for (int64_t i = 0; i < M; i++)
    for (int64_t j = 0; j < N; j++) c[i * N + j] = total(K, [=](int64_t k) { return a[i * K + k] * b[j * K + k]; });
}
