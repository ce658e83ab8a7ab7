package project

import (
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Programs knows which programs build files of C and C++ run as tests, and which sources those are made of: CMake's, Meson's and
// those of Automake. It belongs to one goroutine, and reads each of them once.
type Programs struct {
	root string
	dirs map[string]*builtIn // by folder, slash-separated and relative to root; "." is that itself
	all  map[string]map[string]string
}

// NewPrograms knows those below a folder, an absolute path.
func NewPrograms(root string) *Programs {
	return &Programs{root: root, dirs: map[string]*builtIn{}, all: map[string]map[string]string{}}
}

// TestBy is the build file by which a source is a part of a program that is run as a test, and of nothing else: "CMakeLists.txt". It
// is "" for all other sources. The name is slash-separated and relative to the folder. Which of several sources of a program are
// those of the test a build file does not tell.
func (p *Programs) TestBy(name string) string {
	switch languageOf(name) {
	case "c", "cpp", "objective-c", "objective-cpp":
	default:
		return ""
	}
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return ""
	}
	dir := path.Dir(name)
	in, ok := p.all[dir]
	if !ok {
		in = p.testsAround(dir)
		p.all[dir] = in
	}
	if by := in[name]; by != "" {
		return by
	}
	for source, by := range in {
		if is, _ := path.Match(source, name); is && strings.ContainsAny(source, "*?") {
			return by
		}
	}
	return ""
}

// builtIn is what the build files of a folder say.
type builtIn struct {
	targets []target
	// runs are the commands of tests, by the words that they have, installed the targets that are given to people.
	runs      [][]string
	installed map[string]bool
	// values are those of variables at the end of the file.
	values map[string][]string
	top    string // the outermost folder that has such a file
}

// target is what is built of sources.
type target struct {
	name    string
	program bool
	test    bool // it is built for tests alone
	sources []string
	by      string // the name of the build file
}

// Bounds of what is read of build files.
const (
	maxCommands = 20_000
	maxValues   = 500
	maxCalls    = 6
)

// testsAround are the sources of tests, with their build files, by what the build files in a folder say, in those around it, and in the
// folders for tests in these.
func (p *Programs) testsAround(dir string) map[string]string {
	var read []*builtIn
	for at, n := dir, 0; n < maxAround; at, n = path.Dir(at), n+1 {
		read = append(read, p.in(at, 0))
		for _, below := range []string{"test", "tests"} {
			if sub := path.Join(at, below); sub != dir {
				read = append(read, p.in(sub, 0))
			}
		}
		if at == "." || at == "/" {
			break
		}
	}
	var targets []target
	installed := map[string]bool{}
	for _, b := range read {
		targets = append(targets, b.targets...)
		maps.Copy(installed, b.installed)
	}
	programs := map[string]bool{}
	for i := range targets {
		programs[targets[i].name] = targets[i].program
	}
	tests := map[string]bool{}
	for _, b := range read {
		for _, words := range b.runs {
			for i, w := range words {
				name := targetIn(w)
				if !programs[name] {
					continue
				}
				// What is run with arguments may be what is tested.
				if i == len(words)-1 || callsItself(name) {
					tests[name] = true
				}
				break
			}
		}
	}
	out, others := map[string]string{}, map[string]bool{}
	anyOther := false
	for i := range targets {
		t := &targets[i]
		is := t.program && !installed[t.name] && (t.test || tests[t.name])
		anyOther = anyOther || !is
		for _, s := range t.sources {
			if is {
				out[s] = t.by
			} else {
				others[s] = true
			}
		}
	}
	for s := range out {
		if others[s] || !anyOther && !callsItself(strings.TrimSuffix(path.Base(s), path.Ext(s))) {
			delete(out, s)
		}
	}
	return out
}

// callsItself reports whether a program is called like one of tests.
func callsItself(name string) bool {
	name = strings.ToLower(name)
	return strings.HasPrefix(name, "test") || strings.HasSuffix(name, "test") || strings.HasSuffix(name, "tests") || strings.Contains(name, "_test") || strings.Contains(name, "-test") ||
		strings.Contains(name, "unittest") || strings.HasPrefix(name, "check_") || strings.HasPrefix(name, "fuzz") || strings.HasSuffix(name, "fuzzer")
}

