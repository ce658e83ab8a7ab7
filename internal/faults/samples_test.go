package faults_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf16"
)

// subject is the source that the samples are about: First is run by the tests, and Second is not.
const subject = `package subject

// First is run by the tests.
func First(n int) int {
	n *= 2
	return n
}

// Second is not.
func Second() {
	println()
}
`

const subjectName = "subject/subject.go"

// sample is a good profile of subject in one of the formats.
type sample struct {
	format string // as covls/status calls it
	file   string // a name that such profiles have
	text   string
	// whole tells that the beginning of the text is all of another good profile; nil where none is.
	whole func(beginning string) bool
}

// samples has one of each format.
func samples() []sample {
	line := func(last string) func(string) bool {
		return func(text string) bool {
			text = strings.TrimSuffix(text, "\n")
			return strings.HasPrefix(text[strings.LastIndexByte(text, '\n')+1:], last)
		}
	}
	return []sample{
		{"go", "cover.out", "mode: count\nexample.com/fault/subject/subject.go:4.23,7.2 2 3\nexample.com/fault/subject/subject.go:10.15,12.2 1 0\n", func(text string) bool {
			_, block, _ := strings.Cut(text[strings.LastIndexByte(strings.TrimSuffix(text, "\n"), '\n')+1:], ".go:")
			return text == "mode: count" || text == "mode: count\n" || len(strings.Fields(block)) == 3
		}},
		{"lcov", "lcov.info", "TN:\nSF:subject/subject.go\nFN:4,7,First\nFN:10,12,Second\nFNDA:3,First\nFNDA:0,Second\nFNF:2\nFNH:1\nDA:5,3\nDA:6,3\nDA:11,0\nBRDA:5,0,0,3\nBRDA:5,0,1,-\nLF:3\nLH:2\nend_of_record\nSF:subject/subject.go\nDA:6,1\nDA:11,0\nend_of_record\n", line("end_of_record")},
		{"cobertura", "cobertura.xml", `<?xml version="1.0" ?>
<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">
<coverage line-rate="0.6" version="7.0">
	<sources><source>.</source></sources>
	<packages><package name="subject" line-rate="0.6"><classes><class name="s" filename="subject/subject.go" line-rate="0.6">
		<methods><method name="First" line-rate="1"><lines><line number="4" hits="3"/></lines></method><method name="Second" line-rate="0"><lines><line number="10" hits="0"/></lines></method></methods>
		<lines><line number="5" hits="3" branch="true" condition-coverage="50% (1/2)"/><line number="6" hits="3"/><line number="11" hits="0"/></lines>
	</class></classes></package></packages>
</coverage>`, nil},
		{"jacoco", "jacoco.xml", `<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd">
<report name="r"><package name="subject"><class name="subject/S" sourcefilename="subject.go">
<method name="First" desc="()V" line="4"><counter type="METHOD" missed="0" covered="1"/></method><method name="Second" desc="()V" line="10"><counter type="METHOD" missed="1" covered="0"/></method></class>
<sourcefile name="subject.go"><line nr="5" mi="0" ci="2" mb="1" cb="1"/><line nr="6" mi="0" ci="1"/><line nr="11" mi="1" ci="0"/></sourcefile></package></report>`, nil},
		{"clover", "clover.xml", `<?xml version="1.0" encoding="UTF-8"?>
<coverage generated="1"><project timestamp="1"><file name="subject/subject.go">
<line num="4" type="method" name="First" count="3"/><line num="5" type="stmt" count="3"/><line num="6" type="cond" count="3" truecount="1" falsecount="0"/>
<line num="10" type="method" name="Second" count="0"/><line num="11" type="stmt" count="0"/>
<metrics statements="3" methods="2"/></file></project></coverage>`, nil},
		{"istanbul", "coverage-final.json", `{"subject/subject.go":{"path":"subject/subject.go",
"statementMap":{"0":{"start":{"line":5,"column":1},"end":{"line":5,"column":7}},"1":{"start":{"line":6,"column":1},"end":{"line":6,"column":9}},"2":{"start":{"line":11,"column":1},"end":{"line":11,"column":10}}},
"fnMap":{"0":{"name":"First","decl":{"start":{"line":4,"column":5},"end":{"line":4,"column":10}},"loc":{"start":{"line":4,"column":22},"end":{"line":7,"column":1}},"line":4},"1":{"name":"Second","decl":{"start":{"line":10,"column":5},"end":{"line":10,"column":11}},"loc":{"start":{"line":10,"column":14},"end":{"line":12,"column":1}},"line":10}},
"branchMap":{"0":{"loc":{"start":{"line":5,"column":1},"end":{"line":5,"column":7}},"type":"if","locations":[{"start":{"line":5,"column":1},"end":{"line":5,"column":7}},{"start":{"line":6,"column":1},"end":{"line":6,"column":9}}],"line":5}},
"s":{"0":3,"1":3,"2":0},"f":{"0":3,"1":0},"b":{"0":[3,0]}}}`, nil},
		{"llvm-cov", "llvm-cov.json", `{"data":[{"files":[{"filename":"subject/subject.go","branches":[[5,2,5,8,3,0,0,0,4]],"segments":[[4,23,3,true,true,false],[7,2,0,false,false,false],[10,15,0,true,true,false],[12,2,0,false,false,false]],"summary":{}}],
"functions":[{"name":"First","count":3,"filenames":["subject/subject.go"],"branches":[],"regions":[[4,23,7,2,3,0,0,0]]},{"name":"Second","count":0,"filenames":["subject/subject.go"],"branches":[],"regions":[[10,15,12,2,0,0,0,0]]}],"totals":{}}],"type":"llvm.coverage.json.export","version":"2.0.1"}`, nil},
		{"coverage.py", "coverage.json", `{"meta": {"format": 3, "version": "7.13.1", "branch_coverage": true}, "files": {"subject/subject.go": {"executed_lines": [5, 6], "summary": {"covered_lines": 2}, "missing_lines": [11], "excluded_lines": [], "executed_branches": [[5, 6]], "missing_branches": [[5, -1]],
"functions": {"First": {"executed_lines": [5, 6], "summary": {"covered_lines": 2}, "missing_lines": [], "excluded_lines": [], "start_line": 4}, "Second": {"executed_lines": [], "summary": {"covered_lines": 0}, "missing_lines": [11], "excluded_lines": [], "start_line": 10}}}}, "totals": {}}`, nil},
		{"simplecov", ".resultset.json", `{"RSpec":{"coverage":{"subject/subject.go":{"lines":[null,null,null,null,3,3,null,null,null,null,0,null],"branches":{"[:if, 0, 5, 1, 5, 7]":{"[:then, 1, 5, 1, 5, 7]":3,"[:else, 2, 6, 1, 6, 9]":0}},"methods":{"[Object, :first, 4, 0, 7, 1]":3,"[Object, :second, 10, 0, 12, 1]":0}}},"timestamp":1}}`, nil},
		{"opencover", "coverage.opencover.xml", `<?xml version="1.0" encoding="utf-8"?>
<CoverageSession><Modules><Module><Files><File uid="1" fullPath="subject/subject.go" /></Files><Classes><Class><FullName>Subject</FullName><Methods>
<Method><Name>System.Int32 Subject::First(System.Int32)</Name><FileRef uid="1" /><SequencePoints><SequencePoint vc="3" sl="4" el="5" fileid="1" /><SequencePoint vc="3" sl="6" el="6" fileid="1" /></SequencePoints><BranchPoints><BranchPoint vc="3" offset="4" path="0" sl="5" fileid="1" /><BranchPoint vc="0" offset="4" path="1" sl="5" fileid="1" /></BranchPoints></Method>
<Method><Name>System.Void Subject::Second()</Name><FileRef uid="1" /><SequencePoints><SequencePoint vc="0" sl="10" el="11" fileid="1" /></SequencePoints><BranchPoints /></Method></Methods></Class></Classes></Module></Modules></CoverageSession>`, nil},
		{"coverlet", "TestResults/coverage.json", `{"subject.dll": {"subject/subject.go": {"Subject": {
"System.Int32 Subject::First(System.Int32)": {"Lines": {"4": 3, "5": 3, "6": 3}, "Branches": [{"Line": 5, "Offset": 4, "EndOffset": 6, "Path": 0, "Ordinal": 0, "Hits": 3}, {"Line": 5, "Offset": 4, "EndOffset": 9, "Path": 1, "Ordinal": 1, "Hits": 0}]},
"System.Void Subject::Second()": {"Lines": {"10": 0, "11": 0}, "Branches": []}}}}}`, nil},
		{"visualstudio", "subject.coveragexml", `<?xml version="1.0" encoding="utf-8"?>
<results><modules><module name="subject.dll"><functions><function name="First" type_name=""><ranges><range source_id="0" covered="yes" start_line="4" end_line="5" /><range source_id="0" covered="partial" start_line="6" end_line="6" /></ranges></function><function name="Second"><ranges><range source_id="0" covered="no" start_line="10" end_line="11" /></ranges></function></functions><source_files><source_file id="0" path="subject/subject.go" /></source_files></module></modules></results>`, nil},
		{"dotcover", "dotcover.xml", `<?xml version="1.0" encoding="utf-8"?>
<Root CoveredStatements="2" TotalStatements="3" ReportType="DetailedXml" DotCoverVersion="2023.3"><FileIndices><File Index="1" Name="subject/subject.go" /></FileIndices><Assembly Name="subject"><Method Name="First"><Statement FileIndex="1" Line="4" EndLine="5" Covered="True" /><Statement FileIndex="1" Line="6" EndLine="6" Covered="True" /></Method><Method Name="Second"><Statement FileIndex="1" Line="10" EndLine="11" Covered="False" /></Method></Assembly></Root>`, nil},
		{"coveralls", "excoveralls.json", `{"source_files":[{"name":"subject/subject.go","coverage":[null,null,null,null,3,3,null,null,null,null,0,null],"branches":[5,0,0,3,5,0,1,0]}],"service_name":"x"}`, nil},
		{"codecov", "codecov.json", `{"coverage":{"subject/subject.go":{"5":3,"6":"1/2","11":0}},"messages":{}}`, nil},
		{"sonarqube", "sonarqube.xml", `<coverage version="1"><file path="subject/subject.go"><lineToCover lineNumber="5" covered="true" branchesToCover="2" coveredBranches="1"/><lineToCover lineNumber="6" covered="true"/><lineToCover lineNumber="11" covered="false"/></file></coverage>`, nil},
		{"tarpaulin", "tarpaulin-report.json", `{"files":[{"path":["subject/subject.go"],"content":"","traces":[{"line":5,"address":[1],"length":1,"stats":{"Line":3}},{"line":6,"address":[2],"length":1,"stats":{"Line":3}},{"line":11,"address":[3],"length":1,"stats":{"Line":0}}],"covered":2,"coverable":3}],"coverage":66.6}`, nil},
		{"gcovr", "gcovr-coverage.json", `{"files":[{"file":"subject/subject.go","lines":[{"line_number":5,"count":3,"branches":[{"count":3},{"count":0}]},{"line_number":6,"count":3},{"line_number":11,"count":0}],"functions":[{"name":"First","lineno":4,"execution_count":3,"pos":["4:6","7:2"]},{"name":"Second","lineno":10,"execution_count":0,"pos":["10:6","12:2"]}]}],"gcovr/format_version":"0.11"}`, nil},
		{"gcov", "subject.gcov.json", `{"format_version":"2","gcc_version":"14.2.0","files":[{"file":"subject/subject.go","lines":[{"line_number":5,"function_name":"First","count":3,"unexecuted_block":false,"branches":[{"count":3,"throw":false,"fallthrough":true},{"count":0,"throw":false,"fallthrough":false}]},{"line_number":6,"function_name":"First","count":3,"unexecuted_block":false,"branches":[]},{"line_number":11,"function_name":"Second","count":0,"unexecuted_block":true,"branches":[]}],"functions":[{"name":"First","demangled_name":"First","start_line":4,"start_column":6,"end_line":7,"end_column":1,"blocks":2,"blocks_executed":2,"execution_count":3},{"name":"Second","demangled_name":"Second","start_line":10,"start_column":6,"end_line":12,"end_column":1,"blocks":1,"blocks_executed":0,"execution_count":0}]}],"data_file":"subject.gcda"}`, nil},
		{"xccov", "xccov.json", `{"subject/subject.go":[{"line":4,"isExecutable":false},{"line":5,"isExecutable":true,"executionCount":3},{"line":6,"isExecutable":true,"executionCount":3},{"line":11,"isExecutable":true,"executionCount":0}]}`, nil},
		{"scoverage", "scoverage.xml", `<scoverage statement-count="3" version="1.0"><packages><package name="subject"><classes><class name="subject.S" filename="subject/subject.go"><methods>
<method name="First"><statements><statement class="S" source="subject/subject.go" method="First" line="5" branch="false" invocation-count="3" ignored="false"/><statement class="S" source="subject/subject.go" method="First" line="6" branch="true" invocation-count="3" ignored="false"/></statements></method>
<method name="Second"><statements><statement class="S" source="subject/subject.go" method="Second" line="11" branch="true" invocation-count="0" ignored="false"/></statements></method>
</methods></class></classes></package></packages></scoverage>`, nil},
	}
}

