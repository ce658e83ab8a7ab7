package outline_test

import (
	"strings"
	"testing"

	"github.com/covls/covls/source/outline"
)

func TestTests(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ language, text, want string }{
		{"python", "import os, pytest as p\n", "imports pytest"},
		{"python", "from unittest.mock import Mock\n", "imports unittest"},
		{"python", "from django.test import TestCase\n", "imports django.test"},
		{"python", "\"\"\"Use it so::\n\nimport pytest\n\"\"\"\n# import pytest\ndef test():\n    import pytest\nimport pytester\nfrom .unittest import x\n", ""},
		{"javascript", "import { it } from 'vitest'\n", "imports vitest"},
		{"javascript", "const test = require('node:test')\n", "imports node:test"},
		{"typescript", "import '@testing-library/jest-dom'\n", "imports @testing-library/jest-dom"},
		{"typescript", "describe('store', () => {\n  it('x', () => {})\n})\n", "calls describe"},
		{"javascript", "Deno.test('a', () => {})\n", "calls Deno.test"},
		{"typescript", "import { defineConfig } from 'vitest/config'\nif (import.meta.vitest) {\n  const { it } = import.meta.vitest\n  it('a', () => {})\n}\nfunction f() { describe('x') }\ntest(value)\nconst s = `\nimport 'vitest'\n`\n", ""},
		{"java", "package a;\n\nimport static org.junit.jupiter.api.Assertions.*;\n", "imports org.junit"},
		{"java", "import org.junitpioneer.X;\nimport a.org.junit.B;\n// import org.junit.Test;\n", ""},
		{"kotlin", "import kotlin.test.Test\n", "imports kotlin.test"},
		{"scala", "import org.scalatest.funsuite.AnyFunSuite\n", "imports org.scalatest"},
		{"csharp", "global using Xunit;\n", "imports Xunit"},
		{"csharp", "using System;\nusing NUnit.Framework;\n", "imports NUnit.Framework"},
		{"csharp", "using (var x = Xunit.Open()) {}\n", ""},
		{"swift", "@testable import App\nimport XCTest\n", "imports XCTest"},
		{"php", "<?php\nuse PHPUnit\\Framework\\TestCase;\n", "imports PHPUnit"},
		{"php", "<?php\n$f = function () use ($PHPUnit) {};\n", ""},
		{"perl", "use strict;\nuse Test::More tests => 2;\n", "imports Test"},
		{"perl", "package Test::More;\nuse Testing;\n", ""},
		{"elixir", "defmodule ATest do\n  use ExUnit.Case, async: true\nend\n", "imports ExUnit"},
		{"dart", "import 'package:test/test.dart';\n", "imports package:test"},
		{"dart", "import 'package:testing/a.dart';\n", ""},
		{"ruby", "require \"minitest/autorun\"\n", "imports minitest"},
		{"ruby", "require_relative '../test_helper'\n", "imports test_helper"},
		{"ruby", "RSpec.describe Store do\nend\n", "calls RSpec.describe"},
		{"ruby", "describe = 1\nrequire 'rspecial'\nputs \"require 'rspec'\"\n", ""},
		{"lua", "require 'busted.runner'()\n", "imports busted"},
		{"lua", "local lu = require('luaunit')\n", "imports luaunit"},
		{"lua", "describe('a', function() end)\n", "calls describe"},
		{"cpp", "#include <vector>\n#include <gtest/gtest.h>\n", "includes gtest/gtest.h"},
		{"c", "#include \"../unity/src/unity.h\"\n", "includes ../unity/src/unity.h"},
		{"cpp", "/*\n#include <gtest/gtest.h>\n*/\n#include \"community.h\"\n#include <check.h>\n", ""},
		{"cpp", "#include <cstdint>\nextern \"C\" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {\n  return 0;\n}\n", outline.Fuzzes},
		{"c", "int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);\nint main(void)\n{\n  return LLVMFuzzerTestOneInput(0, 0);\n}\n", ""},
		{"rust", "#![cfg(test)]\nuse super::*;\n", "has #![cfg(test)]"},
		{"rust", "#[cfg(test)]\nmod tests {\n  #![cfg(test)]\n}\n", ""},
		{"shellscript", "import pytest\n", ""},
	} {
		o, ok := outline.Of(tt.language, tt.text)
		if !ok {
			t.Fatal(tt.language)
		}
		if got := o.Tests(); got != tt.want {
			t.Errorf("%s: %q, want %q:\n%s", tt.language, got, tt.want, tt.text)
		}
	}
}

func TestUses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ language, text, want string }{
		{"typescript", "import { a } from './e2e/keys'\nimport './x'\nexport * from \"../testing\"\nconst b = require('lib/test/b'), c = await import(`./fixtures/c`)\n// from './e2e/no'\nconst d = './e2e/no'\n", "./e2e/keys ../testing lib/test/b ./fixtures/c"},
		{"python", "import a, shop.e2e.keys as k\nfrom .fixtures import load\nfrom . import test, a\nfrom ..x import (tests as t,\n  b)\nfrom shop.mocks.all import *\n\"\"\"\nimport no.test\n\"\"\"\n", "shop/e2e/keys ./fixtures ./fixtures/load ./test ./../x/tests shop/mocks/all"},
		{"rust", "pub mod e2e;\n#[cfg(test)]\nmod tests;\n#[cfg(test)]\n#[path = \"x.rs\"]\npub(crate) mod test;\nmod x;\n", "./e2e"},
		{"c", "#include \"test/keys.h\"\n#include <test/no.h>\n/*\n#include \"e2e/no.h\"\n*/\n", "./test/keys.h"},
		{"dart", "import 'package:shop/fixtures/a.dart';\nimport 'e2e/b.dart';\n", "shop/fixtures/a.dart ./e2e/b.dart"},
		{"lua", "local a = require('shop.test.a')\nlocal b = require 'e2e.b'\n", "shop/test/a e2e/b"},
		{"java", "import a.test.B;\n", ""},
	} {
		o, ok := outline.Of(tt.language, tt.text)
		if !ok {
			t.Fatal(tt.language)
		}
		if got := strings.Join(o.Uses(), " "); got != tt.want {
			t.Errorf("%s: %q, want %q:\n%s", tt.language, got, tt.want, tt.text)
		}
	}
}
