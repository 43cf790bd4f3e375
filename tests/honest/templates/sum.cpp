void km_sum(const float *x, float *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++) y[i] = total(M, [=](int64_t j) { return x[i * M + j]; });
}
