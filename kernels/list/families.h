// The Fill function of every family; each enters its loops of one target into a table.

#ifndef LANEWISE_KERNELS_LIST_FAMILIES_H_
#define LANEWISE_KERNELS_LIST_FAMILIES_H_

#include <cstdint>

namespace lanewise {

struct Table;

void FillArithmetic(int64_t target, Table& table);
void FillUnary(int64_t target, Table& table);
void FillBits(int64_t target, Table& table);
void FillComparison(int64_t target, Table& table);
void FillExponential(int64_t target, Table& table);
void FillTrigonometric(int64_t target, Table& table);
void FillPower(int64_t target, Table& table);
void FillReduction(int64_t target, Table& table);
void FillScanning(int64_t target, Table& table);
void FillCompression(int64_t target, Table& table);
void FillSorting(int64_t target, Table& table);
void FillConversion(int64_t target, Table& table);
void FillCopies(int64_t target, Table& table);

inline constexpr void (*kFillFamily[])(int64_t, Table&) = {
    FillArithmetic,    FillUnary,      FillBits,      FillComparison, FillExponential,
    FillTrigonometric, FillPower,      FillReduction, FillScanning,   FillCompression,
    FillSorting,       FillConversion, FillCopies};

}  // namespace lanewise

#endif  // LANEWISE_KERNELS_LIST_FAMILIES_H_
