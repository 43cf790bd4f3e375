void km_logsumexp(const float *x, float *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++) {
    const float *row = x + i * M;
    float top = -INFINITY;
    for (int64_t j = 0; j < M; j++) top = row[j] > top ? row[j] : top;
    y[i] = top + logf(total(M, [=](int64_t j) { return expf(row[j] - top); }));
  }
}
