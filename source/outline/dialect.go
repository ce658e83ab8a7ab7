package outline

import "strings"

// dialect is what the words and marks of a language mean for the flow through a function.
type dialect struct {
	// forks are the words each of which leads one way more through a function, beside those of the clauses of a choice.
	forks map[string]bool
	// joins are marks and words between two conditions: "&&", "or".
	joins map[string]bool
	// ternary tells that "?" between two values is a choice; spaced that one is so only with spaces around it, since values end
	// with it, too.
	ternary, spaced bool
	// points tells that "->" stands before a member.
	points bool
	// tries tells that "?" behind a value may return.
	tries bool
	// clause begins a clause of a choice: "case". One that is behind a word of but is none: Scala's "case class".
	clause string
	but    map[string]bool
	// arrow is between the head and the body of a clause, in the braces that a word of choices opens: "=>" behind "match".
	arrow   string
	choices map[string]bool

	// blocks is how statements are held together.
	blocks blocks
	// lines tells that a statement ends with its line, where nothing goes on.
	lines bool
	// heads are the words that begin a statement with blocks of its own, and those that begin one of its further blocks.
	heads map[string]bool
	// ends are the words that end blocks.
	ends map[string]bool
	// raises are the words that raise an error, of calls the names.
	raises map[string]bool
	// calls are the names of calls that raise an error.
	calls map[string]bool
	// stops are the names of calls, and the words, behind which nothing runs, and which end the program.
	stops map[string]bool
	// failed are what is returned for an error: "return Err".
	failed map[string]bool
	// never are errors that say that a place is not reached, later those that say so of a function that is not written yet, or
	// not here, where it does nothing else.
	never, later map[string]bool
	// status tells that a number other than 0 is an error where it is returned, or the program ends with it.
	status bool
	// negative tells that a negative number is one.
	negative bool

	// main is the function that starts a program; "" for none. Mains are in a class where the language has no others.
	main   string
	inside bool
	// implicit tells that a class has its own fields without a word before them.
	implicit bool
	// public says whether others can name a function: by the words before its name.
	public func(s *scanned, f *Func) bool
	// untold is what people return for an error, and for much else, too, in words: "false"; "" where there is nothing of the kind.
	untold string
	// tells are the kinds that can be told of the language's texts, in words of Kind.
	tells []Kind
}

// blocks is how the statements of a language are held together.
type blocks uint8

const (
	braces blocks = iota
	indents
	wordy
)

// Errors that say so in many languages.
const (
	neverRaised = "AssertionError UnreachableException AssertionFailedError"
	laterRaised = "NotImplementedError NotImplementedException UnsupportedOperationException NotSupportedException UnimplementedError UnsupportedError"
)

// all are the kinds that can be told where nothing is in the way.
var allKinds = []Kind{ErrorReturn, Panic, Default, Main, Accessor}

func without(kinds ...Kind) []Kind {
	var out []Kind
	for _, k := range allKinds {
		is := false
		for _, w := range kinds {
			is = is || w == k
		}
		if !is {
			out = append(out, k)
		}
	}
	return out
}

var ecmaDialect = &dialect{
	forks: wordSet("if for while catch"), joins: wordSet("&& || ?? &&= ||= ??="), ternary: true, clause: "case",
	lines: true, heads: wordSet("if else for while do switch case default try catch finally with class function"),
	raises: wordSet("throw"), stops: wordSet("process.exit process.abort Deno.exit assert.fail"), never: wordSet(neverRaised), later: wordSet(laterRaised),
	public: ecmaPublic, tells: allKinds,
}

