# LANEWISE_PORTABLE: the library and the programs run on systems older than the one that builds
# them. libstdc++ is inside, and of glibc only symbols are used that version 2.17 has.
#   lanewise_portable           for the library
#   lanewise_portable_program   for programs: their start depends on glibc too
#   lanewise_portable_libc      for the module of oneTBB, whose own libstdc++ throws what it catches

add_library(lanewise_portable_libc INTERFACE)
add_library(lanewise_portable INTERFACE)
add_library(lanewise_portable_program INTERFACE)
target_link_libraries(lanewise_portable INTERFACE lanewise_portable_libc)
target_link_libraries(lanewise_portable_program INTERFACE lanewise_portable)

if(LANEWISE_PORTABLE)
  # libgcc stays shared: the static one needs glibc 2.35. Unused sections go, because one of them,
  # in libstdc++'s random_device, needs 2.36; what a module exports counts as used.
  target_link_options(lanewise_portable INTERFACE
    -static-libstdc++ -Wl,--gc-sections -Wl,--exclude-libs,ALL)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
    add_library(lanewise_old_glibc OBJECT ${CMAKE_CURRENT_LIST_DIR}/old_glibc.c)
    add_library(lanewise_old_start OBJECT ${CMAKE_CURRENT_LIST_DIR}/old_glibc_start.c)
    foreach(_object lanewise_old_glibc lanewise_old_start)
      target_compile_options(${_object} PRIVATE -O2 -fPIC -fvisibility=hidden -Wall -Wextra
                             -ffile-prefix-map=${PROJECT_SOURCE_DIR}=.)
    endforeach()
    target_sources(lanewise_portable_libc INTERFACE $<TARGET_OBJECTS:lanewise_old_glibc>)
    target_sources(lanewise_portable_program INTERFACE $<TARGET_OBJECTS:lanewise_old_start>)
    target_link_options(lanewise_portable_libc INTERFACE
      -Wl,--wrap=dladdr -Wl,--wrap=dlerror -Wl,--wrap=dlopen -Wl,--wrap=dlsym
      -Wl,--wrap=pthread_once -Wl,--wrap=pthread_create -Wl,--wrap=pthread_detach
      -Wl,--wrap=pthread_join -Wl,--wrap=pthread_attr_setstacksize -Wl,--wrap=pthread_sigmask
      -Wl,--wrap=pthread_cond_clockwait -Wl,--wrap=fstat -Wl,--wrap=lstat -Wl,--wrap=stat
      -Wl,--wrap=fstat64 -Wl,--wrap=lstat64 -Wl,--wrap=stat64
      -Wl,--wrap=__isoc23_strtol -Wl,--wrap=__isoc23_strtoul
      -Wl,--wrap=__isoc23_strtoll -Wl,--wrap=__isoc23_strtoull
      # Where these functions were before glibc 2.34.
      -Wl,--push-state,--no-as-needed -l:libdl.so.2 -l:libpthread.so.0 -Wl,--pop-state)
    target_link_options(lanewise_portable_program INTERFACE -Wl,--wrap=__libc_start_main)
  endif()
endif()
