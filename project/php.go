package project

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/covls/covls/source"
)

// phpTests takes the runner that is installed, tells it which sources count where its settings do not, and says where
// no extension is seen that measures.
func phpTests(dir, _ string) recipe {
	p := readPHP(dir)
	runner := "phpunit"
	if strings.Contains(p.composer, "pestphp/pest") {
		runner = "pest"
	}
	driver := phpDriver()
	program, there := "vendor/bin/"+runner, false
	for _, other := range []string{program, "bin/phpunit", "tools/phpunit", "tools/phpunit.phar", "phpunit.phar"} {
		if there = has(dir, other); there {
			program = other
			break
		}
	}
	run := "php -d xdebug.mode=coverage " + program
	module := map[string]string{"phpunit": "phpunit/phpunit", "pest": "pestphp/pest"}[runner]
	named := strings.Contains(p.composer, module)
	if !there && !named && runner == "phpunit" && onPath("phpunit") { // the system's
		run, there = "phpunit", true
		if driver != "pcov" {
			run = "XDEBUG_MODE=coverage phpunit"
			if runtime.GOOS == "windows" {
				run = `set "XDEBUG_MODE=coverage" && phpunit`
			}
		}
		if p.settings == "" && has(dir, "vendor/autoload.php") {
			run += " --bootstrap vendor/autoload.php"
		}
	}
	counts, filter := p.counts(), ""
	if !counts {
		for _, at := range p.autoloaded() {
			filter += " " + p.filter() + " " + at
		}
	}
	tests := ""
	if p.settings == "" && runner == "phpunit" {
		tests = p.tests()
	}
	r := writing(func(profile string) string { return run + filter + " --coverage-clover=" + profile + tests }, "clover.xml")
	switch {
	case !there:
		r.lacks, r.install = program+" is not there", "composer install"
		if !named {
			r.install = "composer require --dev " + module
		}
	case driver == "none":
		r.lacks, r.install = "PHP has neither the extension pcov nor xdebug, one of which measures the tests", "pecl install pcov"
	case filter == "" && !counts:
		p.say(&r)
	}
	return r
}

// say asks for the sources that count in the settings of PHPUnit, in the words of its version.
func (p *phpProject) say(r *recipe) {
	const marker = "DIRECTORY"
	at, without := p.sources(), ""
	switch at {
	case "":
		at, r.meaning = marker, marker+" stands for the folder of the sources"
	case ".":
		for _, name := range append([]string{"vendor"}, phpFolders[:]...) {
			if name == "vendor" || has(p.dir, name) {
				without += "<directory>" + name + "</directory>"
			}
		}
		without = "<exclude>" + without + "</exclude>"
	default:
		var b strings.Builder
		_ = xml.EscapeText(&b, []byte(at)) // a builder takes all
		at = b.String()
	}
	directory := `<directory>` + at + "</directory>"
	text := "<source><include>" + directory + "</include>" + without + "</source>"
	switch {
	case p.older(9, 3):
		text = "<filter><whitelist>" + directory + without + "</whitelist></filter>"
	case p.older(10, 0):
		text = "<coverage><include>" + directory + "</include>" + without + "</coverage>"
	}
	if p.settings == "" {
		r.lacks = "nothing says which sources count"
		r.add("<phpunit>"+text+"</phpunit>", "into a file phpunit.xml")
		return
	}
	r.lacks = p.settings + " does not say which sources count"
	r.add(text, "into its <phpunit>")
}

// phpProject is what covls reads of a project of PHP.
type phpProject struct {
	dir, composer string
	// settings is the name of PHPUnit's; "" where there are none.
	settings string
	// major and minor are PHPUnit's version, as far as files tell; zero is the newest, or any.
	major, minor int
}

func readPHP(dir string) phpProject {
	p := phpProject{dir: dir, composer: content(dir, "composer.json")}
	for _, name := range []string{"phpunit.xml", "phpunit.dist.xml", "phpunit.xml.dist"} {
		if has(dir, name) {
			p.settings = name
			break
		}
	}
	p.major, p.minor = p.version()
	return p
}

