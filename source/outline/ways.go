package outline

import "sort"

// at is the first token that begins at an offset or behind it.
func (s *scanned) at(offset int) int {
	return sort.Search(len(s.tokens), func(i int) bool { return int(s.tokens[i].start) >= offset })
}

// ways counts for each function what leads one way more through it, without what stands in functions of its own in it. Dialects
// have what counts; a clause that takes all the rest does not.
func (s *scanned) ways(d *dialect, funcs []Func, out []int) {
	next := 0
	var around []int
	matched := s.choices(d)
	var letters [256]bool // that words begin with which count
	for _, set := range []map[string]bool{d.forks, d.joins, {d.clause: d.clause != ""}} {
		for w := range set {
			if w != "" {
				letters[w[0]] = true
			}
		}
	}
	for i := range s.tokens {
		t := &s.tokens[i]
		for next < len(funcs) && funcs[next].Start <= int(t.start) {
			around = append(around, next)
			next++
		}
		for len(around) > 0 && funcs[around[len(around)-1]].End <= int(t.start) {
			around = around[:len(around)-1]
		}
		if len(around) == 0 || t.kind != word && t.kind != mark && t.kind != closed || t.kind == word && !letters[s.src[t.start]] {
			continue
		}
		of := len(around) - 1
		for of >= 0 && (int(t.start) < funcs[around[of]].Head || d.negative && int(t.start) < funcs[around[of]].Body) {
			of-- // what a function is assigned to is not of it, nor is what its parameters are of in C
		}
		if of < 0 {
			continue
		}
		if n := s.fork(d, i, matched); n > 0 {
			out[around[of]] += n
		}
	}
}

// fork is how many ways more lead on behind a token.
func (s *scanned) fork(d *dialect, i int, matched map[int]bool) int {
	text := s.text(i)
	switch s.kind(i) {
	case word:
		switch {
		case d.joins[text]:
			if s.keyword(d, i) {
				return 1
			}
		case d.forks[text]:
			if s.keyword(d, i) {
				return 1
			}
		case text == d.clause && s.keyword(d, i):
			if d.blocks != braces {
				// A soft keyword begins its line, and a pattern is behind it.
				if !s.newline(i) || d.blocks == indents && (s.colon(i+1) <= i+1 || s.is(i+1, mark, "=") || s.is(i+1, mark, ".")) {
					return 0
				}
			}
			if !d.but[s.text(i+1)] && !s.rest(d, i+1) {
				return 1
			}
		}
	case closed:
		// A clause of a shell's case.
		if d.blocks == wordy && d.status && text == ")" && s.partner(i) < 0 && !s.is(i-1, word, "*") {
			return 1
		}
	case mark:
		switch {
		case d.status && text == ")":
			if !s.is(i-1, word, "*") {
				return 1
			}
		case d.arrow != "" && text == d.arrow:
			if s.clauseArrow(d, i, matched) && !s.restBefore(i) {
				return 1
			}
		case text == "?" && d.tries:
			return 1
		case text == "?" && s.is(i+1, mark, "?") && s.touch(i) && d.joins["??"]:
			return 1
		case text == "?" && d.ternary && !(s.is(i-1, mark, "?") && s.touch(i-1)):
			if s.choice(d, i) {
				return 1
			}
		case d.joins[text]:
			if s.binary(i, i+1) {
				return 1
			}
		case (text == "&" || text == "|") && d.joins["&&"] && s.touch(i) && s.is(i+1, mark, text) && !(s.is(i-1, mark, text) && s.touch(i-1)):
			if s.binary(i, i+2) {
				return 1
			}
		}
	}
	return 0
}

// touch reports whether nothing stands between a token and the next.
func (s *scanned) touch(i int) bool { return i >= 0 && i+1 < len(s.tokens) && s.end(i) == s.start(i+1) }

// keyword reports whether a word is one of the language where it stands, and no member of something, and no key.
func (s *scanned) keyword(d *dialect, i int) bool {
	if s.kind(i-1) == mark {
		switch s.text(i - 1) {
		case ".", "?.", "&.", "?->", "::", "@", "$":
			return false
		case "->":
			if !d.points {
				break
			}
			return false
		}
	}
	return d.blocks == indents || !(s.is(i+1, mark, ":") && s.touch(i) && s.text(i) != "default" && s.text(i) != "else")
}

// binary reports whether a mark stands between two values. What follows it begins at the token next.
func (s *scanned) binary(i, next int) bool {
	switch s.kind(i - 1) {
	case mark:
		was := s.text(i - 1)
		if was != "!" && was != "?" && was != ">" && was != "++" && was != "--" && was != "*" {
			return false
		}
	case open:
		return false
	case word:
		switch s.text(i - 1) {
		case "return", "move", "auto", "const", "in", "case":
			return s.is(i-2, mark, ".") || s.is(i-2, mark, "?.") // a member
		}
	}
	// T&& x and T &&x are references.
	before, behind := s.end(i-1) < s.start(i), s.end(next-1) < s.start(next)
	if s.text(i) == "&" && before != behind && (s.kind(next) == word || s.kind(next) == closed || s.is(next, mark, ">") || s.is(next, mark, ",") || s.is(next, mark, ".")) {
		return false
	}
	return !(s.text(i) == "&" && (s.kind(next) == closed || s.is(next, mark, ">") || s.is(next, mark, ",") || s.is(next, mark, "...")))
}