// dialects are by the ids of languages; languages that are not here have none.
var dialects = map[string]*dialect{
	"c":          cDialect(""),
	"cpp":        cDialect("catch"),
	"javascript": ecmaDialect, "javascriptreact": ecmaDialect, "typescript": ecmaDialect, "typescriptreact": ecmaDialect,
	"csharp": {
		forks: wordSet("if for foreach while catch"), joins: wordSet("&& || ?? ??="), ternary: true, clause: "case", arrow: "=>", choices: wordSet("switch"),
		heads:  wordSet("if else for foreach while do switch case default try catch finally using lock fixed unsafe checked unchecked"),
		raises: wordSet("throw"), stops: wordSet("Environment.Exit Environment.FailFast Application.Exit Debug.Fail"), never: wordSet(neverRaised), later: wordSet(laterRaised),
		implicit: true, main: "Main", inside: true, public: publicBy("public"), tells: allKinds,
	},
	"dart": {
		forks: wordSet("if for while catch"), joins: wordSet("&& || ?? ??="), ternary: true, clause: "case", arrow: "=>", choices: wordSet("switch"),
		heads:  wordSet("if else for while do switch case default try catch finally on"),
		raises: wordSet("throw rethrow"), stops: wordSet("exit"), never: wordSet(neverRaised), later: wordSet(laterRaised),
		main: "main", implicit: true, public: underscored, tells: allKinds,
	},
	"elixir": {
		forks: wordSet("if unless"), joins: wordSet("&& || and or"), arrow: "->",
		blocks: wordy, lines: true, heads: wordSet("if unless case cond with for receive try rescue catch after else do def defp defmacro defmodule fn"), ends: wordSet("end"),
		raises: wordSet("raise throw reraise exit"), stops: wordSet("System.halt System.stop"), public: elixirPublic, tells: without(Main, Accessor),
	},
	"java": {
		forks: wordSet("if for while catch"), joins: wordSet("&& ||"), ternary: true, clause: "case",
		heads:  wordSet("if else for while do switch case default try catch finally synchronized"),
		raises: wordSet("throw"), stops: wordSet("System.exit Runtime.getRuntime.halt fail Assert.fail Assertions.fail"), never: wordSet(neverRaised), later: wordSet(laterRaised),
		implicit: true, main: "main", inside: true, public: publicBy("public"), tells: allKinds,
	},
	"kotlin": {
		forks: wordSet("if for while catch"), joins: wordSet("&& || ?:"), arrow: "->", choices: wordSet("when"),
		lines: true, heads: wordSet("if else for while do when try catch finally"),
		raises: wordSet("throw"), calls: wordSet("error"), stops: wordSet("exitProcess TODO System.exit fail"), never: wordSet(neverRaised), later: wordSet(laterRaised), failed: wordSet("Result.failure"),
		implicit: true, main: "main", public: hiddenBy("private", "internal", "protected"), tells: allKinds,
	},
	"lua": {
		forks: wordSet("if elseif for while repeat"), joins: wordSet("and or"),
		blocks: wordy, lines: true, heads: wordSet("if elseif else for while repeat function do then"), ends: wordSet("end until"),
		raises: wordSet("error"), stops: wordSet("os.exit"), failed: wordSet("nil"), public: hiddenBy("local"), tells: without(Default, Main),
	},
	"perl": {
		points: true,
		forks:  wordSet("if elsif unless while until for foreach"), joins: wordSet("&& || and or"), ternary: true,
		heads:  wordSet("if elsif else unless while until for foreach eval do sub package BEGIN END"),
		raises: wordSet("die croak confess Carp::croak Carp::confess CORE::die CORE::GLOBAL::die"), stops: wordSet("exit CORE::exit POSIX::_exit"), public: underscored, untold: "undef or nothing", tells: without(Default, Main),
	},
	"php": {
		points: true,
		forks:  wordSet("if elseif for foreach while catch"), joins: wordSet("&& || and or xor ??"), ternary: true, clause: "case", arrow: "=>", choices: wordSet("match"),
		heads:  wordSet("if elseif else for foreach while do switch case default try catch finally declare"),
		raises: wordSet("throw"), stops: wordSet("exit die"), never: wordSet(neverRaised), later: wordSet(laterRaised + " BadMethodCallException"), public: hiddenBy("private", "protected"), untold: "false or null", tells: without(Main),
	},
	"python": {
		forks: wordSet("if elif for while except"), joins: wordSet("and or"), clause: "case",
		blocks: indents, lines: true, heads: wordSet("if elif else for while try except finally with match case def class async"),
		raises: wordSet("raise"), stops: wordSet("sys.exit os._exit os.abort exit quit"), never: wordSet(neverRaised), later: wordSet(laterRaised), public: underscored, tells: allKinds,
	},
	"ruby": {
		forks: wordSet("if elsif unless while until for rescue when"), joins: wordSet("&& || and or"), ternary: true, spaced: true, clause: "in",
		blocks: wordy, lines: true, heads: wordSet("if elsif else unless while until for case when in begin rescue ensure def class module do then loop"), ends: wordSet("end"),
		raises: wordSet("raise fail Kernel.raise Kernel.fail"), stops: wordSet("exit exit! abort Kernel.exit Kernel.abort"), later: wordSet("NotImplementedError"), public: rubyPublic, tells: allKinds,
	},
	"rust": {
		forks: wordSet("if for while loop"), joins: wordSet("&& ||"), tries: true, arrow: "=>", choices: wordSet("match"),
		heads: wordSet("if else for while loop match unsafe mod impl fn"),
		stops: wordSet("panic! unreachable! todo! unimplemented! process::exit std::process::exit process::abort std::process::abort"), failed: wordSet("Err"),
		main: "main", public: publicBy("pub"), untold: "None", tells: allKinds,
	},
	"scala": {
		forks: wordSet("if for while"), joins: wordSet("&& ||"), clause: "case", but: wordSet("class object"),
		lines: true, heads: wordSet("if else for while do match case try catch finally"),
		raises: wordSet("throw"), calls: wordSet("sys.error"), stops: wordSet("sys.exit System.exit"), never: wordSet(neverRaised + " MatchError"), later: wordSet(laterRaised), failed: wordSet("Left Failure"),
		implicit: true, main: "main", inside: true, public: hiddenBy("private", "protected"), tells: allKinds,
	},
	"shellscript": {
		forks: wordSet("if elif for while until select"), joins: wordSet("&& ||"),
		blocks: wordy, lines: true, heads: wordSet("if elif else for while until case then do in select function"), ends: wordSet("fi done esac"),
		status: true, public: underscored, untold: "what a variable or a command has", tells: without(Panic, Main, Accessor, Default),
	},
	"swift": {
		forks: wordSet("if guard for while catch"), joins: wordSet("&& || ??"), ternary: true, spaced: true, clause: "case",
		lines: true, heads: wordSet("if else guard for while repeat do switch case default catch defer"),
		raises: wordSet("throw"), stops: wordSet("fatalError preconditionFailure assertionFailure exit abort"), failed: wordSet(".failure Result.failure"),
		main: "main", implicit: true, inside: true, public: publicBy("public", "open"), untold: "nil", tells: allKinds,
	},
}

