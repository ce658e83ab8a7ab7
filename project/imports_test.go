package project_test

import (
	"testing"

	"github.com/covls/covls/internal/profiletest"
	"github.com/covls/covls/project"
)

// TestNamespace has the namespace of a test of PHP, as composer.json gives it.
func TestNamespace(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ files, test, want string }{
		{"-- composer.json --\n{\"autoload-dev\": {\"psr-4\": {\"Shop\\\\Tests\\\\\": \"tests/\"}}}\n", "tests/Unit/Model/CartTest.php", `Shop\Tests\Unit\Model`},
		{"-- a/composer.json --\n{\"autoload-dev\": {\"psr-4\": {\"Shop\\\\\": [\"x\", \"test\"]}}}\n", "a/test/CartTest.php", "Shop"},
		{"-- composer.json --\n{\"autoload-dev\": {\"psr-4\": {\"Shop\\\\\": \".\", \"Deep\": \"tests/deep\"}}}\n", "tests/deep/CartTest.php", "Deep"},
		{"-- composer.json --\n{\"autoload-dev\": {\"psr-4\": {\"Shop\\\\\": \"other\"}}}\n", "tests/CartTest.php", ""},
		{"-- composer.json --\n{\"autoload-dev\": {\"psr-4\": {\"A; system(1)\": \"tests\"}}}\n", "tests/CartTest.php", ""},
		{"-- composer.json --\n{\"autoload-dev\": {\"psr-4\": [1]}}\n", "tests/CartTest.php", ""},
		{"-- a.php --\n", "tests/CartTest.php", ""},
	} {
		if got, _, _ := project.Imports(profiletest.Tree(t, tt.files), "src/Cart.php", tt.test); got != tt.want {
			t.Errorf("%s of %s: have %q, want %q", tt.test, tt.files, got, tt.want)
		}
	}
}
