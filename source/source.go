// Package source knows source texts: the functions of a file, facts about it, and what its markers leave
// out.
package source

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/disk"
	"github.com/covls/covls/source/outline"
)

// Parsed is what a source text holds.
type Parsed struct {
	// Package is the name in the package clause; "" where the language has none or it can't be
	// read.
	Package string
	// Generated tells that the file says of itself that it is generated.
	Generated bool
	// ImportsTesting tells that it imports Go's package testing.
	ImportsTesting bool
	// Tests says, of another language than Go, by what its text is one of tests: "imports pytest"; "" where nothing says so.
	Tests string
	// Uses are what it imports from folders that are called as those of tests are, as outline.Uses has them.
	Uses []string
	// Funcs are the outermost functions, sorted by position and without overlap, or those that Locate found. What they
	// have of Statements is not the text's.
	// A declaration without a body (of an assembly function) is none.
	Funcs []coverage.Func
	// Elsewhere are the functions of a profile that Locate did not find in the text, in their order.
	Elsewhere []coverage.Func
	rest      []coverage.Func // see Complete
	// Facts stand beside Funcs; nil where nothing is known of the language but where functions are.
	Facts []Facts
	// Labels are the stretches of which the kind is known, sorted by start. The innermost around a
	// place holds; see KindAt.
	Labels []Label
	// Calls are what Funcs call by name, sorted, each once for a function.
	Calls []Call
	// Names are what a text of Go mentions.
	Names Names
	// outlined is the outline that Locate has looked at, until somebody asks what the text tells beside; nil for none.
	outlined *outline.Outline
	// around are beside Labels the indexes of those in which each begins, -1 for none; nil where nobody has looked.
	around []int32
	// Doc is what the file says of itself, at most some 160 bytes of one sentence: that of a comment before the
	// declarations of Go which begins "This file", else the first of the doc comment of the type that the file is
	// about: the one of the file's name, or the one declared in it that half or more of its functions are methods of. Of
	// Python it is that of the docstring, of Rust that of the //! comment. "" where there is none.
	Doc string
	// PackageDoc is that of the package's doc comment of Go, which is about all files of the package; "" where the file
	// has none.
	PackageDoc string
	// Blocks is the print of the blocks that a Go profile of the text has; that of none for another language, and
	// for a text with a syntax error, of which there is no profile.
	Blocks coverage.Print
	// Directs tells that //line directives of a Go text say that it came from another, so that a profile's places are
	// those of the other; see Block.
	Directs bool
	// Err is the first syntax error; nil means the text is whole. Else Funcs hold what could be
	// made out, with declarations that lost their body.
	Err error
}

// Main reports whether the file belongs to a program's entry package.
func (p *Parsed) Main() bool { return p.Package == "main" }

// Starts reports whether one of its functions starts a program.
func (p *Parsed) Starts() bool {
	return slices.ContainsFunc(p.Facts, func(f Facts) bool { return f.Kind == Main })
}

// Parse finds the functions of text. ok is false where covls can't read the language that the
// name's extension stands for; its functions are then unknown, not absent.
func Parse(name, text string) (parsed *Parsed, ok bool) {
	if filepath.Ext(name) == ".go" {
		return parseGo(name, text), true
	}
	language := languageIn(name, text)
	if parsed, ok = parseOutline(language, text); ok {
		parsed.Generated, parsed.Doc = IsGenerated(name, text), headDoc(language, text)
	}
	return parsed, ok
}

// ReadFile reads a source text of at most limit bytes.
func ReadFile(path string, limit int64) (string, error) {
	f, err := disk.Open(path)
	if err != nil {
		return "", err
	}
	return readAll(f, path, limit)
}

// readable opens a file for reading, and waits for nobody at the other end of what is no file.
const readable = os.O_RDONLY | syscall.O_NONBLOCK

// Open opens a source for somebody who may read no more than its head. What is no regular file is an error.
func Open(path string) (*os.File, error) {
	f, err := disk.Open(path)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		f.Close()
		return nil, &fs.PathError{Op: "read", Path: path, Err: errors.New("not a regular file")}
	}
	return f, nil
}

// ReadInside is ReadFile for a text that lies in one of the directories, without symlinks. The error for
// another is fs.ErrPermission.
func ReadInside(dirs []string, path string, limit int64) (string, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	for _, dir := range dirs {
		if dir, err = filepath.EvalSymlinks(dir); err != nil {
			continue
		}
		rest, ok := Below(real, dir)
		if !ok {
			continue
		}
		// Whatever becomes of the path in between, the file that is opened lies in dir.
		root, err := os.OpenRoot(dir)
		if err != nil {
			return "", err
		}
		defer root.Close()
		return ReadIn(root, rest, limit)
	}
	return "", &fs.PathError{Op: "read", Path: path, Err: fs.ErrPermission}
}

// ReadIn is ReadFile for a text below an open directory, by its path from there. A symlink that leads out of it is an error.
func ReadIn(root *os.Root, name string, limit int64) (string, error) {
	f, err := root.OpenFile(name, readable, 0)
	if err != nil {
		return "", err
	}
	return readAll(f, filepath.Join(root.Name(), name), limit)
}

// readAll reads and closes an open text of at most limit bytes.
func readAll(f *os.File, path string, limit int64) (string, error) {
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return "", err
	case !info.Mode().IsRegular():
		return "", &fs.PathError{Op: "read", Path: path, Err: errors.New("not a regular file")}
	case info.Size() > limit:
		return "", tooLarge(path, limit)
	}
	// One byte more than there is, so that the end is seen at once; a file that grows is read on.
	text := make([]byte, 0, info.Size()+1)
	for {
		n, err := f.Read(text[len(text):cap(text)])
		text = text[:len(text)+n]
		switch {
		case int64(len(text)) > limit:
			return "", tooLarge(path, limit)
		case errors.Is(err, io.EOF):
			return string(text), nil
		case err != nil:
			return "", fmt.Errorf("read %s: %w", path, err)
		case len(text) == cap(text):
			text = slices.Grow(text, 4<<10)
		}
	}
}

func tooLarge(path string, limit int64) error {
	return fmt.Errorf("%s is larger than limits.source_bytes (%d)", path, limit)
}

// Fingerprint is FNV-1a, 64 bits: the same text has the same fingerprint in every run.
func Fingerprint(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := 0; i < len(s); i++ {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// Inside reports whether the cleaned absolute path p is dir or lies below it.
func Inside(p, dir string) bool {
	_, ok := Below(p, dir)
	return ok
}

// Below returns the rest of p below dir, both cleaned absolute paths; ok is false where p lies elsewhere.
func Below(p, dir string) (rest string, ok bool) {
	const sep = string(filepath.Separator)
	rest, ok = strings.CutPrefix(p, dir)
	if !ok || rest != "" && !strings.HasPrefix(rest, sep) && !strings.HasSuffix(dir, sep) {
		return "", false
	}
	return strings.TrimPrefix(rest, sep), true
}
