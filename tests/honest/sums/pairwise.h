// halves by recursion, down to eight terms
template <class Term> static float between(int64_t from, int64_t to, Term term) {
  if (to - from <= 8) {
    float sum = 0;
    for (int64_t i = from; i < to; i++) sum += term(i);
    return sum;
  }
  int64_t middle = from + (to - from) / 2;
  return between(from, middle, term) + between(middle, to, term);
}
template <class Term> static float total(int64_t n, Term term) { return between(0, n, term); }
