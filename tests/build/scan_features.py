"""Which CPU feature an instruction of objdump's output needs. Used by scan_instructions.py.

x86-64 is decided by encoding first (VEX, EVEX, XOP, opcode maps 0F38 and 0F3A), then by name, so that
an instruction that no list here knows is still seen: it gets a feature that no level has.
"""
import re

# ---- what each level and target may use -------------------------------------------------------
_V2 = {"sse3", "ssse3", "sse4.1", "sse4.2", "popcnt", "cx16", "lahf"}
_V3 = _V2 | {"avx", "fma", "f16c", "bmi1", "bmi2", "lzcnt", "movbe"}
_V4 = _V3 | {"avx512"}
_DL = _V4 | {"vnni", "vbmi", "vbmi2", "ifma", "bitalg", "vpopcntdq", "gfni", "aes", "vaes", "pclmul", "vpclmul"}
_X86_LEVELS = {"v1": set(), "v2": _V2, "v3": _V3, "v4": _V4}
_X86_TARGETS = {
    "N_SCALAR": ("v1", set()), "N_EMU128": ("v1", set()), "N_SSE2": ("v1", set()),
    "N_SSSE3": ("v1 SSE3 SSSE3", {"sse3", "ssse3"}), "N_SSE4": ("v2", _V2), "N_AVX2": ("v3", _V3), "N_AVX3": ("v4", _V4),
    "N_AVX3_DL": ("v4 and Ice Lake's", _DL), "N_AVX3_ZEN4": ("v4 and Zen 4's", _DL | {"bf16"}),
    "N_AVX3_SPR": ("v4 and Sapphire Rapids'", _DL | {"bf16", "fp16"}),
    "N_AVX10_2": ("v4, Sapphire Rapids' and AVX10.2", _DL | {"bf16", "fp16"}),
}
_ARM_TARGETS = {
    "N_SCALAR": ("Armv8.0-A", set()), "N_EMU128": ("Armv8.0-A", set()), "N_NEON_WITHOUT_AES": ("Armv8.0-A", set()),
    "N_NEON": ("Armv8.0-A AES", {"aes"}), "N_NEON_BF16": ("NEON BF16", {"aes", "fp16", "bf16", "dotprod"}),
    "N_SVE": ("SVE", {"sve"}), "N_SVE_256": ("SVE", {"sve"}),
    "N_SVE2": ("SVE2", {"sve", "aes"}), "N_SVE2_128": ("SVE2", {"sve", "aes", "bf16"}),
}
TARGETS = {"x86_64": _X86_TARGETS, "aarch64": _ARM_TARGETS}


def allowed(arch, baseline, target):
    base = _X86_LEVELS[baseline] if arch == "x86_64" else set()
    return base | (TARGETS[arch][target][1] if target else set())


def limit_name(arch, baseline, target):
    return TARGETS[arch][target][0] if target else baseline if arch == "x86_64" else "Armv8.0-A"


# ---- x86-64 -----------------------------------------------------------------------------------
# What objdump writes before a mnemonic: prefixes that change nothing about the feature needed.
_PREFIX = {"rep", "repz", "repnz", "lock", "bnd", "notrack", "data16", "addr32", "xacquire", "xrelease",
           "cs", "ds", "es", "fs", "gs", "ss", "{vex}", "{vex3}", "{evex}", "{disp32}", "{load}", "{store}"}
_LEGACY = {0x66, 0xF2, 0xF3, 0xF0, 0x2E, 0x36, 0x3E, 0x26, 0x64, 0x65, 0x67}

_BY_NAME = {}
for _feature, _names in {
    "sse3": "addsubpd addsubps haddpd haddps hsubpd hsubps lddqu movddup movshdup movsldup fisttp fisttps fisttpl fisttpll monitor mwait",
    "sse4a": "extrq insertq movntsd movntss",
    "popcnt": "popcnt popcntw popcntl popcntq", "cx16": "cmpxchg16b", "lahf": "lahf sahf",
    "lzcnt": "lzcnt lzcntw lzcntl lzcntq",
    "bmi1": "tzcnt tzcntw tzcntl tzcntq andn andnl andnq bextr bextrl bextrq blsi blsil blsiq blsr blsrl blsrq blsmsk blsmskl blsmskq",
    "bmi2": "mulx mulxl mulxq pdep pdepl pdepq pext pextl pextq rorx rorxl rorxq sarx sarxl sarxq shlx shlxl shlxq shrx shrxl shrxq bzhi bzhil bzhiq",
    "movbe": "movbe movbew movbel movbeq", "adx": "adcx adcxl adcxq adox adoxl adoxq",
    "xsave": "xgetbv xsetbv xsave xsave64 xsavec xsavec64 xsaveopt xsaveopt64 xsaves xsaves64 xrstor xrstor64 xrstors xrstors64",
    "rdrand": "rdrand rdseed", "rdtscp": "rdtscp", "rdpid": "rdpid", "fsgsbase": "rdfsbase rdgsbase wrfsbase wrgsbase",
    "rtm": "xbegin xend xtest xabort", "clflushopt": "clflushopt", "clwb": "clwb cldemote", "prefetchw": "prefetchw prefetchwt1",
    "waitpkg": "tpause umwait umonitor", "monitorx": "monitorx mwaitx clzero", "serialize": "serialize",
}.items():
    for _n in _names.split():
        _BY_NAME[_n] = _feature

