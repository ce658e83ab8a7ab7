package profile

// Sniffed returns the formats that take head for theirs.
func Sniffed(head []byte) []string {
	var names []string
	for _, f := range formats() {
		if f.sniff(head[:min(len(head), headSize)]) {
			names = append(names, f.name)
		}
	}
	return names
}

// Foreigns returns what kinds of files are known that are no profiles.
func Foreigns() []string {
	var kinds []string
	for _, f := range foreigns() {
		kinds = append(kinds, f.what)
	}
	return kinds
}
