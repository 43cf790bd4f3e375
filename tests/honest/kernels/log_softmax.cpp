#include "functions.h"
#include "kernelmill_task.h"

//// table_exp
void km_log_softmax(const float *x, float *y, int64_t N, int64_t M) {
  for (int64_t i = 0; i < N; i++) {
    const float *row = x + i * M;
    float top = -INFINITY, sum = 0;
    for (int64_t j = 0; j < M; j++) top = fmaxf(top, row[j]);
    for (int64_t j = 0; j < M; j++) sum += exp_table(row[j] - top);
    float all = top + logf(sum);
    for (int64_t j = 0; j < M; j++) y[i * M + j] = row[j] - all;
  }
}
