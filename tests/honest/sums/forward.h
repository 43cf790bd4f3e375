// from left to right
template <class Term> static float total(int64_t n, Term term) {
  float sum = 0;
  for (int64_t i = 0; i < n; i++) sum += term(i);
  return sum;
}
