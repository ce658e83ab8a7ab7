package demangle

import (
	"testing"

	"github.com/covls/covls/coverage"
)

func TestSwift(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ file, name, want string }{
		{"S.swift", "$s3App1SV5neverSiyF", "S.never()"},
		{"S.swift", "_$s3App4mainyyF", "main()"},
		{"S.swift", "$s3App5StoreC3put_2atySi_SStF", "Store.put(_:at:)"},
		{"S.swift", "$s3App5OuterV5InnerO4nextACyF", "Outer.Inner.next()"},
		{"S.swift", "$s3App1SV5valueSivg", "S.value.get"},
		{"S.swift", "$s3App1SV5valueSivs", "S.value.set"},
		{"S.swift", "$s3App5StoreCACycfc", "Store.init"},
		{"S.swift", "$s3App5StoreCfD", "Store.deinit"},
		{"S.swift", "$s3App1SV4makeACyFZ", "S.make()"},
		{"S.swift", "$s3App1SV6sharedACvgZ", "S.shared.get"},
		{"S.swift", "$s3App1SV2eeoiySbAC_ACtFZ", "S.=="},
		{"S.swift", "$s3App1SV1popyS2iFZ", "S.+"},
		{"S.swift", "$s3App1SV2hhoiySbAC_ACtFZ", "$s3App1SV2hhoiySbAC_ACtFZ"},
		{"S.swift", "$s3App1SV5neverSiyFSiycfU_", "$s3App1SV5neverSiyFSiycfU_"}, // a closure in it
		{"S.swift", "$s3App0A3NewV2goyyF", "$s3App0A3NewV2goyyF"},               // with a part of a name before it
		{"S.swift", "$s99App", "$s99App"},
		{"S.swift", "$s", "$s"},
		{"S.swift", "plain", "plain"},
		{"S.c", "$s3App4mainyyF", "$s3App4mainyyF"},
	} {
		f := &coverage.File{Name: tt.file, Funcs: []coverage.Func{{Name: tt.name}}}
		swift(f)
		if got := f.Funcs[0].String(); got != tt.want {
			t.Errorf("%s in %s: %s, want %s", tt.name, tt.file, got, tt.want)
		}
	}
}