func sampleOf(format string) sample {
	for _, x := range samples() {
		if x.format == format {
			return x
		}
	}
	panic(format)
}

// telling are the capabilities of a client that is told of the profiles.
const telling = `{"experimental":{"covls":{"documents":true}},"workspace":{"workspaceFolders":true,"configuration":true,"didChangeWatchedFiles":{"dynamicRegistration":true}},"textDocument":{"publishDiagnostics":{"versionSupport":true,"relatedInformation":true}},"window":{"showDocument":{"support":true}}}`

// status is what covls/status tells, as far as faults look at it.
type status struct {
	State   string
	Loading bool
	Summary *struct {
		Unit           string
		Covered, Total int
	}
	Profiles []told
	Folders  []struct {
		Searched int `json:"searched_dirs"`
	}
}

// told is what covls/status tells of a profile.
type told struct {
	Path, Format, Modified string
	Files, Found           int
	Trouble                *string
}

func (p told) String() string {
	if p.Trouble != nil {
		return fmt.Sprintf("%s (%s, %d files): %s", p.Path, p.Format, p.Files, *p.Trouble)
	}
	return fmt.Sprintf("%s: %s, %d files, %d found", p.Path, p.Format, p.Files, p.Found)
}

// of is what is told of the profile at a path in the workspace; zero where that is nothing.
func (s status) of(path string) told {
	for _, p := range s.Profiles {
		if p.Path == path {
			return p
		}
	}
	return told{}
}

