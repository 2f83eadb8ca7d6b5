#include "function.h"

#include <structmember.h>

#include <cstring>

#include "device_call.h"
#include "fast_vectors.h"
#include "fp_errors.h"
#include "reductions.h"
#include "ufuncs.h"

namespace lanewise_py {
namespace {

struct Function {
  PyObject_HEAD vectorcallfunc vectorcall;
  PyObject* name;
  PyObject* doc;
  PyObject* target;    // whose attributes are ours too; None if there is none
  PyObject* fallback;  // takes what is not fast
  PyObject* dict;
  // At most one of them; without, every call goes to the fallback.
  const FastTable* fast;
  const FastReduction* fast_reduction;
  FastVectors fast_vectors;
  const Kernel* kernel;
};

PyObject* g_error_hook = nullptr;
PyObject* g_dtype_hook = nullptr;

// Tells the hook of dtypes that other packages have registered.
bool MeetDtypes(PyObject* const* args, Py_ssize_t count) {
  for (Py_ssize_t i = 0; i < count; ++i) {
    if (!PyArray_Check(args[i]) || PyArray_TYPE(AsArray(args[i])) < NPY_USERDEF) continue;
    PyArray_Descr* descr = PyArray_DESCR(AsArray(args[i]));
    const Ref done(PyObject_CallOneArg(g_dtype_hook, reinterpret_cast<PyObject*>(descr)));
    if (!done) return false;
  }
  return true;
}

// The hook's answer to the exception that is set: a result; or null with a better exception, or
// with the one there was.
PyObject* AskErrorHook(Function* self, PyObject* const* args, Py_ssize_t count) {
  PyObject *type, *value, *traceback;
  PyErr_Fetch(&type, &value, &traceback);
  Ref tuple(PyTuple_New(count));
  for (Py_ssize_t i = 0; tuple && i < count; ++i) {
    PyTuple_SET_ITEM(tuple.get(), i, Py_NewRef(args[i]));
  }
  Ref answer(
      tuple ? PyObject_CallFunctionObjArgs(g_error_hook, self->name, type, tuple.get(), nullptr)
            : nullptr);
  if (answer.get() == Py_None) {
    PyErr_Restore(type, value, traceback);
    return nullptr;
  }
  Py_XDECREF(type);
  Py_XDECREF(value);
  Py_XDECREF(traceback);
  return answer.release();
}

// The hook sees positional arguments only: it may name a dtype among them, but not compute the
// result of a call that had others.
bool IsWorthAsking(PyObject* names) {
  return g_error_hook &&
         (PyErr_ExceptionMatches(PyExc_TypeError) || PyErr_ExceptionMatches(PyExc_RuntimeError) ||
          (!names && PyErr_ExceptionMatches(PyExc_OverflowError)));
}

// f(array), f(array, axis), f(array, axis=axis).
PyObject* CallFastReduction(const FastReduction& reduction, PyObject* const* args, Py_ssize_t count,
                            PyObject* names) {
  const Py_ssize_t named = names ? PyTuple_GET_SIZE(names) : 0;
  if (count == 1 && named == 0) return ReduceFast(reduction, args[0]);
  if (count + named != 2) return nullptr;
  if (named && PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(names, 0), "axis") != 0) {
    return nullptr;
  }
  return ReduceAxisFast(reduction, args[0], args[1]);
}

// Arguments of a fast call, if all were given by position; -1 if they are not for it. The side of a
// search may be given by name: its value follows the others.
Py_ssize_t CountForVectors(const Function* self, Py_ssize_t count, PyObject* names) {
  if (!self->fast_vectors) return -1;
  if (!names) return count;
  const bool is_side = self->kernel->shape == LW_SHAPE_SEARCH && count == 2 &&
                       PyTuple_GET_SIZE(names) == 1 &&
                       PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(names, 0), "side") == 0;
  return is_side ? 3 : -1;
}

PyObject* CallOnDevice(Function* self, PyObject* const* args, Py_ssize_t count, PyObject* names) {
  if (self->fast && !names && count == self->fast->inputs) {
    PyObject* result = CallFastOnDevice(*self->fast, *self->kernel, args);
    if (result || PyErr_Occurred()) return result;
  }
  return CallDeviceHook(self->name, args, count, names);
}

PyObject* Call(PyObject* callable, PyObject* const* args, size_t flagged_count, PyObject* names) {
  auto* self = reinterpret_cast<Function*>(callable);
  const DefaultFloats floats;
  const Py_ssize_t count = PyVectorcall_NARGS(flagged_count);
  if (self->fast && !names && count == self->fast->inputs) {
    PyObject* result = CallFast(*self->fast, args);
    if (result || PyErr_Occurred()) return result;
  } else if (self->fast_reduction) {
    PyObject* result = CallFastReduction(*self->fast_reduction, args, count, names);
    if (result || PyErr_Occurred()) return result;
  } else if (const Py_ssize_t given = CountForVectors(self, count, names); given >= 0) {
    PyObject* result = self->fast_vectors(*self->kernel, args, given);
    if (result || PyErr_Occurred()) return result;
  }
  const Py_ssize_t all = count + (names ? PyTuple_GET_SIZE(names) : 0);
  if (AnyOnDevice(args, all)) return CallOnDevice(self, args, count, names);
  if (g_dtype_hook && !MeetDtypes(args, count)) return nullptr;
  PyObject* result = PyObject_Vectorcall(self->fallback, args, flagged_count, names);
  if (!result && self->fast && IsWorthAsking(names)) return AskErrorHook(self, args, count);
  return result;
}

