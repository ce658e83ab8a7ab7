package main

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

const mit = `Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
`

const isc = `Permission to use, copy, modify, and/or distribute this software for any
purpose with or without fee is hereby granted, provided that the above
copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH
REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY
AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM
LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR
OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR
PERFORMANCE OF THIS SOFTWARE.
`

const gpl = `This program is free software: you can redistribute it and/or modify
it under the terms of the GNU General Public License as published by
the Free Software Foundation, either version 3 of the License, or
(at your option) any later version.
`

// unpack writes an archive in which MIT, ISC and GPL stand for the texts of these licences, alone in a line or
// behind the marks of a comment.
func unpack(t *testing.T, archive string) string {
	t.Helper()
	for name, text := range map[string]string{"MIT": mit, "ISC": isc, "GPL": gpl} {
		archive = strings.ReplaceAll(archive, "\n"+name+"\n", "\n"+text)
		archive = strings.ReplaceAll(archive, "\n// "+name+"\n", "\n// "+strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n// ")+"\n")
	}
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// testRules allow MIT in the program, and ISC besides elsewhere.
func testRules() rules {
	return rules{
		program: []string{"MIT"},
		making:  []string{"ISC"},
		parts: []part{
			{module: "m", files: []string{"known/*.bin"}, licence: "MIT", from: "elsewhere", copyright: "Copyright 2001 Ada"},
			{module: "m", files: []string{"own.json"}},
		},
		exceptions: []exception{
			{name: "m", files: []string{"grammars/*"}, plain: true},
			{name: "m", files: []string{"excused/*"}},
			{name: "p", files: []string{"LICENSE-OTHER"}},
		},
	}
}

func newTestChecker(t *testing.T) *checker {
	t.Helper()
	c, err := newChecker(testRules())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestModules(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, archive string
		// use is inProgram unless it is set.
		use use
		// files are what the program holds, more what only a plain build does. What does not end in .go is embedded.
		files, more []string
		// licences, faults, notes and texts are joined by line ends.
		licences, faults, notes, texts string
	}{
		{
			name: "text at the top", archive: "-- LICENSE --\nMIT\n-- a.go --\n", files: []string{"a.go"},
			licences: "MIT", texts: "LICENSE",
		},
		{
			name: "no text", archive: "-- a.go --\n", files: []string{"a.go"},
			faults: "m v1, in the program: .: there is no text of a licence",
		},
		{
			name: "not on the list", archive: "-- COPYING.txt --\nGPL\n-- a.go --\n", files: []string{"a.go"},
			faults: "m v1, in the program: COPYING.txt: GPL-3.0-or-later is not on the list",
		},
		{
			name: "not on the list, for tests", archive: "-- COPYING.txt --\nGPL\n", use: forTests,
			faults: "m v1, for tests: COPYING.txt: GPL-3.0-or-later is not on the list",
		},
		{name: "allowed for tests", archive: "-- LICENSE --\nISC\n", use: forTests, licences: "ISC", texts: "LICENSE"},
		{
			name: "allowed for tests alone", archive: "-- LICENSE --\nISC\n-- a.go --\n", files: []string{"a.go"},
			faults: "m v1, in the program: LICENSE: ISC is not on the list",
		},
		{
			name: "below what is held, not on the list", archive: "-- LICENSE --\nMIT\n-- b/c/LICENCE --\nGPL\n-- a.go --\n", files: []string{"a.go"},
			licences: "MIT", texts: "LICENSE", faults: "m v1, in the program: b/c/LICENCE: GPL-3.0-or-later is not on the list",
		},
		{
			name: "beside what is held, allowed for tests", archive: "-- LICENSE --\nMIT\n-- b/LICENSE --\nISC\n-- a.go --\n", files: []string{"a.go"},
			licences: "MIT", texts: "LICENSE",
		},
		{
			name: "above what is held, allowed for tests alone", archive: "-- LICENSE --\nMIT\n-- b/LICENSE --\nISC\n-- b/c/a.go --\n", files: []string{"b/c/a.go"},
			licences: "MIT", texts: "LICENSE", faults: "m v1, in the program: b/LICENSE: ISC is not on the list",
		},
		{
			name: "in a folder of licences", archive: "-- LICENSES/MIT.txt --\nMIT\n-- LICENSES/GPL.txt --\nGPL\n-- a.go --\n", files: []string{"a.go"},
			faults: "m v1, in the program: LICENSES/GPL.txt: GPL-3.0-or-later is not on the list\n" +
				"m v1, in the program: .: there is no text of a licence",
		},
		{
			name: "terms of its own", archive: "-- LICENSE --\nDo as you are told.\n-- a.go --\n", files: []string{"a.go"},
			faults: "m v1, in the program: LICENSE: no licence that is known accounts for more than 0 % of the text",
		},
		{
			name: "known text with more", archive: "-- LICENSE --\nMIT\n" + strings.Repeat("You must also pay.\n", 40) + "-- a.go --\n", files: []string{"a.go"},
			faults: "m v1, in the program: LICENSE: no licence that is known accounts for more than 50 % of the text",
		},
		{
			name: "notice beside the licence", archive: "-- LICENSE --\nMIT\n-- NOTICE.md --\nThanks.\n-- a.go --\n", files: []string{"a.go"},
			licences: "MIT", texts: "LICENSE\nNOTICE.md",
		},
		{
			name: "notice with terms", archive: "-- LICENSE --\nMIT\n-- NOTICE --\nParts of it:\nGPL\n-- a.go --\n", files: []string{"a.go"},
			licences: "MIT", texts: "LICENSE", faults: "m v1, in the program: NOTICE: GPL-3.0-or-later is not on the list",
		},
		{
			name: "sources that are named like texts", archive: "-- LICENSE --\nMIT\n-- license.go --\npackage a\n-- copyright.go --\npackage a\n",
			files: []string{"license.go", "copyright.go"}, licences: "MIT", texts: "LICENSE",
		},
		{
			name: "same text twice", archive: "-- LICENSE --\nMIT\n-- b/LICENSE --\nMIT\n-- b/a.go --\n", files: []string{"b/a.go"},
			licences: "MIT", texts: "LICENSE",
		},
		{
			name: "tag in a file", archive: "-- LICENSE --\nMIT\n-- a.go --\n// SPDX-License-Identifier: GPL-2.0-only\npackage a\n-- b.go --\n// SPDX-License-Identifier: GPL-2.0-only\n",
			files: []string{"a.go"}, licences: "MIT", texts: "LICENSE",
			faults: "m v1, in the program: a.go: it says GPL-2.0-only, which is not on the list",
		},
		{
			name: "tag in several files", archive: "-- LICENSE --\nMIT\n-- a.go --\n// SPDX-License-Identifier: GPL-2.0-only\n-- b.go --\n// SPDX-License-Identifier: GPL-2.0-only\n",
			files: []string{"a.go", "b.go"}, licences: "MIT", texts: "LICENSE",
			faults: "m v1, in the program: a.go and 1 more: it says GPL-2.0-only, which is not on the list",
		},
		{
			name: "tag with a choice", archive: "-- LICENSE --\nMIT\n-- a.go --\n/* SPDX-License-Identifier: GPL-2.0-only OR MIT */\n",
			files: []string{"a.go"}, licences: "MIT", texts: "LICENSE",
		},
		{
			name: "tag in a string", archive: "-- LICENSE --\nMIT\n-- a.go --\nvar q = \"; SPDX-License-Identifier: MPL-2.0\\n(x)\"\n",
			files: []string{"a.go"}, licences: "MIT", texts: "LICENSE",
			faults: "m v1, in the program: a.go: it says MPL-2.0, which is not on the list",
		},
		{
			name: "text in a file", archive: "-- LICENSE --\nMIT\n-- a.s --\n// Copyright 1999 Ada\n//\n// GPL\n\nTEXT\n", files: []string{"a.s"},
			licences: "MIT", texts: "LICENSE", faults: "m v1, in the program: a.s: it says GPL-3.0-or-later, which is not on the list",
		},
		{
			name: "holder without terms", archive: "-- LICENSE --\nMIT\n-- a.go --\n// Package a does.\n//\n// Copyright (c) 1999 Ada\npackage a\n",
			files: []string{"a.go"}, licences: "MIT", texts: "LICENSE",
			faults: `m v1, in the program: a.go: it names a holder of copyright and no licence: "Copyright (c) 1999 Ada"`,
		},
		{
			name: "holder by the module's licence", archive: "-- LICENSE --\nMIT\n-- a.go --\n// Copyright 1999 The Go Authors.\n// Use of this source code is governed by a BSD-style\n// license that can be found in the LICENSE file.\n",
			files: []string{"a.go"}, licences: "MIT", texts: "LICENSE",
		},
		{
			name: "embedded, from nowhere", archive: "-- LICENSE --\nMIT\n-- x.bin --\n\x00\n", files: []string{"x.bin"},
			licences: "MIT", texts: "LICENSE",
			faults: "m v1, in the program: x.bin: it is embedded, and no part of rules.go says where it is from",
		},
		{
			name: "embedded, from somewhere", archive: "-- LICENSE --\nMIT\n-- known/x.bin --\n\x00\n-- own.json --\n{}\n", files: []string{"known/x.bin", "own.json"},
			licences: "MIT", texts: "LICENSE", notes: "elsewhere: Copyright 2001 Ada",
		},
		{
			name: "excepted in a plain build", archive: "-- LICENSE --\nMIT\n-- grammars/x.bin --\n\x00\n", more: []string{"grammars/x.bin"},
			licences: "", texts: "",
		},
		{
			name: "excepted in a plain build alone", archive: "-- LICENSE --\nMIT\n-- grammars/x.bin --\n\x00\n", files: []string{"grammars/x.bin"},
			licences: "MIT", texts: "LICENSE",
			faults: "m v1, in the program: grammars/x.bin: it is embedded, and no part of rules.go says where it is from",
		},
		{
			name: "excepted text", archive: "-- LICENSE --\nMIT\n-- excused/LICENSE --\nGPL\n-- excused/a.go --\n", files: []string{"excused/a.go"},
			licences: "MIT", texts: "LICENSE",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := &holding{name: "m", version: "v1", dir: unpack(t, test.archive), use: test.use, files: map[string]bool{}, more: map[string]bool{}}
			for _, f := range test.files {
				h.files[f] = !strings.HasSuffix(f, ".go") && !strings.HasSuffix(f, ".s")
			}
			for _, f := range test.more {
				h.more[f] = !strings.HasSuffix(f, ".go")
			}
			all, err := newTestChecker(t).judgeAll([]*holding{h}, false)
			if err != nil {
				t.Fatal(err)
			}
			v := all[0]
			var notes, texts []string
			for _, n := range v.notes {
				notes = append(notes, n.text)
			}
			for _, p := range v.parts {
				notes = append(notes, p.from+": "+p.copyright)
			}
			for _, x := range v.texts {
				texts = append(texts, x.path)
			}
			same(t, "licences", strings.Join(v.licences, "\n"), test.licences)
			same(t, "faults", strings.Join(v.lines(), "\n"), test.faults)
			same(t, "notes", strings.Join(notes, "\n"), test.notes)
			same(t, "texts", strings.Join(texts, "\n"), test.texts)
		})
	}
}

func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s\n%s\nwant\n%s", what, got, want)
	}
}

