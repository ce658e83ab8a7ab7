package project

import (
	"path"
	"path/filepath"
	"strings"
)

// isDotnet tells by its name that a file is a project of .NET, or has settings of several.
func isDotnet(name string) bool {
	switch filepath.Ext(name) {
	case ".csproj", ".fsproj", ".vbproj":
		return true
	}
	return name == "Directory.Build.props" || name == "Directory.Build.targets"
}

// dotnetTests takes what the projects of tests refer to that measures.
func dotnetTests(dir, _ string) recipe {
	var told strings.Builder
	tests := ""
	for _, file := range below(dir, 4, isDotnet) {
		text := content(dir, file)
		told.WriteString(text)
		if tests == "" && path.Ext(file) != ".props" && path.Ext(file) != ".targets" &&
			mentions(text, "Microsoft.NET.Test.Sdk", "MSTest.Sdk", "<IsTestProject>true", "xunit", "NUnit", "TUnit") {
			tests = file
		}
	}
	text := told.String()
	switch {
	case mentions(text, "coverlet.collector"):
		const collect = `dotnet test --collect:"XPlat Code Coverage"`
		return recipe{line: collect, own: collect + " --results-directory " + ownIn("TestResults")}
	case mentions(text, "coverlet.msbuild"):
		return recipe{line: "dotnet test /p:CollectCoverage=true /p:CoverletOutputFormat=cobertura"}
	case mentions(text, "Microsoft.Testing.Extensions.CodeCoverage", "MSTest.Sdk"):
		dashes := "-- "
		if mentions(content(dir, "global.json"), "Microsoft.Testing.Platform") {
			dashes = ""
		}
		return recipe{line: "dotnet test " + dashes + "--coverage --coverage-output-format cobertura"}
	case tests != "" && onPathOfDotnet("dotnet-coverage"):
		return writing(func(profile string) string {
			return "dotnet-coverage collect -f cobertura -o " + profile + ` "dotnet test"`
		}, "coverage.cobertura.xml")
	}
	if tests == "" {
		return recipe{lacks: "no project of tests is seen here: one that refers to coverlet.collector writes a profile by dotnet test --collect:\"XPlat Code Coverage\""}
	}
	r := recipe{line: `dotnet test --collect:"XPlat Code Coverage"`, lacks: "no project of tests refers to coverlet.collector, which measures them", install: "dotnet add package coverlet.collector"}
	if plain(tests) {
		r.install = "dotnet add " + tests + " package coverlet.collector"
	}
	return r
}

// onPathOfDotnet is onPath with the folder of .NET's tools.
func onPathOfDotnet(name string) bool { return onPath(name, ".dotnet", "tools") }
