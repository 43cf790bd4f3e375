// four walks with a stride of four, one after the other
template <class Term> static float total(int64_t n, Term term) {
  float sum = 0;
  for (int64_t first = 0; first < 4; first++) {
    float walk = 0;
    for (int64_t i = first; i < n; i += 4) walk += term(i);
    sum += walk;
  }
  return sum;
}
