void km_matvec(const float *a, const float *x, float *y, int64_t M, int64_t K) {
  for (int64_t i = 0; i < M; i++) y[i] = total(K, [=](int64_t k) { return a[i * K + k] * x[k]; });
}
