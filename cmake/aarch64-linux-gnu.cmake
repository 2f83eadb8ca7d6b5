# Cross build for AArch64 Linux with Debian's g++-aarch64-linux-gnu (dev/setup.sh aarch64 emulate):
#   cmake -B build-aarch64 -G Ninja -DCMAKE_TOOLCHAIN_FILE=cmake/aarch64-linux-gnu.cmake
# Tests then run under qemu with every feature that it has. LANEWISE_EMU_SVE=128 ctest ... (256, 512, off) sets
# the vector length, LANEWISE_EMU_CPU the model: see tests/emulated/run-qemu.sh.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)

set(_lanewise_triple aarch64-linux-gnu)
set(CMAKE_C_COMPILER ${_lanewise_triple}-gcc)
set(CMAKE_CXX_COMPILER ${_lanewise_triple}-g++)
set(CMAKE_LIBRARY_ARCHITECTURE ${_lanewise_triple})

# Headers, libraries and packages are the target's only; a package that Debian has for the build
# machine alone (oneTBB, GoogleTest) must not be found by mistake. Programs are the build machine's.
set(CMAKE_FIND_ROOT_PATH /usr/${_lanewise_triple})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
# The same for pkg-config.
set(ENV{PKG_CONFIG_LIBDIR} /usr/lib/${_lanewise_triple}/pkgconfig:/usr/${_lanewise_triple}/lib/pkgconfig)
set(ENV{PKG_CONFIG_PATH} "")

set(CMAKE_CROSSCOMPILING_EMULATOR ${CMAKE_CURRENT_LIST_DIR}/../tests/emulated/run-qemu.sh --arch aarch64 --)
