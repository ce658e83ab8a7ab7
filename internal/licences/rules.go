package main

import "github.com/google/licensecheck"

// rules say what is allowed. All that they hold must be needed: a row that explains nothing fails the check.
type rules struct {
	// program lists the licences of what people get: the program, and what is bundled into the extension.
	// Each lets anybody use and change it, and asks for no more than that its text goes along.
	program []string
	// making lists the licences that are allowed besides for what makes and tests it, which nobody gets.
	making []string
	// texts are licences that the library does not know.
	texts      []licensecheck.License
	parts      []part
	exceptions []exception
}

// part is a piece of a module that comes from somewhere else, which the module's own texts do not say. What
// a module embeds needs one, since nobody sees in it whose it is.
type part struct {
	module string
	// files are patterns of path.Match for what the program holds of the module.
	files []string
	// from is what it was made from, "" for what is the module's own.
	from string
	// licence and copyright are those of what it was made from. The licence must be one of the module's own,
	// whose text goes along.
	licence, copyright string
}

// exception lets something be that the check finds fault with.
type exception struct {
	// name is a module, a package of npm, or "Go".
	name string
	// files are patterns of path.Match for the faults' places.
	files []string
	// plain restricts it to what only a build without the tags of the Makefile holds.
	plain bool
	// why says what is wrong, and why it stays nevertheless.
	why string
	// until says what makes the exception go.
	until string
}

const treeSitter = "github.com/odvcencio/gotreesitter"

func ours() rules {
	return rules{
		program: []string{
			"MIT", "BSD-3-Clause", "Apache-2.0", "ISC", "BlueOak-1.0.0",
			"GooglePatentsFile", // the grant of patents beside Go's licence
			"SunPro", "Cephes",  // the origins of Go's package math
		},
		making: []string{
			"BSD-2-Clause", "0BSD", "NCSA",
			"Artistic-2.0", "PSF-2.0", // vsce and mocha need packages under these
		},
		texts: []licensecheck.License{
			{ID: "SunPro", LRE: `by Sun Microsystems, Inc. All rights reserved.
				((Developed at __1__ a Sun Microsystems, Inc. business.))??
				Permission to use, copy, modify, and distribute this software is freely granted,
				provided that this notice is preserved.`},
			{ID: "Cephes", LRE: `Some software in this archive may be from the book Methods and Programs for Mathematical Functions
				(Prentice-Hall or Simon & Schuster International, 1989) or from the Cephes Mathematical Library,
				a commercial product. In either event, it is copyrighted by the author. What you see here may be
				used freely but it comes with no support or guarantee.`},
		},
		parts: []part{
			grammar("java", "Copyright (c) 2017 Ayman Nadeem", "java.bin"),
			grammar("javascript", "Copyright (c) 2014 Max Brunsfeld", "javascript.bin"),
			grammar("php", "Copyright (c) 2017 Josh Vera, GitHub; Copyright (c) 2019 Max Brunsfeld, Amaan Qureshi, Christian Frøystad, Caleb White", "php.bin"),
			grammar("python", "Copyright (c) 2016 Max Brunsfeld", "python.bin"),
			grammar("ruby", "Copyright (c) 2016 Rob Rix", "ruby.bin"),
			grammar("rust", "Copyright (c) 2017 Maxim Sokolov", "rust.bin"),
			grammar("typescript", "Copyright (c) 2017 Max Brunsfeld", "typescript.bin", "tsx.bin"),
			grammar("go", "Copyright (c) 2014 Max Brunsfeld", "go.bin"),
			{
				module: treeSitter, files: []string{"grammars/linguist_gen.go"}, licence: "MIT",
				from: "https://github.com/github-linguist/linguist", copyright: "Copyright (c) 2017 GitHub, Inc.",
			},
			{module: treeSitter, files: []string{"testdata/result_compat_ownership_v1.json"}},
		},
		exceptions: []exception{
			{
				name:  treeSitter,
				files: []string{"grammars/grammar_blobs/*.bin", "grammars/*.go"},
				plain: true,
				why: "A build without the tags of the Makefile, which is what go install makes, holds all 206 grammars. " +
					"Disassembly and caddy are GPL-3.0 and nim is MPL-2.0; eex, elsa, authzed and brightscript come from where there is no text of a licence. " +
					"Not all of the others were looked at. What make builds holds the grammars above, which are MIT.",
				until: "the module is replaced",
			},
			{
				name:  golang,
				files: []string{"crypto/internal/boring/LICENSE"},
				why: "It has the licence of OpenSSL for the object files in syso, which are linked with GOEXPERIMENT=boringcrypto alone. " +
					"The program holds the Go files beside them, which are under Go's own licence.",
				until: "Go moves the text into syso",
			},
			{
				name:  "github.com/google/licensecheck",
				files: []string{"testdata/*", "old/testdata/*"},
				why:   "They are samples of licences for its tests to recognise.",
				until: "another library recognises licences",
			},
		},
	}
}

// grammar is a part of gotreesitter: the parse tables of a language, by the names of their files.
func grammar(language, copyright string, blobs ...string) part {
	p := part{
		module: treeSitter, licence: "MIT", copyright: copyright,
		from: "https://github.com/tree-sitter/tree-sitter-" + language,
	}
	for _, b := range blobs {
		p.files = append(p.files, "grammars/grammar_blobs/"+b)
	}
	return p
}
