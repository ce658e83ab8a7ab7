package workspace

import (
	"sync"
	"sync/atomic"

	"github.com/covls/covls/internal/guard"
	"github.com/covls/covls/source"
	"github.com/covls/covls/text"
)

// Document is an open file as the editor has it, saved or not.
type Document struct {
	// URI is the client's own spelling.
	URI string
	// Path is absolute; RealPath is the same file by another way (through symlinks), "" where
	// there is none.
	Path, RealPath string
	// Version is the client's number of the text.
	Version int32
	// Text is what the editor shows now.
	Text *text.Text
	// Base is the text that the profile's positions are taken to belong to: what was on disk when the profile
	// was read while the document was open, else the document's own text when it was opened.
	Base *text.Text

	opening            *byte // the same for all that an editor made of it since it was opened
	parsed, parsedBase *parse
	derived            *atomic.Pointer[derived]
	derivedBase        *atomic.Pointer[derived] // kept over edits
}

// derived is what was last made of a document and what the profiles say of its file.
type derived struct {
	file *File
	made func() any
}

// NewDocument makes a document of what the editor opened.
func NewDocument(uri, path string, version int32, t *text.Text) *Document {
	d := &Document{URI: uri, Path: path, Version: version, Text: t, Base: t, opening: new(byte), parsed: parseOnce(path, t), derived: new(atomic.Pointer[derived]), derivedBase: new(atomic.Pointer[derived])}
	d.parsedBase = d.parsed
	return d
}

// SameOpening reports whether two are one document that an editor has had open from the one to the other.
func (d *Document) SameOpening(o *Document) bool { return d.opening == o.opening }

// WithText returns the document after an edit.
func (d *Document) WithText(version int32, t *text.Text) *Document {
	e := *d
	e.Version, e.Text, e.parsed, e.derived = version, t, parseOnce(d.Path, t), new(atomic.Pointer[derived])
	return &e
}

// WithBase returns the document with another text under its marks.
func (d *Document) WithBase(t *text.Text) *Document {
	e := *d
	e.derived, e.derivedBase = new(atomic.Pointer[derived]), new(atomic.Pointer[derived])
	if t.String() == d.Text.String() {
		e.Base, e.parsedBase = d.Text, d.parsed
	} else {
		e.Base, e.parsedBase = t, parseOnce(d.Path, t)
	}
	return &e
}

// Parsed is what Text holds; nil where the language is not known.
func (d *Document) Parsed() *source.Parsed { return d.parsed.of() }

// ParsedBase is what Base holds; nil where the language is not known.
func (d *Document) ParsedBase() *source.Parsed { return d.parsedBase.of() }

// Derive returns what make makes of the document and a file, made once for the two while nobody asks for
// a file that shows something else. Make must be a pure function of both, and the same wherever the document is used; what it
// returns must not be written.
func (d *Document) Derive(file *File, make func() any) any { return derive(d.derived, file, make) }

// DeriveBase is Derive for what is made of Base and the file alone, which edits don't change.
func (d *Document) DeriveBase(file *File, make func() any) any {
	return derive(d.derivedBase, file, make)
}

func derive(at *atomic.Pointer[derived], file *File, make func() any) any {
	for {
		known := at.Load()
		if known != nil && known.file.Shows(file) {
			return known.made()
		}
		at.CompareAndSwap(known, &derived{file, sync.OnceValue(make)})
	}
}

// Fault is the panic that parsing the text, or its base, ended in, as far as somebody has asked for what
// they hold, which is unknown then; nil where there was none.
func (d *Document) Fault() error {
	for _, p := range []*parse{d.parsed, d.parsedBase} {
		if p == nil {
			continue // a document that nobody made with NewDocument
		}
		if fault := p.fault.Load(); fault != nil {
			return *fault
		}
	}
	return nil
}

// parse is what a text holds. The work is put off until somebody asks. That is no write into a snapshot
// that anyone could see: the same text always gives the same result.
type parse struct {
	of    func() *source.Parsed
	fault atomic.Pointer[error]
}

func parseOnce(path string, t *text.Text) *parse {
	return newParse(path, func() *source.Parsed {
		parsed, _ := source.Parse(path, t.String())
		return parsed
	})
}

func newParse(path string, work func() *source.Parsed) *parse {
	p := &parse{}
	p.of = sync.OnceValue(func() (parsed *source.Parsed) {
		fault := guard.Guard{}.Do("parsing "+path, func() { parsed = work() })
		if fault != nil {
			p.fault.Store(&fault)
			return nil
		}
		return parsed
	})
	return p
}
