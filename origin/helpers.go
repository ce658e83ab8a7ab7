package origin

import (
	"slices"
	"strings"

	"github.com/covls/covls/coverage"
	"github.com/covls/covls/source"
	"github.com/covls/covls/text"
)

// helpers are the functions that esbuild and TypeScript write into the texts that they make: esbuild's internal/runtime and
// tslib.
var helpers = strings.Fields(`__accessCheck __asyncGenerator __asyncGeneratorStep __callDispose __commonJS __commonJSMin __copyProps
	__decorateClass __decorateElement __decorateParam __decoratorContext __decoratorMetadata __decoratorStart __decoratorStrings
	__defNormalProp __earlyAccess __esm __esmMin __expectFn __export __exportAll __forAwait __forOwn __glob __name __objRest __pow
	__privateAdd __privateGet __privateIn __privateMethod __privateSet __privateWrapper __publicField __reExport __require
	__restKey __runInitializers __spreadProps __spreadValues __superGet __superSet __superWrapper __template __toBinary
	__toBinaryNode __toCommonJS __toESM __typeError __update __using __yieldStar __async __await
	__addDisposableResource __assign __asyncDelegator __asyncValues __awaiter __classPrivateFieldGet __classPrivateFieldIn
	__classPrivateFieldSet __createBinding __decorate __disposeResources __esDecorate __exportStar __extends __generator
	__importDefault __importStar __makeTemplateObject __metadata __param __propKey __read __rest __setFunctionName
	__setModuleDefault __spread __spreadArray __spreadArrays __values`)

// written is a file of JavaScript without the functions that a compiler has written beside those of the text: its helpers, and
// what it made of exports, which tools put in one place with the helpers, since neither is of any place. A helper that the text
// has is one of its own functions.
func written(file *coverage.File, s *Source) *coverage.File {
	if !script(s.Name) || !slices.ContainsFunc(file.Funcs, func(fn coverage.Func) bool { return helper(fn.Name) }) {
		return file
	}
	t := text.New(s.Content)
	on := map[uint32]bool{} // lines with helpers
	for i := range file.Funcs {
		if fn := &file.Funcs[i]; helper(fn.Name) && source.LineOf(t, fn.Name) == 0 {
			on[fn.Span.Start.Line] = true
		}
	}
	if len(on) == 0 {
		return file
	}
	out := *file
	out.Funcs = slices.DeleteFunc(slices.Clone(file.Funcs), func(fn coverage.Func) bool {
		line := fn.Span.Start.Line
		return on[line] && (helper(fn.Name) && source.LineOf(t, fn.Name) == 0 || !s.begins(t, &fn))
	})
	return &out
}

// helper reports whether a function may be one of a compiler's, which numbers those that would have a name of the text.
func helper(name string) bool {
	return strings.HasPrefix(name, "__") && slices.Contains(helpers, strings.TrimRight(name, "0123456789"))
}

// begins reports whether a function may be one of the text that begins on its line.
func (s *Source) begins(t *text.Text, fn *coverage.Func) bool {
	line := fn.Span.Start.Line
	naming := source.Named(t, line, line, fn.Name)
	if naming != source.NameHere || s.Holds() == nil || s.Parsed.Err != nil {
		return naming == source.NameHere || naming == source.NameNone
	}
	return slices.ContainsFunc(s.Parsed.Funcs, func(has coverage.Func) bool {
		return has.Span.Start.Line <= line && line <= max(has.NameSpan.Start.Line, has.Body.Line) && bare(&has) == bare(fn)
	})
}