# Extensions beyond v4, in VEX, EVEX or legacy form.
_EXTENSION = [(re.compile(p), f) for p, f in [
    (r"v?aes|aesimc|aeskeygen", "aes"), (r"v?pclmul", "pclmul"), (r"v?gf2p8", "gfni"), (r"v?sha(1|256|512)|vsm[34]", "sha"),
    (r"vpdp|vp4dp", "vnni"), (r"vpmadd52", "ifma"), (r"vperm(b|i2b|t2b)$|vpmultishiftqb", "vbmi"),
    (r"vp(compress|expand)[bw]$|vpsh[lr]d", "vbmi2"), (r"vpopcnt[bw]$|vpshufbitqmb", "bitalg"), (r"vpopcnt[dq]$", "vpopcntdq"),
    (r"vdpbf16|vcvtne.*bf16|vbcstnebf16|vcvtneo|vbcstnesh", "bf16"), (r"vp2intersect", "vp2intersect"), (r"v4fn?madd", "4fmaps"),
    (r"vexp2p|vrcp28|vrsqrt28", "avx512er"), (r"v(gather|scatter)pf", "avx512pf"),
    (r"vfn?m(add|sub|addsub|subadd)[ps][sd]$", "fma4"), (r"tile|[ls]ttilecfg|ldtilecfg|sttilecfg|tdp", "amx"), (r"cmp.*xadd$", "cmpccxadd"),
]]
_SSE4 = re.compile(r"blend|dpp[sd]|extractps|insertps|mpsadbw|round[ps][sd]|movntdqa|ptest|pblend|pcmpeqq|pextr|pinsr|pmaxs[bd]|pmaxu[wd]"
                   r"|pmins[bd]|pminu[wd]|pmov[sz]x|pmuldq|pmulld|packusdw|phminposuw")
_SSSE3 = re.compile(r"pabs|palignr|phadd|phsub|pmaddubsw|pmulhrsw|pshufb|psign")
_FP16 = re.compile(r"v.*(ph|sh)$|vcvt.*(ph|sh)")


def mnemonic(text):
    for word in text.split():
        if word not in _PREFIX and not word.startswith("rex"):
            return word.split(",")[0]
    return text.split()[0] if text.split() else ""


def _encoding(raw):
    """'legacy', '0f38', '0f3a', '3dnow', 'vex', 'xop', or 'evex' with the map number behind it."""
    b = [int(x, 16) for x in raw.split()]
    i = 0
    while i < len(b) and b[i] in _LEGACY:
        i += 1
    if i < len(b) and 0x40 <= b[i] <= 0x4F:
        i += 1
    if i + 1 >= len(b):
        return "legacy"
    if b[i] in (0xC4, 0xC5):
        return "vex"
    if b[i] == 0x62:
        return f"evex{b[i + 1] & 7}"
    if b[i] == 0x8F and b[i + 1] & 0x1F >= 8:
        return "xop"
    if b[i] == 0x0F:
        return {0x38: "0f38", 0x3A: "0f3a", 0x0F: "3dnow"}.get(b[i + 1], "legacy")
    return "legacy"


def _x86_feature(name, encoding):
    if name == "(bad)":
        return "undecodable"
    if encoding == "xop":
        return "xop"
    if encoding == "3dnow":
        return "3dnow"
    if encoding in ("evex5", "evex6"):
        return "fp16"
    vector = encoding == "vex" or encoding.startswith("evex")
    if vector or encoding in ("0f38", "0f3a"):
        for pattern, feature in _EXTENSION:
            if pattern.match(name):
                return "v" + feature if encoding.startswith("evex") and feature in ("aes", "pclmul") else feature
    if encoding.startswith("evex"):
        return "fp16" if _FP16.match(name) and name not in ("vcvtph2ps", "vcvtps2ph") else "avx512"
    if name in _BY_NAME:
        return _BY_NAME[name]
    if encoding == "vex":
        if name.startswith("k"):
            return "avx512"
        if re.match(r"vfn?m(add|sub|addsub|subadd)(132|213|231)", name):
            return "fma"
        if name in ("vcvtph2ps", "vcvtps2ph"):
            return "f16c"
        return "avx" if name.startswith("v") else "unknown VEX"
    if encoding in ("0f38", "0f3a"):
        if name.startswith("crc32") or re.match(r"pcmp[ei]str|pcmpgtq", name):
            return "sse4.2"
        if _SSSE3.match(name):
            return "ssse3"
        return "sse4.1" if _SSE4.match(name) else f"unknown {encoding}"
    return None


