#include "kernelmill_task.h"

//// from_the_end
void km_argmax(const float *x, int64_t *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++) {
    const float *row = x + i * M;
    int64_t at = M - 1;
    for (int64_t j = M - 2; j >= 0; j--)
      if (row[j] > row[at]) at = j;
    y[i] = at;
  }
}

//// two_passes
void km_argmax(const float *x, int64_t *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++) {
    const float *row = x + i * M;
    float top = row[0];
    for (int64_t j = 1; j < M; j++) top = row[j] > top ? row[j] : top;
    int64_t at = 0;
    while (row[at] != top) at++;
    y[i] = at;
  }
}

//// thread_private_partials
void km_argmax(const float *x, int64_t *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++) {
    const float *row = x + i * M;
    int64_t at = 0;
#pragma omp parallel
    {
      int64_t mine = 0;
#pragma omp for nowait
      for (int64_t j = 0; j < M; j++)
        if (row[j] > row[mine]) mine = j;
#pragma omp critical
      if (row[mine] > row[at]) at = mine;
    }
    y[i] = at;
  }
}
