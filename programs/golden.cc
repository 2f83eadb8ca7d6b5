#include "golden.h"

#include <bit>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <sstream>
#include <utility>

#include "golden_inputs.h"
#include "kernels/contracts.h"

static_assert(std::endian::native == std::endian::little, "hashes are of little-endian bytes");

namespace lanewise::golden {
namespace {

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
           const std::function<void(Case&)>& visit, bool repeats = false) {
  Case c;
  std::string size = "n" + std::to_string(n) + (repeats ? "/1" : "");
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
    const bool one = repeats && i == record.inputs - 1;
    c.inputs.push_back(Inputs(c.key, set, record.dtypes[i], i, one ? 1 : n));
  }
  visit(c);
}

void VisitSearch(const lw_kernel_record& record, const std::function<void(Case&)>& visit) {
  for (const auto& [set, n] :
       {std::pair<const char*, int64_t>{"wide", 1}, {"wide", 2053}, {"special", 2053}}) {
    Visit(record, set, n, {}, 0, [&](Case& c) {
      SortElements(c.inputs[0], record.dtypes[0]);
      const std::string key = c.key;
      for (const bool right : {false, true}) {
        c.right = right;
        c.key = key + (right ? "/right" : "");
        visit(c);
      }
    });
  }
}

void VisitElementwise(const lw_kernel_record& record, const std::function<void(Case&)>& visit) {
  for (const char* set : {"positive", "wide", "bits", "special"}) {
    Visit(record, set, 2053, {}, 0, visit);
  }
  // Of the last input, one element for all.
  if (record.inputs > 1) Visit(record, "wide", 2053, {}, 0, visit, true);
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
  lw_call_options options = {sizeof(options), 0, 0, 0, 0, 0};
  const lw_status status =
      lw_reduce(c.record.kernel, c.record.dtypes[0], &in, c.axis_mask, &out, &options);
  return status == LW_OK && options.result_count != outputs ? LW_ERR_SHAPE : status;
}

int64_t OutputCount(const Case& c) {
  switch (c.record.shape) {
    case LW_SHAPE_ELEMENTWISE:
    case LW_SHAPE_SCAN:
    case LW_SHAPE_SEARCH:
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

// lw_call, which must also tell how many elements it wrote: of compress fewer than n.
lw_status CallCounted(const Case& c, const lw_operand* operands) {
  lw_call_options options = {sizeof(options), 0, 0, 0, 0, 0};
  const lw_status status = lw_call(c.record.kernel, c.record.dtypes, operands, c.n, &options);
  return status == LW_OK && options.result_count != OutputCount(c) ? LW_ERR_SHAPE : status;
}

lw_status CallSearch(const Case& c, const lw_operand* operands) {
  lw_view views[3];
  for (int i = 0; i < 3; ++i) views[i] = {operands[i].data, 1, &c.n, &operands[i].stride_bytes};
  lw_call_options options = {sizeof(options), 0, 0, 0, 0, 0};
  const lw_status status =
      lw_searchsorted(c.record.dtypes[0], &views[0], &views[1], c.right, &views[2], &options);
  return status == LW_OK && options.result_count != c.n ? LW_ERR_SHAPE : status;
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
  return c.record.shape == LW_SHAPE_SEARCH ? CallSearch(c, operands) : CallCounted(c, operands);
}

lw_status RunPlain(Case& c) {
  void* inputs[LW_MAX_OPERANDS] = {};
  int64_t strides[LW_MAX_OPERANDS] = {};
  for (int i = 0; i < c.record.inputs; ++i) {
    inputs[i] = c.inputs[static_cast<size_t>(i)].data();
    strides[i] = Repeats(c, i) ? 0 : static_cast<int64_t>(lw_dtype_size(c.record.dtypes[i]));
  }
  return Call(c, inputs, strides);
}

lw_status RunStrided(Case& c) {
  std::vector<std::vector<uint8_t>> copies(static_cast<size_t>(c.record.inputs));
  void* inputs[LW_MAX_OPERANDS] = {};
  int64_t strides[LW_MAX_OPERANDS] = {};
  for (int i = 0; i < c.record.inputs; ++i) {
    // The first operand runs backwards, the others over every second element.
    const size_t size = lw_dtype_size(c.record.dtypes[i]);
    const size_t n = c.inputs[static_cast<size_t>(i)].size() / size;
    auto& copy = copies[static_cast<size_t>(i)];
    copy.assign(2 * n * size, 0xA5);
    for (size_t k = 0; k < n; ++k) {
      const size_t place = i == 0 ? n - 1 - k : 2 * k;
      std::memcpy(copy.data() + place * size, c.inputs[static_cast<size_t>(i)].data() + k * size,
                  size);
    }
    inputs[i] = copy.data() + (i == 0 ? (n - 1) * size : 0);
    strides[i] = Repeats(c, i) ? 0 : static_cast<int64_t>(size) * (i == 0 ? -1 : 2);
  }
  return Call(c, inputs, strides);
}

// The first input, from one on, that an output may be written over; -1 if there is none.
int OverwritableInput(const Case& c, int output, int from) {
  const lw_kernel_record& record = c.record;
  if (record.shape != LW_SHAPE_ELEMENTWISE && record.shape != LW_SHAPE_SCAN &&
      record.shape != LW_SHAPE_COMPRESS) {
    return -1;
  }
  for (int i = from; i < record.inputs; ++i) {
    if (record.dtypes[i] == record.dtypes[output] && (c.n == 1 || !Repeats(c, i))) return i;
  }
  return -1;
}

// Each output over the next input of its dtype, or apart if there is none left.
lw_status RunInPlace(Case& c) {
  lw_operand operands[LW_MAX_OPERANDS] = {};
  for (int i = 0; i < c.record.inputs; ++i) {
    operands[i] = {c.inputs[static_cast<size_t>(i)].data(),
                   Repeats(c, i) ? 0 : static_cast<int64_t>(lw_dtype_size(c.record.dtypes[i]))};
  }
  std::vector<uint8_t> memory[LW_MAX_OPERANDS];
  for (int i = c.record.inputs, shared = -1; i < Operands(c.record); ++i) {
    const size_t size = lw_dtype_size(c.record.dtypes[i]);
    const int next = OverwritableInput(c, i, shared + 1);
    if (next < 0) {
      memory[i].resize(static_cast<size_t>(c.n) * size);
    } else {
      shared = next;
      memory[i] = c.inputs[static_cast<size_t>(shared)];
      operands[shared].data = memory[i].data();
    }
    operands[i] = {memory[i].data(), static_cast<int64_t>(size)};
  }
  const lw_status status = CallCounted(c, operands);
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

bool Repeats(const Case& c, int input) {
  return c.inputs[static_cast<size_t>(input)].size() == lw_dtype_size(c.record.dtypes[input]);
}

std::vector<uint8_t> WholeInput(const Case& c, int input) {
  const std::vector<uint8_t>& element = c.inputs[static_cast<size_t>(input)];
  std::vector<uint8_t> whole = element;
  for (int64_t i = 1; i < c.n && Repeats(c, input); ++i) {
    whole.insert(whole.end(), element.begin(), element.end());
  }
  return whole;
}

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
        VisitElementwise(record, visit);
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
      case LW_SHAPE_SEARCH:
        VisitSearch(record, visit);
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
  const bool in_place = form == Form::kInPlace && OverwritableInput(c, c.record.inputs, 0) >= 0;
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
