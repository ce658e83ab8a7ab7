package workspace

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/covls/covls/origin"
)

// Texts is how a profile, or what several say of a file, stands to the texts on disk. The zero Texts is that of nothing
// that was looked at.
type Texts struct {
	// Files is how many files were looked at of which it says something; on disk Same have the profile's text, Other
	// another one, of Lost the profile's text was not found, and of Doubtful nobody knows which of several texts it is: that
	// on disk, or one of the repository that fits as well. Same, Other, Lost and Doubtful add up to Files.
	Files, Same, Other, Lost, Doubtful int
	// Alone are those of Other, Lost and Doubtful of which no profile is known to have the text on disk.
	Alone int
	// Kept are how many functions were carried to the texts on disk, of the Was functions of those files whose texts are
	// others.
	Kept, Was int
	// Guessed tells that some were found by shape or by name.
	Guessed bool
	// Unknown is how many functions of the texts on disk nobody knows anything of.
	Unknown int
	// Changed and New are those of Unknown of which that is known, Deleted are functions that were in the profile's texts.
	// They are told of files of which nothing else speaks.
	Changed, Moved, New, Deleted int
	// Origin is where the texts of Other were found; of several, the repository; the disk where all are of Doubtful. Commit is the one that has them all, as
	// far as that can be told, in hexadecimal digits; "" where none has. Back is how many commits before HEAD that is, -1
	// where that is not known, and When its time.
	Origin Origin
	Commit string
	Back   int
	When   time.Time

	rest  bool     // Changed, Moved, New and Deleted are not known of some file
	names []string // of files whose texts are others, of the first mostNames and one
	rival *Bound   // a text that fits as well; one of a commit before one of the index
}

// mostNames is how many files a sentence names.
const mostNames = 2

func (t *Texts) add(b *Binding) {
	t.Files++
	switch {
	case b.Same:
		t.Same++
		return
	case b.Doubt && b.Commit == "" && b.Origin != OriginIndex:
		t.Doubtful++
		if t.Origin == OriginNone {
			t.Origin = OriginDisk
		}
		t.addRival(b)
		return
	case b.Origin == OriginNone:
		t.Lost++
	default:
		t.Other++
		t.addRival(b)
		if t.Origin == OriginNone || t.Origin == OriginDisk || b.Commit != "" {
			t.Origin = b.Origin
		}
	}
	t.Kept += b.Kept
	t.Was += b.Was
	t.Guessed = t.Guessed || b.Guessed
	// The text of each file lasted for a while, and the oldest of the newest commits may have had all of them.
	if b.Commit != "" && (t.Commit == "" || b.Back > t.Back) {
		t.Commit, t.Back, t.When = b.Commit, b.Back, b.When
	}
}

// addRival takes note of a text that fits as well.
func (t *Texts) addRival(b *Binding) {
	for _, r := range b.rivals {
		if t.rival == nil || t.rival.Commit == "" {
			t.rival = r
		}
	}
}

// Stale tells that something is of another text than that on disk, or may be.
func (t *Texts) Stale() bool { return t.Other+t.Lost+t.Doubtful > 0 }

// Matters tells that something is not known for that, or was deleted since: else all that is on disk was carried there.
func (t *Texts) Matters() bool { return t.Lost > 0 || t.Unknown > 0 || t.Kept < t.Was }

// TextsOf says how a profile stands to the texts on disk.
func (s *Snapshot) TextsOf(p *Profile) Texts {
	var t Texts
	for _, f := range s.Files {
		f.addTo(&t, p)
	}
	return t
}

// AllTexts is TextsOf for every profile.
func (s *Snapshot) AllTexts() map[*Profile]*Texts {
	out := map[*Profile]*Texts{}
	for _, p := range s.Profiles {
		out[p] = &Texts{}
	}
	for _, f := range s.Files {
		for _, p := range f.Speaking {
			if t := out[p.Profile]; t != nil {
				f.addTo(t, p.Profile)
			}
		}
	}
	return out
}

// TextsOf says how what one of the profiles says of the file stands to its text on disk.
func (f *File) TextsOf(p *Profile) Texts {
	var t Texts
	f.addTo(&t, p)
	return t
}

func (f *File) addTo(t *Texts, p *Profile) {
	for i, part := range f.Speaking {
		if part.Profile == p && i < len(f.Bound) {
			t.add(&f.Bound[i])
			if !f.Bound[i].Same {
				t.Unknown += len(f.Unknown)
				t.addRest(f)
				if len(t.names) <= mostNames {
					t.names = append(t.names, f.Name)
				}
				if !slices.ContainsFunc(f.Bound, func(b Binding) bool { return b.Same }) {
					t.Alone++
				}
			}
		}
	}
}

// addRest counts what became of the functions of a file that were not carried to the text on disk.
func (t *Texts) addRest(f *File) {
	b := &f.Bound[0]
	if b.Doubt || len(f.Bound) > 1 || b.text == nil || f.Source == nil || f.Source.Err != nil {
		t.rest = true
		return
	}
	names := map[string]bool{}
	for i := range f.Source.Funcs {
		names[origin.Name(&f.Source.Funcs[i])] = true
	}
	changed, gone := 0, 0
	for _, fn := range b.text.Funcs {
		if !names[fn.Name] {
			gone++
		}
	}
	for _, u := range f.Unknown {
		switch u.Why {
		case Changed:
			changed++
		case New:
			t.New++
		case NotFound, Moved:
		}
	}
	t.Changed += changed
	t.New, t.Moved = t.New-len(f.Arrived), t.Moved+len(f.Arrived)
	t.Deleted += max(0, min(gone, b.Was-b.Kept-changed)-len(f.left))
}

