//go:build ignore

// Picture draws a terminal as SVG: what `covls demo` prints, or what a terminal shows, with its colours, as tmux
// captures it.
//
//	go run scripts/picture.go > docs/demo.svg
//	tmux capture-pane -e -p | go run scripts/picture.go -label "What it shows" - > picture.svg
package main

import (
	"flag"
	"fmt"
	"html"
	"io"
	"log"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/width"
)

const (
	fontSize   = 14
	lineHeight = 19
	charWidth  = 8.43 // of a monospace font of that size
	margin     = 20

	ink = "#d4d4d4"
)

// ground is the colour of the terminal.
var ground string

// palette are the colours that a terminal has numbers for, from 0 to 15.
var palette = strings.Fields("#1e1e1e #f44747 #6a9955 #e5c07b #569cd6 #c678dd #56b6c2 #d4d4d4 #8a8a8a #ff6b6b #98c379 #ffd787 #79b8ff #d7a1f9 #7fdbe6 #ffffff")

// style is how a character looks; "" is the colour of the terminal.
type style struct {
	fg, bg                           string
	bold, dim, italic, line, reverse bool
}

// cells are some characters of one style in a line.
type cells struct {
	text string
	style
}

func main() {
	log.SetFlags(0)
	label := flag.String("label", "The output of covls demo", "what somebody is told who can't see it")
	flag.StringVar(&ground, "ground", "#1e1e1e", "the colour of the terminal")
	flag.Parse()
	var out []byte
	var err error
	if flag.Arg(0) == "-" {
		out, err = io.ReadAll(os.Stdin)
	} else {
		cmd := exec.Command("go", "run", "./cmd/covls", "demo")
		cmd.Env = append(os.Environ(), "CLICOLOR_FORCE=1")
		cmd.Stderr = os.Stderr
		out, err = cmd.Output()
		out = append([]byte("$ covls demo\n"), out...)
	}
	if err != nil {
		log.Fatal(err)
	}
	draw(os.Stdout, parse(strings.TrimRight(string(out), "\n")), *label)
}

var sgr = regexp.MustCompile("\x1b\\[([0-9;:]*)m")

// parse takes lines apart. A style holds until another one is named, over the ends of lines.
func parse(text string) (lines [][]cells) {
	var now style
	for l := range strings.SplitSeq(text, "\n") {
		var line []cells
		for l != "" {
			at := sgr.FindStringSubmatchIndex(l)
			plain := l
			if at != nil {
				plain = l[:at[0]]
			}
			for plain != "" {
				// What fonts draw as they like is apart, so that the rest stands where it should.
				n := strings.IndexFunc(plain, drawn)
				switch n {
				case -1:
					n = len(plain)
				case 0:
					_, n = utf8.DecodeRuneInString(plain)
				}
				line = append(line, cells{plain[:n], now})
				plain = plain[n:]
			}
			if at == nil {
				break
			}
			now.set(l[at[2]:at[3]])
			l = l[at[1]:]
		}
		lines = append(lines, line)
	}
	return lines
}

// set takes the numbers of one escape sequence.
func (s *style) set(codes string) {
	list := strings.Split(codes, ";")
	for i := 0; i < len(list); i++ {
		code, sub, _ := strings.Cut(list[i], ":")
		n, _ := strconv.Atoi(code)
		colour := func() (c string) {
			if sub != "" {
				c, _ = coloured(strings.FieldsFunc(sub, func(r rune) bool { return r == ':' }))
				return c
			}
			c, used := coloured(list[i+1:])
			i += used
			return c
		}
		switch {
		case n == 0:
			*s = style{}
		case n == 1:
			s.bold = true
		case n == 2:
			s.dim = true
		case n == 3:
			s.italic = true
		case n == 4:
			s.line = sub != "0"
		case n == 7:
			s.reverse = true
		case n == 22:
			s.bold, s.dim = false, false
		case n == 23:
			s.italic = false
		case n == 24:
			s.line = false
		case n == 27:
			s.reverse = false
		case 30 <= n && n <= 37:
			s.fg = palette[n-30]
		case n == 38:
			s.fg = colour()
		case n == 39:
			s.fg = ""
		case 40 <= n && n <= 47:
			s.bg = palette[n-40]
		case n == 48:
			s.bg = colour()
		case n == 49:
			s.bg = ""
		case n == 58:
			colour()
		case 90 <= n && n <= 97:
			s.fg = palette[n-90+8]
		case 100 <= n && n <= 107:
			s.bg = palette[n-100+8]
		}
	}
}