func TestPackages(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, declared, archive string
		use                     use
		faults                  string
	}{
		{name: "allowed", declared: "MIT", use: inExtension, archive: "-- LICENSE --\nMIT\n"},
		{name: "a choice", declared: "(GPL-3.0 OR MIT)", use: inExtension, archive: "-- LICENSE --\nMIT\n"},
		{
			name: "both", declared: "MIT AND GPL-3.0", use: forExtension, archive: "-- LICENSE --\nMIT\n",
			faults: `p 1, for making and testing the extension: package.json: "MIT AND GPL-3.0" is not on the list`,
		},
		{
			name: "a file of its own", declared: "SEE LICENSE IN LICENSE.txt", use: forExtension, archive: "-- LICENSE.txt --\nISC\n",
			faults: `p 1, for making and testing the extension: package.json: "SEE LICENSE IN LICENSE.txt" is not on the list`,
		},
		{
			name: "nothing declared", use: forExtension, archive: "-- LICENSE --\nMIT\n",
			faults: `p 1, for making and testing the extension: package.json: "" is not on the list`,
		},
		{
			name: "bundled, for making alone", declared: "ISC", use: inExtension, archive: "-- LICENSE --\nISC\n",
			faults: "p 1, in the extension's bundle: package.json: \"ISC\" is not on the list\n" +
				"p 1, in the extension's bundle: LICENSE: ISC is not on the list",
		},
		{
			name: "bundled without a text", declared: "MIT", use: inExtension, archive: "-- index.js --\n",
			faults: "p 1, in the extension's bundle: .: there is no text of a licence",
		},
		{name: "without a text", declared: "MIT", use: forExtension, archive: "-- index.js --\n"},
		{
			name: "another text", declared: "MIT", use: forExtension, archive: "-- LICENSE --\nGPL\n",
			faults: "p 1, for making and testing the extension: LICENSE: GPL-3.0-or-later is not on the list",
		},
		{
			name: "texts of what lies in it", declared: "MIT", use: forExtension,
			archive: "-- LICENSE --\nMIT\n-- lib/x.js.LICENSE --\nGPL\n-- node_modules/q/LICENSE --\nGPL\n",
			faults:  "p 1, for making and testing the extension: lib/x.js.LICENSE: GPL-3.0-or-later is not on the list",
		},
		{name: "terms in words of its own", declared: "MIT", use: forExtension, archive: "-- LICENSE --\nDo what MIT says.\n"},
		{
			name: "bundled, terms in words of its own", declared: "MIT", use: inExtension, archive: "-- LICENSE --\nDo what MIT says.\n",
			faults: "p 1, in the extension's bundle: LICENSE: no licence that is known accounts for more than 0 % of the text",
		},
		{name: "notices of what nobody gets", declared: "MIT", use: forExtension, archive: "-- LICENSE --\nMIT\n-- NOTICE --\nGPL\n"},
		{name: "excepted", declared: "MIT", use: forExtension, archive: "-- LICENSE-OTHER --\nGPL\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := &holding{name: "p", version: "1", declared: test.declared, use: test.use, dir: unpack(t, test.archive)}
			all, err := newTestChecker(t).judgeAll([]*holding{h}, true)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "faults", strings.Join(all[0].lines(), "\n"), test.faults)
		})
	}
}

