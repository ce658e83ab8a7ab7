package project_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/project"
)

// TestTestsOf has small projects of each ecosystem, with where the tests of a source belong.
func TestTestsOf(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		files string // with what they say behind a colon
		name  string // behind a colon a function
		want  string
	}{
		{"pyproject.toml:pytest src/shop/cart.py tests/test_other.py", "src/shop/cart.py", "pytest in new tests/test_cart.py"},
		{"pyproject.toml:pytest src/shop/cart.py tests/shop/test_cart.py", "src/shop/cart.py", "pytest in tests/shop/test_cart.py"},
		{"pyproject.toml:pytest src/shop/cart.py tests/unit/test_cart.py", "src/shop/cart.py", "pytest in tests/unit/test_cart.py"},
		{"setup.py shop/cart.py shop/tests/test_a.py", "shop/cart.py", "unittest in new shop/tests/test_cart.py"},
		{"a.py", "a.py", "unittest in new test_a.py"},
		{"setup.py shop/__init__.py shop/cart.py", "shop/cart.py", "unittest in new shop/test_cart.py"},
		{"setup.py src/cart.py", "src/cart.py", "unittest in new test_cart.py"},
		{`package.json:{"devDependencies":{"mocha":"1"}} lib/a.js`, "lib/a.js", "mocha in new test/a.test.js"},
		{"svc/pyproject.toml svc/conftest.py svc/a.py", "svc/a.py", "pytest in new svc/tests/test_a.py"},
		{`package.json:{"devDependencies":{"vitest":"1"}} src/a.ts`, "src/a.ts", "vitest in new src/a.test.ts"},
		{`package.json:{"devDependencies":{"jest":"1"}} src/a.tsx src/b.spec.tsx`, "src/a.tsx", "jest in new src/a.spec.tsx"},
		{`package.json:{"devDependencies":{"mocha":"1"}} lib/a.js test/b.js test/a.js`, "lib/a.js", "mocha in test/a.js"},
		{`package.json:{"scripts":{"test":"node&--test"}} src/a.js test/a.test.js`, "src/a.js", "node --test in test/a.test.js"},
		{`package.json:{"devDependencies":{"vitest":"1"}} pkg/x/package.json:{} pkg/x/src/__tests__/b.test.ts pkg/x/src/a.ts`, "pkg/x/src/a.ts", "vitest in new pkg/x/src/__tests__/a.test.ts"},
		{`package.json:{"devDependencies":{"jest":"1"}} src/a.js tests/fixtures/run.js:require('../../src/a') tests/b.test.js`, "src/a.js", "jest in new tests/a.test.js"},
		{"package.json src/a.js", "src/a.js", " in new src/a.test.js"},
		{"Gemfile .rspec lib/shop/cart.rb", "lib/shop/cart.rb", "RSpec in new spec/shop/cart_spec.rb"},
		{"Gemfile app/models/cart.rb spec/models/cart_spec.rb", "app/models/cart.rb", "RSpec in spec/models/cart_spec.rb"},
		{"Gemfile lib/cart.rb test/test_cart.rb", "lib/cart.rb", "minitest in test/test_cart.rb"},
		{"composer.json src/Shop/Cart.php tests/Shop/CartTest.php", "src/Shop/Cart.php", "PHPUnit in tests/Shop/CartTest.php"},
		{"composer.json src/Shop/Cart.php tests/x.php", "src/Shop/Cart.php", "PHPUnit in new tests/Shop/CartTest.php"},
		{"composer.json src/Shop/Cart.php tests/CartTest.php", "src/Shop/Cart.php", "PHPUnit in tests/CartTest.php"},
		{`composer.json:{"autoload":{"psr-4":{"Shop\\":["lib/Shop/","gen"]}},"autoload-dev":{"psr-4":{"Shop\\Tests\\":"test/"}}} lib/Shop/Model/Cart.php test/x.php tests/x.php`, "lib/Shop/Model/Cart.php", "PHPUnit in new test/Model/CartTest.php"},
		{`a/composer.json:{"autoload":{"psr-4":{"Shop\\":"src"}},"autoload-dev":{"psr-4":{"Shop\\Tests\\":"tests/"}}} a/src/Cart.php a/tests/Unit/x.php`, "a/src/Cart.php", "PHPUnit in new a/tests/Unit/CartTest.php"},
		{`composer.json:{"autoload-dev":{"psr-4":{"Shop\\":"spec/Shop"}}} src/Cart.php tests/x.php`, "src/Cart.php", "PHPUnit in new spec/Shop/CartTest.php"},
		{`composer.json:{"autoload":{"psr-4":{"Shop\\":"../up"}}} src/Cart.php`, "src/Cart.php", "PHPUnit in new tests/CartTest.php"},
		{"composer.json:pestphp/pest app/Cart.php tests/Unit/x.php", "app/Cart.php", "Pest in new tests/Unit/CartTest.php"},
		{"pom.xml:junit-jupiter src/main/java/a/Cart.java", "src/main/java/a/Cart.java", "JUnit 5 in new src/test/java/a/CartTest.java"},
		{"build.gradle.kts:kotest src/commonMain/kotlin/a/Cart.kt src/commonTest/kotlin/a/CartSpec.kt", "src/commonMain/kotlin/a/Cart.kt", "Kotest in src/commonTest/kotlin/a/CartSpec.kt"},
		{"build.sbt:munit src/main/scala/Cart.scala", "src/main/scala/Cart.scala", "MUnit in new src/test/scala/CartSuite.scala"},
		{"Shop.sln src/Shop/Shop.csproj src/Shop/Cart.cs tests/Shop.Tests/Shop.Tests.csproj:xunit", "src/Shop/Cart.cs", "xUnit"},
		{"src/Shop/Shop.csproj src/Shop/Cart.cs src/Shop.Tests/Shop.Tests.csproj:xunit", "src/Shop/Cart.cs", "xUnit"},
		{"Cargo.toml src/cart.rs", "src/cart.rs", "cargo test in src/cart.rs"},
		{"mix.exs lib/shop/cart.ex", "lib/shop/cart.ex", "ExUnit in new test/shop/cart_test.exs"},
		{"pubspec.yaml:flutter_test lib/src/cart.dart test/x.dart", "lib/src/cart.dart", "flutter test in new test/cart_test.dart"},
		{"Package.swift Sources/Shop/Cart.swift Tests/ShopTests/ATests.swift:import&Testing", "Sources/Shop/Cart.swift", "Swift Testing in new Tests/ShopTests/CartTests.swift"},
		{"CMakeLists.txt:GTest src/cart.cc tests/x.cc", "src/cart.cc", "GoogleTest in new tests/cart_test.cc"},
		{"CMakeLists.txt src/cart.c src/cart_test.c", "src/cart.c", " in src/cart_test.c"},
		{"CMakeLists.txt src/cart.c", "src/cart.c", ""},
		{".busted cart.lua", "cart.lua", "busted in new spec/cart_spec.lua"},
		{"cpanfile lib/Cart.pm t/cart.t", "lib/Cart.pm", "Test::More in t/cart.t"},
		{"bin/run.sh test/run.bats", "bin/run.sh", "bats in test/run.bats"},
		{"bin/run.sh", "bin/run.sh", ""},
		{"go.mod a.go", "a.go", ""},
		// A test that imports the source is the one to extend.
		{`package.json:{"devDependencies":{"vitest":"1"}} src/utils.ts test/utilities.test.ts:from&'../src/utils' test/a.test.ts:from&'../src/a'`, "src/utils.ts", "vitest in test/utilities.test.ts"},
		{`package.json:{"devDependencies":{"vitest":"1"}} src/utils.ts test/utilities.test.ts:from&'../src/other' test/a.test.ts`, "src/utils.ts", "vitest in new test/utils.test.ts"},
		{`package.json:{"devDependencies":{"jest":"1"}} src/a.ts src/b.spec.ts:import('./a.js') src/c.spec.ts:import('./c');require("./a")`, "src/a.ts", "jest in src/b.spec.ts"},
		{`package.json:{"devDependencies":{"mocha":"1"}} lib/index.js test/all.js:require('../lib')`, "lib/index.js", "mocha in test/all.js"},
		{`package.json:{"devDependencies":{"mocha":"1"}} lib/a.js test/all.js:require('../lib/a') test/a.js`, "lib/a.js", "mocha in test/a.js"},
		{"pyproject.toml:pytest src/shop/cart.py tests/test_basket.py:from&shop.cart&import&Cart tests/test_all.py:import&os\nimport&shop.cart", "src/shop/cart.py", "pytest in tests/test_basket.py"},
		{"setup.py shop/cart.py tests/test_shop.py:from&shop&import&(a,cart)", "shop/cart.py", "unittest in tests/test_shop.py"},
		{"setup.py shop/cart.py tests/test_shop.py:from&shop&import&carts", "shop/cart.py", "unittest in new tests/test_cart.py"},
		{"Gemfile .rspec lib/shop/cart.rb spec/basket_spec.rb:require&'shop/cart'", "lib/shop/cart.rb", "RSpec in spec/basket_spec.rb"},
		{"CMakeLists.txt:GTest src/cart.cc tests/basket_test.cc:#include&\"shop/cart.h\"", "src/cart.cc", "GoogleTest in tests/basket_test.cc"},
		{"a.hs", "a.hs", ""},
		// A benchmark, and what sets tests up, is no place for a test.
		{`package.json:{"devDependencies":{"vitest":"1"}} src/index.ts src/a.bench.ts:from&'./index' src/b.spec.ts:from&'./index.js'`, "src/index.ts", "vitest in src/b.spec.ts"},
		{`package.json:{"devDependencies":{"vitest":"1"}} src/index.ts src/a.bench.ts:from&'./index' src/b.test-d.ts:from&'./index.js'`, "src/index.ts", "vitest in new src/index.test.ts"},
		{"pyproject.toml:pytest shop/cart.py tests/conftest.py:import&shop.cart", "shop/cart.py", "pytest in new tests/test_cart.py"},
		// A file of tests that is called after the function goes before others.
		{`package.json:{"devDependencies":{"vitest":"1"}} src/index.ts src/a.spec.ts:from&'./index' src/set-cookie.spec.ts:from&'./index.js'`, "src/index.ts:setCookie", "vitest in src/set-cookie.spec.ts"},
		{`package.json:{"devDependencies":{"vitest":"1"}} src/index.ts src/a.spec.ts:from&'./index' src/set-cookie.spec.ts:from&'./other.js'`, "src/index.ts:K.setCookie", "vitest in src/a.spec.ts"},
		{"pyproject.toml:pytest src/shop/cart.py tests/test_all.py:import&shop.cart tests/test_add_item.py:from&shop.cart&import&add_item", "src/shop/cart.py:Cart.add_item", "pytest in tests/test_add_item.py"},
		// Tests in folders of the folder of tests.
		{"pyproject.toml:pytest src/shop/cart.py tests/test_shop/test_cart.py:from&shop.cart&import&Cart", "src/shop/cart.py", "pytest in tests/test_shop/test_cart.py"},
		{"pyproject.toml:pytest src/shop/cart.py tests/test_shop/test_other.py", "src/shop/cart.py", "pytest in new tests/test_shop/test_cart.py"},
		{"pyproject.toml:pytest src/shop/cart.py tests/shop/test_other.py", "src/shop/cart.py", "pytest in new tests/shop/test_cart.py"},
		{`package.json:{"devDependencies":{"mocha":"1"}} lib/a.js test/basics/first.test.js:require('../../lib/a')`, "lib/a.js", "mocha in test/basics/first.test.js"},
	} {
		var archive strings.Builder
		for file := range strings.FieldsSeq(tt.files) {
			name, says, _ := strings.Cut(file, ":")
			fmt.Fprintf(&archive, "-- %s --\n%s\n", name, strings.ReplaceAll(strings.ReplaceAll(says, "&", " "), `\n`, "\n"))
		}
		source, function, _ := strings.Cut(tt.name, ":")
		tests, ok := project.TestsOf(profiletest.Tree(t, archive.String()), source, function)
		got := tests.Runner
		if tests.File != "" {
			got += " in "
			if !tests.Exists {
				got += "new "
			}
			got += tests.File
		}
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("%s of %s: %q, %v; want %q", tt.name, tt.files, got, ok, tt.want)
		}
	}
}