// coloured reads 5;N or 2;R;G;B, and tells how many numbers these are.
func coloured(list []string) (colour string, used int) {
	number := func(i int) int {
		if i >= len(list) {
			return 0
		}
		n, _ := strconv.Atoi(list[i])
		return n
	}
	switch number(0) {
	case 2:
		return fmt.Sprintf("#%02x%02x%02x", number(1), number(2), number(3)), 4
	case 5:
		n := number(1)
		switch {
		case n < 16:
			return palette[n], 2
		case n < 232:
			n -= 16
			level := func(n int) int {
				if n == 0 {
					return 0
				}
				return 55 + 40*n
			}
			return fmt.Sprintf("#%02x%02x%02x", level(n/36), level(n/6%6), level(n%6)), 2
		}
		return fmt.Sprintf("#%02x%02x%02x", 8+10*(n-232), 8+10*(n-232), 8+10*(n-232)), 2
	}
	return "", 0
}

// signs are the emoji that Neovim's checkhealth shows, which fonts for code lack: how to draw them in a square of 16 by 16.
var signs = map[rune]string{
	'✅': `<rect x="1" y="1" width="14" height="14" rx="3" fill="#6a9955"/><path d="M4 8.5l3 3 5.5-7" fill="none" stroke="#fff" stroke-width="2"/>`,
	'❌': `<path d="M3 3l10 10M13 3l-10 10" fill="none" stroke="#f44747" stroke-width="3"/>`,
}

func drawn(r rune) bool { return signs[r] != "" }

// columns is how many columns of a terminal a text takes.
func columns(text string) (n int) {
	for _, r := range text {
		n++
		if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
			n++
		}
	}
	return n
}

func draw(w io.Writer, lines [][]cells, label string) {
	longest := 0
	for _, line := range lines {
		n := 0
		for _, c := range line {
			n += columns(c.text)
		}
		longest = max(longest, n)
	}
	across, down := int(float64(longest)*charWidth)+2*margin, len(lines)*lineHeight+2*margin
	fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="%s">`+"\n", across, down, across, down, html.EscapeString(label))
	fmt.Fprintln(w, `<style>text{font:`+fmt.Sprint(fontSize)+`px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:`+ink+`;white-space:pre}</style>`)
	fmt.Fprintf(w, `<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n", ground)
	for i, line := range lines {
		column := 0
		for _, c := range line {
			n := columns(c.text)
			c.draw(w, float64(margin)+float64(column)*charWidth, margin+i*lineHeight, float64(n)*charWidth)
			column += n
		}
	}
	fmt.Fprintln(w, "</svg>")
}

// draw draws characters of one style, whose left upper corner and width are known.
func (c cells) draw(w io.Writer, x float64, y int, wide float64) {
	fg, bg := c.fg, c.bg
	if c.reverse {
		if fg == "" {
			fg = ink
		}
		if bg == "" {
			bg = ground
		}
		fg, bg = bg, fg
	}
	if bg != "" {
		fmt.Fprintf(w, `<rect x="%.2f" y="%d" width="%.2f" height="%d" fill="%s"/>`+"\n", x, y, wide, lineHeight, bg)
	}
	if strings.TrimSpace(c.text) == "" && !c.line {
		return
	}
	if r, _ := utf8.DecodeRuneInString(c.text); drawn(r) {
		fmt.Fprintf(w, `<g transform="translate(%.2f %d)">%s</g>`+"\n", x, y+1, signs[r])
		return
	}
	look := ""
	if fg == "" && c.bold {
		fg = "#ffffff"
	}
	if fg == "" && c.dim {
		fg = "#8a8a8a"
	}
	if fg != "" {
		look += "fill:" + fg + ";"
	}
	if c.bold {
		look += "font-weight:bold;"
	}
	if c.italic {
		look += "font-style:italic;"
	}
	if c.line {
		look += "text-decoration:underline;"
	}
	if look != "" {
		look = ` style="` + strings.TrimSuffix(look, ";") + `"`
	}
	fmt.Fprintf(w, `<text x="%.2f" y="%d" textLength="%.2f" xml:space="preserve"%s>%s</text>`+"\n", x, y+fontSize, wide, look, html.EscapeString(c.text))
}
