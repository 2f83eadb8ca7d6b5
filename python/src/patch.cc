// lanewise's loops under NumPy's own ufuncs.
//
// PyUFunc_ReplaceLoopBySignature changes a ufunc's loop but not the pointer that the loop gets as
// its context, so every replaced loop needs a C function of its own: slots, made from a template.
// Each ufunc's vectorcall is replaced too, so that common calls take the path of lanewise's own
// functions. Slots are never freed: a call may be under way in another thread.

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>

#include "fp_errors.h"
#include "function.h"
#include "info.h"
#include "ufuncs.h"

namespace lanewise_py {
namespace {

constexpr int kMaxLoops = 512, kMaxUfuncs = 192;

struct LoopSlot {
  PyUFuncObject* ufunc;
  int types[LW_MAX_OPERANDS];
  Loop loop;
  // NumPy's, for folds and after unpatching. Found at the first patch and never again: whatever is
  // put over ours later may call ours.
  PyUFuncGenericFunction original;
  PyUFuncGenericFunction below;  // what ours replaced, and unpatching puts back
  bool binary;                   // and of one output, so that there are folds
  // Somebody has put a loop of his own over ours, and so may call ours or put it back.
  bool covered;
  // Not after unpatching: who has put a loop of his own over ours may put ours back later.
  std::atomic<bool> active;
};
LoopSlot g_loops[kMaxLoops];
int g_loop_count = 0;

struct UfuncSlot {
  PyUFuncObject* ufunc;
  FastTable* fast;  // of the types that are patched
  FastTable* all;
  vectorcallfunc original;
};
UfuncSlot g_ufuncs[kMaxUfuncs];
int g_ufunc_count = 0;

// The call of a ufunc with `out` that is under way in this thread, and the memory of that array.
struct Call {
  PyUFuncObject* ufunc = nullptr;
  const char* low = nullptr;
  const char* high = nullptr;
};
thread_local Call t_call;

// Names a call with `out` for the time that it takes. Without a ufunc: what runs meanwhile is no
// call that has been announced.
class Announce {
 public:
  Announce() : outer_(t_call) { t_call = {}; }
  Announce(PyObject* ufunc, PyArrayObject* out) : outer_(t_call) {
    const char *low = PyArray_BYTES(out), *high = low + PyArray_ITEMSIZE(out);
    for (int i = 0; i < PyArray_NDIM(out); ++i) {
      const npy_intp reach = (PyArray_DIM(out, i) - 1) * PyArray_STRIDE(out, i);
      (reach < 0 ? low : high) += reach;
    }
    t_call = {reinterpret_cast<PyUFuncObject*>(ufunc), low, high};
  }
  Announce(const Announce&) = delete;
  Announce& operator=(const Announce&) = delete;
  ~Announce() { t_call = outer_; }

