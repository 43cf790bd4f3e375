// from right to left
template <class Term> static float total(int64_t n, Term term) {
  float sum = 0;
  for (int64_t i = n - 1; i >= 0; i--) sum += term(i);
  return sum;
}
