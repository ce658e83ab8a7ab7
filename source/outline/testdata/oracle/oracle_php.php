<?php
// Prints the functions of PHP texts that have a body, by PHP's own tokens: a line of JSON for each file of standard input.

const MODIFIERS = [T_PUBLIC, T_PROTECTED, T_PRIVATE, T_STATIC, T_ABSTRACT, T_FINAL];
const BLANK = [T_WHITESPACE, T_COMMENT, T_DOC_COMMENT];

function functions(array $tokens): array
{
    $funcs = [];
    $open = []; // functions whose body is being read: name, first line, how deep the brace of the body is
    $depth = 0;
    $head = null; // a function whose body has not begun
    $first = 0; // the line of the first modifier before a token
    $last = null; // the token before, but for blanks
    foreach ($tokens as $i => $t) {
        if ($t->is(BLANK) || $t->id === T_INLINE_HTML || $t->id === T_OPEN_TAG || $t->id === T_CLOSE_TAG) {
            continue;
        }
        if ($t->is(MODIFIERS)) {
            $first = $first ?: $t->line;
        } elseif ($t->id === T_FUNCTION && !($last && $last->id === T_USE)) {
            $k = $i + 1;
            while ($tokens[$k]->is(BLANK) || $tokens[$k]->text === '&') {
                $k++;
            }
            // A closure has no name.
            $head = preg_match('/^\w/', $tokens[$k]->text) ? [$tokens[$k]->text, $first ?: $t->line] : [null, 0];
            $first = 0;
        } else {
            $first = 0;
        }
        if ($t->id === ord('{') || $t->id === T_CURLY_OPEN || $t->id === T_DOLLAR_OPEN_CURLY_BRACES) {
            $depth++;
            if ($head && $t->id === ord('{')) {
                $open[] = [...$head, $depth];
                $head = null;
            }
        } elseif ($t->id === ord('}')) {
            $of = end($open);
            if ($of && $of[2] === $depth) {
                array_pop($open);
                if ($of[0] !== null) {
                    $funcs[] = [$of[0], $of[1], $t->line];
                }
            }
            $depth--;
        } elseif ($t->id === ord(';') && $head) {
            $head = null; // of an interface, or abstract
        }
        $last = $t;
    }
    return $funcs;
}

while (($file = fgets(STDIN)) !== false) {
    $file = rtrim($file, "\n");
    $answer = ['file' => $file, 'broken' => true, 'funcs' => [], 'dark' => []];
    try {
        $answer['funcs'] = functions(PhpToken::tokenize(file_get_contents($file), TOKEN_PARSE));
        $answer['broken'] = false;
    } catch (Throwable $e) {
        $answer['error'] = $e->getMessage();
    }
    echo json_encode($answer, JSON_INVALID_UTF8_SUBSTITUTE), "\n";
}
