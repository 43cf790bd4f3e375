// two floats hold every partial sum (Knuth's error-free addition)
template <class Term> static float total(int64_t n, Term term) {
  float high = 0, low = 0;
  for (int64_t i = 0; i < n; i++) {
    float value = term(i), sum = high + value, part = sum - high;
    low += (high - (sum - part)) + (value - part);
    high = sum;
  }
  return high + low;
}
