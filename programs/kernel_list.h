// The kernel list, as text for people or as JSON, from which dev/write_kernel_lists.py writes
// headers, stubs and docs/kernels.md.

#ifndef LANEWISE_PROGRAMS_KERNEL_LIST_H_
#define LANEWISE_PROGRAMS_KERNEL_LIST_H_

// The exit status.
int PrintKernels(bool json);

#endif  // LANEWISE_PROGRAMS_KERNEL_LIST_H_
