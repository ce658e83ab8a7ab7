package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// compose makes the notices of the program: a table with a line for each holding, its name, version,
// licences and the systems that it is on, if not on all, separated by tabs; an empty line; and the texts.
// own is the licence of covls itself. That and Go have no versions here, since those of the build count.
func compose(own string, verdicts []*verdict) []byte {
	var b bytes.Buffer
	verdicts = slices.DeleteFunc(slices.Clone(verdicts), func(v *verdict) bool { return v.use != inProgram || len(v.files) == 0 })
	fmt.Fprint(&b, "covls\t\tMIT\n")
	for _, v := range verdicts {
		fmt.Fprintf(&b, "%s\t%s\t%s", v.name, v.version, strings.Join(v.licences, ", "))
		if len(v.systems) > 0 {
			fmt.Fprintf(&b, "\t%s only", strings.Join(v.systems, ", "))
		}
		fmt.Fprintln(&b)
	}
	section(&b, "covls", own)
	for len(verdicts) > 0 {
		first := verdicts[0]
		same := func(v *verdict) bool { return slices.EqualFunc(v.texts, first.texts, sameText) }
		var names []string
		for _, v := range verdicts {
			if same(v) {
				names = append(names, v.title())
			}
		}
		var texts []string
		for _, t := range first.texts {
			texts = append(texts, t.content)
		}
		section(&b, strings.Join(names, "\n"), texts...)
		for _, v := range verdicts {
			if same(v) {
				pieces(&b, v)
			}
		}
		verdicts = slices.DeleteFunc(verdicts, same)
	}
	return b.Bytes()
}

func sameText(a, b text) bool { return a.content == b.content }

// title is what stands above a holding's texts.
func (v *verdict) title() string {
	if v.name == golang {
		return "Go, its library and its runtime"
	}
	return v.String()
}

// section writes texts below a title, which can have several lines.
func section(b *bytes.Buffer, title string, texts ...string) {
	fmt.Fprintf(b, "\n%s\n%s\n", strings.Repeat("=", 80), title)
	for _, t := range texts {
		fmt.Fprintf(b, "%s\n%s", strings.Repeat("-", 80), t)
	}
}

// pieces writes what goes along with pieces of a holding.
func pieces(b *bytes.Buffer, v *verdict) {
	if len(v.holders) > 0 {
		section(b, "The files of "+v.title()+" say", strings.Join(v.holders, "\n")+"\n")
	}
	if len(v.notes) > 0 {
		var texts []string
		for _, n := range v.notes {
			texts = append(texts, n.text)
		}
		section(b, "Parts of "+v.title()+" say", texts...)
	}
	if len(v.parts) > 0 {
		var lines strings.Builder
		for _, p := range v.parts {
			fmt.Fprintf(&lines, "%s\n    %s\n", p.from, p.copyright)
		}
		section(b, "Parts of "+v.title()+" were made from these, under the same licence", lines.String())
	}
}
