// one term from each end at a time
template <class Term> static float total(int64_t n, Term term) {
  float sum = 0;
  for (int64_t i = 0; i < n / 2; i++) sum += term(i) + term(n - 1 - i);
  if (n % 2) sum += term(n / 2);
  return sum;
}
