void km_batched(const float *a, const float *b, float *c, int64_t B, int64_t M, int64_t K, int64_t N) {
  for (int64_t l = 0; l < B; l++)
    for (int64_t i = 0; i < M; i++)
      for (int64_t j = 0; j < N; j++)
        c[(l * M + i) * N + j] = total(K, [=](int64_t k) { return a[(l * M + i) * K + k] * b[(l * K + k) * N + j]; });
}
