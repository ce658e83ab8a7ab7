package outline

import (
	"regexp"
	"sort"
	"strings"
)

// Tests says by which framework a text is one of tests: "imports pytest", "calls describe"; "" where it uses none. What stands
// in a function or a string is no such use.
func (o *Outline) Tests() string {
	s := o.scanned
	switch o.language {
	case "python":
		return s.pythonTests()
	case "javascript", "javascriptreact", "typescript", "typescriptreact":
		return s.ecmaTests()
	case "java", "kotlin", "scala":
		return s.imported("import", ".", jvmFrameworks)
	case "csharp":
		return s.imported("using", ".", netFrameworks)
	case "swift":
		return s.imported("import", ".", swiftFrameworks)
	case "php":
		return s.imported("use", `\`, phpFrameworks)
	case "perl":
		return s.imported("use", "::", perlFrameworks)
	case "elixir":
		return s.imported("use", ".", elixirFrameworks)
	case "dart":
		return s.required(dartFrameworks, "/", "import")
	case "ruby":
		if of := s.required(rubyFrameworks, "/", "require", "require_relative"); of != "" {
			return of
		}
		return s.calling("RSpec", "describe")
	case "lua":
		if of := s.required(luaFrameworks, ".", "require"); of != "" {
			return of
		}
		return s.calling("", "describe")
	case "c", "cpp":
		for i := range o.Funcs {
			if o.Funcs[i].Name == fuzzTarget {
				return Fuzzes
			}
		}
		return s.included(cFrameworks)
	case "rust":
		return s.configured()
	}
	return ""
}

// Fuzzes is what Tests says of a text of C or C++ that has what libFuzzer, AFL and others call: a test, whatever it is called.
const Fuzzes = "defines " + fuzzTarget

const fuzzTarget = "LLVMFuzzerTestOneInput"

// Modules of test frameworks, and what all modules of one begin with, with what separates their parts at its end.
var (
	pythonFrameworks = []string{"pytest", "unittest", "unittest2", "nose", "nose2", "testtools", "django.test", "twisted.trial", "asynctest", "ward"}
	ecmaFrameworks   = []string{
		"vitest", "@jest/globals", "mocha", "node:test", "bun:test", "ava", "tape", "tap", "uvu", "qunit", "jasmine", "@playwright/test", "@japa/runner", "zora", "@hapi/lab",
		"@testing-library/react", "@testing-library/vue", "@testing-library/svelte", "@testing-library/jest-dom", "@testing-library/user-event", "@vue/test-utils", "react-test-renderer", "enzyme",
	}
	jvmFrameworks    = []string{"org.junit", "junit.framework", "org.testng", "io.kotest", "kotlin.test", "org.scalatest", "org.scalatestplus", "munit", "org.specs2", "utest", "zio.test", "weaver", "spock.lang", "org.spekframework"}
	netFrameworks    = []string{"Xunit", "NUnit.Framework", "Microsoft.VisualStudio.TestTools.UnitTesting", "TUnit"}
	swiftFrameworks  = []string{"XCTest", "Testing", "Quick"}
	phpFrameworks    = []string{"PHPUnit", "Pest", "Codeception", "PhpSpec", "Tester"}
	perlFrameworks   = []string{"Test", "Test2"}
	elixirFrameworks = []string{"ExUnit"}
	dartFrameworks   = []string{"package:test/", "package:flutter_test/", "package:integration_test/", "package:test_api/"}
	rubyFrameworks   = []string{"rspec", "minitest", "test/unit", "spec_helper", "test_helper", "rails_helper", "shoulda", "capybara/rspec", "active_support/test_case"}
	luaFrameworks    = []string{"busted", "luaunit", "luassert"}
	cFrameworks      = []string{
		"gtest/", "gmock/", "catch2/", "catch.hpp", "boost/test/", "unity.h", "unity_fixture.h", "cmocka.h", "criterion/", "CppUTest/", "cppunit/", "munit.h", "greatest.h", "QtTest", "QTest",
		"XCTest/XCTest.h",
	}
)

// under is the framework that a module is of; "" for none.
func under(module, separator string, frameworks []string) string {
	for _, f := range frameworks {
		if module == f || strings.HasSuffix(f, "/") && strings.HasPrefix(module, f) || strings.HasPrefix(module, f+separator) {
			return strings.TrimSuffix(f, "/")
		}
	}
	return ""
}

// outside reports whether a token stands in no bracket.
func (s *scanned) outside(i int) bool { return s.around(i) < 0 }

func (s *scanned) pythonTests() string {
	for i := range s.tokens {
		if s.kind(i) != word || !s.outside(i) || !s.newline(i) || s.spliced(i) || s.column(i) > 0 {
			continue
		}
		switch s.text(i) {
		case "import":
			for at := i + 1; s.kind(at) == word && !s.newline(at); {
				name := s.text(at)
				for at++; s.is(at, mark, ".") && s.kind(at+1) == word; at += 2 {
					name += "." + s.text(at+1)
				}
				if of := under(name, ".", pythonFrameworks); of != "" {
					return "imports " + of
				}
				if s.is(at, word, "as") {
					at += 2
				}
				if !s.is(at, mark, ",") {
					break
				}
				at++
			}
		case "from":
			name := s.text(i + 1)
			for at := i + 2; s.is(at, mark, ".") && s.kind(at+1) == word && !s.is(at+1, word, "import"); at += 2 {
				name += "." + s.text(at+1)
			}
			if of := under(name, ".", pythonFrameworks); of != "" {
				return "imports " + of
			}
		}
	}
	return ""
}

func (s *scanned) ecmaTests() string {
	for i, t := range s.tokens {
		switch {
		case t.kind == literal:
			before := s.text(i - 1)
			if s.kind(i-1) == word && (before == "from" || before == "import") && s.outside(i) || before == "(" && s.is(i-2, word, "require") && s.outside(i-2) {
				if of := under(unquoted(s.text(i)), "//", ecmaFrameworks); of != "" {
					return "imports " + of
				}
			}
		case t.kind == word && s.outside(i) && s.is(i+1, open, "(") && s.kind(i+2) == literal && s.newline(i):
			switch name := s.text(i); name {
			case "describe", "it", "test", "suite":
				return "calls " + name
			}
		case t.kind == word && s.outside(i) && s.is(i, word, "Deno") && s.is(i+1, mark, ".") && s.is(i+2, word, "test") && s.newline(i):
			return "calls Deno.test"
		}
	}
	return ""
}

// imported looks for a statement of imports that begins with a word.
func (s *scanned) imported(keyword, separator string, frameworks []string) string {
	for i := range s.tokens {
		if s.kind(i) != word || s.text(i) != keyword || !s.newline(i) && !s.is(i-1, mark, ";") && !(s.kind(i-1) == word && s.text(i-1) == "testable") && !s.is(i-1, word, "global") {
			continue
		}
		from := i + 1
		for s.kind(from) == word && (s.text(from) == "static" || s.text(from) == "function" || s.text(from) == "const" || s.text(from) == "parent" || s.text(from) == "base") {
			from++
		}
		name := ""
		for at := from; at < len(s.tokens) && at < from+maxModule && !(at > from && s.newline(at)); at++ {
			text := s.text(at)
			if s.kind(at) != word && (s.kind(at) != mark || text != "." && text != ":" && text != "::" && text != `\`) {
				break
			}
			if at > from && s.kind(at) == word && s.kind(at-1) == word {
				break
			}
			name += text
		}
		if of := under(strings.TrimPrefix(name, `\`), separator, frameworks); of != "" {
			return "imports " + of
		}
	}
	return ""
}

// maxModule bounds how many tokens the name of a module has.
const maxModule = 40

// required looks for a module in quotes behind one of the words.
func (s *scanned) required(frameworks []string, separator string, words ...string) string {
	for i, t := range s.tokens {
		if t.kind != literal {
			continue
		}
		before := i - 1
		if s.is(before, open, "(") {
			before--
		}
		for _, w := range words {
			if s.is(before, word, w) {
				if of := under(strings.TrimPrefix(strings.TrimPrefix(unquoted(s.text(i)), "./"), "../"), separator, frameworks); of != "" {
					return "imports " + of
				}
			}
		}
	}
	return ""
}

// calling looks for a call outside of functions, of an object's method where object is not "".
func (s *scanned) calling(object, name string) string {
	for i := range s.tokens {
		if !s.is(i, word, name) || !s.outside(i) {
			continue
		}
		if object == "" && s.newline(i) && (s.is(i+1, open, "(") && s.kind(i+2) == literal || s.kind(i+1) == literal) {
			return "calls " + name
		}
		if object != "" && s.is(i-1, mark, ".") && s.is(i-2, word, object) {
			return "calls " + object + "." + name
		}
	}
	return ""
}

var includes = regexp.MustCompile(`(?m)^[ \t]*#[ \t]*(?:include|import)[ \t]*[<"]([^>"\n]{1,200})[>"]`)

// included looks at the headers that a text of C or C++ includes.
func (s *scanned) included(frameworks []string) string {
	if !strings.Contains(s.src, "#") {
		return ""
	}
	for _, at := range includes.FindAllStringSubmatchIndex(s.src, maxIncludes) {
		header := s.src[at[2]:at[3]]
		of := under(header, "/", frameworks)
		if of == "" {
			of = under(header[strings.LastIndexByte(header, '/')+1:], "/", frameworks)
		}
		if of != "" && !s.commented(at[0]) {
			return "includes " + header
		}
	}
	return ""
}

// maxIncludes bounds how many headers are looked at.
const maxIncludes = 1000

// commented reports whether a byte is in a comment.
func (s *scanned) commented(at int) bool {
	i := sort.Search(len(s.comments), func(i int) bool { return s.comments[i].End > at })
	return i < len(s.comments) && s.comments[i].Start <= at
}

// configured looks for #![cfg(test)], which makes a whole text of Rust one of tests.
func (s *scanned) configured() string {
	for i := 0; i < len(s.tokens) && i < maxHead; i++ {
		if s.is(i, mark, "#") && s.is(i+1, mark, "!") && s.is(i+2, open, "[") && s.is(i+3, word, "cfg") && s.is(i+5, word, "test") && s.outside(i) {
			return "has #![cfg(test)]"
		}
	}
	return ""
}
