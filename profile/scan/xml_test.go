package scan_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/covls/covls/profile/scan"
)

// elements prints the elements of XML: each with its attributes a and n and, at its end, the text
// before that.
func elements(r io.Reader) string {
	var out strings.Builder
	x := scan.NewXML(r, scan.Limits{})
	err := x.Each(func(name string, start bool) error {
		if !start {
			fmt.Fprintf(&out, "%s/%s ", x.Text(), name)
			return nil
		}
		out.WriteString(name)
		if a, ok := x.Attr("a"); ok {
			fmt.Fprintf(&out, "(%s)", a)
		}
		if n, ok := x.Number("n"); ok {
			fmt.Fprintf(&out, "#%d", n)
		}
		if x.Is("a", "stop") {
			return errors.New("stopped")
		}
		out.WriteString(" ")
		return nil
	})
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(out.String())
}

func TestXML(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{`<r/>`, `r /r`},
		{"<?xml version='1.0'?>\n<!DOCTYPE r [<!ENTITY x 'y'>]>\n<r>\n<!-- > -- <a> -->\n<e a = 'x>y' n=\"12\" />\n <![CDATA[<no>]]> text </r>\n", `r e(x>y)#12 /e text/r`},
		{`<r a="&lt;&#65;&#x42;&amp;&none;&"></r>`, `r(<AB&&none;&) /r`},
		{"<r\n\ta='1'\n\tn='1.9'\n></r\n>", `r(1)#1 /r`},
		{`<r n="-3"><e n="99999999999999999999"/><e n="1e3"/><e n="x"/><e n=""/></r>`, `r#0 e#18446744073709551615 /e e#1000 /e e /e e /e /r`},
		{"<?xml encoding=\"ISO-8859-1\"?><r a=\"\xe4\"/>", `r(ä) /r`},
		{`<r b="a='1'" a="2" a="3"/>`, `r(2) /r`},
		{`<r a b="1" n="2"/>`, `r#2 /r`},
		{`<r x"y" n="2"/>`, `r /r`},
		{``, `line 1: want </>: the file seems to be cut or still being written`},
		{"<r>\n<e>", `line 2: want </r></e>: the file seems to be cut or still being written`},
		{"<r>\n<e a=\"", `line 2: want > behind <e: the file seems to be cut or still being written`},
		{"<r>\n<!-- \n", `line 3: want > behind <!--: the file seems to be cut or still being written`},
		{"<r>\n<!-- >\n", `line 3: want the end of <!--: the file seems to be cut or still being written`},
		{"<r>\n<>", `line 2: want a name between < and >`},
		{"<r>\n</e>", `line 2: </e> closes nothing`},
		{"<r>\n</" + strings.Repeat("e", 41) + ">", "line 2: </" + strings.Repeat("e", 40) + "…> closes nothing"},
		{"\n<r a='stop'/>", `line 2: stopped`},
		{strings.Repeat("<e>", 257), `line 1: want an element, at most 256 deep (limits.nesting), have <e>`},
		{`<r a="` + strings.Repeat("a", 2<<20), `line 1: a tag or text is longer than 1048576 bytes`},
		{`<r>` + strings.Repeat("<!-- ->- -->", 200_000) + `</r>`, `r /r`},
	} {
		for name, wrap := range map[string]func(io.Reader) io.Reader{
			"at once":       func(r io.Reader) io.Reader { return r },
			"in halves":     iotest.HalfReader,
			"data with EOF": iotest.DataErrReader,
		} {
			if got := elements(wrap(strings.NewReader(c.text))); got != c.want {
				t.Errorf("%.60q %s: have\n%s, want\n%s", c.text, name, got, c.want)
			}
		}
	}
}

// Tags end where a chunk does, wherever that is.
func TestXMLChunks(t *testing.T) {
	t.Parallel()
	text := `<r><e a="&lt;x>" n='12'/><!-- -- > --><f>text</f></r>`
	want := `r e(<x>)#12 /e f text/f /r`
	for n := range len(text) + 1 {
		spaces := strings.Repeat(" ", 128<<10-n)
		if got := elements(io.MultiReader(strings.NewReader(spaces), strings.NewReader(text))); got != want {
			t.Errorf("%d: have %s", n, got)
		}
	}
}

func TestXMLBroken(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	for _, text := range []string{``, `<r>`, `<r`, `<r/>`, `<!-- >`} {
		x := scan.NewXML(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)), scan.Limits{})
		if err := x.Each(func(string, bool) error { return nil }); err != broken {
			t.Errorf("%s: have %v", text, err)
		}
	}
}

func TestOuter(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]string{
		"<?xml version='1.0'?><!DOCTYPE a><a b='c'>\n<!-- d --><e f='g'/>": "a e",
		"<a/>":                "a ",
		"<a></a>":             "a ",
		"<a><b c='" + "ddd":   "a b",
		"<a>\n<b\n":           "a b",
		"<a><bc":              "a ",
		"<a>text":             "a ",
		"<a><!-- b ":          "a ",
		"<a><![CDATA[ <b":     "a ",
		"<a><?b c":            "a ",
		"<a b='c":             " ",
		"<a b='c'>te xt":      "a ",
		"text":                " ",
		"":                    " ",
		"<a><b c='d>e' f='g ": "a b",
	} {
		root, child := scan.Outer([]byte(head))
		if got := root + " " + child; got != want {
			t.Errorf("%s: %q, want %q", head, got, want)
		}
	}
}
