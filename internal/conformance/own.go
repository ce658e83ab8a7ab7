package conformance

// own adds what covls adds to LSP, as docs/lsp-extensions.md describes it.
func (m *Model) own() {
	base := func(name string) *typ { return &typ{Kind: "base", Name: name} }
	str, yes, count, number, uri := base("string"), base("boolean"), base("uinteger"), base("decimal"), base("URI")
	ref := func(name string) *typ { return &typ{Kind: "reference", Name: name} }
	list := func(t *typ) *typ { return &typ{Kind: "array", Element: t} }
	orNull := func(t *typ) *typ { return &typ{Kind: "or", Items: []*typ{t, base("null")}} }
	oneOf := func(values ...string) *typ {
		t := &typ{Kind: "or"}
		for _, v := range values {
			t.Items = append(t.Items, &typ{Kind: "stringLiteral", Literal: v})
		}
		return t
	}
	has := func(name string, t *typ) property { return property{Name: name, Type: t} }
	structure := func(name string, properties ...property) *typ {
		m.structures[name] = &structure{Name: name, Properties: properties}
		return ref(name)
	}
	place := ref("Range")
	tier := oneOf("critical", "high", "medium", "lower", "unknown", "ok")
	kind := oneOf("", "error return", "panic or unreachable", "default case", "main", "test helper", "accessor", "generated", "vendored")
	unit := oneOf("statements", "lines")

	summary := structure("CovlsSummary",
		has("unit", unit), has("covered", count), has("total", count), has("percent", orNull(number)),
		has("target", orNull(number)), has("next_step", yes), has("gap", count), has("gap_points", orNull(number)))
	tiers := structure("CovlsTiers", has("critical", count), has("high", count), has("medium", count), has("lower", count), has("unknown", count), has("ok", count))
	command := structure("CovlsCommand", has("language", str), has("command", str), has("cwd", uri), has("own", orNull(str)), has("lacks", orNull(str)), has("install", orNull(str)))

	ran := structure("CovlsRan", has("since", str), has("at", str), has("covered", count), has("lost", count), has("text", str))
	ranFunctions := list(structure("CovlsRanFunction",
		has("uri", uri), has("path", str), has("name", str), has("line", count), has("was", count), has("now", count), has("total", count)))
	since := structure("CovlsSinceLastRun",
		has("since", str), has("at", str), has("covered", count), has("lost", count), has("text", str),
		has("covered_functions", ranFunctions), has("lost_functions", ranFunctions))
	changed := structure("CovlsChanged",
		has("covered", count), has("total", count), has("lost", orNull(count)), has("lost_functions", orNull(count)), has("unknown", count), has("unmeasured", count),
		has("base", str), has("commit", str), has("text", str), has("why", orNull(str)))

	status := structure("CovlsStatus",
		has("state", oneOf("loading", "empty", "broken", "ready")), has("loading", yes), has("summary", orNull(summary)),
		has("other", orNull(summary)), has("tiers", tiers), has("uncovered_functions", count), has("unknown_functions", count), has("unmeasured", count), has("stale", yes), has("hidden", yes),
		has("profiles", list(structure("CovlsProfile",
			has("uri", uri), has("path", str), has("format", str), has("modified", str), has("files", count), has("found", count),
			has("trouble", orNull(str)), has("other_texts", count), has("unknown_functions", count), has("text", str), has("own_tests", yes), has("some_tests", yes), has("tests_note", str), has("own_total", str)))),
		has("folders", list(structure("CovlsFolder",
			has("uri", uri), has("name", str), has("summary", orNull(summary)), has("other", orNull(summary)), has("tiers", tiers), has("uncovered_functions", count), has("unknown_functions", count),
			has("patterns", list(str)), has("searched_dirs", count), has("languages", list(str)), has("make_profile", orNull(command))))),
		has("languages", list(str)),
		has("since_last_run", orNull(ran)), has("changed", orNull(changed)))

	gaps := structure("CovlsGaps", has("components", list(structure("CovlsComponent",
		has("name", str), has("folder", uri), has("summary", summary), has("unknown_functions", count),
		has("tiers", list(structure("CovlsTierFiles", has("tier", tier),
			has("files", list(structure("CovlsFileGaps",
				has("uri", orNull(uri)), has("path", str), has("tier", tier), has("rank", count), has("summary", summary),
				has("functions_covered", orNull(count)), has("functions_total", orNull(count)),
				has("branches_covered", orNull(count)), has("branches_total", orNull(count)),
				has("role", str), has("score", number), has("reason", str), has("why", orNull(str)), has("stale", yes), has("unknown_functions", count),
				has("changed", orNull(structure("CovlsTally", has("covered", count), has("total", count)))),
				has("unseen", list(structure("CovlsUnseen", has("name", str), has("why", oneOf("new", "changed")), has("line", count), has("range", orNull(place))))),
				has("gaps", list(structure("CovlsGap",
					has("id", str), has("name", str), has("shape", oneOf("function", "stretch")), has("kind", kind), has("line", count),
					has("range", orNull(place)), has("statements", count), has("order", count), has("trivial", yes), has("message", str), has("when", str),
					has("change", oneOf("", "new", "changed", "lost")))))))))))))),
		has("unmeasured", list(structure("CovlsUnmeasured", has("uri", uri), has("path", str), has("package", str), has("folder", uri), has("message", str)))),
		has("left", orNull(str)))

	runs := orNull(number)
	coverage := structure("CovlsCoverage",
		has("uri", uri), has("version", orNull(base("integer"))), has("summary", summary), has("tier", tier), has("reason", str), has("unknown_functions", count), has("stale", yes), has("stale_look", oneOf("dim", "hide", "keep")),
		has("regions", list(structure("CovlsRegion", has("range", place), has("count", runs), has("statements", count), has("state", oneOf("covered", "uncovered"))))),
		has("branches", list(structure("CovlsBranch", has("line", count), has("ways", list(structure("CovlsWay", has("count", runs))))))),
		has("functions", list(structure("CovlsFunction",
			has("name", str), has("range", place), has("name_range", place), has("count", runs), has("covered", count), has("total", count),
			has("state", oneOf("covered", "partly", "uncovered", "excluded", "new", "unknown")), has("stale", yes), has("kind", kind)))),
		has("excluded", list(structure("CovlsExcluded", has("range", place), has("reason", str)))),
		has("changed", list(structure("CovlsChange", has("range", place), has("state", oneOf("covered", "uncovered"))))), has("left", orNull(str)))

	m.requests["covls/gaps"] = &message{Method: "covls/gaps", MessageDirection: "clientToServer", Result: gaps}
	m.requests["covls/coverage"] = &message{Method: "covls/coverage", MessageDirection: "clientToServer", Result: orNull(coverage)}
	m.notifications["covls/sinceLastRun"] = &message{Method: "covls/sinceLastRun", MessageDirection: "serverToClient", Params: since, ClientCapability: ownCapability}
	m.notifications["covls/status"] = &message{Method: "covls/status", MessageDirection: "serverToClient", Params: status, ClientCapability: ownCapability}
}

// ownCapability is what a client announces that wants covls/status: true, or an object.
const ownCapability = "experimental.covls"
