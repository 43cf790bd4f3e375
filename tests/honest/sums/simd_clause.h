// the compiler's own lanes, by clause
template <class Term> static float total(int64_t n, Term term) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; i++) sum += term(i);
  return sum;
}
