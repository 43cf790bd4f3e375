// compensated (Kahan 1965)
template <class Term> static float total(int64_t n, Term term) {
  float sum = 0, rest = 0;
  for (int64_t i = 0; i < n; i++) {
    float value = term(i) - rest, next = sum + value;
    rest = (next - sum) - value;
    sum = next;
  }
  return sum;
}
