// terms in scratch memory, folded in halves as a tree of threads would
template <class Term> static float total(int64_t n, Term term) {
  if (n == 0) return 0;
  std::vector<float> part(n);
  for (int64_t i = 0; i < n; i++) part[i] = term(i);
  while (n > 1) {
    int64_t half = (n + 1) / 2;
    for (int64_t i = 0; i + half < n; i++) part[i] += part[i + half];
    n = half;
  }
  return part[0];
}
