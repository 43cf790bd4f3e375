void km_mse(const float *x, const float *target, float *loss, int64_t N, int64_t M) {
  *loss = total(N * M, [=](int64_t i) { return (x[i] - target[i]) * (x[i] - target[i]); }) / (N * M);
}
