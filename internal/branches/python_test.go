package branches_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/covls/covls/internal/profiletest"
)

// python is Debian's, whose packages it has.
const python = "/usr/bin/python3"

// TestPython is three branches of a package that Debian has, by coverage.py.
func TestPython(t *testing.T) {
	t.Parallel()
	said, stderr, code := output(t, t.TempDir(), "sh", "-c", python+` -c "import coverage, packaging; print(packaging.__version__, packaging.__path__[0])"`)
	if code != 0 {
		profiletest.Missing(t, "%s has no coverage or packaging: %s", python, stderr)
	}
	var version, from string
	if _, err := fmt.Sscan(said, &version, &from); err != nil {
		t.Fatal(err)
	}
	check(t, project{
		name: "packaging " + version, profile: "coverage.lcov", lost: lostLCOV, files: true,
		fill: func(t *testing.T, dir string) {
			t.Helper()
			copyAll(t, from, filepath.Join(dir, "packaging"))
			write(t, dir, map[string]string{
				".gitignore":    "__pycache__\n.coverage\n*.xml\n*.lcov\n",
				"test_names.py": namesTest, "test_sdist.py": sdistTest,
			})
		},
		run: func(t *testing.T, dir string) {
			t.Helper()
			run(t, dir, python, "-m", "coverage", "run", "--source=packaging", "-m", "unittest", "-q")
			run(t, dir, python, "-m", "coverage", "lcov", "-q")
		},
		xml: func(t *testing.T, dir string) string {
			t.Helper()
			run(t, dir, python, "-m", "coverage", "xml", "-q")
			return filepath.Join(dir, "coverage.xml")
		},
		branches: []branch{
			{
				name: "untested",
				edits: []edit{{file: "packaging/utils.py", old: "    return cast(NormalizedName, value)\n", text: `    if not value:
        value = "-"
        name = name or value
        print(name)
    return cast(NormalizedName, value)
`}},
				code: 1, covered: 1, total: 4,
				gaps: []gap{{
					kind: "changed", file: "packaging/utils.py", function: "canonicalize_name",
					at: [][2]string{{`value = "-"`, "print(name)"}}, statements: 3, of: 4,
				}},
			},
			{
				name:  "deltest",
				edits: []edit{{file: "test_sdist.py"}},
				code:  1,
				lost: []gap{
					{kind: "lost", file: "packaging/utils.py", function: "parse_sdist_filename", at: [][2]string{{"def parse_sdist_filename", ":"}}, statements: 10, of: 11},
					{kind: "lost", file: "packaging/version.py", function: "_parse_letter_version", at: [][2]string{{"def _parse_letter_version", "("}}, statements: 2, of: 11},
					{kind: "lost", file: "packaging/version.py", function: "_parse_local_version", at: [][2]string{{"def _parse_local_version", "("}}, statements: 1, of: 4},
					{kind: "lost", file: "packaging/version.py", function: "_cmpkey", at: [][2]string{{"def _cmpkey", "("}}, statements: 4, of: 16},
				},
			},
			{
				name: "move",
				edits: []edit{
					{file: "packaging/utils.py", old: sdist},
					{file: "packaging/sdist.py", text: "from typing import Tuple\n\nfrom .utils import InvalidSdistFilename, NormalizedName, canonicalize_name\nfrom .version import Version\n\n\n" + sdist},
					{file: "test_sdist.py", old: "from packaging.utils import InvalidSdistFilename, parse_sdist_filename", text: "from packaging.sdist import parse_sdist_filename\nfrom packaging.utils import InvalidSdistFilename"},
				},
				covered: 3, total: 3, moved: 1,
			},
		},
	})
}

const (
	namesTest = `import unittest

from packaging.utils import canonicalize_name, canonicalize_version


class Names(unittest.TestCase):
    def test_name(self):
        self.assertEqual(canonicalize_name("A_b..c"), "a-b-c")

    def test_version(self):
        self.assertEqual(canonicalize_version("1!2.0.0a1.post2.dev3+x"), "1!2a1.post2.dev3+x")
        self.assertEqual(canonicalize_version("no version"), "no version")
`
	sdistTest = `import unittest

from packaging.utils import InvalidSdistFilename, parse_sdist_filename


class Files(unittest.TestCase):
    def test_sdist(self):
        self.assertEqual(parse_sdist_filename("a-b-1.0.tar.gz")[0], "a-b")
        self.assertEqual(parse_sdist_filename("a-1.0.zip")[0], "a")
        with self.assertRaises(InvalidSdistFilename):
            parse_sdist_filename("a.exe")
`
	sdist = `def parse_sdist_filename(filename: str) -> Tuple[NormalizedName, Version]:
    if filename.endswith(".tar.gz"):
        file_stem = filename[: -len(".tar.gz")]
    elif filename.endswith(".zip"):
        file_stem = filename[: -len(".zip")]
    else:
        raise InvalidSdistFilename(
            f"Invalid sdist filename (extension must be '.tar.gz' or '.zip'):"
            f" {filename}"
        )

    # We are requiring a PEP 440 version, which cannot contain dashes,
    # so we split on the last dash.
    name_part, sep, version_part = file_stem.rpartition("-")
    if not sep:
        raise InvalidSdistFilename(f"Invalid sdist filename: {filename}")

    name = canonicalize_name(name_part)
    version = Version(version_part)
    return (name, version)
`
)