_x86_known = {}


def _classify_x86(raw, text):
    name = text.split(None, 1)[0] if text else ""
    if name in _PREFIX or name.startswith("rex"):
        name = mnemonic(text)
    # A name's encoding varies only for v... (VEX or EVEX) and pextrw (to memory it is SSE4.1).
    if name[:1] == "v" or name == "pextrw":
        key = (name, _encoding(raw))
        if key not in _x86_known:
            _x86_known[key] = _x86_feature(*key)
        return _x86_known[key]
    if name not in _x86_known:
        _x86_known[name] = _x86_feature(name, _encoding(raw))
    return _x86_known[name]


# ---- AArch64 ----------------------------------------------------------------------------------
_SVE_REGISTER = re.compile(r"(?<![\w.])(z([12]?\d|3[01])|p(\d|1[0-5]))(?=[./,}\]\s]|$)")
_SVE_NAME = re.compile(r"(cnt|inc|dec|sqinc|sqdec|uqinc|uqdec)[bhwd]$|rdvl$|addvl$|addpl$|setffr$|cterm(eq|ne)$")
_ARM_NAME = [(re.compile(p), f) for p, f in [
    (r"aes(e|d|mc|imc)$", "aes"), (r"sha(1|256|512)|rax1|eor3|bcax|xar$|sm[34]", "sha"), (r"crc32", "crc32"),
    (r"(cas|casp|swp|ldadd|ldclr|ldeor|ldset|ldsmax|ldsmin|ldumax|ldumin|stadd|stclr|steor|stset|stsmax|stsmin|stumax|stumin)(a|l|al)?[bh]?$", "lse"),
    (r"casp(a|l|al)?$", "lse"), (r"[su]dot|usdot|sudot", "dotprod"), (r"sqrdml[as]h", "rdm"), (r"fc(mla|add)$", "fcma"), (r"fjcvtzs", "jscvt"),
    (r"bf(dot|mmla|mlal[bt]|cvt|cvtn2?)$", "bf16"), (r"[su]mmla|usmmla", "i8mm"), (r"ldapr", "rcpc"), (r"smst(art|op)", "sme"),
    (r"pac|aut|retaa|retab|braa|blraa|xpac", "pauth"),
]]
# libgcc's helpers, linked into everything that uses atomics: they look at HWCAP before they use LSE.
OUTLINE_ATOMICS = ("__aarch64_cas", "__aarch64_swp", "__aarch64_ldadd", "__aarch64_ldclr", "__aarch64_ldeor", "__aarch64_ldset")
# In the hint space: no operation on older CPUs.
_ARM_HINT = {"paciasp", "pacibsp", "autiasp", "autibsp", "pacia1716", "autia1716", "paciaz", "autiaz", "xpaclri"}
_FP16_OPERAND = re.compile(r"(?<!\w)(v\d+\.[48]h|h\d+)\b")
_FP16_BASE = {"fcvt", "fcvtl", "fcvtl2", "fcvtn", "fcvtn2", "fcvtxn", "fmov"}


def _classify_arm(raw, text):
    parts = text.split(None, 1)
    name = parts[0] if parts else ""
    if name in (".inst", "udf", ".word"):
        # Literal pools and padding are data; an unknown instruction is reported by objdump as .inst ... undefined.
        return "undecodable" if name == ".inst" else None
    operands = parts[1].split("<", 1)[0].split("//", 1)[0] if len(parts) > 1 else ""
    if ("z" in operands or "p" in operands) and _SVE_REGISTER.search(operands):
        return "sve"
    if _SVE_NAME.match(name):
        return "sve"
    if name == "pmull" or name == "pmull2":
        return "aes" if ".1q" in operands else None
    if name in _ARM_HINT:
        return None
    for pattern, feature in _ARM_NAME:
        if pattern.match(name):
            return feature
    if name[:1] == "f" and name not in _FP16_BASE and "h" in operands and _FP16_OPERAND.search(operands):
        return "fp16"
    if name == "fmov" and re.search(r"(?<!\w)h\d+", operands):
        return "fp16"
    return None


CLASSIFY = {"x86_64": _classify_x86, "aarch64": _classify_arm}
