package scan_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/profile/scan"
)

// walk prints what JSON reads of a text.
func walk(d *scan.JSON, out *strings.Builder) error {
	switch d.Peek() {
	case '{':
		out.WriteString("{")
		err := d.Object("an object", func(name []byte) error {
			fmt.Fprintf(out, "%q:", name)
			return walk(d, out)
		})
		out.WriteString("}")
		return err
	case '[':
		out.WriteString("[")
		err := d.Array("an array", func(int) error {
			err := walk(d, out)
			out.WriteString(",")
			return err
		})
		out.WriteString("]")
		return err
	case '"':
		s, err := d.Text()
		fmt.Fprintf(out, "%q", s)
		return err
	case '0':
		n, err := d.Number()
		fmt.Fprint(out, n)
		return err
	case 't', 'f':
		yes, err := d.Boolean()
		fmt.Fprint(out, yes)
		return err
	case 'n':
		out.WriteString("null")
		return d.Skip()
	}
	return d.Wrong("a value")
}

var texts = []struct{ text, want string }{
	{` { "a" : [ 1 , -2, 1.9, 1e2, 99999999999999999999, 0, null, true,false ] , "a":{} }` + "\r\n", `{"a":[1,0,1,100,18446744073709551615,0,null,true,false,]"a":{}}`},
	{`"\u00e4\ud83d\ude00\"\\\/\b\f\n\r\t"`, `"ä😀\"\\/\b\f\n\r\t"`},
	{"\"\xff\xfe\\ud800\"", `"���"`},
	{`{"a\u0062":{"c":[]}}`, `{"ab":{"c":[]}}`},
	{`1234567890123456789`, `1234567890123456789`},
	{`""`, `""`},
	{strings.Repeat(`[`, 256) + strings.Repeat(`]`, 256), strings.Repeat(`[`, 256) + strings.Repeat(`],`, 255) + `]`},
	{``, `line 1: want more JSON: the file seems to be cut or still being written`},
	{"[1,\n2", `line 2: want more JSON: the file seems to be cut or still being written`},
	{`{"a":tr`, `line 1: want more JSON: the file seems to be cut or still being written`},
	{"\n[1,]", `line 2: want JSON: invalid character ']' at "/0"`},
	{`{"a":{"b":[1 2]}}`, `line 1: want JSON: invalid character '2' at "/a/b/0"`},
	{`{"a" 1}`, `line 1: want JSON: invalid character '1' at "/a"`},
	{`{1:1}`, `line 1: want JSON: invalid character '1' at "/"`},
	{`[01]`, `line 1: want JSON: "01" is no number, at "/0"`},
	{`[1.]`, `line 1: want JSON: "1." is no number, at "/0"`},
	{"[\"a\nb\"]", `line 1: want JSON: invalid character '\n' in a string at "/0"`},
	{`["\x"]`, `line 1: want JSON: a wrong escape in a string at "/0"`},
	{`[nul]`, `line 1: want JSON: invalid character 'n' at "/0"`},
	{`[] []`, `line 1: want the end of the file behind the JSON, have '['`},
	{`[]]`, `line 1: want JSON: invalid character ']' at ""`},
	{strings.Repeat(`[`, 257), `line 1: want values at most 256 deep (limits.nesting)`},
}

func TestJSON(t *testing.T) {
	t.Parallel()
	for _, c := range texts {
		for name, wrap := range map[string]func(io.Reader) io.Reader{
			"at once":       func(r io.Reader) io.Reader { return r },
			"byte by byte":  iotest.OneByteReader,
			"data with EOF": iotest.DataErrReader,
		} {
			var out strings.Builder
			d := scan.NewJSON(wrap(strings.NewReader(c.text)), scan.Limits{})
			err := d.End(walk(d, &out))
			got := out.String()
			if err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("%q %s: have\n%s, want\n%s", c.text, name, got, c.want)
			}
		}
	}
}

// Values end where a chunk does, wherever that is.
func TestJSONChunks(t *testing.T) {
	t.Parallel()
	text := `{"name":[1234567,true,false,null,"a\"b",-1.5e3,[1,true,34]]}`
	want := `{"name":[1234567,true,false,null,"a\"b",0,[1,true,34,],]}`
	for n := range len(text) + 1 {
		var out strings.Builder
		spaces := strings.Repeat(" ", 128<<10-n)
		d := scan.NewJSON(io.MultiReader(strings.NewReader(spaces), strings.NewReader(text)), scan.Limits{})
		if err := d.End(walk(d, &out)); err != nil || out.String() != want {
			t.Errorf("%d: have %s, %v", n, out.String(), err)
		}
		d = scan.NewJSON(io.MultiReader(strings.NewReader(spaces), strings.NewReader(text)), scan.Limits{})
		if err := d.End(d.Skip()); err != nil {
			t.Errorf("%d: have %v", n, err)
		}
	}
}

func TestJSONNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{`[]`, `0 [7 7 7]`},
		{`[1]`, `1 [1 7 7]`},
		{`[true,false,20]`, `3 [1 0 20]`},
		{`[ true, false,  20 ]`, `3 [1 0 20]`},
		{`[1,2,3,"x",{}]`, `5 [1 2 3]`},
		{`[-1,1.5,99999999999999999999]`, `3 [0 1 18446744073709551615]`},
		{`[1,02]`, `line 1: want JSON: "02" is no number, at "/1"`},
		{`[1,,2]`, `line 1: want JSON: invalid character ',' at "/1"`},
		{`[1,"x"]`, `line 1: want a number at /1, have a string`},
		{`{}`, `line 1: want an array at the top, have "{"`},
	} {
		row := []uint64{7, 7, 7}
		d := scan.NewJSON(strings.NewReader(c.text), scan.Limits{})
		n, err := d.Numbers(row)
		got := fmt.Sprint(n, row)
		if err := d.End(err); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: have %s, want %s", c.text, got, c.want)
		}
	}
}