PyObject* New(PyTypeObject* type, PyObject* args, PyObject* keywords) {
  static const char* const kNames[] = {"name", "doc", "target", "fallback", "kernel", nullptr};
  PyObject *name, *doc, *target, *fallback;
  const char* kernel_name = nullptr;
  if (!PyArg_ParseTupleAndKeywords(args, keywords, "UUOO|s:Function", const_cast<char**>(kNames),
                                   &name, &doc, &target, &fallback, &kernel_name)) {
    return nullptr;
  }
  auto* self = reinterpret_cast<Function*>(type->tp_alloc(type, 0));
  if (!self) return nullptr;
  self->vectorcall = &Call;
  self->name = Py_NewRef(name);
  self->doc = Py_NewRef(doc);
  self->target = Py_NewRef(target);
  self->fallback = Py_NewRef(fallback);
  const Kernel* kernel = FindKernel(kernel_name ? kernel_name : PyUnicode_AsUTF8(name));
  self->kernel = kernel;
  if (!kernel) {
    Py_DECREF(self);
    return nullptr;
  }
  if (PyObject_TypeCheck(target, &PyUFunc_Type)) {
    self->fast = MakeFastTable(*kernel, *reinterpret_cast<PyUFuncObject*>(target));
  } else if (kernel->shape == LW_SHAPE_REDUCE || kernel->shape == LW_SHAPE_ARG) {
    self->fast_reduction = MakeFastReduction(*kernel);
  } else {
    self->fast_vectors = FindFastVectors(*kernel);
  }
  return reinterpret_cast<PyObject*>(self);
}

int Traverse(PyObject* object, visitproc visit, void* arg) {
  auto* self = reinterpret_cast<Function*>(object);
  Py_VISIT(self->target);
  Py_VISIT(self->fallback);
  Py_VISIT(self->dict);
  return 0;
}

int Clear(PyObject* object) {
  auto* self = reinterpret_cast<Function*>(object);
  Py_CLEAR(self->target);
  Py_CLEAR(self->fallback);
  Py_CLEAR(self->dict);
  return 0;
}

void Dealloc(PyObject* object) {
  auto* self = reinterpret_cast<Function*>(object);
  PyObject_GC_UnTrack(object);
  Clear(object);
  Py_XDECREF(self->name);
  Py_XDECREF(self->doc);
  delete self->fast;
  delete self->fast_reduction;
  Py_TYPE(object)->tp_free(object);
}

PyObject* GetAttribute(PyObject* object, PyObject* name) {
  PyObject* own = PyObject_GenericGetAttr(object, name);
  auto* self = reinterpret_cast<Function*>(object);
  if (own || !PyErr_ExceptionMatches(PyExc_AttributeError) || self->target == Py_None) return own;
  PyErr_Clear();
  PyObject* forwarded = PyObject_GetAttr(self->target, name);
  if (!forwarded && PyErr_ExceptionMatches(PyExc_AttributeError)) {
    PyErr_Format(PyExc_AttributeError, "lanewise.%U has no attribute '%U'", self->name, name);
  }
  return forwarded;
}

PyObject* Represent(PyObject* object) {
  return PyUnicode_FromFormat("<function lanewise.%U>", reinterpret_cast<Function*>(object)->name);
}

// Pickles and copies by name, as functions do.
PyObject* Reduce(PyObject* object, PyObject*) {
  return Py_NewRef(reinterpret_cast<Function*>(object)->name);
}

PyMethodDef g_methods[] = {
    {"__reduce__", &Reduce, METH_NOARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyMemberDef g_members[] = {
    {"__name__", T_OBJECT, offsetof(Function, name), READONLY, nullptr},
    {"__qualname__", T_OBJECT, offsetof(Function, name), READONLY, nullptr},
    {"__doc__", T_OBJECT, offsetof(Function, doc), READONLY, nullptr},
    {"ufunc", T_OBJECT, offsetof(Function, target), READONLY,
     "The numpy.ufunc behind this function, which NumPy's protocols get; None for reductions."},
    {nullptr, 0, 0, 0, nullptr},
};

}  // namespace

PyObject* WithDefaultFloats(PyObject*, PyObject* const* args, Py_ssize_t count, PyObject* names) {
  if (count == 0) {
    PyErr_SetString(PyExc_TypeError, "with_default_floats: which function?");
    return nullptr;
  }
  const DefaultFloats floats;
  return PyObject_Vectorcall(args[0], args + 1, static_cast<size_t>(count - 1), names);
}

PyObject* SetErrorHook(PyObject*, PyObject* hook) {
  Py_XSETREF(g_error_hook, Py_NewRef(hook));
  Py_RETURN_NONE;
}

PyObject* SetDtypeHook(PyObject*, PyObject* hook) {
  Py_XSETREF(g_dtype_hook, Py_NewRef(hook));
  Py_RETURN_NONE;
}

PyTypeObject FunctionType = [] {
  PyTypeObject type = {PyVarObject_HEAD_INIT(nullptr, 0)};
  type.tp_name = "lanewise.Function";
  type.tp_basicsize = sizeof(Function);
  type.tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL;
  type.tp_doc = "A kernel of lanewise as a function.";
  type.tp_new = &New;
  type.tp_dealloc = &Dealloc;
  type.tp_traverse = &Traverse;
  type.tp_clear = &Clear;
  type.tp_vectorcall_offset = offsetof(Function, vectorcall);
  type.tp_call = &PyVectorcall_Call;
  type.tp_getattro = &GetAttribute;
  type.tp_setattro = &PyObject_GenericSetAttr;
  type.tp_dictoffset = offsetof(Function, dict);
  type.tp_repr = &Represent;
  type.tp_methods = g_methods;
  type.tp_members = g_members;
  return type;
}();

}  // namespace lanewise_py
