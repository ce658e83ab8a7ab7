package outline

// edge is a word that begins or ends a block of a language in which a word ends them.
type edge struct {
	token  int  // the word
	opens  bool // it begins one
	define bool // a line begins with what it begins, which stands in no block that is indented as deep or deeper
	head   int  // the first token of that line
	alone  bool // what it begins ends without a word
	other  int  // the index of the edge that belongs to it, -1 where there is none
	last   int  // the last token of the block
}

// match finds what ends each block. The words decide where they agree with each other, else the indentation of lines too.
func (s *scanned) match(edges []edge) {
	if broken := s.pair(edges, false); broken >= 0 {
		s.breaks(s.start(edges[broken].token))
		s.pair(edges, true)
	}
}

// pair gives each edge its other, and is the first one without, or -1. In a broken text, a block that ends nowhere ends before
// the next definition that is indented less, or as much as itself.
func (s *scanned) pair(edges []edge, indented bool) (broken int) {
	broken = -1
	fault := func(i int) {
		if broken < 0 || i < broken {
			broken = i
		}
	}
	var opened []int
	var columns []int // of the lines in which they are opened
	drop := func(to, last int) {
		for _, i := range opened[to:] {
			edges[i].last = last
			fault(i)
		}
		opened, columns = opened[:to], columns[:min(to, len(columns))]
	}
	column := 0
	seen := 0 // up to which token column is known
	for i := range edges {
		e := &edges[i]
		e.other, e.last = -1, len(s.tokens)-1
		first := false
		if indented {
			for ; seen <= e.token; seen++ {
				if s.newline(seen) {
					column, first = s.column(seen), seen == e.token
				} else {
					first = false
				}
			}
		}
		if e.opens {
			if indented && e.define {
				to := len(opened)
				for to > 0 && (columns[to-1] > column || columns[to-1] == column && edges[opened[to-1]].define) {
					to--
				}
				drop(to, e.head-1)
			}
			if e.alone {
				continue
			}
			opened, columns = append(opened, i), append(columns, column)
			continue
		}
		at := -1
		for k := len(opened) - 1; k >= max(0, len(opened)-maxOpen); k-- {
			if s.around(edges[opened[k]].token) == s.around(e.token) {
				at = k
				break
			}
		}
		if at >= 0 && first && columns[at] > column {
			for k := at - 1; k >= max(0, len(opened)-maxOpen) && columns[k] >= column; k-- {
				if columns[k] == column && s.around(edges[opened[k]].token) == s.around(e.token) {
					at = k
					break
				}
			}
		}
		if at < 0 {
			fault(i)
			continue
		}
		drop(at+1, e.token-1)
		o := opened[at]
		opened, columns = opened[:at], columns[:at]
		e.other, edges[o].other, edges[o].last = o, i, e.token
	}
	drop(0, len(s.tokens)-1)
	return broken
}