// figures is the coverage as a whole, in words.
func (s status) figures() string {
	if s.Summary == nil {
		return "none"
	}
	return fmt.Sprintf("%d of %d %s", s.Summary.Covered, s.Summary.Total, s.Summary.Unit)
}

// troubles counts the profiles that have trouble.
func (s status) troubles() (n int) {
	for _, p := range s.Profiles {
		if p.Trouble != nil {
			n++
		}
	}
	return n
}

// told waits until what the server tells of the profiles satisfies ok, and returns it.
func (s *session) told(what string, ok func(status) bool) status {
	s.t.Helper()
	var last status
	next := 0
	s.wait(what, func() bool {
		all := s.messages()
		for ; next < len(all); next++ {
			if m := all[next]; m.Method != nil && *m.Method == "covls/status" {
				last = status{}
				if err := json.Unmarshal(m.Params, &last); err != nil {
					s.t.Fatalf("covls/status: %v", err)
				}
			}
		}
		return ok(last)
	})
	return last
}

// settled waits until the server has read n profiles, well or not.
func (s *session) settled(n int) status {
	s.t.Helper()
	return s.told(fmt.Sprintf("%d profiles", n), func(st status) bool { return !st.Loading && len(st.Profiles) == n })
}

// change tells the server of files that have changed, as an editor that watches them does.
func (s *session) change(paths ...string) {
	s.t.Helper()
	var all []string
	for _, p := range paths {
		all = append(all, fmt.Sprintf(`{"uri":%s,"type":2}`, js(uriOf(p))))
	}
	s.notify("workspace/didChangeWatchedFiles", `{"changes":[`+strings.Join(all, ",")+`]}`)
}

