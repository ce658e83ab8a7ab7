"""Prints the lines of functions of Lua texts as luac has them: a line of JSON for each file of standard input.

The compiler's name is the first argument.
"""

import json
import re
import subprocess
import sys

for line in sys.stdin:
    file = line.rstrip("\n")
    listed = subprocess.run([sys.argv[1], "-p", "-l", file], capture_output=True, text=True, errors="replace")
    funcs = re.findall(r"^function <.*:(\d+),(\d+)> \(", listed.stdout, re.M)
    answer = {"file": file, "broken": listed.returncode != 0, "funcs": [["", int(a), int(b)] for a, b in funcs], "dark": []}
    print(json.dumps(answer), flush=True)