// Texts says how what the profiles say of the file stands to its text on disk.
func (f *File) Texts() Texts {
	var t Texts
	for i := range f.Bound {
		t.add(&f.Bound[i])
	}
	t.Unknown = len(f.Unknown)
	return t
}

// shortCommit is how many digits of a commit people are shown.
const shortCommit = 7

// From says in words which text it is that is not on disk: "of 3f2a1c0, 5 commits ago"; "" where nothing is stale, and
// where no text was found.
func (t *Texts) From() string {
	commit := t.Commit[:min(len(t.Commit), shortCommit)]
	switch {
	case t.Other == 0:
		return ""
	case commit != "" && t.Back == 0:
		return "of " + commit + ", the last commit"
	case commit != "" && t.Back < 0:
		return "of " + commit
	case commit != "":
		return fmt.Sprintf("of %s, %s ago", commit, counted(t.Back, "commit"))
	case t.Origin == OriginIndex:
		return "of git's index"
	}
	return "from before the last changes"
}

// Sentence says that a profile of that name is of another text, and what became of its functions; "" where it is not.
func (t *Texts) Sentence(name string) string {
	if !t.Stale() {
		return ""
	}
	var b strings.Builder
	n := t.Other + t.Lost
	if n == 0 {
		fmt.Fprintf(&b, "%s may be of another text than that on disk%s: that %s fits as well; ", name, t.where(t.Doubtful), t.rival.of())
		if t.Unknown == 0 {
			return b.String() + "its functions are told all the same"
		}
		return b.String() + counted(t.Unknown, "function") + " unknown"
	}
	fmt.Fprintf(&b, "%s is of another text", name)
	if t.Doubtful > 0 {
		fmt.Fprintf(&b, " in %d of %s, and may be in %d more", n, counted(t.Files, "file"), t.Doubtful)
	} else {
		b.WriteString(t.where(n))
	}
	from := t.From()
	switch {
	case from != "" && t.Lost > 0:
		fmt.Fprintf(&b, ": that %s for %s, and one that was not found for %d", from, counted(t.Other, "file"), t.Lost)
	case strings.HasPrefix(from, "of ") && t.rival != nil && t.Doubtful == 0:
		fmt.Fprintf(&b, ": that %s, or that %s", from, t.rival.of())
	case strings.HasPrefix(from, "of "):
		fmt.Fprintf(&b, ": that %s", from)
	case from != "":
		fmt.Fprintf(&b, ", %s", from)
	default:
		b.WriteString(", and that text was not found")
	}
	b.WriteString("; " + t.became())
	return b.String()
}

// where says in which n of the files something is; "" where it is in all.
func (t *Texts) where(n int) string {
	switch {
	case t.Same == 0:
		return ""
	case len(t.names) == n && n <= mostNames:
		return " in " + strings.Join(slices.Sorted(slices.Values(t.names)), " and ")
	}
	return fmt.Sprintf(" in %d of %s", n, counted(t.Files, "file"))
}

// of says of which commit a text of the repository is, or that it is of the index.
func (b *Bound) of() string {
	if b.Commit == "" {
		return "of git's index"
	}
	return "of " + b.Commit[:min(len(b.Commit), shortCommit)]
}

// became says what is known of the functions of the texts.
func (t *Texts) became() string {
	if !t.rest {
		return t.since()
	}
	text := "nothing can be said of its functions"
	switch {
	case t.Was == 0 && t.Lost == 0:
		text = "it has no functions"
	case t.Was > 0 && t.Guessed:
		text = fmt.Sprintf("%d of %s could be found again", t.Kept, counted(t.Was, "function"))
	case t.Was > 0:
		text = fmt.Sprintf("%d of %s carried over", t.Kept, counted(t.Was, "function"))
	}
	if t.Unknown > 0 {
		text += fmt.Sprintf(", %d unknown", t.Unknown)
	}
	return text
}

// since says what became of the functions that were not carried over: "2 functions changed, 1 new, 5 deleted since".
func (t *Texts) since() string {
	var parts []string
	for _, is := range []struct {
		n    int
		what string
	}{{t.Changed, "changed"}, {t.Moved, "moved"}, {t.New, "new"}, {t.Deleted, "deleted"}} {
		switch {
		case is.n == 0:
		case len(parts) == 0:
			parts = append(parts, counted(is.n, "function")+" "+is.what)
		default:
			parts = append(parts, fmt.Sprintf("%d %s", is.n, is.what))
		}
	}
	switch {
	case len(parts) > 0:
		return strings.Join(parts, ", ") + " since"
	case t.Was > 0:
		return "all its functions are the same"
	}
	return "it has no functions"
}

// Short is what a file's lens says of it: "code changed since 3f2a1c0, 5 commits ago", or that its text was not found and
// what to do; "" where nothing is stale.
func (t *Texts) Short() string {
	commit := t.Commit[:min(len(t.Commit), shortCommit)]
	switch {
	case !t.Stale():
		return ""
	case t.Other+t.Lost == 0:
		return "the profile may be of other code, that " + t.rival.of()
	case t.Other == 0:
		return "the profile's text was not found: run the tests again"
	case commit != "" && t.Back == 0:
		return "code changed since the last commit"
	case commit != "" && t.Back < 0:
		return "code differs from " + commit
	case commit != "":
		return fmt.Sprintf("code changed since %s, %s ago", commit, counted(t.Back, "commit"))
	case t.Origin == OriginIndex:
		return "code differs from git's index"
	}
	return "code changed since the run"
}

func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