func TestUnneeded(t *testing.T) {
	t.Parallel()
	modules := &holding{
		name: "m", version: "v1", dir: unpack(t, "-- LICENSE --\nMIT\n-- known/x.bin --\n\x00\n-- excused/LICENSE --\nGPL\n"),
		files: map[string]bool{"known/x.bin": true},
	}
	for _, test := range []struct {
		name      string
		held      []*holding
		installed bool
		want      string
	}{
		{
			name: "modules alone", held: []*holding{modules},
			want: "rules.go: nothing needs the part own.json of m\n" +
				"rules.go: nothing needs the exception for grammars/* of m\n" +
				"rules.go: nothing needs the exception for LICENSE-OTHER of p",
		},
		{
			name: "npm, not installed", held: []*holding{modules, {name: "p", version: "1", declared: "MIT", use: forExtension}},
			want: "rules.go: nothing needs the part own.json of m\n" +
				"rules.go: nothing needs the exception for grammars/* of m",
		},
		{
			name: "npm", installed: true,
			held: []*holding{modules, {name: "p", version: "1", declared: "MIT", use: forExtension, dir: unpack(t, "-- LICENSE-OTHER --\nGPL\n")}},
			want: "rules.go: nothing needs the licence ISC\n" +
				"rules.go: nothing needs the part own.json of m\n" +
				"rules.go: nothing needs the exception for grammars/* of m",
		},
		{
			name: "nothing",
			want: "rules.go: nothing needs the part known/*.bin of m\n" +
				"rules.go: nothing needs the part own.json of m\n" +
				"rules.go: nothing needs the exception for grammars/* of m\n" +
				"rules.go: nothing needs the exception for excused/* of m\n" +
				"rules.go: nothing needs the exception for LICENSE-OTHER of p",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newTestChecker(t)
			verdicts, err := c.judgeAll(test.held, test.installed)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "unneeded", strings.Join(c.unneeded(verdicts, test.installed), "\n"), test.want)
		})
	}
}

