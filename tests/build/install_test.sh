#!/usr/bin/env bash
# The build under test as it is installed, and as programs find it (tests/consumers).
#   tests/build/install_test.sh BUILD_DIR SOURCE_DIR installed   find_package and pkg-config, from a prefix
#                                                          that was moved after the installation
#   tests/build/install_test.sh BUILD_DIR SOURCE_DIR folders     components, other library folders, removal
#   tests/build/install_test.sh BUILD_DIR SOURCE_DIR examples    examples/project in C, C++ and Fortran
set -euo pipefail
build=$(realpath "$1") source=$(realpath "$2") way=$3
consumers=$source/tests/consumers
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
. "$consumers/common.sh"

installed() {
  step "installing, then moving the prefix"
  quietly cmake --install "$build" --prefix "$tmp/first"
  mkdir "$tmp/elsewhere"
  mv "$tmp/first" "$tmp/elsewhere/moved here"  # the blank is part of the test for CMake
  local prefix="$tmp/elsewhere/moved here"
  # No file may remember where it was built or first installed.
  if grep -rlF -e "$tmp/first" -e "$build" -e "$source" "$prefix"; then
    fail "the files above contain a path of the build"
  fi
  local config
  config=$(find "$prefix" -name lanewise-config.cmake -printf '%h\n')
  [ -n "$config" ] || fail "lanewise-config.cmake is not installed"
  local lib=${config%/cmake/lanewise}
  if compgen -G "$lib/liblanewise_tbb.so.*" >/dev/null; then export LW_EXPECT_MODULE=1; fi

  step "find_package"
  quietly cmake -S "$consumers/find_package" -B "$tmp/find" "${compilers[@]}" \
    -Dlanewise_ROOT="$prefix" -DCMAKE_FIND_USE_PACKAGE_REGISTRY=OFF
  grep -q "^lanewise_DIR:PATH=$config\$" "$tmp/find/CMakeCache.txt" || fail "found another lanewise"
  quietly cmake --build "$tmp/find"
  run "$tmp/find/use_c"
  run "$tmp/find/use_cc"

  step "pkg-config"
  mv "$prefix" "$tmp/again"  # make and compiler flags do not stand blanks
  lib=$tmp/again${lib#"$prefix"}
  mkdir "$tmp/pkg"
  PKG_CONFIG_LIBDIR="$lib/pkgconfig" quietly make -f "$consumers/pkg_config/Makefile" OUT="$tmp/pkg"
  run "$tmp/pkg/use_c"
  run "$tmp/pkg/use_cc"
}

files_in() { (cd "$1" && find . ! -type d -printf '%P\n' | LC_ALL=C sort); }

folders() {
  local component rpath
  step "components"
  for component in runtime devel; do
    quietly cmake --install "$build" --prefix "$tmp/$component" --component "lanewise_$component"
    files_in "$tmp/$component" >"$tmp/$component.txt"
  done
  quietly cmake --install "$build" --prefix "$tmp/all"
  cp "$build/install_manifest.txt" "$tmp"
  files_in "$tmp/all" >"$tmp/all.txt"
  LC_ALL=C sort "$tmp/runtime.txt" "$tmp/devel.txt" | cmp - "$tmp/all.txt" ||
    fail "a file belongs to no component, or to two"
  ! grep -E '\.(h|hpp|cmake|pc|a)$|\.so$' "$tmp/runtime.txt" || fail "development files in runtime"
  ! grep -E '\.so\.|^bin/|^share/' "$tmp/devel.txt" || fail "runtime files in devel"
  # Libraries of two minor versions can be installed together.
  ! grep '\.so' "$tmp/runtime.txt" | grep -vE '\.so\.0\.1(\.0)?$' || fail "names without a version"
  local file
  for file in share/doc/lanewise/{LICENSE,THIRD_PARTY_LICENSES} share/man/man1/lanewise-{probe,detect}.1
  do grep -qx "$file" "$tmp/all.txt" || fail "$file is not installed"; done

  step "uninstall"
  cmp -s <(sed "s|^$tmp/all/||" "$tmp/install_manifest.txt" | LC_ALL=C sort) "$tmp/all.txt" ||
    fail "install_manifest.txt is not what was installed"
  mkdir -p "$tmp/all/include/lanewise" "$tmp/all/lib/lanewise"
  touch "$tmp/all/lib/lanewise/of_others"
  quietly cmake -DBUILD="$tmp" -P "$source/cmake/uninstall.cmake"
  [ "$(files_in "$tmp/all")" = lib/lanewise/of_others ] || fail "left: $(files_in "$tmp/all")"
  [ ! -e "$tmp/all/include/lanewise" ] || fail "an empty folder of lanewise is left"

  step "library folders two levels deep, and absolute"
  for libdir in lib/x86_64-linux-gnu /opt/lanewise/lib; do
    quietly cmake -S "$source" -B "$tmp/deep" "${settings[@]}" -DCMAKE_INSTALL_LIBDIR="$libdir" \
      -DCMAKE_INSTALL_PREFIX="$tmp/prefix" -DLANEWISE_BUILD_TESTS=OFF
    rpath=$(sed -n 's/^ *NEW_RPATH "\(.*probe.*\|.*lib.*\)"$/\1/p; s/^ *RPATH "\(.*\)")*$/\1/p' \
      "$tmp/deep/cmake_install.cmake" "$tmp/deep/programs/cmake_install.cmake" | sort -u | xargs)
    echo "   run paths: $rpath"
    case $libdir in
      lib/*) [[ $rpath == *'$ORIGIN/../lib/x86_64-linux-gnu'* ]] || fail "run path of the probe" ;;
      *) [[ $rpath == *"$libdir"* ]] || fail "run path of the probe" ;;
    esac
    pc() { PKG_CONFIG_LIBDIR="$tmp/prefix/$libdir/pkgconfig" pkg-config "$@" lanewise; }
    mkdir -p "$tmp/prefix/$libdir/pkgconfig"
    cp "$tmp/deep/lanewise.pc" "$tmp/prefix/$libdir/pkgconfig"
    [ "$(realpath -m "$(pc --variable=includedir)")" = "$tmp/prefix/include" ] ||
      fail "includedir is $(pc --variable=includedir)"
    case $libdir in
      lib/*) [ "$(realpath -m "$(pc --variable=libdir)")" = "$tmp/prefix/$libdir" ] ;;
      *) [ "$(pc --variable=libdir)" = "$libdir" ] ;;
    esac || fail "libdir is $(pc --variable=libdir)"
  done

  step "manual pages"
  local option page
  for page in "$source"/docs/man/*.1; do
    command -v man >/dev/null || { echo "   man was not found: $page is not formatted"; continue; }
    man --warnings -l "$page" 2>&1 >/dev/null | { ! grep . ; } || fail "$page has faults"
  done
  page=$(sed 's/\\-/-/g; s/\\f.//g' "$source/docs/man/lanewise-probe.1")
  for option in $("$build/out/lanewise-probe" --help | grep -oE -- '(^|[ ,])--?[a-z][a-z-]*' | tr -d ' ,' |
                  sort -u); do
    grep -qE -- "(^|[ \"])$option([ \"]|\$)" <<<"$page" || fail "the page of lanewise-probe lacks $option"
  done
}

examples() {
  step "examples/project with the installed library"
  quietly cmake --install "$build" --prefix "$tmp/prefix"
  quietly cmake -S "$source/examples/project" -B "$tmp/project" "${compilers[@]}" \
    -Dlanewise_ROOT="$tmp/prefix"
  quietly cmake --build "$tmp/project"
  local program first="" output
  for program in statistics_c statistics_cpp statistics_fortran; do
    if [ "$program" = statistics_fortran ] && ! command -v gfortran >/dev/null; then
      echo "   gfortran was not found: the Fortran example is not built"
      continue
    fi
    output=$("$tmp/project/$program") || fail "$program: $output"
    printf '   %s: %s\n' "$program" "$output"
    [ "${first:=$output}" = "$output" ] || fail "$program prints something else"
  done
}

case $way in
  installed | folders | examples) "$way" ;;
  *) fail "unknown way $way" ;;
esac
echo passed
