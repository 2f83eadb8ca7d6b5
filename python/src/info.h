// What can be asked of the library and set in it.

#ifndef LANEWISE_PYTHON_INFO_H_
#define LANEWISE_PYTHON_INFO_H_

#include "kernels.h"

namespace lanewise_py {

// kernels(): [(name, doc, shape, inputs, max_ulp, numerics_since, [dtypes, ...]), ...]
PyObject* ListKernels(PyObject* module, PyObject*);
// dtypes(): {name: (lw_dtype, NumPy's dtype or None)}, promote(name, name): name
PyObject* ListDtypes(PyObject* module, PyObject*);
PyObject* Promote(PyObject* module, PyObject* args);
// explain(name, dtypes or None, json), machine(json): text
PyObject* Explain(PyObject* module, PyObject* args);
PyObject* Machine(PyObject* module, PyObject* format);
PyObject* MachineDescribed(PyObject* module, PyObject* pairs);
// targets(): [(name, reason why it cannot run here or ""), ...]
PyObject* Targets(PyObject* module, PyObject*);
PyObject* CurrentTarget(PyObject* module, PyObject*);
PyObject* PushTarget(PyObject* module, PyObject* name);
PyObject* PopTarget(PyObject* module, PyObject*);
PyObject* SetThreads(PyObject* module, PyObject* limit);
PyObject* PushThreads(PyObject* module, PyObject* limit);
PyObject* PopThreads(PyObject*, PyObject*);
PyObject* GetThreads(PyObject* module, PyObject*);

// patch(numpy_ufunc, function, "efd"): puts lanewise's loops for inputs of these types under
// NumPy's ufunc, beside those that are there already; gives the list of types with a new loop. A
// loop that somebody has put over ours stays there.
// unpatch() restores all.
// patched(numpy_ufunc): the types for which the ufunc runs our loop: nobody has put his own over
// it.
PyObject* Patch(PyObject* module, PyObject* args);
PyObject* Unpatch(PyObject* module, PyObject*);
PyObject* Patched(PyObject* module, PyObject* ufunc);

// Sets the exception that belongs to a status; gives null.
PyObject* Raise(lw_status status);

}  // namespace lanewise_py

#endif  // LANEWISE_PYTHON_INFO_H_
