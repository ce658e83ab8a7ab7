package change

// Carry gives the later texts what the older ones have of coverage, as far as they are the same: of a unit that is the same all of it, else
// that of the lines that are in both.
func Carry(was, now []*File) {
	for _, m := range Compare(was, now) {
		if m.WasFile != nil {
			m.File.Counts = m.WasFile.Counts
		}
		if m.Was == nil {
			continue
		}
		m.Unit.Parts = nil
		for _, p := range m.Was.Parts {
			from, to := m.To[p.From], m.To[p.To]
			if from < 0 {
				continue
			}
			p.From, p.To = from, max(from, to)
			m.Unit.Parts = append(m.Unit.Parts, p)
		}
	}
}