// What a file brings from elsewhere, with a licence of its own, goes along in its own words.
func TestNotices(t *testing.T) {
	t.Parallel()
	r := testRules()
	r.program = append(r.program, "ISC", "Apache-2.0")
	c, err := newChecker(r)
	if err != nil {
		t.Fatal(err)
	}
	hold := func(name string, archive string, files ...string) *holding {
		h := &holding{name: name, version: "v1", dir: unpack(t, archive), files: map[string]bool{}}
		for _, f := range files {
			h.files[f] = strings.HasSuffix(f, ".bin")
		}
		return h
	}
	held := []*holding{
		hold(golang, "-- LICENSE --\nCopyright 2009 Go\n\nMIT\n-- src/a.s --\n// About a.\n//\n// Copyright 1999 Lucent\n// ISC\n\nTEXT\n", "a.s"),
		hold("m", "-- LICENSE --\nCopyright 2009 Go\n\nMIT\n-- known/x.bin --\n\x00\n", "known/x.bin"),
		hold("n", "-- LICENSE.txt --\r\n\nMIT\n-- a.go --\n// Copyright 2013 Nobody\n// MIT\npackage a\n", "a.go"),
		hold("plain", "-- LICENSE --\nMIT\n-- a.go --\n"),
		{name: "t", version: "v1", use: forTests, dir: unpack(t, "-- LICENSE --\nMIT\n")},
	}
	held[0].version, held[0].dir = "", filepath.Join(held[0].dir, "src")
	held[3].more = map[string]bool{"a.go": false}
	held[2].systems = []string{"windows"}
	verdicts, err := c.judgeAll(held, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range verdicts {
		if len(v.faults) > 0 {
			t.Error(v.lines())
		}
	}
	got := string(compose("own\n", verdicts))
	got = strings.NewReplacer(mit, "MIT\n", isc, "ISC\n", strings.Repeat("=", 80), "===", strings.Repeat("-", 80), "---").Replace(got)
	const want = `covls		MIT
Go		ISC, MIT
m	v1	MIT
n	v1	MIT	windows only

===
covls
---
own

===
Go, its library and its runtime
m v1
---
Copyright 2009 Go

MIT

===
Parts of Go, its library and its runtime say
---
Copyright 1999 Lucent
ISC

===
Parts of m v1 were made from these, under the same licence
---
elsewhere
    Copyright 2001 Ada

===
n v1
---
MIT

===
The files of n v1 say
---
Copyright 2013 Nobody
`
	same(t, "notices", got, want)
}

// The licence of Go may lie elsewhere, and the texts of what the program does not hold of Go do not count.
func TestGo(t *testing.T) {
	t.Parallel()
	dir := unpack(t, "-- held/src/a/a.go --\npackage a\n-- held/src/b/LICENSE --\nGPL\n-- sys/LICENSE --\nMIT\n-- sys/c/LICENSE --\nISC\n")
	library := &holding{name: golang, dir: filepath.Join(dir, "held", "src"), files: map[string]bool{"a/a.go": false}}
	sys := &holding{name: "golang.org/x/sys", version: "v1", dir: filepath.Join(dir, "sys"), use: forTests}
	verdicts, err := newTestChecker(t).judgeAll([]*holding{library, sys}, false)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "faults", strings.Join(verdicts[0].lines(), "\n"), "")
	same(t, "licences", strings.Join(verdicts[0].licences, "\n"), "MIT")

	library.files["b/b.go"] = false
	if err := os.WriteFile(filepath.Join(dir, "held", "src", "b", "b.go"), []byte("package b\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if verdicts, err = newTestChecker(t).judgeAll([]*holding{library, sys}, false); err != nil {
		t.Fatal(err)
	}
	same(t, "faults", strings.Join(verdicts[0].lines(), "\n"), "Go, in the program: b/LICENSE: GPL-3.0-or-later is not on the list")
}

// The servers that are packed are for systems that the check looks at.
func TestTargets(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^VSIX_TARGETS \?= (.*)$`).FindSubmatch(makefile)
	if line == nil {
		t.Fatal("the Makefile has no VSIX_TARGETS")
	}
	systems := map[string]string{"linux": "linux", "alpine": "linux", "darwin": "darwin", "win32": "windows"}
	machines := map[string]string{"x64": "amd64", "arm64": "arm64"}
	packed := map[target]bool{}
	for _, name := range strings.Fields(string(line[1])) {
		system, machine, _ := strings.Cut(name, "-")
		to := target{systems[system], machines[machine]}
		packed[to] = true
		if !slices.Contains(targets(), to) {
			t.Errorf("%s is packed and not looked at", name)
		}
	}
	if len(packed) != len(targets()) {
		t.Errorf("%v are packed, and %v looked at", slices.Collect(maps.Keys(packed)), targets())
	}
}
