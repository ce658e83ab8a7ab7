package outline

// Pieces are the tokens of a text and its comments, both sorted by Start and without overlap. What stands in neither and is no
// space is text as well, such as that between the tags of JSX and between the placeholders of a string. ok is false where
// covls does not know the language.
func Pieces(language, text string) (tokens, comments []Stretch, ok bool) {
	l, ok := languages[language]
	if !ok || len(text) > maxText {
		return nil, nil, false
	}
	tokens, comments = scan(l.lexicon, text).pieces()
	return tokens, comments, true
}

// Pieces is what Pieces of the text are.
func (o *Outline) Pieces() (tokens, comments []Stretch) { return o.scanned.pieces() }

func (s *scanned) pieces() (tokens, comments []Stretch) {
	tokens = make([]Stretch, 0, len(s.tokens))
	end := 0
	for _, t := range s.tokens {
		if start := max(int(t.start), end); int(t.end) > start {
			tokens = append(tokens, Stretch{start, int(t.end)})
			end = int(t.end)
		}
	}
	return tokens, s.comments
}

// Indents tells that what a line belongs to is told by how deep it is indented.
func Indents(language string) bool { return language == "python" }
