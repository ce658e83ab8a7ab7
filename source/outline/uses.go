package outline

import (
	"slices"
	"strings"
)

// testish are the names of folders in which tests are, or what they need, and other code, too.
var testish = wordSet(`test tests e2e testing fixtures __fixtures__ mocks __mocks__ testutil testutils test_util test_utils test-utils testhelper testhelpers test_helpers test-helpers fuzz fuzzing fuzzers
	unittest unittests unit_tests unit-tests integration_test integration_tests integration-tests testdata test_data test-data`)

// Testish reports whether a folder is called as those are in which tests are, or what they need; and other code, too.
func Testish(folder string) bool { return testish[strings.ToLower(folder)] }

// maxUses bounds how many of them a text is known to have.
const maxUses = 50

// Uses are what the text imports from folders that are called as those of tests are: slash-separated, as it is written, those that are
// relative to the text with ./ or ../ before them. It is nil for languages whose imports name no files.
func (o *Outline) Uses() []string {
	s := o.scanned
	var out []string
	add := func(path string) {
		if len(out) < maxUses && !slices.Contains(out, path) && strings.IndexFunc(path, func(r rune) bool { return r < ' ' }) < 0 && len(path) <= maxName {
			for part := range strings.SplitSeq(path, "/") {
				if testish[strings.ToLower(part)] {
					out = append(out, strings.Clone(path))
					return
				}
			}
		}
	}
	switch o.language {
	case "javascript", "javascriptreact", "typescript", "typescriptreact":
		for i, t := range s.tokens {
			if t.kind != literal {
				continue
			}
			switch before := s.text(i - 1); {
			case s.kind(i-1) == word && (before == "from" || before == "import"),
				before == "(" && (s.is(i-2, word, "require") || s.is(i-2, word, "import")):
				add(unquoted(s.text(i)))
			}
		}
	case "python":
		s.pythonUses(add)
	case "dart":
		for i, t := range s.tokens {
			if t.kind == literal && (s.is(i-1, word, "import") || s.is(i-1, word, "export") || s.is(i-1, word, "part")) {
				if path := unquoted(s.text(i)); strings.Contains(path, ":") {
					add(path[strings.IndexByte(path, ':')+1:])
				} else {
					add("./" + path)
				}
			}
		}
	case "lua":
		for i, t := range s.tokens {
			if t.kind == literal && (s.is(i-1, word, "require") || s.is(i-1, open, "(") && s.is(i-2, word, "require")) {
				add(strings.ReplaceAll(unquoted(s.text(i)), ".", "/"))
			}
		}
	case "rust":
		for i := range s.tokens {
			// mod e2e; without #[cfg(test)]
			if s.is(i, word, "mod") && s.kind(i+1) == word && s.is(i+2, mark, ";") && !s.forTests(i) {
				add("./" + s.text(i+1))
			}
		}
	case "c", "cpp":
		if !strings.Contains(s.src, "#") {
			return nil
		}
		for _, at := range includes.FindAllStringSubmatchIndex(s.src, maxIncludes) {
			if s.src[at[2]-1] == '"' && !s.commented(at[0]) {
				add("./" + s.src[at[2]:at[3]])
			}
		}
	}
	return out
}

// forTests reports whether #[cfg(test)] stands before a word.
func (s *scanned) forTests(i int) bool {
	for i--; s.is(i, word, "pub") || s.is(i, closed, ")") && s.is(s.partner(i)-1, word, "pub"); i-- {
		if s.is(i, closed, ")") {
			i = s.partner(i) - 1
		}
	}
	for s.is(i, closed, "]") && s.partner(i) > 0 {
		from := s.partner(i)
		for at := from; at < i && at < from+maxModule; at++ {
			if s.is(at, word, "test") {
				return true
			}
		}
		i = from - 2
	}
	return false
}

// pythonUses looks at the imports of a text, those in functions, too.
func (s *scanned) pythonUses(add func(path string)) {
	dotted := func(at int) (string, int) {
		var parts []string
		for s.kind(at) == word {
			parts = append(parts, s.text(at))
			if at++; !s.is(at, mark, ".") || s.kind(at+1) != word {
				break
			}
			at++
		}
		return strings.Join(parts, "/"), at
	}
	for i := range s.tokens {
		if s.kind(i) != word || !s.newline(i) || s.spliced(i) {
			continue
		}
		switch s.text(i) {
		case "import":
			for at := i + 1; s.kind(at) == word && !s.newline(at); at++ {
				var path string
				path, at = dotted(at)
				add(path)
				if s.is(at, word, "as") {
					at += 2
				}
				if !s.is(at, mark, ",") {
					break
				}
			}
		case "from":
			at, up := i+1, 0
			for ; s.kind(at) == mark && strings.Trim(s.text(at), ".") == "" && s.text(at) != ""; at++ {
				up += len(s.text(at))
			}
			path := ""
			if !s.is(at, word, "import") {
				path, at = dotted(at)
			}
			if up > 0 {
				path = strings.TrimSuffix("./"+strings.Repeat("../", up-1)+path, "/")
			}
			add(path)
			if !s.is(at, word, "import") {
				continue
			}
			if at++; s.is(at, open, "(") {
				at++
			}
			for n := 0; n < maxModule && s.kind(at) == word; n++ {
				add(path + "/" + s.text(at))
				if at++; s.is(at, word, "as") {
					at += 2
				}
				if !s.is(at, mark, ",") {
					break
				}
				at++
			}
		}
	}
}
