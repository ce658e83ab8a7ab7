package source_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
)

// TestBlocks holds the blocks against those of `go tool cover`, over texts that have all that it treats in a way of its
// own and over files of the standard library.
func TestBlocks(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/blocks/*.txt") // of no package, and formatted as nobody would
	if err != nil || len(files) == 0 {
		t.Fatalf("no texts: %v", err)
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatalf("go env GOROOT: %v", err)
	}
	std := filepath.Join(strings.TrimSpace(string(root)), "src")
	for _, pkg := range []string{"go/types", "net/http", "text/template", "strconv"} {
		list, err := filepath.Glob(filepath.Join(std, filepath.FromSlash(pkg), "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range list {
			if !strings.HasSuffix(f, "_test.go") && i%5 == 0 {
				files = append(files, f)
			}
		}
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			text := readFile(t, path)
			want := coverBlocks(t, path)
			if len(want) == 0 && strings.HasPrefix(path, "testdata") {
				t.Fatal("go tool cover has divided nothing")
			}
			var got []coverage.Region
			lines := strings.Split(text, "\n")
			for _, b := range source.Blocks(text) {
				got = append(got, b.As)
				if at := lines[b.At.Start.Line-1]; int(b.At.Start.Col) > len(at)+1 || int(b.At.End.Col) > len(lines[b.At.End.Line-1])+1 {
					t.Errorf("a block is at %v, which is not in the text", b.At)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("blocks\n%v, want\n%v", got, want)
			}
			parsed, _ := source.Parse("a.go", text)
			if parsed.Blocks != coverage.PrintOf(want) {
				t.Errorf("the print of %d blocks is that of %d others", len(want), parsed.Blocks.Regions)
			}
		})
	}
}

// coverBlocks are the blocks that `go tool cover` divides a file into, sorted.
func coverBlocks(t *testing.T, path string) (out []coverage.Region) {
	t.Helper()
	cmd := exec.Command("go", "tool", "cover", "-mode=set", "-var=covlsBlocks", path)
	cmd.Stderr = os.Stderr
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("go tool cover %s: %v", path, err)
	}
	number := func(s string) uint32 {
		n, err := strconv.ParseUint(s, 0, 32)
		if err != nil {
			t.Fatal(err)
		}
		return uint32(n)
	}
	_, tables, _ := strings.Cut(string(text), "\nvar covlsBlocks")
	for _, m := range regexp.MustCompile(`(?m)^\t\t(\d+), (\d+), (0x[0-9a-f]+), // \[\d+\]$`).FindAllStringSubmatch(tables, -1) {
		cols := number(m[3])
		out = append(out, coverage.Region{
			Start: coverage.Point{Line: number(m[1]), Col: cols & 0xffff}, End: coverage.Point{Line: number(m[2]), Col: cols >> 16},
		})
	}
	for i, m := range regexp.MustCompile(`(?m)^\t\t(\d+), // \d+$`).FindAllStringSubmatch(tables, -1) {
		out[i].Statements = number(m[1])
	}
	slices.SortFunc(out, coverage.Region.Compare)
	return out
}

// TestBlocksLarge holds the print of a text that is parsed in parts against that of the whole.
func TestBlocksLarge(t *testing.T) {
	t.Parallel()
	text := "package p\n" + strings.Repeat("\nfunc f() {\n\tif true {\n\t\treturn\n\t}\n}\n", 40_000)
	parsed, _ := source.Parse("a.go", text)
	var want coverage.Print
	for _, b := range source.Blocks(text) {
		want.Add(&b.As)
	}
	if parsed.Blocks != want || want.Regions != 80_000 {
		t.Errorf("%d blocks, want %d", parsed.Blocks.Regions, want.Regions)
	}
}

// TestBlocksBroken: what does not compile has no profile.
func TestBlocksBroken(t *testing.T) {
	t.Parallel()
	const text = "package p\n\nfunc f() {\n\tx(\n}\n\nfunc g() { println() }\n"
	if parsed, _ := source.Parse("a.go", text); parsed.Blocks != (coverage.Print{}) || source.Blocks(text) != nil {
		t.Errorf("blocks %v", source.Blocks(text))
	}
}