// cDialect is that of C, or of C++ with what catches.
func cDialect(catches string) *dialect {
	d := &dialect{
		points: true,
		forks:  wordSet("if for while " + catches), joins: wordSet("&& ||"), ternary: true, clause: "case",
		heads:  wordSet("if else for while do switch case default try catch"),
		raises: wordSet("throw"), stops: wordSet("abort exit _exit _Exit quick_exit std::abort std::exit std::terminate std::unreachable __builtin_unreachable __builtin_trap longjmp"),
		negative: true, untold: "false",
		main: "main", public: hiddenBy("static"), tells: allKinds,
	}
	if catches != "" {
		d.implicit = true
		d.failed = wordSet("unexpected std::unexpected tl::unexpected")
	}
	return d
}

// publicBy is for languages in which a word makes a function one that others can name.
func publicBy(words ...string) func(s *scanned, f *Func) bool {
	return func(s *scanned, f *Func) bool { return s.before(f, words) }
}

// hiddenBy is for languages in which a word hides one.
func hiddenBy(words ...string) func(s *scanned, f *Func) bool {
	return func(s *scanned, f *Func) bool { return !s.before(f, words) }
}

// before reports whether one of the words stands before the name of a function.
func (s *scanned) before(f *Func, words []string) bool {
	for i := s.at(f.Start); i < len(s.tokens) && s.start(i) < f.NameStart; i++ {
		if s.kind(i) != word {
			continue
		}
		for _, w := range words {
			if s.text(i) == w && !(w == "pub" && s.is(i+1, open, "(")) {
				return true
			}
		}
	}
	return false
}

// underscored is for languages in which names that begin with _ are one's own.
func underscored(_ *scanned, f *Func) bool {
	return f.Name != "" && (f.Name[0] != '_' || len(f.Name) > 4 && f.Name[:2] == "__" && f.Name[len(f.Name)-2:] == "__")
}

func elixirPublic(s *scanned, f *Func) bool {
	switch s.text(s.at(f.Start)) {
	case "def", "defmacro":
		return true
	}
	return false
}

// ecmaPublic: a function that is exported where it is declared, or whose class is. Of what a list exports elsewhere it is not
// known.
func ecmaPublic(s *scanned, f *Func) bool {
	i := s.at(f.Head)
	if brace := s.around(i); f.Class != "" && brace >= 0 {
		if s.before(f, []string{"private", "protected"}) || strings.HasPrefix(f.Name, "#") || strings.HasPrefix(f.Name, "_") {
			return false
		}
		i = brace
		for n := 0; n < maxType && i > 0 && !s.is(i, word, "class") && s.look(); n++ {
			if s.kind(i) == closed && s.partner(i) >= 0 {
				i = s.partner(i)
			}
			i--
		}
		if s.is(i-1, word, "abstract") {
			i--
		}
		return s.is(i-1, word, "export") || s.is(i-1, word, "default") && s.is(i-2, word, "export")
	}
	for range 5 {
		i--
		switch {
		case s.is(i, word, "export"), s.is(i, word, "exports"):
			return true
		case s.kind(i) == word && !s.newline(i+1), s.is(i, mark, "="), s.is(i, mark, "."):
			continue
		}
		return false
	}
	return false
}

// rubyPublic is not told: a word on a line of its own hides what follows it.
func rubyPublic(*scanned, *Func) bool { return false }