// older reports whether PHPUnit is known to be older than a version.
func (p *phpProject) older(major, minor int) bool {
	return p.major > 0 && (p.major < major || p.major == major && p.minor < minor)
}

var (
	// schema finds the version in the place of the schema that settings name.
	schema = regexp.MustCompile(`schema\.phpunit\.de/(\d+)\.(\d+)/`)
	// versions finds those of a constraint of Composer's.
	versions = regexp.MustCompile(`(\d+)(?:\.(\d+|\*))?[\w.*-]*`)
)

// version is PHPUnit's: that which is installed, else what the settings or composer.json were written for.
func (p *phpProject) version() (major, minor int) {
	for _, name := range []string{"vendor/composer/installed.json", "composer.lock"} {
		if v := lockedVersion(content(p.dir, name)); v != "" {
			return numbers(versions.FindStringSubmatch(v))
		}
	}
	var c struct {
		Require map[string]any `json:"require"`
		Dev     map[string]any `json:"require-dev"`
	}
	_ = json.Unmarshal([]byte(p.composer), &c) // a broken one tells what it can
	wanted := func(module string) string {
		dev, _ := c.Dev[module].(string)
		own, _ := c.Require[module].(string)
		return cmp.Or(dev, own)
	}
	constraint := wanted("phpunit/phpunit")
	if pest := versions.FindStringSubmatch(wanted("pestphp/pest")); constraint == "" && pest != nil {
		major, _ = numbers(pest)
		return major + 8, newest // which it is built on
	}
	majors := map[int]bool{}
	for _, m := range versions.FindAllStringSubmatch(constraint, -1) {
		a, b := numbers(m)
		if m[2] == "" || strings.HasPrefix(constraint, "^") || strings.HasPrefix(constraint, ">") {
			b = newest
		}
		majors[a] = true
		if a > major || a == major && b > minor {
			major, minor = a, b
		}
	}
	if len(majors) != 1 {
		if m := schema.FindStringSubmatch(content(p.dir, p.settings)); m != nil {
			return numbers(m)
		}
		if strings.Contains(constraint, ">") {
			return 0, 0
		}
	}
	return major, minor
}

// newest is a minor version that a constraint leaves open.
const newest = 999

func numbers(m []string) (major, minor int) {
	if m == nil {
		return 0, 0
	}
	major, _ = strconv.Atoi(m[1]) // digits, and of one that is too long the largest
	minor, _ = strconv.Atoi(m[2]) // none is zero
	return major, minor
}

// lockedVersion is that of PHPUnit in what Composer has written.
func lockedVersion(text string) string {
	type packages []struct{ Name, Version string }
	var c struct {
		Packages packages `json:"packages"`
		Dev      packages `json:"packages-dev"`
	}
	_ = json.Unmarshal([]byte(text), &c) // a broken one tells what it can
	for _, of := range slices.Concat(c.Packages, c.Dev) {
		if of.Name == "phpunit/phpunit" {
			return of.Version
		}
	}
	return ""
}

// filter is the option that names a folder of sources that count.
func (p *phpProject) filter() string {
	if p.older(9, 3) {
		return "--whitelist"
	}
	return "--coverage-filter"
}

// counts reports whether the settings say which sources count, in words that this version reads.
func (p *phpProject) counts() bool {
	if p.settings == "" {
		return false
	}
	words := []string{"source/include", "coverage/include", "filter/whitelist"}
	switch {
	case p.older(9, 3):
		words = words[2:]
	case p.older(10, 0):
		words = words[1:]
	case p.major == 10:
		words = words[:2]
	case p.major > 10:
		words = words[:1]
	}
	var at []string
	for d := xml.NewDecoder(strings.NewReader(content(p.dir, p.settings))); len(at) < 100; {
		token, err := d.Token()
		if err != nil {
			return false // a broken one tells what stands before that
		}
		switch e := token.(type) {
		case xml.StartElement:
			if in := strings.Join(at[max(len(at)-2, 0):], "/"); (e.Name.Local == "directory" || e.Name.Local == "file") && slices.Contains(words, in) {
				return true
			}
			at = append(at, e.Name.Local)
		case xml.EndElement:
			at = at[:len(at)-1]
		}
	}
	return false
}

