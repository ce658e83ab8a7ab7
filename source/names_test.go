package source_test

import (
	"testing"

	"github.com/covls/covls/source"
)

func TestPlaceOf(t *testing.T) {
	t.Parallel()
	for place, names := range map[source.Place][]string{
		source.AmongTests: {
			"a_test.go", "testdata/x.go",
			"tests/util.py", "pkg/tests/x.py", "test_a.py", "pkg/a_test.py", "conftest.py",
			"src/a.test.ts", "src/a.spec.tsx", "src/__tests__/a.js", "src/__mocks__/fs.js", "test/a.js", "e2e/login.ts", "cypress/e2e/a.cy.js", "spec/a.js",
			"src/test/java/org/a/StoreTest.java", "src/test/java/org/a/Fixtures.java", "app/src/androidTest/kotlin/A.kt", "src/commonTest/kotlin/A.kt", "src/testFixtures/java/A.java",
			"src/integrationTest/java/A.java", "src/it/scala/A.scala", "core/StoreSpec.scala", "StoreTests.kt",
			"Store.Tests/Fakes.cs", "test/Store.UnitTests/A.cs", "StoreTests.cs", "tests/a.cs",
			"tests/unit.c", "src/store_unittest.cc", "test_store.c", "StoreTest.cpp",
			"tests/api.rs", "fuzzing/fuzz_main.c", "src/tests.rs", "src/store/tests.rs", "src/tests/mod.rs", "src/store_tests.rs",
			"Tests/StoreTests/A.swift", "StoreTests/Mock.swift",
			"spec/a_spec.rb", "spec/support/x.rb", "test/test_helper.rb", "test/fixtures/a.rb",
			"tests/A.php", "Tests/Unit/A.php", "src/AcmeBundle/Tests/A.php", "StoreTest.php",
			"test/a_test.dart", "integration_test/app.dart", "test/support/case.ex", "test/a_test.exs",
			"spec/a_spec.lua", "tests/a.lua", "t/basic.t", "t/lib/Fake.pm", "tests/run.sh", "test/a.bats",
			"src/setupTests.ts", "src/test-utils.tsx", "src/testUtils.js", "tests-e2e/login.ts", "benches/cart.rs", "crates/a/benches/b.rs",
			"test.js", "packages/a/test.mjs", "test-a.js", "test.py", "tests.rb", "test.sh",
		},
		source.AmongVendored: {
			"vendor/github.com/x/y.go", "third_party/unity/unity.c", "3rdparty/a.cpp", "src/node_modules/a/index.js", "Pods/A/A.swift", "pip/_vendor/x.py",
			"venv/lib/python3.12/site-packages/a.py", "bower_components/jquery/x.js", "build/_deps/fmt/format.cc",
			".build/checkouts/swift-nio/Sources/NIO/A.swift", "subprojects/zlib/inflate.c",
		},
		source.AmongGenerated: {
			"a.pb.cc", "a.pb.h", "api/a_pb2.py", "api/a_pb2_grpc.py", "a.pb.go", "Form.Designer.cs", "form.designer.cs", "A.g.cs", "lib/a.g.dart", "lib/a.freezed.dart",
			"src/api.generated.ts", "src/schema.gen.ts", "src/__generated__/x.ts", "build/generated/source/A.java", "dist/app.min.js", "moc_window.cpp", "ui_main.h",
			"src/parser.tab.c", "lex.yy.c", "R.java", "build/CMakeFiles/3.25.1/CompilerIdC/CMakeCCompilerId.c", ".build/debug/A.build/DerivedSources/b.swift",
		},
		source.AmongSettings: {"vite.config.ts", "jest.config.js", "types/a.d.ts", "setup.py", "sub/noxfile.py", "build.gradle.kts", "mix.exs", "build.rs", "Package.swift", ".eslintrc.js", "a.pyi", "shop/migrations/0001_initial.py", "alembic/versions/ab12_x.py", "db/migrate/20240101_create.rb", "database/migrations/2024_01_01_create.php", "migrations/Version20240101.php", "App/Migrations/20240101120000_Init.cs", "App/Migrations/ShopContextModelSnapshot.cs"},
		source.Anywhere: {
			"src/testing/env.py", "src/pods/list.ts", "autogen/agent.ts", "src/vendors/api.ts", "src/app.config.ts", "lib/spec.rb", "lib/rack/test.rb", "lib/minitest/spec.rb", "lib/rack/test/utils.rb", "tests_api/views.py", "src/contest.py", "src/jinja2/tests.py", "src/latest.py", "src/attest.ts",
			"src/main/java/org/a/test/Case.java", "src/main/java/org/a/LoadTest.java", "src/main/kotlin/Spec.kt", "src/Latest.java", "src/features/cart.tsx", "src/spec/openapi.ts",
			"src/cargo_test.rs", "src/build.rs", "Sources/XCTestKit/RunnerTests.swift", "src/Test/Kernel.php", "lib/Test/More.pm", "lib/ex_unit/case.ex", "lib/test/x.dart",
			"src/config.ts", "src/generator.ts", "src/vendors.ts", "src/designer.cs", "src/min.js", "services/a/setup.py", "src/Contest.cs", "testing.go", "src/protest.c",
			"src/test.js", "lib/test-kit.ts", "src/commands/test.ts", "shop/test.py", "contest.js", "xmltest.cpp", "test.c",
			"src/migrations/runner.py", "src/migrations/index.ts", "subprojects/core/src/main/java/A.java", "src/benches/seat.rs", "src/db/migrator.rb", "src/setup.ts",
			"inventory/vendor.py", "a.py", "src/R.kt", "src/manifest.java",
		},
	} {
		for _, name := range names {
			if got, why := source.PlaceOf(name); got != place {
				t.Errorf("%s: %d (%s), want %d", name, got, why, place)
			} else if (why == "") != (got == source.Anywhere) {
				t.Errorf("%s: %d because %q", name, got, why)
			}
			if source.IsTest(name) != (place == source.AmongTests) {
				t.Errorf("%s: is a test: %v", name, source.IsTest(name))
			}
		}
	}
}

func TestTestProgram(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"xmltest.cpp": true, "test.c": true, "testapi.c": true, "src/xmltest.cpp": true, "a_test_b.cc": true, "contrib/Tests.cpp": true, "fuzz_main.c": true, "xmlfuzzer.cpp": true,
		"src/test.c": false, "latest.c": false, "src/contest.cc": false, "testimonial.c": false, "attest.c": false, "main.c": false, "test.py": false,
	} {
		if got := source.TestProgram(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