// targetIn is the target that a word of a command names: build/x.exe, $<TARGET_FILE:x>.
func targetIn(word string) string {
	if at := strings.LastIndex(word, "$<TARGET_FILE:"); at >= 0 {
		word = strings.TrimSuffix(word[at+len("$<TARGET_FILE:"):], ">")
	}
	return strings.TrimSuffix(path.Base(strings.ReplaceAll(word, `\`, "/")), ".exe")
}

// in is what the build files of a folder say.
func (p *Programs) in(dir string, depth int) *builtIn {
	if known := p.dirs[dir]; known != nil {
		return known
	}
	b := &builtIn{installed: map[string]bool{}, values: map[string][]string{}, top: dir}
	p.dirs[dir] = b
	at := filepath.Join(p.root, filepath.FromSlash(dir))
	if dir != "." && depth < maxAround {
		if around := p.in(path.Dir(dir), depth+1); len(around.values) > 0 {
			maps.Copy(b.values, around.values)
			b.top = around.top
		}
	}
	if text := content(at, "CMakeLists.txt"); text != "" {
		c := &cmake{builtIn: b, dir: dir, defined: map[string]defined{}}
		b.values["CMAKE_CURRENT_SOURCE_DIR"], b.values["CMAKE_CURRENT_LIST_DIR"] = []string{fromRoot + dir}, []string{fromRoot + dir}
		b.values["CMAKE_SOURCE_DIR"], b.values["PROJECT_SOURCE_DIR"] = []string{fromRoot + b.top}, []string{fromRoot + b.top}
		c.run(cmakeCommands(text), 0)
	}
	if text := content(at, "meson.build"); text != "" {
		b.meson(text, dir)
	}
	for _, name := range []string{"Makefile.am", "GNUmakefile", "Makefile"} {
		if text := content(at, name); text != "" {
			b.automake(text, dir, name)
			break
		}
	}
	return b
}

// fromRoot stands before a path that is relative to the root.
const fromRoot = "\x00"

// resolved is a source that a build file in a folder names, relative to the root; "" for one that lies elsewhere.
func resolved(dir, source string) string {
	if rest, ok := strings.CutPrefix(source, fromRoot); ok {
		source = path.Clean(rest)
	} else if path.IsAbs(source) || strings.Contains(source, fromRoot) {
		return ""
	} else {
		source = path.Join(dir, source)
	}
	if !filepath.IsLocal(filepath.FromSlash(source)) {
		return ""
	}
	return source
}

func (b *builtIn) add(dir, by, name string, program, test bool, sources []string) {
	if name == "" || len(b.targets) >= maxCommands {
		return
	}
	t := target{name: name, program: program, test: test, by: by}
	for _, s := range sources {
		if languageOf(s) == "" {
			continue // a word of the command
		}
		if at := resolved(dir, s); at != "" {
			t.sources = append(t.sources, at)
		}
	}
	b.targets = append(b.targets, t)
}

// cmake goes through a CMakeLists.txt, without knowing which conditions are true: a variable has all values that it is given.
type cmake struct {
	*builtIn
	dir     string
	defined map[string]defined
	done    int
}

// defined is a function or a macro.
type defined struct {
	params []string
	body   []command
}

// command is a command of CMake with its arguments, quoted ones with their quotes.
type command struct {
	name string
	args []string
}

var (
	cmakeComment = regexp.MustCompile(`"(?:[^"\\]|\\(?s:.))*"|#\[\[(?s:.*?)\]\]|#[^\n]*`)
	cmakeCommand = regexp.MustCompile(`([A-Za-z_]\w*)[ \t]*\(`)
	cmakeArg     = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|[^\s()"]+`)
	cmakeVar     = regexp.MustCompile(`\$\{([\w.+/-]+)\}`)
)

func cmakeCommands(text string) (out []command) {
	text = cmakeComment.ReplaceAllStringFunc(text, func(found string) string {
		if found[0] == '#' {
			return ""
		}
		return found
	})
	for len(out) < maxCommands {
		at := cmakeCommand.FindStringSubmatchIndex(text)
		if at == nil {
			break
		}
		name := strings.ToLower(text[at[2]:at[3]])
		end, depth, quoted := at[1], 1, false
		for ; end < len(text) && depth > 0; end++ {
			switch c := text[end]; {
			case c == '\\':
				end++
			case c == '"':
				quoted = !quoted
			case quoted:
			case c == '(':
				depth++
			case c == ')':
				depth--
			}
		}
		end = min(end, len(text))
		out = append(out, command{name, cmakeArg.FindAllString(text[at[1]:end], maxValues)})
		text = text[end:]
	}
	return out
}

// expanded are the arguments of a command with what variables have.
func (c *cmake) expanded(args []string) []string {
	var out []string
	for _, a := range args {
		quoted := strings.HasPrefix(a, `"`)
		a = strings.Trim(a, `"`)
		all := []string{a}
		for range maxCalls {
			var next []string
			found := false
			for _, a := range all {
				at := cmakeVar.FindStringSubmatchIndex(a)
				if at == nil {
					next = append(next, a)
					continue
				}
				found = true
				values := c.values[a[at[2]:at[3]]]
				if len(values) == 0 && (at[0] > 0 || at[1] < len(a)) {
					values = []string{""}
				}
				for _, v := range values[:min(len(values), max(0, maxValues-len(next)))] {
					next = append(next, a[:at[0]]+v+a[at[1]:])
				}
			}
			c.done += len(all) / 100
			if all = next[:min(len(next), maxValues)]; !found {
				break
			}
		}
		for _, a := range all {
			if quoted && !strings.Contains(a, ";") {
				out = append(out, a)
				continue
			}
			out = append(out, strings.FieldsFunc(a, func(r rune) bool { return r == ';' })...)
		}
	}
	return out[:min(len(out), 4*maxValues)]
}

// blockEnd is the index of the command that ends the block of the one at i.
func blockEnd(commands []command, i int) int {
	begin, end, depth := commands[i].name, "end"+commands[i].name, 0
	for ; i < len(commands); i++ {
		switch commands[i].name {
		case begin:
			depth++
		case end:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(commands)
}

func (c *cmake) run(commands []command, depth int) {
	for i := 0; i < len(commands); i++ {
		if c.done++; c.done > maxCommands {
			return
		}
		cmd := &commands[i]
		switch cmd.name {
		case "foreach":
			end := blockEnd(commands, i)
			if len(cmd.args) > 0 && depth < maxCalls {
				c.each(cmd, commands[i+1:end], depth)
			}
			i = end
			continue
		case "function", "macro":
			end := blockEnd(commands, i)
			if len(cmd.args) > 0 {
				c.defined[strings.ToLower(cmd.args[0])] = defined{cmd.args[1:], commands[i+1 : end]}
			}
			i = end
			continue
		}
		args := c.expanded(cmd.args)
		if len(args) == 0 {
			continue
		}
		switch cmd.name {
		case "set":
			c.give(args[0], args[1:])
		case "list":
			if len(args) > 2 && (strings.EqualFold(args[0], "APPEND") || strings.EqualFold(args[0], "PREPEND")) {
				c.give(args[1], args[2:])
			}
		case "file":
			if len(args) > 2 && strings.HasPrefix(strings.ToUpper(args[0]), "GLOB") {
				c.give(args[1], args[2:])
			}
		case "add_executable", "qt_add_executable", "cuda_add_executable":
			c.add(c.dir, "CMakeLists.txt", args[0], true, false, args[1:])
		case "add_library", "qt_add_library":
			c.add(c.dir, "CMakeLists.txt", args[0], false, false, args[1:])
		case "target_sources":
			for k := range c.targets {
				if t := &c.targets[k]; t.name == args[0] {
					c.add(c.dir, "CMakeLists.txt", args[0], t.program, false, args[1:])
					break
				}
			}
		case "install":
			if strings.EqualFold(args[0], "TARGETS") {
				for _, a := range args[1:] {
					c.installed[a] = true
				}
			}
		case "add_test":
			words := args[1:]
			if strings.EqualFold(args[0], "NAME") {
				at := slices.IndexFunc(args, func(a string) bool { return strings.EqualFold(a, "COMMAND") })
				if at < 0 {
					continue
				}
				words = args[at+1:]
			}
			if end := slices.IndexFunc(words, cmakeWord); end >= 0 {
				words = words[:end]
			}
			c.runs = append(c.runs, words)
		case "gtest_discover_tests", "gtest_add_tests", "catch_discover_tests", "doctest_discover_tests", "boost_discover_tests", "cpputest_discover_tests":
			at := slices.Index(args, "TARGET") + 1
			c.runs = append(c.runs, args[at:min(at+1, len(args))])
		default:
			if d, ok := c.defined[cmd.name]; ok && depth < maxCalls {
				c.call(d, args, depth)
			}
		}
	}
}

// cmakeWord reports whether an argument of add_test goes before something else than the command.
func cmakeWord(arg string) bool {
	switch arg {
	case "WORKING_DIRECTORY", "CONFIGURATIONS", "COMMAND_EXPAND_LISTS":
		return true
	}
	return false
}

func (c *cmake) give(name string, values []string) {
	for _, v := range values {
		if v == "PARENT_SCOPE" || v == "CACHE" {
			break
		}
		if known := c.values[name]; len(known) < maxValues && !slices.Contains(known, v) {
			c.values[name] = append(known[:len(known):len(known)], v)
		}
	}
}

func (c *cmake) each(cmd *command, body []command, depth int) {
	args := c.expanded(cmd.args[1:])
	var items []string
	lists := false
	for _, a := range args {
		switch {
		case a == "IN" || a == "ITEMS":
			lists = false
		case a == "LISTS":
			lists = true
		case lists:
			items = append(items, c.values[a]...)
		default:
			items = append(items, a)
		}
	}
	name := cmd.args[0]
	before := c.values[name]
	for _, item := range items {
		c.values[name] = []string{item}
		c.run(body, depth+1)
	}
	c.values[name] = before
}

// call runs what a function or a macro has, with what it is given.
func (c *cmake) call(d defined, args []string, depth int) {
	before := map[string][]string{}
	bind := func(name string, values []string) {
		before[name] = c.values[name]
		c.values[name] = values
	}
	bind("ARGN", args[min(len(d.params), len(args)):])
	bind("ARGV", args)
	for i, p := range d.params {
		bind(p, args[min(i, len(args)):min(i+1, len(args))])
	}
	c.run(d.body, depth+1)
	maps.Copy(c.values, before)
}

var (
	mesonComment = regexp.MustCompile(`(?m)#[^\n]*`)
	mesonString  = regexp.MustCompile(`'([^'\n]*)'`)
	mesonCall    = regexp.MustCompile(`(?:\b(\w+)[ \t]*\+?=[ \t]*)?\b(executable|test|library|shared_library|static_library|both_libraries|benchmark|files)[ \t]*\(`)
	mesonList    = regexp.MustCompile(`\b(\w+)[ \t]*\+?=[ \t]*(?:files[ \t]*\(|\[)`)
	mesonWord    = regexp.MustCompile(`'[^'\n]*'|[A-Za-z_]\w*[ \t]*[:(]?`)
)

// bracketed is what stands between a bracket, which begins before a byte, and its partner, as far as that is near.
func bracketed(text string, from int) string {
	const most = 16 << 10
	text = text[:min(len(text), from+most)]
	depth, quoted := 1, false
	for i := from; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			if depth--; depth == 0 {
				return text[from:i]
			}
		}
	}
	return text[from:]
}

// meson reads a meson.build: what its programs are made of, and which of them are tests.
func (b *builtIn) meson(text, dir string) {
	text = mesonComment.ReplaceAllString(text, "")
	lists := map[string][]string{}
	for _, at := range mesonList.FindAllStringSubmatchIndex(text, maxValues) {
		for _, s := range mesonString.FindAllStringSubmatch(bracketed(text, at[1]), maxValues) {
			lists[text[at[2]:at[3]]] = append(lists[text[at[2]:at[3]]], s[1])
		}
	}
	variables := map[string]string{} // the programs that they stand for
	for _, at := range mesonCall.FindAllStringSubmatchIndex(text, maxCommands/10) {
		function, inside := text[at[4]:at[5]], bracketed(text, at[1])
		words := mesonWord.FindAllString(inside, maxValues)
		var given []string // without what is named
		for i := 0; i < len(words); i++ {
			w := strings.TrimSpace(words[i])
			if name, ok := strings.CutSuffix(w, ":"); ok {
				if name != "sources" {
					break
				}
				continue
			}
			switch {
			case strings.HasPrefix(w, "'"):
				given = append(given, strings.Trim(w, "'"))
			case lists[w] != nil:
				given = append(given, lists[w]...)
			case strings.HasSuffix(w, "("):
			default:
				given = append(given, fromRoot+w) // a variable
			}
		}
		if len(given) == 0 {
			continue
		}
		name := strings.TrimPrefix(given[0], fromRoot)
		switch function {
		case "executable":
			if at[2] >= 0 {
				variables[text[at[2]:at[3]]] = name
			}
			b.add(dir, "meson.build", name, true, false, given[1:])
			b.installed[name] = b.installed[name] || strings.Contains(inside, "install") && strings.Contains(strings.ReplaceAll(inside, " ", ""), "install:true")
		case "library", "shared_library", "static_library", "both_libraries":
			b.add(dir, "meson.build", name, false, false, given[1:])
		case "test", "benchmark":
			if len(given) < 2 {
				continue
			}
			run := given[1]
			if v, ok := strings.CutPrefix(run, fromRoot); ok {
				if run = variables[v]; run == "" {
					continue
				}
			}
			b.runs = append(b.runs, []string{run})
		}
	}
}

var (
	makeAssign = regexp.MustCompile(`(?m)^[ \t]*(\w+)[ \t]*[+:?]?=[ \t]*((?:[^\\\n]|\\\n|\\.)*)`)
	makeVar    = regexp.MustCompile(`^\$[({]([\w.]+)[)}]$`)
	notInName  = regexp.MustCompile(`[^A-Za-z0-9_@]`)
)

// automake reads the variables of a Makefile.am, and of a Makefile that has them: check_PROGRAMS are built for tests alone.
func (b *builtIn) automake(text, dir, by string) {
	if !strings.Contains(text, "_PROGRAMS") {
		return
	}
	values := map[string][]string{}
	for _, m := range makeAssign.FindAllStringSubmatch(text, maxCommands/10) {
		line, _, _ := strings.Cut(strings.ReplaceAll(m[2], "\\\n", " "), "#")
		values[m[1]] = append(values[m[1]], strings.Fields(line)...)
	}
	left := maxCommands // of words that are looked at
	var words func(name string, depth int) []string
	words = func(name string, depth int) (out []string) {
		for _, w := range values[name] {
			if left--; left < 0 {
				break
			}
			if m := makeVar.FindStringSubmatch(w); m != nil && depth < maxCalls {
				out = append(out, words(m[1], depth+1)...)
			} else {
				out = append(out, w)
			}
			if len(out) > maxValues {
				break
			}
		}
		return out
	}
	var runs []string
	for _, w := range words("TESTS", 0) {
		runs = append(runs, strings.TrimSuffix(w, "$(EXEEXT)"))
	}
	for name := range values {
		where, isProgram := strings.CutSuffix(name, "_PROGRAMS")
		_, isLibrary := strings.CutSuffix(name, "_LTLIBRARIES")
		if _, is := strings.CutSuffix(name, "_LIBRARIES"); !isProgram && !isLibrary && !is {
			continue
		}
		for _, w := range words(name, 0) {
			w = strings.TrimSuffix(w, "$(EXEEXT)")
			sources := words(notInName.ReplaceAllString(w, "_")+"_SOURCES", 0)
			if sources == nil {
				for _, ext := range []string{".c", ".cc", ".cpp", ".cxx"} {
					sources = append(sources, w+ext)
				}
			}
			for i, s := range sources {
				for _, top := range []string{"$(srcdir)/", "${srcdir}/"} {
					sources[i] = strings.TrimPrefix(s, top)
					s = sources[i]
				}
			}
			given := where != "check" && where != "noinst" && where != "EXTRA"
			b.add(dir, by, w, isProgram, isProgram && where == "check", sources)
			b.installed[w] = b.installed[w] || given
			if slices.Contains(runs, w) {
				b.runs = append(b.runs, []string{w})
			}
		}
	}
}
