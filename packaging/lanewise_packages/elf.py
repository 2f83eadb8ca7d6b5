"""What the ELF files of a build say about themselves."""

import re
from pathlib import Path

from elftools.elf.dynamic import DynamicSection
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection
from elftools.elf.sections import NoteSection

# Values of GNU_PROPERTY_X86_ISA_1_NEEDED (System V ABI for x86-64, program property).
_ISA_NEEDED = 0xC0008002


def is_elf(path):
    path = Path(path)
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def elf_files(folder):
    return sorted(p for p in Path(folder).rglob("*") if is_elf(p))


def needed(path):
    """Sonames of the libraries that the file asks for."""
    with open(path, "rb") as file:
        return [tag.needed for section in ELFFile(file).iter_sections()
                if isinstance(section, DynamicSection)
                for tag in section.iter_tags("DT_NEEDED")]


def glibc_version(path):
    """The newest glibc symbol version that the file needs, as (major, minor)."""
    newest = (0, 0)
    with open(path, "rb") as file:
        for section in ELFFile(file).iter_sections():
            if not isinstance(section, GNUVerNeedSection):
                continue
            for _, versions in section.iter_versions():
                for version in versions:
                    match = re.fullmatch(r"GLIBC_(\d+)\.(\d+)(?:\.\d+)?", version.name)
                    if match:
                        newest = max(newest, (int(match[1]), int(match[2])))
    return newest


def isa_level(path):
    """The psABI level that the dynamic loader demands of the machine; 1 where nothing is said."""
    level = 1
    with open(path, "rb") as file:
        for section in ELFFile(file).iter_sections():
            if not isinstance(section, NoteSection):
                continue
            for note in section.iter_notes():
                if note["n_type"] != "NT_GNU_PROPERTY_TYPE_0":
                    continue
                for entry in note["n_desc"]:
                    if entry["pr_type"] in (_ISA_NEEDED, "GNU_PROPERTY_X86_ISA_1_NEEDED"):
                        bits = entry["pr_data"]
                        bits = bits if isinstance(bits, int) else int.from_bytes(
                            bytes.fromhex(bits.replace(" ", "")), "little")
                        level = max(level, bits.bit_length())
    return level


def compiler(path):
    """The compiler's own words from the .comment section."""
    with open(path, "rb") as file:
        section = ELFFile(file).get_section_by_name(".comment")
        if not section:
            return ""
        texts = {t.decode() for t in section.data().split(b"\0") if t}
    return "; ".join(sorted(texts))


def simd_targets(path):
    """The targets whose namespaces appear in an unstripped library's symbols (lanewise::N_AVX2)."""
    found = set()
    with open(path, "rb") as file:
        table = ELFFile(file).get_section_by_name(".symtab")
        for symbol in table.iter_symbols() if table else ():
            for match in re.finditer(r"(\d+)N_", symbol.name):  # mangled: length, then name
                name = symbol.name[match.end(1):][:int(match[1])]
                if re.fullmatch(r"N_[A-Z][A-Z0-9_]*", name):
                    found.add(name[2:])
    return sorted(found)
