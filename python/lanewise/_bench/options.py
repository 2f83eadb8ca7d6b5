"""The options of ``lanewise bench``; imports nothing that other commands do not need."""

PEERS = ["numpy", "numpy_baseline", "patched", "numexpr", "torch", "mkl_umath"]

_EPILOG = """\
Sizes: 1k is 1000, 64k is 65536, 1M and 16M are powers of two. Everything uses one thread.
The columns, the method and the JSON file are described in docs/python.md, section Benchmark.
"""


def add_arguments(parser):
    parser.epilog = _EPILOG
    parser.add_argument("--kernels", metavar="exp,sum", help="these functions (all of the list)")
    parser.add_argument("--sizes", metavar="1k,1M", help="these sizes (10,1k,64k,1M,16M)")
    parser.add_argument("--dtypes", metavar="f4,f8", default="f4,f8",
                        help="of the operands (f4,f8)")
    parser.add_argument("--peers", metavar="LIST", default=",".join(PEERS),
                        help=f"of {', '.join(PEERS)}; none for none; those that are not installed "
                        "are left out")
    parser.add_argument("--quick", action="store_true",
                        help="1k and 64k elements, fewer rounds: under a minute")
    parser.add_argument("--from", dest="source", metavar="FILE",
                        help="measure nothing: show an earlier run's JSON file")
    parser.add_argument("--json", metavar="FILE", help="all numbers, for programs; - for stdout")
    parser.add_argument("--html", metavar="FILE", help="one page with plots that needs no network")
