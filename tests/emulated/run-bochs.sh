#!/usr/bin/env bash
# Runs an x86-64 program in a Bochs guest, whatever this machine's CPU can do: for AVX-512.
#
#   tests/emulated/run-bochs.sh [options] -- PROGRAM ARGS...
#
#   --model NAME           Bochs CPU model (default corei7_skylake_x: AVX-512 F CD DQ BW VL).
#                          Also tried: corei3_cnl corei7_icelake_u tigerlake; without AVX-512
#                          corei7_haswell_4770 (AVX2) corei7_sandy_bridge_2600k (AVX)
#                          corei5_lynnfield_750 (SSE4.2) athlon64_clawhammer (SSE2 only).
#                          `ryzen` does not boot.
#   --require-flags A,B    fail unless the guest's /proc/cpuinfo has all of these flags, e.g.
#                          avx512f,avx512bw,avx512dq,avx512vl,avx512cd
#   --add FILE[:GUESTPATH] put a file or folder into the guest (default: the same path); an ELF
#                          file brings its libraries. May be repeated.
#   --env NAME=VALUE       environment of the program (else only PATH, HOME, LANG). May be repeated.
#   --timeout SECONDS      for boot and program together (default 800)
#   --megs N               memory of the guest (default 256)
#   --keep DIR             leave the run's files (logs, bochsrc, ISO) in DIR
#   --quiet                no progress lines
#
# stdout, stderr and exit status are the program's (128+N when signal N ended it), its working
# folder is this one, its files are only those packed: the program, its libraries and --add.
# 124: out of time. 125: the run itself failed (no boot, flags missing, ...); a reason is printed.
#
# LANEWISE_EMU_CACHE=DIR   kernel and compiled init (default: build/emulated of the checkout)
# LANEWISE_EMU_KERNEL=FILE a kernel image to use instead of the cached one
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
cache=${LANEWISE_EMU_CACHE:-$root/build/emulated}
model=corei7_skylake_x limit=800 megs=256 flags= keep= quiet=no
adds=() envs=()
# About 50 M instructions/s is what Bochs reaches; the guest's clock counts instructions.
ips=50000000

die() { printf 'run-bochs: %s\n' "$*" >&2; exit 125; }
say() { [ $quiet = yes ] || printf '[run-bochs %3ds] %s\n' $SECONDS "$*" >&2; }
need() { [ $# -ge 2 ] || die "$1 needs a value"; }

while [ $# -gt 0 ]; do
  case $1 in
    --model) need "$@"; model=$2; shift 2 ;;
    --require-flags) need "$@"; flags=$2; shift 2 ;;
    --add) need "$@"; adds+=("$2"); shift 2 ;;
    --env) need "$@"; envs+=("$2"); shift 2 ;;
    --timeout) need "$@"; limit=$2; shift 2 ;;
    --megs) need "$@"; megs=$2; shift 2 ;;
    --keep) need "$@"; keep=$2; shift 2 ;;
    --quiet) quiet=yes; shift ;;
    -h|--help) sed -n '2,/^set -e/{/^set -e/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 0 ;;
    --) shift; break ;;
    -*) die "unknown option $1 (see --help)" ;;
    *) break ;;
  esac
