package project

import (
	"encoding/json"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// psr4 is a folder whose files are classes of a namespace, as composer.json has it under "autoload" and "autoload-dev".
type psr4 struct {
	space string // "Shop\Model"; "" is the global one
	dir   string // slash-separated and relative to composer.json, "." for its own folder
}

// composer reads the folders of classes, and those of tests, in the order of their namespaces.
func composer(dir string) (code, tests []psr4) {
	type load struct {
		PSR4 map[string]any `json:"psr-4"`
	}
	var read struct {
		Autoload load `json:"autoload"`
		Dev      load `json:"autoload-dev"`
	}
	if json.Unmarshal([]byte(content(dir, "composer.json")), &read) != nil {
		return nil, nil
	}
	return folders(read.Autoload.PSR4), folders(read.Dev.PSR4)
}

func folders(of map[string]any) (out []psr4) {
	for _, space := range slices.Sorted(maps.Keys(of)) {
		dirs, many := of[space].([]any)
		if !many {
			dirs = []any{of[space]}
		}
		for _, d := range dirs {
			if dir, ok := d.(string); ok && filepath.IsLocal(filepath.FromSlash(path.Clean("./"+dir))) {
				out = append(out, psr4{strings.Trim(space, `\`), path.Clean("./" + dir)})
			}
		}
	}
	return out
}

// inside is what a path has below the innermost of the folders around it.
func inside(all []psr4, name string) (of psr4, rest string, ok bool) {
	for _, p := range all {
		if len(p.dir) < len(of.dir) {
			continue
		}
		if below, is := strings.CutPrefix(name+"/", p.dir+"/"); is || p.dir == "." {
			of, rest, ok = p, strings.TrimSuffix(below, "/"), true
		}
	}
	return of, rest, ok
}

var phpSpace = regexp.MustCompile(`^[A-Za-z_]\w*(\\[A-Za-z_]\w*)*$`)

// phpNamespace is the namespace that composer.json gives a test, "Shop\Tests\Model"; "" where it says nothing of its folder.
func phpNamespace(root, test string) string {
	for at, n := path.Dir(test), 0; n < maxAround; at, n = path.Dir(at), n+1 {
		dir := filepath.Join(root, filepath.FromSlash(at))
		if has(dir, "composer.json") {
			rel := path.Dir(test)
			if at != "." {
				rel = path.Clean(strings.TrimPrefix(rel+"/", at+"/"))
			}
			_, tests := composer(dir)
			p, rest, ok := inside(tests, rel)
			if !ok {
				return ""
			}
			space := strings.Trim(p.space+`\`+strings.ReplaceAll(strings.Trim(rest, "."), "/", `\`), `\`)
			if !phpSpace.MatchString(space) {
				return ""
			}
			return space
		}
		if at == "." || at == "/" {
			break
		}
	}
	return ""
}
