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
		exceptions: []exception{
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
