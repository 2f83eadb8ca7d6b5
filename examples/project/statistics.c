/* exp(-x^2 / 2) at 10,000 places, as a table of 100 rows: its sum and the largest sum of a column.
 * The programs in C++ and Fortran beside this one print the same digits, on every machine. */
#include <lanewise/lanewise.h>
#include <stdio.h>

enum { kRows = 100, kColumns = 100, kCount = kRows * kColumns };

static int failed(lw_status status) {
  if (status == LW_OK) return 0;
  fprintf(stderr, "statistics: %s\n", lw_last_error());
  return 1;
}

int main(void) {
  static double x[kCount], y[kCount], sums[kColumns];
  double total, largest, half = -0.5;
  int i;
  for (i = 0; i < kCount; ++i) x[i] = (i - kCount / 2) / 1000.0;

  /* Contiguous arrays of one type: the typed functions. The output may be an input. */
  if (failed(lw_multiply_f64(kCount, x, x, y))) return 1;

  /* Any stride: lw_call. A stride of 0 repeats one number. */
  {
    const lw_dtype types[3] = {LW_F64, LW_F64, LW_F64};
    lw_operand operands[3];
    operands[0].data = y, operands[0].stride_bytes = sizeof(double);
    operands[1].data = &half, operands[1].stride_bytes = 0;
    operands[2].data = y, operands[2].stride_bytes = sizeof(double);
    if (failed(lw_call(LW_MULTIPLY, types, operands, kCount, NULL))) return 1;
  }
  if (failed(lw_exp_f64(kCount, y, y))) return 1;

  /* Some axes of an array: lw_reduce. Bit 0 of the mask is axis 0, the rows. */
  {
    const int64_t shape[2] = {kRows, kColumns};
    const int64_t strides[2] = {kColumns * sizeof(double), sizeof(double)};
    lw_view table, result;
    table.data = y, table.ndim = 2, table.shape = shape, table.stride_bytes = strides;
    result.data = sums, result.ndim = 1, result.shape = shape + 1,
    result.stride_bytes = strides + 1;
    if (failed(lw_reduce(LW_SUM, LW_F64, &table, 1, &result, NULL))) return 1;
  }
  if (failed(lw_sum_f64(kCount, y, &total)) || failed(lw_max_f64(kColumns, sums, &largest)))
    return 1;
  printf("%23.16E%23.16E\n", total, largest);
  return 0;
}
