package escape_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"

	"github.com/covls/covls/escape"
)

func TestTexts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		of   func(string) string
		in   string
		want string
	}{
		{"plain", escape.Line, "(*Cart).Größe → 50 % · ✓", "(*Cart).Größe → 50 % · ✓"},
		{"empty", escape.Line, "", ""},
		{"lines", escape.Line, "a\r\nb\tc", "a␍␊b␉c"},
		{"terminal", escape.Line, "\x1b]8;;http://evil\x07x\x1b\\\x7f\u009b31m", "␛]8;;http://evil␇x␛\\␡⟨U+009B⟩31m"},
		{"direction", escape.Line, "a\u202eb\u2066c\u061c\u200e\u200f", "a⟨U+202E⟩b⟨U+2066⟩c⟨U+061C⟩⟨U+200E⟩⟨U+200F⟩"},
		{"no width", escape.Line, "\ufeffa\u200bb\u2060c\u00adad\U000e0041\u3164", "⟨U+FEFF⟩a⟨U+200B⟩b⟨U+2060⟩c⟨U+00AD⟩ad⟨U+E0041⟩⟨U+3164⟩"},
		{"separators", escape.Line, "a\u2028b\u2029c\u0085", "a⟨U+2028⟩b⟨U+2029⟩c⟨U+0085⟩"},
		{"no UTF-8", escape.Line, "a\xff\xfeb\xc3", "a\ufffd\ufffdb\ufffd"},
		{"U+FFFD itself", escape.Line, "a\ufffdb", "a\ufffdb"},
		{"joiners that join", escape.Line, "می\u200cشود 👨\u200d👩\u200d👧 ❤\ufe0f\u200d🔥", "می\u200cشود 👨\u200d👩\u200d👧 ❤\ufe0f\u200d🔥"},
		{"joiners that hide", escape.Line, "a\u200db\u200c ש\u200d\u200dש \u200d", "a⟨U+200D⟩b⟨U+200C⟩ ש⟨U+200D⟩⟨U+200D⟩ש ⟨U+200D⟩"},
		{"commands in a line", escape.Line, "x ##[add-mask]y ##vso[task.x] ###[z ## [no] r##\"[no", "x #⟨U+0023⟩[add-mask]y #⟨U+0023⟩vso[task.x] ##⟨U+0023⟩[z ## [no] r##\"[no"},

		{"words", escape.Words, " a\n\tb \r\nc\u2028d\x1b ", "a b c d␛"},
		{"several lines", escape.Lines, "a\tb\r\n\u202ec\n", "a\tb␍\n⟨U+202E⟩c\n"},

		{"record", escape.Record, "::error::x", "⟨U+003A⟩:error::x"},
		{"record behind space", escape.Record, " \u00a0::add-mask::x", " \u00a0⟨U+003A⟩:add-mask::x"},
		{"record with a newline", escape.Record, "a\n::error::x\r::error::y", "a␊::error::x␍::error::y"},
		{"no command", escape.Record, "std::string", "std::string"},
		{"log", escape.Log, "a::b\n\t::error::x\n::y\n", "a::b\n\t⟨U+003A⟩:error::x\n⟨U+003A⟩:y\n"},

		{"link in a message", escape.Message, "a [x](command:y) [b] (c) [z]( https://e)", "a [x]⟨U+0028⟩command:y) [b] (c) [z]⟨U+0028⟩ https://e)"},
		{"no link in a message", escape.Message, "operator[](std::size_t) a[1](b) x](", "operator[](std::size_t) a[1](b) x]("},

		{"Markdown of words", escape.Markdown, "critical: 12 short of 60 % (a.go, C:\\src\\a) – it's “so”! snake_case", "critical: 12 short of 60 % (a.go, C:\\src\\a) – it's “so”! snake_case"},
		{"image", escape.Markdown, "![x](http://evil/x.png)", `![x\](http:/\/evil/x.png)`},
		{"HTML", escape.Markdown, "<img src=x onerror=y> &lt; &#60; a && b", "&lt;img src=x onerror=y> &amp;lt; &amp;#60; a && b"},
		{"emphasis", escape.Markdown, "*a* _b_ __init__ ~~c~~ `d` $e$ \\*", "\\*a\\* \\_b\\_ \\_\\_init\\_\\_ \\~\\~c\\~\\~ \\`d\\` \\$e\\$ \\\\\\*"},
		{"links that are seen in text", escape.Markdown, "www.evil.com WWW.x a@b.c //x.y", `www\.evil.com WWW\.x a\@b.c /\/x.y`},
		{"list", escape.Markdown, "- x", `\- x`},
		{"numbered list", escape.Markdown, "12. x", `12\. x`},
		{"number", escape.Markdown, "1.5 x", `1.5 x`},
		{"heading", escape.Markdown, "# x # y ##", `\# x # y \#\#`},
		{"quotation", escape.Markdown, "> a -> b", `&gt; a -> b`},
		{"brackets", escape.Markdown, "[ ] a [[path]] of b[0] [x](y) [x][y] [x]: [z]", `\[ ] a [[path]] of b[0] [x\](y) [x\][y] [x\]: [z\]`},
		{"cell", escape.Markdown, "a|b\\|c", `a\|b\\\|c`},
		{"lines in Markdown", escape.Markdown, "  a\n\n# b", `a␊␊# b`},
		{"prose", escape.Prose, "a\n\n# b", `a # b`},

		{"code", escape.Code, "a|b\\", "`a|b\\`"},
		{"code with backticks", escape.Code, "`` a ` b", "``` `` a ` b ```"},
		{"code of space", escape.Code, " ", "` `"},
		{"code in space", escape.Code, " a ", "`  a  `"},
		{"no code", escape.Code, "", "` `"},
		{"code of lines", escape.Code, "a\nb", "`a␊b`"},

		{"cells", escape.Cell, "`a|b` `a\\|b` `a\\\\|b` c\\|d", "`a\\|b` `a\\|b` `a\\\\\\|b` c\\|d"},

		{"JSON", func(s string) string { return string(escape.JSON([]byte(s))) }, "{\n\t\"a\u202e\U000e0041\x7f\": \"ü ##[x] \xff\"\n}", "{\n\t\"a\\u202e\\udb40\\udc41\\u007f\": \"ü #\\u0023[x] \\ufffd\"\n}"},
		{"TOML", escape.TOML, "a\"'''\\\n\u202e\U000e0041\x7f\x01 ##[x] \xff", `"a\"'''\\\n\u202e\U000e0041\u007f\u0001 #\u0023[x] \ufffd"`},
		{"SARIF", escape.SARIF, "f{0}\n", "f{{0}}␊"},
		{"SARIF link", escape.SARIF, `[a\](x)`, `\[a\\\](x)`},
		{"annotation", escape.Annotation, "100%\n::error::x", "100%25 ::error::x"},
		{"property", escape.Property, "a,b:c%\n", "a%2Cb%3Ac%25␊"},
	} {
		if got := tt.of(tt.in); got != tt.want {
			t.Errorf("%s: %q becomes\n%s\nwant\n%s", tt.name, tt.in, got, tt.want)
		}
	}
}

