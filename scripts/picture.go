//go:build ignore

// Picture draws docs/demo.svg from what `covls demo` prints:
//
//	go run scripts/picture.go > docs/demo.svg
package main

import (
	"fmt"
	"html"
	"log"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"unicode/utf8"
)

var styles = map[string]string{"0": "", "1": "b", "2": "d", "33": "y"}

const (
	fontSize   = 14
	lineHeight = 19
	charWidth  = 8.43 // of a monospace font of that size
	margin     = 20
)

func main() {
	cmd := exec.Command("go", "run", "./cmd/covls", "demo")
	cmd.Env = append(os.Environ(), "CLICOLOR_FORCE=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		log.Fatal(err)
	}
	escape := regexp.MustCompile("\x1b\\[([0-9]+)m")
	lines := strings.Split("$ covls demo\n"+strings.TrimRight(string(out), "\n"), "\n")
	longest := 0
	for _, l := range lines {
		longest = max(longest, utf8.RuneCountInString(escape.ReplaceAllString(l, "")))
	}
	width, height := int(float64(longest)*charWidth)+2*margin, len(lines)*lineHeight+2*margin
	fmt.Printf(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="The output of covls demo">`+"\n", width, height, width, height)
	fmt.Println(`<style>text{font:` + fmt.Sprint(fontSize) + `px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d4d4d4;white-space:pre}.b{font-weight:bold;fill:#fff}.d{fill:#8a8a8a}.y{fill:#e5c07b}</style>`)
	fmt.Printf(`<rect width="100%%" height="100%%" rx="8" fill="#1e1e1e"/>` + "\n")
	for i, l := range lines {
		fmt.Printf(`<text x="%d" y="%d" xml:space="preserve">`, margin, margin+fontSize+i*lineHeight)
		class := ""
		for l != "" {
			at := escape.FindStringSubmatchIndex(l)
			text := l
			if at != nil {
				text = l[:at[0]]
			}
			if text != "" {
				fmt.Printf(`<tspan class="%s">%s</tspan>`, class, html.EscapeString(text))
			}
			if at == nil {
				break
			}
			class = styles[l[at[2]:at[3]]]
			l = l[at[1]:]
		}
		fmt.Println("</text>")
	}
	fmt.Println("</svg>")
}
