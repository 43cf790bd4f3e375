void km_softmax(const float *x, float *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++) {
    const float *row = x + i * M;
    float *out = y + i * M, top = -INFINITY;
    for (int64_t j = 0; j < M; j++) top = row[j] > top ? row[j] : top;
    for (int64_t j = 0; j < M; j++) out[j] = expf(row[j] - top);
    float sum = total(M, [=](int64_t j) { return out[j]; });
    for (int64_t j = 0; j < M; j++) out[j] /= sum;
  }
}