// hostile are texts to begin with; the fuzz tests go on from there.
func hostile() []string {
	return []string{
		"plain", "![x](http://evil/x.png)", "[x](command:covls.addPathMapping?%5B%5D)", "[x]: http://evil", "<img src=x onerror=alert(1)>", "</script><!--",
		"`` ` ```", "a|b\\|c\\\\|d", "\\", "\\`", "1. x", "- [ ] x", "    code", "---", "===", "http://evil", "www.evil.com", "a@b.cd", "<http://evil>",
		"*a* **b** _c_ ~~d~~", "&lt;&#x202e;", "\x1b]8;;http://evil\x07x", "a\n::error::x\r##[group]y", "\u202e\u200b\u2028\ufeff", "\xff\xc3", "[^1]", "\u00a0# x", "+", "http&#58;//evil",
		"xhttp://a.b", "[x][y] [y]: http://a.b \"t\"", "[x]\n(y)", "a](b", "> a", "a #", "~a~", "mailto:a@b.cd", "ftp://a.b", "_www.a.b", "_a_b_", "\u00b2_x_",
	}
}

// FuzzLine holds what goes for every text that people read.
func FuzzLine(f *testing.F) {
	for _, s := range hostile() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, of := range map[string]func(string) string{
			"Line": escape.Line, "Words": escape.Words, "Record": escape.Record, "Message": escape.Message,
			"Markdown": escape.Markdown, "Code": escape.Code, "SARIF": escape.SARIF, "Annotation": escape.Annotation, "Property": escape.Property,
		} {
			if got := of(s); !clean(got) {
				t.Errorf("%s(%q) is %q", name, s, got)
			}
		}
		for name, of := range map[string]func(string) string{"Line": escape.Line, "Words": escape.Words, "Lines": escape.Lines, "Record": escape.Record, "Log": escape.Log, "Message": escape.Message} {
			if once := of(s); of(once) != once {
				t.Errorf("%s(%q) is %q, and of that %q", name, s, once, of(once))
			}
		}
		for line := range strings.Lines(escape.Log(s)) {
			if strings.HasPrefix(strings.TrimSpace(line), "::") {
				t.Errorf("Log(%q) has the line %q", s, line)
			}
		}
	})
}

// clean reports whether there is nothing hidden in a line.
func clean(s string) bool {
	for i, r := range s {
		_, n := utf8.DecodeRuneInString(s[i:])
		joiner := r == 0x200c || r == 0x200d
		if escape.Hidden(r) && !joiner || r == utf8.RuneError && n == 1 {
			return false
		}
	}
	return !strings.Contains(s, "##[")
}

// FuzzData holds that JSON and TOML mean the same as before.
func FuzzData(f *testing.F) {
	for _, s := range hostile() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want := strings.ToValidUTF8(s, "")
		data, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got string
		escaped := escape.JSON(data)
		if err := json.Unmarshal(escaped, &got); err != nil || got != want || !clean(string(escaped)) {
			t.Errorf("%q is %s in JSON, which is %q, %v", want, escaped, got, err)
		}
		var table struct{ Key string }
		quoted := escape.TOML(want)
		if err := toml.Unmarshal([]byte("key = "+quoted+"\n"), &table); err != nil || table.Key != want || !clean(quoted) {
			t.Errorf("%q is %s in TOML, which is %q, %v", want, quoted, table.Key, err)
		}
	})
}
