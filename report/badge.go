package report

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/escape"
)

// Standing says how far figures are from their targets.
type Standing uint8

const (
	// Nothing is where there is nothing to cover.
	Nothing Standing = iota
	// Reached is at the target, Short below it, Far below three quarters of it.
	Reached
	Short
	Far
)

// StandingOf is how far a tally is from a target, in percent.
func StandingOf(t coverage.Tally, target float64) Standing {
	switch {
	case t.Total == 0:
		return Nothing
	case t.Gap(target) == 0:
		return Reached
	case t.Gap(target*3/4) == 0:
		return Short
	}
	return Far
}

// Badge is a figure as a small picture.
type Badge struct {
	// Label is what it is of, Value the figure, and Title all of that in words.
	Label, Value, Title string
	Standing            Standing
}

// Tenths is a covered share with one decimal, rounded down, so that it never says more than ran: "86.7 %", "100 %", "<0.1 %"; "" where
// there is nothing to cover.
func Tenths(t coverage.Tally) string {
	switch {
	case t.Total <= 0:
		return ""
	case t.Covered >= t.Total:
		return "100 %"
	case t.Covered <= 0:
		return "0 %"
	}
	n := int64(t.Covered) * 1000 / int64(t.Total)
	if n == 0 {
		return "<0.1 %"
	}
	return fmt.Sprintf("%d.%d %%", n/10, n%10)
}

// BadgeFormats are how a badge is written.
func BadgeFormats() []string { return []string{"svg", "json"} }

// Write writes the badge as SVG, or as the JSON that shields.io takes from an endpoint (https://shields.io/badges/endpoint-badge).
func (b *Badge) Write(w io.Writer, format string) error {
	if format == "json" {
		return b.json(w)
	}
	return b.svg(w)
}

func (b *Badge) json(w io.Writer) error {
	data, err := json.Marshal(struct {
		Version int    `json:"schemaVersion"`
		Label   string `json:"label"`
		Message string `json:"message"`
		Color   string `json:"color"`
	}{1, b.Label, b.Value, [...]string{"lightgrey", "brightgreen", "yellow", "red"}[b.Standing]})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", escape.JSON(data))
	return err
}

// The measures of a badge, in pixels.
const (
	badgeHeight = 20
	badgeFont   = 11
	badgePad    = 6 // on either side of a text
)

func (b *Badge) svg(w io.Writer) error {
	fill := [...]string{"#6b6b6b", "#2f7d32", "#dfb317", "#c0392b"}[b.Standing]
	ink := "#fff"
	if b.Standing == Short { // light
		ink = "#222"
	}
	label, value := escape.Line(b.Label), escape.Line(b.Value)
	left, right := textWidth(label), textWidth(value)
	split := left + 2*badgePad
	all := split + right + 2*badgePad
	var out bytes.Buffer
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" role="img" aria-labelledby="title">`+"\n", all, badgeHeight)
	fmt.Fprintf(&out, `<title id="title">%s</title>`+"\n", xmlText(escape.Line(b.Title)))
	out.WriteString(`<linearGradient id="shade" x2="0" y2="100%"><stop offset="0" stop-color="#bbb" stop-opacity=".1"/><stop offset="1" stop-opacity=".1"/></linearGradient>` + "\n")
	fmt.Fprintf(&out, `<clipPath id="round"><rect width="%d" height="%d" rx="3"/></clipPath>`+"\n", all, badgeHeight)
	fmt.Fprintf(&out, `<g clip-path="url(#round)"><rect width="%d" height="%d" fill="#555"/><rect x="%d" width="%d" height="%d" fill="%s"/><rect width="%d" height="%d" fill="url(#shade)"/></g>`+"\n",
		split, badgeHeight, split, all-split, badgeHeight, fill, all, badgeHeight)
	fmt.Fprintf(&out, `<g aria-hidden="true" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="%d" text-rendering="geometricPrecision">`+"\n", badgeFont)
	for _, t := range []struct {
		x, width  int
		ink, text string
	}{{badgePad, left, "#fff", label}, {split + badgePad, right, ink, value}} {
		fmt.Fprintf(&out, `<text x="%d" y="14" fill="%s" textLength="%d">%s</text>`+"\n", t.x, t.ink, t.width, xmlText(t.text))
	}
	out.WriteString("</g>\n</svg>\n")
	_, err := w.Write(out.Bytes())
	return err
}

func xmlText(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a buffer takes all
	return b.String()
}

// textWidth is how wide a text is in Verdana, in pixels, at least 1.
func textWidth(s string) int {
	n := 0
	for _, r := range s {
		switch {
		case ' ' <= r && r <= '~':
			n += verdana[r-' ']
		case r >= 0x1100: // perhaps a wide one
			n += 2048
		default:
			n += 1302
		}
	}
	return max(1, (n*badgeFont+1024)/2048)
}

// verdana has the widths of the characters from the space to the tilde, in 2048ths of the font's size.
var verdana = [...]int{
	720, 806, 940, 1676, 1302, 2204, 1488, 550, 930, 930, 1302, 1676, 745, 930, 745, 930, // space to /
	1302, 1302, 1302, 1302, 1302, 1302, 1302, 1302, 1302, 1302, 930, 930, 1676, 1676, 1676, 1117, // 0 to ?
	2048, 1400, 1404, 1430, 1578, 1295, 1177, 1588, 1539, 862, 931, 1419, 1140, 1726, 1532, 1612, // @ to O
	1235, 1612, 1424, 1400, 1262, 1499, 1400, 2025, 1403, 1260, 1403, 930, 930, 930, 1676, 1302, // P to _
	1302, 1230, 1276, 1067, 1276, 1220, 720, 1276, 1296, 562, 705, 1212, 562, 1992, 1296, 1243, // ` to o
	1276, 1276, 874, 1067, 807, 1296, 1212, 1676, 1212, 1212, 1076, 1300, 930, 1300, 1676, // p to ~
}

// Described is a tally in words: "4 of 9 statements covered, target 60 %".
func Described(t coverage.Tally, unit string, target float64) string {
	noun := coverage.Statements.Noun(t.Total)
	if unit == coverage.Lines.String() {
		noun = coverage.Lines.Noun(t.Total)
	}
	return strconv.Itoa(t.Covered) + " of " + strconv.Itoa(t.Total) + " " + noun + " covered, target " + coverage.FormatPercent(target)
}
