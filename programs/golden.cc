#include "golden.h"

#include <bit>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <sstream>

#include "kernels/contracts.h"

static_assert(std::endian::native == std::endian::little, "hashes are of little-endian bytes");

namespace lanewise::golden {
namespace {

// -------- the generator: integers only, so that the inputs are the same everywhere, for ever

uint64_t Fnv(const void* data, size_t size, uint64_t hash = 0xCBF29CE484222325u) {
  const auto* bytes = static_cast<const uint8_t*>(data);
  for (size_t i = 0; i < size; ++i) hash = (hash ^ bytes[i]) * 0x100000001B3u;
  return hash;
}

// SplitMix64 at position i of the stream `seed`.
uint64_t Random(uint64_t seed, uint64_t i) {
  uint64_t z = seed + (i + 1) * 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

struct Format {
  int exponent_bits;
  int fraction_bits;
};
bool FormatOf(lw_dtype dtype, Format& format) {
  if (dtype == LW_F16)
    format = {5, 10};
  else if (dtype == LW_BF16)
    format = {8, 7};
  else if (dtype == LW_F32)
    format = {8, 23};
  else if (dtype == LW_F64)
    format = {11, 52};
  else
    return false;
  return true;
}

// A floating-point value with an exponent in [low, high], clamped to normal numbers.
uint64_t Value(Format f, uint64_t r, int low, int high, bool any_sign) {
  const int bias = (1 << (f.exponent_bits - 1)) - 1;
  if (low < 1 - bias) low = 1 - bias;
  if (high > bias) high = bias;
  const uint64_t fraction = r & ((uint64_t{1} << f.fraction_bits) - 1);
  const int exponent = low + static_cast<int>((r >> 53) % static_cast<uint64_t>(high - low + 1));
  const uint64_t sign = any_sign ? (r >> 52) & 1 : 0;
  return (((sign << f.exponent_bits) | static_cast<uint64_t>(exponent + bias)) << f.fraction_bits) |
         fraction;
}

// Zeros, ones, halves, integers, ends of the ranges, subnormals, infinities, NaN; both signs.
constexpr int kSpecials = 32;
uint64_t SpecialFloat(Format f, uint64_t i) {
  const uint64_t one = ((uint64_t{1} << (f.exponent_bits - 1)) - 1) << f.fraction_bits;
  const uint64_t step = uint64_t{1} << f.fraction_bits;
  const uint64_t infinity = ((uint64_t{1} << f.exponent_bits) - 1) << f.fraction_bits;
  const uint64_t half = step >> 1;
  const uint64_t magnitudes[] = {0,
                                 one,
                                 one - step,
                                 one + half /* 1.5 */,
                                 one + step /* 2 */,
                                 one + step + half /* 3 */,
                                 one - 1,
                                 one + 1,
                                 1,
                                 step - 1,
                                 step,
                                 infinity - 1,
                                 infinity,
                                 infinity | half,
                                 one + 4 * step + (half >> 1) /* 20 */,
                                 one + static_cast<uint64_t>(f.fraction_bits) * step};
  const uint64_t sign = (i & 1) << (f.exponent_bits + f.fraction_bits);
  return sign | magnitudes[(i >> 1) % 16];
}

uint64_t SpecialInteger(uint64_t i) {
  constexpr uint64_t kValues[] = {0,
                                  1,
                                  2,
                                  3,
                                  7,
                                  127,
                                  128,
                                  255,
                                  256,
                                  32767,
                                  65504,
                                  65520,
                                  (1u << 24) + 1,
                                  0x7FFFFFFF,
                                  0x80000000,
                                  0xFFFFFFFF};
  constexpr uint64_t kWide[] = {0x1FFFFFFFFFFFFF,   0x20000000000001,   0x7FFFFFFFFFFFFFFF,
                                0x8000000000000000, 0x7FFFFFBFFFFFFFFF, 0x7FFFFFC000000001,
                                0x40000040000000,   0x40000040000001};
  const uint64_t j = i % kSpecials;
  if (j < 16) return kValues[j];
  if (j < 24) return kWide[j - 16];
  return uint64_t{0} - kValues[j - 23];
}

uint64_t Element(lw_dtype dtype, const std::string& set, uint64_t seed, int operand, uint64_t i) {
  const uint64_t r = Random(seed, i);
  if (dtype == LW_BOOL) return (r >> 40) & 1;
  Format f{};
  const bool is_float = FormatOf(dtype, f);
  if (set == "special") {
    uint64_t j = i;  // a grid over the operands
    for (int k = 0; k < operand; ++k) j /= kSpecials;
    return is_float ? SpecialFloat(f, j % kSpecials) : SpecialInteger(j);
  }
  if (set == "bits") return r;
  if (!is_float) return set == "positive" ? r >> 57 : r;
  return set == "positive" ? Value(f, r, -3, 3, false) : Value(f, r, -40, 40, true);
}

std::vector<uint8_t> Inputs(const std::string& key, const std::string& set, lw_dtype dtype,
                            int operand, int64_t n) {
  const uint64_t seed = Fnv(key.data(), key.size(), Fnv(&operand, sizeof(operand)));
  const size_t size = lw_dtype_size(dtype);
  std::vector<uint8_t> bytes(static_cast<size_t>(n) * size);
  for (int64_t i = 0; i < n; ++i) {
    const uint64_t v = Element(dtype, set, seed, operand, static_cast<uint64_t>(i));
    std::memcpy(bytes.data() + static_cast<size_t>(i) * size, &v, size);
  }
  return bytes;
}

// -------- which cases a kernel has

std::string KeyOf(const lw_kernel_record& record, const std::string& set, const std::string& size) {
  std::string key = record.name;
  for (int i = 0; i < Operands(record); ++i) {
    key += i ? ',' : ' ';
    key += lw_dtype_name(record.dtypes[i]);
  }
  return key + ' ' + set + ' ' + size;
}

void Visit(const lw_kernel_record& record, const std::string& set, int64_t n,
           const std::vector<int64_t>& shape, uint64_t axis_mask,
           const std::function<void(Case&)>& visit) {
  Case c;
  std::string size = "n" + std::to_string(n);
  if (!shape.empty()) {
    size.clear();
    for (const int64_t extent : shape) size += (size.empty() ? "" : "x") + std::to_string(extent);
    size += "/axes" + std::to_string(axis_mask);
  }
  c.key = KeyOf(record, set, size);
  c.record = record;
  c.n = n;
  c.shape = shape;
  c.axis_mask = axis_mask;
  c.moves_bits_only = MovesBits(record.kernel);
  for (int i = 0; i < record.inputs; ++i) {
    c.inputs.push_back(Inputs(c.key, set, record.dtypes[i], i, n));
  }
  visit(c);
}

void VisitReduction(const lw_kernel_record& record, const std::function<void(Case&)>& visit) {
  const bool exact = ContractOf(record.kernel).bound.value == 0;
  for (const char* set : {"positive", "wide"}) {
    for (const int64_t n : {1, 5, 130, 2053, 20011}) Visit(record, set, n, {}, 0, visit);
  }
  if (exact) Visit(record, "bits", 2053, {}, 0, visit);
  if (record.shape == LW_SHAPE_REDUCE_TWO) return;
  for (const uint64_t mask : {1, 2, 4, 3, 5, 6}) {
    Visit(record, "wide", 70 * 33 * 19, {70, 33, 19}, mask, visit);
  }
  Visit(record, "wide", 2200 * 20, {2200, 20}, 1, visit);  // more than one chunk of rows
}

// -------- running

lw_status RunReduceAxes(Case& c) {
  std::vector<int64_t> strides(c.shape.size()), out_shape, out_strides;
  const int64_t in_size = static_cast<int64_t>(lw_dtype_size(c.record.dtypes[0]));
  const int64_t out_size = static_cast<int64_t>(lw_dtype_size(c.record.dtypes[c.record.inputs]));
  int64_t stride = in_size, outputs = 1;
  for (size_t axis = c.shape.size(); axis-- > 0;) {
    strides[axis] = stride;
    stride *= c.shape[axis];
  }
  for (size_t axis = 0; axis < c.shape.size(); ++axis) {
    if (!(c.axis_mask >> axis & 1)) out_shape.push_back(c.shape[axis]);
  }
  out_strides.resize(out_shape.size());
  for (size_t axis = out_shape.size(); axis-- > 0;) {
    out_strides[axis] = outputs * out_size;
    outputs *= out_shape[axis];
  }
  c.output.assign(static_cast<size_t>(outputs * out_size), 0);
  const lw_view in = {c.inputs[0].data(), static_cast<int32_t>(c.shape.size()), c.shape.data(),
                      strides.data()};
  const lw_view out = {c.output.data(), static_cast<int32_t>(out_shape.size()), out_shape.data(),
                       out_strides.data()};
  return lw_reduce(c.record.kernel, c.record.dtypes[0], &in, c.axis_mask, &out, nullptr);
}

int64_t OutputCount(const Case& c) {
  switch (c.record.shape) {
    case LW_SHAPE_ELEMENTWISE:
    case LW_SHAPE_SCAN:
      return c.n;
    case LW_SHAPE_COMPRESS: {
      int64_t count = 0;
      for (const uint8_t byte : c.inputs[1]) count += byte != 0;
      return count;
    }
    default:
      return 1;
  }
}

// Bytes of one element of every output.
size_t OutputSize(const lw_kernel_record& record) {
  size_t size = 0;
  for (int i = record.inputs; i < Operands(record); ++i) size += lw_dtype_size(record.dtypes[i]);
  return size;
}

// Calls with input i at inputs[i], strides as given.
lw_status Call(Case& c, void* const* inputs, const int64_t* strides) {
  c.output.assign(static_cast<size_t>(OutputCount(c)) * OutputSize(c.record), 0);
  lw_operand operands[LW_MAX_OPERANDS] = {};
  for (int i = 0; i < c.record.inputs; ++i) operands[i] = {inputs[i], strides[i]};
  uint8_t nothing;  // an empty result still needs a valid pointer
  for (int i = c.record.inputs; i < Operands(c.record); ++i) {
    operands[i] = {c.output.empty() ? &nothing : c.output.data() + OutputBegin(c, i),
                   static_cast<int64_t>(lw_dtype_size(c.record.dtypes[i]))};
  }
  return lw_call(c.record.kernel, c.record.dtypes, operands, c.n, nullptr);
}

lw_status RunPlain(Case& c) {
  void* inputs[LW_MAX_OPERANDS] = {};
  int64_t strides[LW_MAX_OPERANDS] = {};
  for (int i = 0; i < c.record.inputs; ++i) {
    inputs[i] = c.inputs[static_cast<size_t>(i)].data();
    strides[i] = static_cast<int64_t>(lw_dtype_size(c.record.dtypes[i]));
  }
  return Call(c, inputs, strides);
}

lw_status RunStrided(Case& c) {
  std::vector<std::vector<uint8_t>> copies(static_cast<size_t>(c.record.inputs));
  void* inputs[LW_MAX_OPERANDS] = {};
  int64_t strides[LW_MAX_OPERANDS] = {};
  for (int i = 0; i < c.record.inputs; ++i) {
    // The first operand runs backwards, the others over every second element.
    const size_t size = lw_dtype_size(c.record.dtypes[i]), n = static_cast<size_t>(c.n);
    auto& copy = copies[static_cast<size_t>(i)];
    copy.assign(2 * n * size, 0xA5);
    for (size_t k = 0; k < n; ++k) {
      const size_t place = i == 0 ? n - 1 - k : 2 * k;
      std::memcpy(copy.data() + place * size, c.inputs[static_cast<size_t>(i)].data() + k * size,
                  size);
    }
    inputs[i] = copy.data() + (i == 0 ? (n - 1) * size : 0);
    strides[i] = static_cast<int64_t>(size) * (i == 0 ? -1 : 2);
  }
  return Call(c, inputs, strides);
}

// The first input, from one on, that an output may be written over; -1 if there is none.
int OverwritableInput(const lw_kernel_record& record, int output, int from) {
  if (record.shape != LW_SHAPE_ELEMENTWISE && record.shape != LW_SHAPE_SCAN &&
      record.shape != LW_SHAPE_COMPRESS) {
    return -1;
  }
  for (int i = from; i < record.inputs; ++i) {
    if (record.dtypes[i] == record.dtypes[output]) return i;
  }
  return -1;
}

// Each output over the next input of its dtype, or apart if there is none left.
lw_status RunInPlace(Case& c) {
  lw_operand operands[LW_MAX_OPERANDS] = {};
  for (int i = 0; i < c.record.inputs; ++i) {
    operands[i] = {c.inputs[static_cast<size_t>(i)].data(),
                   static_cast<int64_t>(lw_dtype_size(c.record.dtypes[i]))};
  }
  std::vector<uint8_t> memory[LW_MAX_OPERANDS];
  for (int i = c.record.inputs, shared = -1; i < Operands(c.record); ++i) {
    const size_t size = lw_dtype_size(c.record.dtypes[i]);
    const int next = OverwritableInput(c.record, i, shared + 1);
    if (next < 0) {
      memory[i].resize(static_cast<size_t>(c.n) * size);
    } else {
      shared = next;
      memory[i] = c.inputs[static_cast<size_t>(shared)];
      operands[shared].data = memory[i].data();
    }
    operands[i] = {memory[i].data(), static_cast<int64_t>(size)};
  }
  const lw_status status = lw_call(c.record.kernel, c.record.dtypes, operands, c.n, nullptr);
  c.output.clear();
  for (int i = c.record.inputs; i < Operands(c.record); ++i) {
    const auto written = OutputCount(c) * operands[i].stride_bytes;  // compress: fewer than n
    c.output.insert(c.output.end(), memory[i].begin(), memory[i].begin() + written);
  }
  return status;
}

void MakeNaNsEqual(uint8_t* bytes, size_t count, lw_dtype dtype) {
  Format f{};
  if (!FormatOf(dtype, f)) return;
  const size_t size = lw_dtype_size(dtype);
  const uint64_t infinity = ((uint64_t{1} << f.exponent_bits) - 1) << f.fraction_bits;
  const uint64_t sign = uint64_t{1} << (f.exponent_bits + f.fraction_bits);
  const uint64_t nan = infinity | (uint64_t{1} << (f.fraction_bits - 1));
  for (size_t at = 0; at + size <= count; at += size) {
    uint64_t v = 0;
    std::memcpy(&v, bytes + at, size);
    if ((v & ~sign) > infinity) std::memcpy(bytes + at, &nan, size);
  }
}

}  // namespace

size_t OutputBegin(const Case& c, int operand) {
  size_t before = 0;
  for (int i = c.record.inputs; i < operand; ++i) before += lw_dtype_size(c.record.dtypes[i]);
  return c.output.size() / OutputSize(c.record) * before;
}

void ForEachCase(const std::function<void(Case&)>& visit) {
  for (int32_t i = 0; i < lw_kernel_count(); ++i) {
    lw_kernel_record record{};
    record.struct_size = sizeof(record);
    if (lw_kernel_info(i, &record) != LW_OK) continue;
    switch (record.shape) {
      case LW_SHAPE_ELEMENTWISE:
        for (const char* set : {"positive", "wide", "bits", "special"}) {
          Visit(record, set, 2053, {}, 0, visit);
        }
        break;
      case LW_SHAPE_REDUCE:
      case LW_SHAPE_REDUCE_TWO:
      case LW_SHAPE_ARG:
        VisitReduction(record, visit);
        break;
      case LW_SHAPE_SCAN:
        for (const int64_t n : {1, 17, 2053, 12289}) Visit(record, "wide", n, {}, 0, visit);
        break;
      case LW_SHAPE_COMPRESS:
        for (const int64_t n : {1, 17, 2053}) Visit(record, "bits", n, {}, 0, visit);
        break;
    }
  }
}

bool MovesBits(lw_kernel kernel) { return ContractOf(kernel).moves_bits; }

const char* Name(Form form) {
  return form == Form::kPlain ? "plain" : form == Form::kStrided ? "strided" : "in place";
}

lw_status Run(Case& c, Form form) {
  if (!c.shape.empty()) return RunReduceAxes(c);
  if (form == Form::kStrided) return RunStrided(c);
  const bool in_place =
      form == Form::kInPlace && OverwritableInput(c.record, c.record.inputs, 0) >= 0;
  return in_place ? RunInPlace(c) : RunPlain(c);
}

uint64_t Hash(const Case& c) {
  std::vector<uint8_t> bytes = c.output;
  for (int i = c.record.inputs; i < Operands(c.record) && !c.moves_bits_only; ++i) {
    const size_t begin = OutputBegin(c, i);
    MakeNaNsEqual(bytes.data() + begin, OutputBegin(c, i + 1) - begin, c.record.dtypes[i]);
  }
  return Fnv(bytes.data(), bytes.size());
}

std::map<std::string, uint64_t> Parse(const std::string& text) {
  std::map<std::string, uint64_t> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    const size_t space = line.rfind(' ');
    if (line.empty() || line[0] == '#' || space == std::string::npos) continue;
    lines[line.substr(0, space)] = std::strtoull(line.c_str() + space + 1, nullptr, 16);
  }
  return lines;
}

std::string Line(const std::string& key, uint64_t hash) {
  char hex[24];
  snprintf(hex, sizeof(hex), " %016" PRIx64, hash);
  return key + hex;
}

}  // namespace lanewise::golden