func TestJSONMatch(t *testing.T) {
	t.Parallel()
	parts := []string{`{"line":`, `,"column":`, `}`}
	for _, c := range []struct {
		text string
		want bool
	}{
		{`{"line":12,"column":0}`, true},
		{` {"line":12,"column":0}`, true},
		{`{"line":12,"column":00}`, false},
		{`{"line":12,"column":-1}`, false},
		{`{"line":12,"column":null}`, false},
		{`{"line":12, "column":0}`, false},
		{`{"line":12,"column":0,"x":1}`, false},
		{`{"line":1234567890123456789,"column":0}`, false},
		{`{"line":12,"colu`, false},
	} {
		var row [2]uint64
		// Another value follows, for a match is not sought at the end of what is at hand.
		d := scan.NewJSON(strings.NewReader(c.text+" "), scan.Limits{})
		got := d.Match(parts, row[:])
		if got != c.want || got && row != [2]uint64{12, 0} {
			t.Errorf("%s: have %v %v", c.text, got, row)
		}
		if !got && d.Peek() != '{' {
			t.Errorf("%s: was not left", c.text)
		}
		if got && d.End(nil) != nil {
			t.Errorf("%s: was not read whole", c.text)
		}
	}
}

// A string of any length is skipped, but not read.
func TestJSONLong(t *testing.T) {
	t.Parallel()
	text := `"` + strings.Repeat("a", 3<<20) + `"`
	d := scan.NewJSON(strings.NewReader(text), scan.Limits{})
	if err := d.End(d.Skip()); err != nil {
		t.Error(err)
	}
	d = scan.NewJSON(strings.NewReader(text), scan.Limits{})
	_, err := d.Text()
	if at, ok := errors.AsType[*coverage.LineError](d.End(err)); !ok || at.Line != 1 {
		t.Errorf("have %v", err)
	}
}

func TestJSONBroken(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk on fire")
	for _, text := range []string{``, `[`, `["a`, `[12`, `[tr`, `[]`} {
		d := scan.NewJSON(io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken)), scan.Limits{})
		if err := d.End(d.Skip()); err != broken {
			t.Errorf("%s: have %v", text, err)
		}
	}
}

// FuzzJSON holds that what is read is JSON to jsontext too, with the same strings.
func FuzzJSON(f *testing.F) {
	for _, c := range texts {
		f.Add([]byte(c.text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		options := []jsontext.Options{jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)}
		valid := jsontext.Value(data).IsValid(options...)
		var out strings.Builder
		d := scan.NewJSON(iotest.HalfReader(bytes.NewReader(data)), scan.Limits{})
		err := d.End(walk(d, &out))
		if (err == nil) != valid && bytes.Count(data, []byte("["))+bytes.Count(data, []byte("{")) <= 256 {
			t.Fatalf("error %v, valid %v", err, valid)
		}
		d = scan.NewJSON(bytes.NewReader(data), scan.Limits{})
		if skipped := d.End(d.Skip()); (skipped == nil) != (err == nil) && !bytes.ContainsRune(data, '\\') {
			t.Fatalf("skipped %v, read %v", skipped, err)
		}
		dec := jsontext.NewDecoder(bytes.NewReader(data), options...)
		if tok, e := dec.ReadToken(); err == nil && e == nil && tok.Kind() == '"' && out.String() != fmt.Sprintf("%q", tok.String()) {
			t.Errorf("have %s, want %q", out.String(), tok.String())
		}
	})
}

// TestLong reads strings that are longer than what is read at once.
func TestLong(t *testing.T) {
	t.Parallel()
	long := strings.Repeat(`ab\"`, 1<<19)
	for _, tt := range []struct {
		text string
		most int
		want string
		ok   bool
		err  string
	}{
		{`"a\u00e4"`, 100, "aä", true, ""},
		{`""`, 1, "", false, ""},
		{`"` + long + `"`, 4 << 20, strings.Repeat(`ab"`, 1<<19), true, ""},
		{`"` + long + `"`, 1 << 20, "", false, ""},
		{`"a`, 100, "", false, "unexpected EOF"},
		{"\"a\n\"", 100, "", false, "invalid character"},
		{`1`, 100, "", false, "want a string"},
	} {
		for name, r := range map[string]io.Reader{"at once": strings.NewReader(tt.text + "1"), "byte by byte": iotest.OneByteReader(strings.NewReader(tt.text + "1"))} {
			if tt.err != "" {
				r = strings.NewReader(tt.text)
			}
			d := scan.NewJSON(r, scan.Limits{})
			got, ok, err := d.Long(tt.most)
			if got != tt.want || ok != tt.ok || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("%.9s of %d, %s: have %d bytes, %t, %v", tt.text, tt.most, name, len(got), ok, err)
			}
			if n, ok := d.Uint(); err == nil && (ok || n != 0 || d.Peek() != '0') {
				t.Errorf("%.9s of %d, %s: what follows is lost", tt.text, tt.most, name)
			}
		}
	}
}
