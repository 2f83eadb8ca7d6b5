# oneTBB from PyPI's tbb-devel, a requirement of the build: it lies in the environment of the
# Python that builds, where find_package() does not look by itself.

find_package(Python 3.11 REQUIRED COMPONENTS Interpreter)
execute_process(
  COMMAND "${Python_EXECUTABLE}" -c "
import importlib.metadata, pathlib
files = importlib.metadata.files('tbb-devel')
print(next(f.locate().resolve().parent for f in files if f.name == 'TBBConfig.cmake'))"
  OUTPUT_VARIABLE LANEWISE_TBB_DIR OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(LANEWISE_TBB_DIR)
  set(TBB_DIR "${LANEWISE_TBB_DIR}" CACHE PATH "oneTBB's CMake package" FORCE)
endif()
