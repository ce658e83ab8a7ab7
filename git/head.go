package git

import "path/filepath"

// Head is the commit that is HEAD in the repository around a folder, in hexadecimal digits; "" where there is none, or it
// can't be read.
func Head(dir string) string {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return ""
	}
	r, err := open(dir)
	if err != nil {
		return ""
	}
	defer r.close()
	head, err := r.head()
	if err != nil {
		return ""
	}
	return head.String()
}