// phpFolders are those that PHP has tests in.
var phpFolders = [...]string{"tests", "test", "Tests"}

// tests are the arguments that name the folder of tests, where no settings do.
func (p *phpProject) tests() string {
	for _, name := range phpFolders {
		if isDir(filepath.Join(p.dir, name)) {
			return " " + name
		}
	}
	return ""
}

// classes are the folders that composer.json says the package's own classes are in, cleaned.
func (p *phpProject) classes() []string {
	var c struct {
		Autoload struct {
			PSR4     map[string]any `json:"psr-4"`
			PSR0     map[string]any `json:"psr-0"`
			ClassMap []any          `json:"classmap"`
		}
	}
	_ = json.Unmarshal([]byte(p.composer), &c) // a broken one tells what it can
	var out []string
	take := func(at any) {
		if text, ok := at.(string); ok {
			if at := path.Clean("./" + text); filepath.IsLocal(filepath.FromSlash(at)) && isDir(filepath.Join(p.dir, at)) && !slices.Contains(out, at) {
				out = append(out, at)
			}
		}
	}
	all := []any{c.Autoload.ClassMap}
	for _, of := range []map[string]any{c.Autoload.PSR4, c.Autoload.PSR0} {
		for _, prefix := range slices.Sorted(maps.Keys(of)) {
			all = append(all, of[prefix])
		}
	}
	for _, at := range all {
		take(at)
		if several, ok := at.([]any); ok {
			for _, at := range several {
				take(at)
			}
		}
	}
	return out
}

// autoloaded are the folders of a package's own classes, as a command line can name them; none where one of them is the
// package itself, with its tests and those of others.
func (p *phpProject) autoloaded() []string {
	var out []string
	classes := p.classes()
	if classes == nil {
		classes = slices.DeleteFunc([]string{"src", "lib", "app"}, func(usual string) bool { return !isDir(filepath.Join(p.dir, usual)) })
	}
	for _, at := range classes {
		if at == "." || !plain(at) {
			return nil
		}
		out = append(out, at)
	}
	return out
}

// sources is the folder that settings can name, "." for the package itself; "" where that can't be told.
func (p *phpProject) sources() string {
	if classes := p.classes(); len(classes) > 0 {
		return classes[0]
	}
	entries, _ := os.ReadDir(p.dir)
	if slices.ContainsFunc(entries, func(e os.DirEntry) bool { return languageOf(e.Name()) == "php" && !source.IsTest(e.Name()) }) {
		return "."
	}
	return ""
}

// phpDriver tells whether PHP's settings load an extension that measures: "pcov", "xdebug", "none", or "" where they
// can't be seen. Where PHP_INI_SCAN_DIR names folders, PHP reads the settings in these.
func phpDriver() string {
	if runtime.GOOS == "windows" {
		return ""
	}
	seen := ""
	patterns := []string{"/etc/php/*/cli/conf.d/*.ini", "/etc/php/conf.d/*.ini", "/etc/php.d/*.ini", "/usr/local/etc/php/conf.d/*.ini"}
	if own, set := os.LookupEnv("PHP_INI_SCAN_DIR"); set {
		patterns = nil
		for _, dir := range filepath.SplitList(own) {
			patterns = append(patterns, filepath.Join(dir, "*.ini"))
		}
	}
	for _, pattern := range patterns {
		files, _ := filepath.Glob(pattern)
		for _, f := range files {
			seen = "none"
			for _, driver := range []string{"pcov", "xdebug"} {
				if strings.Contains(filepath.Base(f), driver) {
					return driver
				}
			}
		}
	}
	return seen
}
