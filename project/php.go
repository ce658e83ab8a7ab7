package project

import (
	"encoding/json"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// phpTests takes the runner that is installed, tells it which sources count where its settings do not, and says where
// no extension is seen that measures.
func phpTests(dir, _ string) recipe {
	runner := "phpunit"
	composer := content(dir, "composer.json")
	if strings.Contains(composer, "pestphp/pest") {
		runner = "pest"
	}
	program := "vendor/bin/" + runner
	for _, other := range []string{program, "bin/phpunit", "tools/phpunit", "tools/phpunit.phar", "phpunit.phar"} {
		if has(dir, other) {
			program = other
			break
		}
	}
	filter := ""
	if settings := contents(dir, "phpunit.xml", "phpunit.xml.dist", "phpunit.dist.xml"); !countsSources.MatchString(settings) {
		for _, at := range autoloaded(dir, composer) {
			filter += " --coverage-filter " + at
		}
	}
	r := writing(func(profile string) string {
		return "php -d xdebug.mode=coverage " + program + filter + " --coverage-clover=" + profile
	}, "clover.xml")
	switch driver := phpDriver(); {
	case !has(dir, program):
		r.lacks, r.install = program+" is not there", "composer install"
		if module := map[string]string{"phpunit": "phpunit/phpunit", "pest": "pestphp/pest"}[runner]; !strings.Contains(composer, module) {
			r.install = "composer require --dev " + module
		}
	case driver == "none":
		r.lacks, r.install = "PHP has neither the extension pcov nor xdebug, one of which measures the tests", "pecl install pcov"
	case filter == "" && !countsSources.MatchString(contents(dir, "phpunit.xml", "phpunit.xml.dist", "phpunit.dist.xml")):
		r.lacks = "phpunit.xml does not say which sources count"
		r.add("<source><include><directory>src</directory></include></source>", "into its <phpunit>")
	}
	return r
}

// countsSources finds the sources that settings of PHPUnit have measured, in the words of its versions.
var countsSources = regexp.MustCompile(`(?s)<(source|coverage|whitelist|filter)\b[^>]*>.*<(directory|file)\b`)

// autoloaded are the folders of a package's own classes that are there.
func autoloaded(dir, composer string) []string {
	var c struct {
		Autoload struct {
			PSR4 map[string]any `json:"psr-4"`
			PSR0 map[string]any `json:"psr-0"`
		}
	}
	_ = json.Unmarshal([]byte(composer), &c) // a broken one tells what it can
	var out []string
	take := func(at any) {
		if text, ok := at.(string); ok {
			at := path.Clean("./" + text)
			if at != "." && plain(at) && filepath.IsLocal(filepath.FromSlash(at)) && has(dir, at) && !slices.Contains(out, at) {
				out = append(out, at)
			}
		}
	}
	for _, all := range []map[string]any{c.Autoload.PSR4, c.Autoload.PSR0} {
		for _, prefix := range slices.Sorted(maps.Keys(all)) {
			take(all[prefix])
			if several, ok := all[prefix].([]any); ok {
				for _, at := range several {
					take(at)
				}
			}
		}
	}
	if out == nil {
		for _, usual := range []string{"src", "lib", "app"} {
			take(usual)
		}
	}
	return out
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
