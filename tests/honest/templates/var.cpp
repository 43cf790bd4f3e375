void km_var(const float *x, float *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++) {
    const float *row = x + i * M;
    float mean = total(M, [=](int64_t j) { return row[j]; }) / M;
    y[i] = total(M, [=](int64_t j) { return (row[j] - mean) * (row[j] - mean); }) / (M - 1);
  }
}
