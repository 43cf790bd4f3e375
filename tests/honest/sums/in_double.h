// a double accumulator
template <class Term> static float total(int64_t n, Term term) {
  double sum = 0;
  for (int64_t i = 0; i < n; i++) sum += term(i);
  return (float)sum;
}