 private:
  Call outer_;
};

// Whether a loop runs for reduce, reduceat or accumulate, which keep NumPy's bits. These hand over
// the output as the first input (with any stride: reduce over the first axis runs along the
// others), accumulate one element on. Only a call with `out` looks like that too; NumPy copies
// inputs that overlap the output other than exactly. Such calls are announced, folds never are.
bool IsFold(const LoopSlot& slot, char* const* args, const npy_intp* dims, const npy_intp* steps) {
  const bool looks_so =
      args[2] == args[0] || (steps[0] == steps[2] && args[2] == args[0] + steps[0]);
  if (!looks_so) return false;
  if (dims[0] > 1 && steps[2] == 0) return true;  // one element written again and again
  return t_call.ufunc != slot.ufunc || args[2] < t_call.low || args[2] >= t_call.high;
}

template <int kSlot>
void RunLoop(char** args, const npy_intp* dims, const npy_intp* steps, void* context) {
  const LoopSlot& slot = g_loops[kSlot];
  if (!slot.active.load(std::memory_order_relaxed) ||
      (slot.binary && IsFold(slot, args, dims, steps))) {
    return slot.original(args, dims, steps, context);
  }
  slot.loop.call(args, dims, steps, slot.loop.context);
}

// The array that a call writes to; null if there is none.
PyArrayObject* FindOut(int inputs, PyObject* const* args, Py_ssize_t count, PyObject* names) {
  PyObject* out = count > inputs ? args[inputs] : nullptr;
  for (Py_ssize_t i = 0; names && i < PyTuple_GET_SIZE(names); ++i) {
    if (PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(names, i), "out") == 0) {
      out = args[count + i];
    }
  }
  if (out && PyTuple_Check(out) && PyTuple_GET_SIZE(out) == 1) out = PyTuple_GET_ITEM(out, 0);
  return out && PyArray_Check(out) && PyArray_SIZE(AsArray(out)) > 0 ? AsArray(out) : nullptr;
}

// Whether NumPy asks the operand what the call means (__array_ufunc__). Its answer is code of its
// own, which may fold into the same `out`.
bool Overrides(PyObject* operand) {
  if (PyArray_CheckExact(operand) || PyFloat_CheckExact(operand) || PyLong_CheckExact(operand) ||
      operand == Py_None || operand == Py_True || operand == Py_False ||
      PyArray_CheckAnyScalarExact(operand)) {
    return false;
  }
  if (PyTuple_CheckExact(operand)) {  // of outputs
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(operand); ++i) {
      if (Overrides(PyTuple_GET_ITEM(operand, i))) return true;
    }
    return false;
  }
  static PyObject* const plain =
      PyObject_GetAttrString(reinterpret_cast<PyObject*>(&PyArray_Type), "__array_ufunc__");
  const Ref own(
      PyObject_GetAttrString(reinterpret_cast<PyObject*>(Py_TYPE(operand)), "__array_ufunc__"));
  if (!own) PyErr_Clear();
  return own && own.get() != plain;
}

PyObject* CallAny(const UfuncSlot& slot, PyObject* ufunc, PyObject* const* args,
                  size_t flagged_count, PyObject* names) {
  const DefaultFloats floats;
  const Py_ssize_t count = PyVectorcall_NARGS(flagged_count);
  const int inputs = slot.fast->inputs;
  if (!names && count == inputs) {
    PyObject* result = CallFast(*slot.fast, args);
    if (result || PyErr_Occurred()) return result;
  }
  if (inputs == 2) {
    const Py_ssize_t all = count + (names ? PyTuple_GET_SIZE(names) : 0);
    if (std::any_of(args, args + all, &Overrides)) {
      const Announce nothing;
      return slot.original(ufunc, args, flagged_count, names);
    }
    if (PyArrayObject* out = FindOut(inputs, args, count, names)) {
      const Announce announce(ufunc, out);
      return slot.original(ufunc, args, flagged_count, names);
    }
  }
  return slot.original(ufunc, args, flagged_count, names);
}

template <int kSlot>
PyObject* CallUfunc(PyObject* ufunc, PyObject* const* args, size_t flagged_count, PyObject* names) {
  return CallAny(g_ufuncs[kSlot], ufunc, args, flagged_count, names);
}

template <size_t... kSlots>
constexpr auto LoopFunctions(std::index_sequence<kSlots...>) {
  return std::array<PyUFuncGenericFunction, sizeof...(kSlots)>{&RunLoop<kSlots>...};
}
template <size_t... kSlots>
constexpr auto CallFunctions(std::index_sequence<kSlots...>) {
  return std::array<vectorcallfunc, sizeof...(kSlots)>{&CallUfunc<kSlots>...};
}
constexpr auto kLoopFunctions = LoopFunctions(std::make_index_sequence<kMaxLoops>());
constexpr auto kCallFunctions = CallFunctions(std::make_index_sequence<kMaxUfuncs>());

// The slot of this ufunc and types, a new one if need be; -1 if all are taken.
int LoopSlotOf(PyUFuncObject* ufunc, const int* types) {
  for (int i = 0; i < g_loop_count; ++i) {
    if (g_loops[i].ufunc == ufunc && std::equal(types, types + ufunc->nargs, g_loops[i].types)) {
      return i;
    }
  }
  if (g_loop_count == kMaxLoops) return -1;
  LoopSlot& slot = g_loops[g_loop_count];
  slot.ufunc = ufunc;
  std::copy(types, types + ufunc->nargs, slot.types);
  return g_loop_count++;
}

