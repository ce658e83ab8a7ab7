"""Prints how many ways lead through the functions of Python texts, by their ast: a line of JSON for each file of standard
input. What a function in another has of its own is not the other's."""

import ast
import json
import sys
import warnings

warnings.simplefilter("ignore")
FORKS = (ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def ways(function):
    n = 1
    decorators = set(map(id, function.decorator_list))
    left = [x for x in ast.iter_child_nodes(function) if id(x) not in decorators]
    while left:
        x = left.pop()
        if isinstance(x, FUNCTIONS):
            left.extend(x.decorator_list)
            continue
        if isinstance(x, FORKS):
            n += 1
        elif isinstance(x, ast.BoolOp):
            n += len(x.values) - 1
        elif isinstance(x, ast.comprehension):
            n += 1 + len(x.ifs)
        elif isinstance(x, ast.match_case):
            rest = isinstance(x.pattern, ast.MatchAs) and x.pattern.pattern is None and x.pattern.name is None
            n += (not rest) + (x.guard is not None)
        left.extend(ast.iter_child_nodes(x))
    return n


for line in sys.stdin:
    file = line.rstrip("\n")
    answer = {"file": file, "ways": []}
    try:
        with open(file, "rb") as f:
            tree = ast.parse(f.read())
        answer["ways"] = [[x.lineno, ways(x)] for x in ast.walk(tree) if isinstance(x, FUNCTIONS)]
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        answer["error"] = str(error)
    print(json.dumps(answer), flush=True)
