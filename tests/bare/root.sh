# Bare machines for tests/bare/run.sh: a Debian of debootstrap's smallest kind plus git and make, in a
# folder, entered by chroot in namespaces of its own. Of this machine only the way to packages is
# carried over: where apt gets them, proxies, certificates, pip's settings. To be sourced; as root.

# The mirror of Debian that apt uses here.
bare_mirror() {
  apt-get --print-uris update 2>/dev/null |
    sed -n "s|^'\([^']*\)/dists/[^-/]*/InRelease'.*|\1|p" | grep -v security | head -n 1
}

# Everything a bare machine needs of this one; says what is missing and fails.
bare_possible() {
  local wanting=()
  [ "$(id -u)" = 0 ] || wanting+=("to be root")
  command -v debootstrap >/dev/null || wanting+=("debootstrap (dev/setup.sh bare)")
  unshare --mount --pid --fork true 2>/dev/null || wanting+=("mount and pid namespaces (unshare)")
  [ -n "$(bare_mirror)" ] || wanting+=("a Debian mirror among apt's sources")
  [ ${#wanting[@]} -eq 0 ] && return 0
  printf 'bare machine: not to be had here. Missing: %s\n' "$(IFS=';'; echo "${wanting[*]}")" >&2
  return 1
}

# bare_make ROOT SUITE one-line|deb822: a new machine. Its base is kept for the next of that suite.
bare_make() {
  local root=$1 suite=$2 style=$3 base=$bare_work/base-$2 mirror log=$bare_work/debootstrap-$2.log
  mirror=$(bare_mirror)
  if [ ! -e "$base/.complete" ]; then
    rm -rf "$base"
    debootstrap --variant=minbase --include=git,make "$suite" "$base" "$mirror" >"$log" 2>&1 ||
      { tail -n 20 "$log"; return 1; }
    touch "$base/.complete"
  fi
  rm -rf "$root"; cp -a "$base" "$root"; rm "$root/.complete"
  bare_sources "$root" "$suite" "$style" "$mirror"
  bare_carry "$root"
}

# The suites that Debian's installer writes down; updates and security where this machine has them.
bare_sources() {
  local etc=$1/etc/apt suite=$2 style=$3 mirror=$4 here=${VERSION_CODENAME:-} uri name
  here=$(. /etc/os-release; echo "${VERSION_CODENAME:-}")
  rm -f "$etc/sources.list" "$etc"/sources.list.d/*
  {
    echo "$mirror $suite"
    apt-get --print-uris update 2>/dev/null | sed -n "s|^'\([^']*\)/dists/\($here-[^/]*\)/InRelease'.*|\1 \2|p" |
      sed "s/ $here-/ $suite-/"
  } | while read -r uri name; do
    if [ "$style" = deb822 ]; then
      printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n\n' "$uri" "$name" \
        /usr/share/keyrings/debian-archive-keyring.gpg >>"$etc/sources.list.d/debian.sources"
    else
      echo "deb $uri $name main" >>"$etc/sources.list"
    fi
  done
}

# Network settings, apt's settings of how to fetch, certificates, pip's configuration.
bare_carry() {
  local root=$1 file
  for file in /etc/resolv.conf /etc/hosts /etc/pip.conf; do
    [ ! -f "$file" ] || cp -L "$file" "$root$file"
  done
  apt-config dump | grep -E '^Acquire::(http|https|ftp|Retries|Check-|Max-|By-Hash|ForceIPv|proxy)' \
    >"$root/etc/apt/apt.conf.d/90carried" || true
  if compgen -G '/usr/local/share/ca-certificates/*' >/dev/null; then
    mkdir -p "$root/usr/local/share/ca-certificates"
    cp -L /usr/local/share/ca-certificates/* "$root/usr/local/share/ca-certificates/"
  fi
}

# bare_run ROOT USER COMMAND: a login of USER, in the clone, with nothing else of this machine.
bare_run() {
  local root=$1 user=$2 command=$3 home keep=() name
  home=$(awk -F: -v u="$user" '$1 == u { print $6 }' "$root/etc/passwd")
  for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY "${!PIP_@}"; do
    [ -z "${!name:-}" ] || keep+=("$name=${!name}")
  done
  # The process is the first of its namespace: what it leaves running ends with it.
  unshare --mount --pid --fork --kill-child --mount-proc="$root/proc" -- \
    bash -c 'root=$1 user=$2; shift 2
      mount --rbind /sys "$root/sys"; mount --rbind /dev "$root/dev"
      exec chroot --userspec="$user" "$root" env -i "$@"' _ "$root" "$user" \
    HOME="$home" USER="$user" LANG=C.UTF-8 "PATH=$home/.local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
    ${keep[@]+"${keep[@]}"} bash -ec "cd $home/lanewise
$command" </dev/null
}

# bare_clone ROOT USER: a fresh clone of the committed state of this tree in USER's home.
bare_clone() {
  local home
  home=$(awk -F: -v u="$2" '$1 == u { print $6 }' "$1/etc/passwd")
  rm -rf "$1$home/lanewise"
  git clone -q --no-hardlinks . "$1$home/lanewise"
  chown -R "$(awk -F: -v u="$2" '$1 == u { print $3 ":" $4 }' "$1/etc/passwd")" "$1$home/lanewise"
}
