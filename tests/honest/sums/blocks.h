// a sum for every block of 64, then the sum of these
template <class Term> static float total(int64_t n, Term term) {
  float sum = 0;
  for (int64_t from = 0; from < n; from += 64) {
    float block = 0;
    for (int64_t i = from; i < n && i < from + 64; i++) block += term(i);
    sum += block;
  }
  return sum;
}