// under is a path in the workspace.
func (s *session) under(name string) string { return filepath.Join(s.dir, filepath.FromSlash(name)) }

// doctor is what the doctor says.
func (s *session) doctor() string {
	s.t.Helper()
	var text string
	if result := s.request("workspace/executeCommand", `{"command":"covls.doctor"}`); json.Unmarshal(result, &text) != nil {
		text = string(result)
	}
	return text
}

// reload has the server read everything again, and waits until it has.
func (s *session) reload() {
	s.t.Helper()
	s.request("workspace/executeCommand", `{"command":"covls.reload"}`)
}

// must fails the test where err says that the fault itself could not be done.
func (s *session) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// stream writes a file of head and then n times text, in gzip if its name says so; an old one, that is
// read at once. What gzip repeats takes as long as once.
func (s *session) stream(name, head, text string, n int, tail string) {
	s.t.Helper()
	path := s.under(name)
	s.must(os.MkdirAll(filepath.Dir(path), 0o755))
	f, err := os.Create(path + ".new")
	s.must(err)
	for _, part := range []string{head, text, tail} {
		data := []byte(part)
		if strings.HasPrefix(name, zipped) {
			data = gz(part)
		}
		times := 1
		if part == text {
			times = n
		}
		for range times {
			_, err = f.Write(data)
			s.must(err)
		}
	}
	s.must(f.Close())
	s.must(old(path + ".new"))
	s.must(os.Rename(path+".new", path))
}

// zipped is the folder in which stream packs what it writes.
const zipped = "zipped/"

func gz(text string) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.Bytes()
}

// utf16le is a text in UTF-16, with a byte order mark.
func utf16le(text string) string {
	b := []byte("\xff\xfe")
	for _, c := range utf16.Encode([]rune(text)) {
		b = append(b, byte(c), byte(c>>8))
	}
	return string(b)
}
