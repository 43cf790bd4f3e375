// compensated, the larger of both keeps its bits (Neumaier 1974)
template <class Term> static float total(int64_t n, Term term) {
  float sum = 0, rest = 0;
  for (int64_t i = 0; i < n; i++) {
    float value = term(i), next = sum + value;
    rest += fabsf(sum) >= fabsf(value) ? (sum - next) + value : (value - next) + sum;
    sum = next;
  }
  return sum + rest;
}
