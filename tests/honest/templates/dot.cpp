void km_dot(const float *x, const float *y, float *result, int64_t N) {
  *result = total(N, [=](int64_t i) { return x[i] * y[i]; });
}