done
[ $# -gt 0 ] || die "no program given (see --help)"
case $1 in
  */*) program=$1 ;;
  *) program=$(command -v -- "$1") || die "no such program: $1" ;;
esac
[ -x "$program" ] || die "not an executable file: $program"
shift

share=/usr/share/bochs isolinux=/usr/lib/ISOLINUX/isolinux.bin
ldlinux=/usr/lib/syslinux/modules/bios/ldlinux.c32
for tool in bochs xorriso cpio script readelf cc; do
  command -v $tool >/dev/null || die "$tool is missing: run dev/setup.sh emulate"
done
vgabios=
for f in "$share/VGABIOS-lgpl-latest" /usr/share/vgabios/vgabios.bin; do [ -e "$f" ] && { vgabios=$f; break; }; done
[ -n "$vgabios" ] && [ -e "$share/BIOS-bochs-latest" ] && [ -e $isolinux ] && [ -e $ldlinux ] ||
  die "BIOS or boot-loader files are missing: run dev/setup.sh emulate"
kernel=${LANEWISE_EMU_KERNEL:-$cache/vmlinuz}
[ -s "$kernel" ] || die "no guest kernel ($kernel): run dev/setup.sh emulate"

mkdir -p "$cache"
if [ -n "$keep" ]; then mkdir -p "$keep"; work=$(cd "$keep" && pwd); else work=$(mktemp -d); fi
tree=$work/tree
script_pid=
stop_bochs() {
  [ -n "$script_pid" ] && [ -s "$work/pid" ] || return 0
  kill -KILL "$(cat "$work/pid")" 2>/dev/null || true
  wait "$script_pid" 2>/dev/null || true
  script_pid=
}
cleanup() {
  status=$?
  stop_bochs
  rm -rf "$tree"
  [ -n "$keep" ] || rm -rf "$work"
  exit $status
}
trap cleanup EXIT
trap 'exit 130' INT TERM HUP
rm -rf "$tree" "$work/pid"; mkdir -p "$tree"/{dev,proc,sys,tmp,root,emulated}

# ---- init, compiled once ----------------------------------------------------------------------
init=$cache/init-$(cksum <"$here/init.c" | tr ' ' '-')
if [ ! -x "$init" ]; then
  say "compiling the guest's init"
  cc -O1 -Wall -static -march=x86-64 -o "$init.$$" "$here/init.c" >"$work/cc.log" 2>&1 ||
    { cat "$work/cc.log" >&2; die "cannot compile init.c (static C library missing?)"; }
  mv "$init.$$" "$init"
fi
cp "$init" "$tree/init"

# ---- the program and its libraries, at the same paths -----------------------------------------
# Not ldd: it asks this machine's dynamic loader, which refuses a library marked x86-64-v4 here.
ld_path=${LD_LIBRARY_PATH:-}
for e in "${envs[@]}"; do
  case $e in
    LD_LIBRARY_PATH=*) ld_path=${e#*=} ;;
    *=*) ;;
    *) die "--env wants NAME=VALUE, got: $e" ;;
  esac
done
system_libs=$({ command -v ldconfig >/dev/null && ldconfig -p || /sbin/ldconfig -p; } 2>/dev/null |
  grep -F 'x86-64' | grep -vF 'hwcap:' | sed -n 's/^[ \t]*\([^ ]*\) (.*) => \(.*\)$/\1\t\2/p' || true)

put() {  # put HOSTFILE GUESTPATH: one regular file
  mkdir -p "$tree${2%/*}"
  cp -L "$1" "$tree$2"
  # Debug information makes the boot disk, and so the boot, several times as long.
  if [ "$(stat -c %s "$tree$2")" -gt 400000 ] && is_elf "$1"; then strip -g "$tree$2" 2>/dev/null || true; fi
}
is_elf() { [ "$(head -c 4 "$1" | od -An -tx1 | tr -d ' \n')" = 7f454c46 ]; }

# find_library NAME ORIGIN RUNPATH
find_library() {
  local dir dirs
  dirs=${3//'$ORIGIN'/$2}; dirs=${dirs//'${ORIGIN}'/$2}
  while IFS= read -r -d : dir; do
    [ -n "$dir" ] && [ -e "$dir/$1" ] && { printf '%s/%s\n' "$(realpath -s "$dir")" "$1"; return 0; }
  done <<<"$dirs:$ld_path:"
  dir=$(printf '%s\n' "$system_libs" | awk -F '\t' -v n="$1" '$1 == n { print $2; exit }')
  [ -n "$dir" ] && [ -e "$dir" ] && { printf '%s\n' "$dir"; return 0; }
  for dir in /lib/x86_64-linux-gnu /usr/lib/x86_64-linux-gnu /lib64 /usr/lib64 /lib /usr/lib; do
    [ -e "$dir/$1" ] && { printf '%s\n' "$dir/$1"; return 0; }
  done
  return 1
}

declare -A seen=()
put_libraries() {  # put_libraries ELFFILE INHERITED_RPATH
  local dynamic interp needed runpath name path origin
  origin=$(dirname "$1")
  dynamic=$(readelf -Wdl "$1" 2>/dev/null) || return 0
  interp=$(sed -n 's/.*\[Requesting program interpreter: \(.*\)\].*/\1/p' <<<"$dynamic")
  if [ -n "$interp" ] && [ -z "${seen[$interp]:-}" ]; then seen[$interp]=1; put "$interp" "$interp"; fi
  needed=$(sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p' <<<"$dynamic")
  runpath=$(sed -n 's/.*(R\(UN\)\{0,1\}PATH).*\[\(.*\)\].*/\2/p' <<<"$dynamic" | head -n 1)
  for name in $needed; do
    # A library that is already packed under its name is found by the loader as it is.
    [ -z "${seen[name:$name]:-}" ] || continue
    path=$(find_library "$name" "$origin" "$runpath${2:+:$2}") || die "library $name, needed by $1, not found"
    seen[name:$name]=1
    [ -n "${seen[$path]:-}" ] || { seen[$path]=1; put "$path" "$path"; }
    put_libraries "$path" "${runpath//'$ORIGIN'/$origin}"
  done
}
add_file() {  # add_file HOSTPATH GUESTPATH
  if [ -d "$1" ]; then
    mkdir -p "$tree$2"; cp -RL "$1/." "$tree$2/"
  else
    [ -f "$1" ] || die "--add: no such file: $1"
    put "$1" "$2"
    if is_elf "$1"; then put_libraries "$1" ""; fi
  fi
}
# Folders resolved as the loader resolves $ORIGIN, the name kept as given.
program=$(realpath "$(dirname "$program")")/$(basename "$program")
is_elf "$program" || die "not an ELF program (scripts need their interpreter: run that and --add the script): $program"
add_file "$program" "$program"
chmod +x "$tree$program"
for a in "${adds[@]}"; do
  case $a in *:*) from=${a%%:*} to=${a#*:} ;; *) from=$a to=$(realpath -s "$a") ;; esac
  case $to in /*) ;; *) die "--add: the guest path must be absolute: $to" ;; esac
  add_file "$from" "$to"
done

# ---- what the init reads ----------------------------------------------------------------------
nonce="@@emulated-$$-$RANDOM$RANDOM"
cwd=$(pwd -P)
mkdir -p "$tree$cwd"
printf '%s\0' "$nonce" >"$tree/emulated/nonce"
printf '%s\0' "$cwd" >"$tree/emulated/cwd"
printf '%s\0' "$program" "$@" >"$tree/emulated/args"
printf '%s\0' PATH=/usr/local/bin:/usr/bin:/bin HOME=/root LANG=C.UTF-8 "${envs[@]}" >"$tree/emulated/env"
: >"$tree/emulated/flags"
[ -z "$flags" ] || printf '%s' "$flags," | tr -s ', ' '\0' >"$tree/emulated/flags"

# ---- boot disk --------------------------------------------------------------------------------
# Every item of this line was needed on Bochs 2.7 with Linux 6.1; the reasons are in README.md.
append='console=ttyS0,115200 nosmp acpi=off nokaslr mitigations=off pti=off init_on_alloc=0 tsc=reliable'
append+=" tsc_early_khz=$((ips / 1000)) no_timer_check clearcpuid=xsaves,xsavec,pku,fsrm cryptomgr.notests=1"
append+=' random.trust_cpu=on audit=0 apparmor=0 lsm= nowatchdog panic=-1 reboot=t quiet loglevel=1'
append+=' initcall_blacklist=crypto_algapi_init,load_system_certificate_list,trace_eval_init,tracer_init_tracefs,init_kprobe_trace,init_evm,init_ima'
iso=$work/iso
rm -rf "$iso"; mkdir "$iso"
(cd "$tree" && find . -print0 | sort -z | cpio -0 -o -H newc -R 0:0 --quiet) >"$iso/initrd.img"
cp "$kernel" "$iso/vmlinuz"; cp $isolinux $ldlinux "$iso/"
printf 'DEFAULT guest\nPROMPT 0\nTIMEOUT 1\nLABEL guest\nKERNEL /vmlinuz\nAPPEND initrd=/initrd.img %s\n' "$append" >"$iso/isolinux.cfg"
xorriso -as mkisofs -quiet -o "$work/boot.iso" -b isolinux.bin -c boot.cat -no-emul-boot -boot-load-size 4 \
  -boot-info-table "$iso" >"$work/xorriso.log" 2>&1 || { cat "$work/xorriso.log" >&2; die "cannot make the boot disk"; }
packed=$(du -h "$iso/initrd.img" | cut -f 1)
rm -rf "$iso"

cat >"$work/bochsrc" <<RC
config_interface: textconfig
display_library: term
megs: $megs
romimage: file=$share/BIOS-bochs-latest
vgaromimage: file=$vgabios
cpu: model=$model, count=1, ips=$ips, reset_on_triple_fault=0, ignore_bad_msrs=1
clock: sync=none, time0=utc
ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
ata0-master: type=cdrom, path=boot.iso, status=inserted
boot: cdrom
log: bochs.log
panic: action=fatal
error: action=report
info: action=report
debug: action=ignore
com1: enabled=1, mode=file, dev=com1
com2: enabled=1, mode=file, dev=com2
RC
echo c >"$work/rc"  # Debian's build has the debugger, which stops before the first instruction

# ---- boot, pass stdout on as it comes ---------------------------------------------------------
: >"$work/com1"; : >"$work/com2"
say "booting $model with $packed of files"
# The display library wants a terminal: script makes one. Bochs takes SIGTERM and SIGHUP for later,
# so it is ended by SIGKILL, and for that its process id is written down.
start=$SECONDS
(cd "$work" && SHELL=/bin/sh TERM=vt100 exec script -qec 'echo $$ >pid; exec bochs -q -f bochsrc -rc rc' /dev/null) \
  </dev/null >"$work/screen" 2>&1 &
script_pid=$!
sent=0
pass_on() {
  local size
  size=$(stat -c %s "$work/com2")
  [ "$size" -gt $sent ] || return 0
  tail -c +$((sent + 1)) "$work/com2" | head -c $((size - sent))
  sent=$size
}
begun=no late=no
while kill -0 $script_pid 2>/dev/null; do
  if [ $begun = no ] && grep -aqxF "$nonce begin" "$work/com1"; then begun=yes; say "program running"; fi
  pass_on
  if [ $((SECONDS - start)) -ge "$limit" ]; then late=yes; stop_bochs; break; fi
  sleep 0.25
done
bochs_status=0
[ -z "$script_pid" ] || wait $script_pid || bochs_status=$?
script_pid=
pass_on

# ---- how it ended -----------------------------------------------------------------------------
# Byte offset of the newline before the first marker line "$nonce $1...", empty if there is none.
offset_of() { grep -abo -m 1 "^$nonce $1" "$work/com1" | head -n 1 | cut -d : -f 1; }
last=$(grep -a "^$nonce " "$work/com1" | tail -n 1 | tr -d '\r\0' | cut -d ' ' -f 2- || true)
begin=$(offset_of begin || true)
if [ -n "$begin" ]; then
  # stderr lies between the two markers; the newline before the second one is the init's.
  from=$((begin + ${#nonce} + 7)) to=$(offset_of exit || true)
  [ -n "$to" ] && to=$((to - 1)) || to=$(stat -c %s "$work/com1")
  [ "$to" -le "$from" ] || tail -c +$((from + 1)) "$work/com1" | head -c $((to - from)) >&2
fi
tell() {
  { echo "--- end of the guest's console"; tail -n 15 "$work/com1"; 
    echo "--- end of Bochs's log"; tail -n 8 "$work/bochs.log"
    echo "--- Bochs's own words"; tail -c 2000 "$work/screen" | tr -d '\033\r' | grep -a -v '^$' | tail -n 4; } >&2 2>&1 || true
}
case $last in
  exit\ *) say "program ended: ${last#exit }"; exit "${last#exit }" ;;
  missing\ *) die "model $model in this guest lacks:${last#missing}" ;;
  error\ *) die "the guest's init: ${last#error }" ;;
esac
if [ $late = yes ]; then
  say "out of time after $limit s ($([ $begun = yes ] && echo 'program running' || echo 'still booting'))"
  [ $begun = yes ] || tell
  exit 124
fi
tell
die "the guest stopped without a result (Bochs ended with $bochs_status)"
