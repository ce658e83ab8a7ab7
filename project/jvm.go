package project

import (
	"encoding/xml"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// javaTests takes the build that is there: Maven, Gradle or sbt. All write below their own folder of what is built.
func javaTests(dir, root string) recipe {
	gradle := slices.ContainsFunc([]string{"build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"}, func(name string) bool { return has(dir, name) })
	switch {
	case has(dir, "pom.xml"):
		return mavenTests(dir)
	case gradle:
		return gradleTests(dir, root)
	case has(dir, "build.sbt"):
		return sbtTests(dir)
	case has(dir, "build.xml"):
		return antTests(dir)
	}
	return recipe{}
}

// antTests runs the target in which JaCoCo writes its report as XML.
func antTests(dir string) recipe {
	if target := reporting(content(dir, "build.xml")); plain(target) {
		return recipe{line: "ant " + target}
	}
	return recipe{lacks: "build.xml has no target in which JaCoCo writes XML: jacoco:coverage around the tests measures them, jacoco:report with an xml in it writes what covls reads"}
}

// reporting is the target of a build of Ant that has JaCoCo write XML; "" for none.
func reporting(build string) string {
	d := xml.NewDecoder(strings.NewReader(build))
	target, report := "", 0
	for depth := 0; depth < 100; {
		token, err := d.Token()
		if err != nil {
			return "" // a broken one tells what stands before that
		}
		switch e := token.(type) {
		case xml.StartElement:
			depth++
			switch {
			case e.Name.Local == "target":
				target = ""
				for _, a := range e.Attr {
					if a.Name.Local == "name" {
						target = a.Value
					}
				}
			case e.Name.Local == "report" && strings.Contains(e.Name.Space, "jacoco"):
				report = depth
			case e.Name.Local == "xml" && report > 0 && target != "":
				return target
			}
		case xml.EndElement:
			if depth == report {
				report = 0
			}
			depth--
		}
	}
	return ""
}

// wrapper is a build tool's own script in a folder, or the program that it is elsewhere.
func wrapper(dir, name, program string) string {
	switch {
	case !has(dir, name):
		return program
	case runtime.GOOS == "windows":
		return `.\` + name
	}
	return "./" + name
}

// jacocoOfMaven is JaCoCo's plugin, which needs no mention in a pom.xml.
const jacocoOfMaven = "org.jacoco:jacoco-maven-plugin:"

func mavenTests(dir string) recipe {
	maven := wrapper(dir, "mvnw", "mvn")
	poms := []string{"pom.xml"}
	if root := content(dir, "pom.xml"); !strings.Contains(root, "prepare-agent") {
		poms = below(dir, 2, func(name string) bool { return name == "pom.xml" })
	}
	if told := contents(dir, poms...); mentions(told, "jacoco-maven-plugin") && mentions(told, "prepare-agent") {
		return recipe{line: maven + " test jacoco:report"}
	}
	return recipe{line: maven + " " + jacocoOfMaven + "prepare-agent test " + jacocoOfMaven + "report"}
}

// isGradle tells by its name that a file is a part of a build.
func isGradle(name string) bool {
	return strings.HasSuffix(name, ".gradle") || strings.HasSuffix(name, ".gradle.kts") || name == "libs.versions.toml"
}

// withXML finds that JaCoCo's report is set to be written as XML, which it is not by itself.
var withXML = regexp.MustCompile(`\bxml\b[\s.{]*(required|enabled|isEnabled|getRequired|setEnabled)|<xml\b`)

// gradleTests takes the plugin that the build applies, wherever it does.
func gradleTests(dir, root string) recipe {
	gradle := wrapper(dir, "gradlew", "gradle")
	files := below(dir, 3, isGradle)
	told := contents(dir, files...) + contents(dir, "buildSrc/build.gradle", "buildSrc/build.gradle.kts")
	if dir != root {
		told += contents(root, "build.gradle", "build.gradle.kts", "gradle/libs.versions.toml")
	}
	script := "build.gradle"
	if slices.ContainsFunc(files, func(f string) bool { return path.Base(f) == "build.gradle.kts" }) {
		script = "build.gradle.kts"
	}
	kotlin := script != "build.gradle"
	android := mentions(told, "com.android.application", "com.android.library", "libs.plugins.android")
	switch {
	case mentions(told, "kover"):
		if android {
			return recipe{line: gradle + " koverXmlReportDebug"}
		}
		return recipe{line: gradle + " koverXmlReport"}
	case android:
		r := recipe{line: gradle + " createDebugUnitTestCoverageReport"}
		if !mentions(told, "enableUnitTestCoverage", "testCoverageEnabled", "isTestCoverageEnabled") {
			r.lacks = "the build does not have unit tests measured"
			r.add("android { buildTypes { debug { enableUnitTestCoverage = true } } }", "into the module's "+script)
		}
		return r
	case mentions(told, "jacoco-report-aggregation"):
		return recipe{line: gradle + " testCodeCoverageReport"}
	}
	r := recipe{line: gradle + " test jacocoTestReport"}
	xml := "jacocoTestReport { reports { xml.required = true } }"
	if kotlin {
		xml = "tasks.jacocoTestReport { reports { xml.required.set(true) } }"
	}
	switch {
	case !mentions(told, "jacoco"):
		r.lacks = "the build does not apply the plugin jacoco, which measures the tests"
		if kotlin {
			r.add("plugins { jacoco }", "into "+script)
		} else {
			r.add("plugins { id 'jacoco' }", "into "+script)
		}
		r.add(xml, "below it")
	case !withXML.MatchString(told):
		r.lacks = "JaCoCo's report is not set to be XML"
		r.add(xml, "into "+script)
	}
	return r
}

func sbtTests(dir string) recipe {
	sbt := wrapper(dir, "sbtw", "sbt")
	told := contents(dir, append([]string{"build.sbt"}, below(dir, 1, func(name string) bool { return strings.HasSuffix(name, ".sbt") })...)...)
	switch {
	case mentions(told, "sbt-scoverage"):
		r := recipe{line: sbt + " coverage test coverageReport"}
		if strings.Contains(told, ".aggregate(") {
			r.line += " coverageAggregate"
		}
		return r
	case mentions(told, "sbt-jacoco"):
		r := recipe{line: sbt + " jacoco"}
		if !mentions(told, "JacocoReportFormats.XML") {
			r.lacks = "sbt-jacoco is not set to write XML"
			r.add("jacocoReportSettings := JacocoReportSettings().withFormats(JacocoReportFormats.XML)", "into build.sbt")
		}
		return r
	}
	r := recipe{line: sbt + " coverage test coverageReport", lacks: "the build does not have sbt-scoverage, which measures the tests"}
	r.add(`addSbtPlugin("org.scoverage" % "sbt-scoverage" % "2.3.1")`, "into project/plugins.sbt")
	return r
}
