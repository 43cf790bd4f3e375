void km_mean(const float *x, float *y, int64_t B, int64_t M, int64_t N) {
  for (int64_t b = 0; b < B; b++)
    for (int64_t n = 0; n < N; n++) y[b * N + n] = total(M, [=](int64_t m) { return x[(b * M + m) * N + n]; }) / M;
}