// Where a ufunc keeps the loop of these types: the first one runs, NumPy lists some twice. Null if
// it has none.
PyUFuncGenericFunction* PlaceOf(const PyUFuncObject* ufunc, const int* types) {
  for (int t = 0; t < ufunc->ntypes; ++t) {
    if (std::equal(types, types + ufunc->nargs, ufunc->types + t * ufunc->nargs)) {
      return &ufunc->functions[t];
    }
  }
  return nullptr;
}

// Tells an entry of the fast table which loop of the ufunc it stands for; false if none of ours.
bool Watch(PyUFuncObject* ufunc, FastTable::Entry* entry) {
  if (!entry->loop) return false;
  int types[LW_MAX_OPERANDS];
  std::copy(entry->types, entry->types + ufunc->nargs, types);
  entry->place = PlaceOf(ufunc, types);
  const int index = entry->place ? LoopSlotOf(ufunc, types) : -1;
  if (index < 0) return false;
  entry->expected = kLoopFunctions[index];
  return true;
}

UfuncSlot* UfuncSlotOf(PyUFuncObject* ufunc, const Kernel& kernel, int* index) {
  for (*index = 0; *index < g_ufunc_count; ++*index) {
    if (g_ufuncs[*index].ufunc == ufunc) return &g_ufuncs[*index];
  }
  if (g_ufunc_count == kMaxUfuncs) return nullptr;
  UfuncSlot& slot = g_ufuncs[g_ufunc_count++];
  slot.ufunc = reinterpret_cast<PyUFuncObject*>(Py_NewRef(reinterpret_cast<PyObject*>(ufunc)));
  slot.all = MakeFastTable(kernel, *ufunc);
  slot.all->name = ufunc->name;
  for (int number = 0; number < kTypeNumbers; ++number) {
    FastTable::Entry& entry = slot.all->entries[number];
    // Integers stay NumPy's, in fast calls too.
    if (!PyTypeNum_ISFLOAT(number) || !Watch(ufunc, &entry)) entry = {};
  }
  slot.fast = new FastTable{ufunc->name, kernel.id, kernel.inputs, {}};
  return &slot;
}

// Type numbers of the last input whose loops are to be replaced.
using Wanted = std::array<bool, kTypeNumbers>;

// Fast calls serve the patched types alone; all others stay NumPy's there too.
void OpenFastCalls(UfuncSlot& slot, const Wanted& wanted) {
  for (int number = 0; number < kTypeNumbers; ++number) {
    if (wanted[number]) slot.fast->entries[number] = slot.all->entries[number];
  }
}

bool Replace(PyUFuncObject* ufunc, const int* types, PyUFuncGenericFunction loop) {
  int signature[LW_MAX_OPERANDS];
  std::copy(types, types + ufunc->nargs, signature);
  if (PyUFunc_ReplaceLoopBySignature(ufunc, loop, signature, nullptr) >= 0) return true;
  if (!PyErr_Occurred()) PyErr_SetString(PyExc_RuntimeError, "NumPy refused a replacement loop");
  return false;
}

// Replaces the loop of one signature; a loop that somebody has put over ours stays, for it may call
// ours. 1: newly patched, be it below another's loop; 0: nothing to do; -1: exception.
int PatchLoop(const Kernel& kernel, PyUFuncObject* ufunc, int t, const Wanted& wanted) {
  int types[LW_MAX_OPERANDS];
  for (int i = 0; i < ufunc->nargs; ++i) types[i] = ufunc->types[t * ufunc->nargs + i];
  if (types[ufunc->nin - 1] >= kTypeNumbers || !wanted[types[ufunc->nin - 1]]) return 0;
  const Loop loop = FindLoop(kernel, types);
  if (!loop) return 0;
  const int index = LoopSlotOf(ufunc, types);
  if (index < 0) {
    PyErr_SetString(PyExc_RuntimeError, "patch_numpy: more loops than this build has room for");
    return -1;
  }
  PyUFuncGenericFunction* const place = PlaceOf(ufunc, types);
  if (place != &ufunc->functions[t]) return 0;
  LoopSlot& slot = g_loops[index];
  if (*place != kLoopFunctions[index] && *place != slot.original && slot.active) {
    slot.covered = true;
  }
  // There already, or below another's loop.
  if (*place == kLoopFunctions[index] || (slot.covered && *place != slot.original)) {
    return !slot.active.exchange(true);
  }
  if (!slot.original) {
    slot.loop = loop;
    slot.binary = ufunc->nin == 2 && ufunc->nout == 1;
    slot.original = *place;
  }
  slot.below = *place;
  const bool was_active = slot.active.exchange(true);
  return Replace(ufunc, types, kLoopFunctions[index]) ? !was_active : -1;
}

