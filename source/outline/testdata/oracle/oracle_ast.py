"""Prints the functions of Python texts as its ast has them: a line of JSON for each file of standard input."""

import ast
import json
import sys
import warnings

warnings.simplefilter("ignore")
for line in sys.stdin:
    file = line.rstrip("\n")
    answer = {"file": file, "broken": True, "funcs": [], "dark": []}
    try:
        with open(file, "rb") as f:
            tree = ast.parse(f.read())
        answer["funcs"] = [
            [node.name, node.lineno, node.end_lineno]
            for node in ast.walk(tree)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        ]
        answer["broken"] = False
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        answer["error"] = str(error)
    print(json.dumps(answer), flush=True)
