void km_cross_entropy(const float *x, const int64_t *target, float *loss, int64_t N, int64_t C) {
  auto row_loss = [=](int64_t i) {
    const float *row = x + i * C;
    float top = -INFINITY;
    for (int64_t j = 0; j < C; j++) top = row[j] > top ? row[j] : top;
    return logf(total(C, [=](int64_t j) { return expf(row[j] - top); })) + (top - row[target[i]]);
  };
  *loss = total(N, row_loss) / N;
}