// NumPy's character of a type, as text.
Ref Character(int number) {
  const Ref descr(reinterpret_cast<PyObject*>(PyArray_DescrFromType(number)));
  return Ref(descr ? PyObject_GetAttrString(descr.get(), "char") : nullptr);
}

}  // namespace

PyObject* Patch(PyObject*, PyObject* args) {
  PyObject* object;
  const char *name, *characters;
  if (!PyArg_ParseTuple(args, "O!ss:patch", &PyUFunc_Type, &object, &name, &characters))
    return nullptr;
  Wanted wanted{};
  for (const char* c = characters; *c; ++c) {
    const Ref descr(reinterpret_cast<PyObject*>(PyArray_DescrFromType(*c)));
    if (!descr) return nullptr;
    const int number = reinterpret_cast<PyArray_Descr*>(descr.get())->type_num;
    if (number < kTypeNumbers) wanted[number] = PyTypeNum_ISFLOAT(number);
  }
  auto* ufunc = reinterpret_cast<PyUFuncObject*>(object);
  const Kernel* kernel = FindKernel(name);
  if (!kernel) return nullptr;
  Ref changed(PyList_New(0));
  for (int t = 0; changed && t < ufunc->ntypes; ++t) {
    const int done = PatchLoop(*kernel, ufunc, t, wanted);
    if (done < 0) return nullptr;
    if (done == 0) continue;
    const Ref type = Character(ufunc->types[t * ufunc->nargs + ufunc->nin - 1]);
    if (!type || PyList_Append(changed.get(), type.get()) < 0) return nullptr;
  }
  if (!changed || PyList_GET_SIZE(changed.get()) == 0) return changed.release();
  int index;
  UfuncSlot* slot = UfuncSlotOf(ufunc, *kernel, &index);
  if (!slot) return changed.release();
  OpenFastCalls(*slot, wanted);
  // Once alone: what is put over our call later may call ours.
  if (!slot->original) slot->original = ufunc->vectorcall;
  if (ufunc->vectorcall == slot->original) ufunc->vectorcall = kCallFunctions[index];
  return changed.release();
}

PyObject* Unpatch(PyObject*, PyObject*) {
  for (int i = 0; i < g_ufunc_count; ++i) {
    UfuncSlot& slot = g_ufuncs[i];
    if (slot.ufunc->vectorcall == kCallFunctions[i]) slot.ufunc->vectorcall = slot.original;
    for (FastTable::Entry& entry : slot.fast->entries) entry = {};
  }
  for (int i = 0; i < g_loop_count; ++i) {
    LoopSlot& slot = g_loops[i];
    const bool was_active = slot.active.exchange(false);
    if (*PlaceOf(slot.ufunc, slot.types) == kLoopFunctions[i]) {
      if (!Replace(slot.ufunc, slot.types, slot.below)) return nullptr;
    } else if (was_active) {
      slot.covered = true;  // and stays below
    }
  }
  Py_RETURN_NONE;
}

PyObject* Patched(PyObject*, PyObject* ufunc) {
  Ref found(PyList_New(0));
  for (int i = 0; found && i < g_loop_count; ++i) {
    const LoopSlot& slot = g_loops[i];
    if (reinterpret_cast<PyObject*>(slot.ufunc) != ufunc || !slot.active ||
        *PlaceOf(slot.ufunc, slot.types) != kLoopFunctions[i]) {
      continue;
    }
    const Ref type = Character(slot.types[slot.ufunc->nin - 1]);
    if (!type || PyList_Append(found.get(), type.get()) < 0) return nullptr;
  }
  return found.release();
}

}  // namespace lanewise_py
