void km_huber(const float *x, const float *target, float *loss, int64_t N, int64_t M, double delta) {
  float d = (float)delta;
  auto term = [=](int64_t i) {
    float gap = fabsf(x[i] - target[i]);
    return gap <= d ? 0.5f * gap * gap : d * (gap - 0.5f * d);
  };
  *loss = total(N * M, term) / (N * M);
}
