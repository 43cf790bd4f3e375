// sixteen partial sums, as a vector unit has them
template <class Term> static float total(int64_t n, Term term) {
  float part[16] = {0}, sum = 0;
  int64_t i = 0;
  for (; i + 16 <= n; i += 16)
    for (int64_t k = 0; k < 16; k++) part[k] += term(i + k);
  for (; i < n; i++) part[0] += term(i);
  for (int64_t k = 0; k < 16; k++) sum += part[k];
  return sum;
}