// choice reports whether a "?" stands between a condition and a value.
func (s *scanned) choice(d *dialect, i int) bool {
	before, behind := s.end(i-1) < s.start(i), !s.touch(i)
	if d.spaced && !(before && behind) || !before && behind && s.kind(i-1) != closed && s.kind(i-1) != literal && s.kind(i-1) != number && !s.colonFollows(i) {
		return false
	}
	switch s.kind(i - 1) {
	case open:
		return false
	case mark:
		switch s.text(i - 1) {
		case ">", "!", "++", "--", "?":
		default:
			return false
		}
	case word:
		switch s.text(i - 1) {
		case "public", "private", "protected", "static", "readonly", "const", "var", "final":
			return false
		}
	}
	switch s.kind(i + 1) {
	case closed:
		return false
	case mark:
		switch s.text(i + 1) {
		case ")", ",", ";", "=", ">", "|":
			return false
		case ":":
			return s.is(i-1, closed, ")") || s.end(i-1) < s.start(i) // x ?: y
		case ".", "?.":
			return before
		}
	case open:
		if s.text(i+1) == "[" && !before {
			return s.colonFollows(i)
		}
	}
	return !(s.is(i-1, mark, "<") || s.is(i+1, word, "extends") || s.is(i+1, word, "super") && !s.is(i+2, mark, ".") && !s.is(i+2, open, "("))
}

// colonFollows reports whether the ":" of a choice follows a "?" in its bracket and statement.
func (s *scanned) colonFollows(i int) bool {
	for n := 0; n < maxType && s.look(); n++ {
		i++
		switch s.kind(i) {
		case open:
			if i = s.partner(i); i < 0 {
				return false
			}
		case closed:
			return false
		case mark:
			switch s.text(i) {
			case ":":
				return true
			case ";", ",", "=":
				return false
			}
		}
	}
	return false
}

// choices are the braces whose clauses have arrows.
func (s *scanned) choices(d *dialect) map[int]bool {
	if d.arrow == "" || len(d.choices) == 0 {
		return nil
	}
	out := map[int]bool{}
	for i := range s.tokens {
		if s.kind(i) != word || !d.choices[s.text(i)] || !s.keyword(d, i) {
			continue
		}
		for at, n := i+1, 0; n < maxType && at < len(s.tokens) && s.look(); n, at = n+1, at+1 {
			if s.kind(at) == open {
				if s.text(at) == "{" {
					out[at] = true
					break
				}
				if at = s.partner(at); at < 0 {
					break
				}
			} else if s.kind(at) == closed || s.is(at, mark, ";") {
				break
			}
		}
	}
	return out
}

// clauseArrow reports whether an arrow is that of a clause.
func (s *scanned) clauseArrow(d *dialect, i int, matched map[int]bool) bool {
	if len(d.choices) > 0 {
		if !matched[s.around(i)] {
			return false
		}
		// Not that of a function behind the arrow.
		for at, n := i-1, 0; at >= 0 && n < maxType && s.look(); n, at = n+1, at-1 {
			switch s.kind(at) {
			case open:
				return true
			case closed:
				if s.text(at) == "}" {
					return true
				}
				if at = s.partner(at); at < 0 {
					return true
				}
			case mark:
				if text := s.text(at); text == "," || text == ";" {
					return true
				} else if text == d.arrow {
					return d.lines
				}
			}
		}
		return true
	}
	// Of Elixir: not that of a function on its line.
	for at, n := i-1, 0; at >= 0 && n < maxType && s.look(); n, at = n+1, at-1 {
		if s.is(at, word, "fn") {
			return false
		}
		if s.newline(at) {
			break
		}
	}
	return true
}

// rest reports whether the pattern that begins at a token takes all: a lone "_".
func (s *scanned) rest(d *dialect, i int) bool {
	if !s.is(i, word, "_") && !s.is(i, mark, "_") {
		return false
	}
	return s.is(i+1, mark, ":") && len(d.but) == 0 || s.is(i+1, mark, "=>") || s.is(i+1, mark, "->")
}

// restBefore reports whether what stands before an arrow takes all: "_", "else", "default", "true" of a cond.
func (s *scanned) restBefore(i int) bool {
	switch s.text(i - 1) {
	case "_", "else", "default", "true":
	default:
		return false
	}
	return s.kind(i-2) == open || s.kind(i-2) == closed || s.is(i-2, mark, ",") || s.is(i-2, mark, ";") || s.newline(i-1)
}
