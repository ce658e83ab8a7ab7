// Drives the extension in a real VS Code in a real browser, as a person would, and holds what is seen
// against what go's own tools and covls in a shell say.
//
//   node test/e2e/main.mts [--shots FOLDER] [--update] [--only WORD]
//
// --shots keeps a picture of each step, --update writes the pictures of the README.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { cobra, covls, goToolCover, type ShellGap, testCobra } from './projects.mts';
import { CodeServer } from './server.mts';
import { Steps } from './steps.mts';
import { until } from './until.mts';
import { linesOf, Window } from './window.mts';

const extension = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const { values: flags } = parseArgs({
	options: { shots: { type: 'string' }, only: { type: 'string' }, update: { type: 'boolean' } },
});

/** The user's settings: nothing of VS Code's own that is in the way, and no waiting. */
const settings = {
	'workbench.startupEditor': 'none',
	'workbench.tips.enabled': false,
	'workbench.secondarySideBar.defaultVisibility': 'hidden',
	'workbench.colorTheme': 'Default Dark Modern',
	'chat.disableAIFeatures': true,
	'telemetry.telemetryLevel': 'off',
	'extensions.ignoreRecommendations': true,
	'git.openRepositoryInParentFolders': 'never',
	'editor.minimap.enabled': false,
	'editor.hover.delay': 50,
	'editor.lightbulb.enabled': 'off',
	'window.menuBarVisibility': 'compact',
	'files.simpleDialog.enable': true,
	'covls.diagnostics.severity.medium': 'information',
	'covls.diagnostics.severity.lower': 'information',
};

function packed(dir: string): { vsix: string; program: string } {
	const target = `${process.platform}-${process.arch}`;
	execFileSync('node', [join(extension, 'scripts/pack.mjs'), '--out', dir, target], {
		stdio: ['ignore', 'inherit', 'inherit'],
	});
	const vsix = join(dir, `covls-${target}.vsix`);
	execFileSync('unzip', ['-q', '-o', vsix, 'extension/server/*', '-d', join(dir, 'unpacked')]);
	return { vsix, program: join(dir, 'unpacked/extension/server/covls') };
}

function browserPath(): string {
	for (const name of [
		process.env['COVLS_CHROMIUM'],
		'chromium',
		'chromium-browser',
		'google-chrome',
		'google-chrome-stable',
	]) {
		if (name !== undefined && name !== '') {
			try {
				return execFileSync('sh', ['-c', `command -v "${name}"`], { encoding: 'utf8' }).trim();
			} catch {
				// the next one
			}
		}
	}
	throw new Error('there is no Chromium: run scripts/setup-vscode.sh');
}

const lineNumbers = (of: readonly { line: number }[]) => of.map((f) => f.line).sort((a, b) => a - b);

/** The tree "Coverage Gaps". */
const tree = '.pane:has(.pane-header[aria-label^="Coverage Gaps"]) .customview-tree';

const root = mkdtempSync(join(tmpdir(), 'covls-vscode-'));
const steps = new Steps(flags.shots, flags.only);
let server: CodeServer | undefined;
let browser: Browser | undefined;

try {
	const { vsix, program } = packed(root);
	const go = join(root, 'cobra');
	cobra(go);
	testCobra(go, 'Args|Complete');
	mkdirSync(join(root, 'code'));
	server = await CodeServer.start(join(root, 'code'), vsix, settings);
	browser = await chromium.launch({
		executablePath: browserPath(),
		args: [
			'--no-sandbox',
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
		],
	});
	const context = await browser.newContext({ viewport: { width: 1360, height: 860 }, locale: 'en' });
	const window = await Window.open(context, server, go);
	const { page } = window;

	/** The functions of a file of which covls and `go tool cover` agree that nothing of them ran. */
	const uncovered = (file: string): ShellGap[] => {
		const gaps = covls(program, go).gaps.filter((gap) => gap.file === file);
		const zero = goToolCover(go).zero.filter((f) => f.file === file);
		assert.deepEqual(lineNumbers(gaps), lineNumbers(zero), `covls and go tool cover on ${file}`);
		assert.ok(gaps.length > 0, `${file} has uncovered functions`);
		return gaps;
	};

	await steps.step('squiggles and Problems are the uncovered functions', page, async () => {
		const file = 'active_help.go';
		const want = uncovered(file);
		await window.file(file);
		const lines = await until('a squiggle for each uncovered function', async () => {
			const found = await window.squiggles();
			return found.length === want.length ? found : undefined;
		});
		assert.deepEqual(lines, lineNumbers(want));
		for (const gap of want) {
			assert.ok(
				linesOf(join(go, file))[gap.line]?.includes(gap.name.replace(/.*\./, '')),
				`line ${gap.line} is that of ${gap.name}`,
			);
		}
		// A file with more of them than fit a screen: the Problems view has all.
		await window.file('shell_completions.go');
		const problems = uncovered('shell_completions.go');
		await window.run('Problems: Focus on Problems View');
		await until('the Problems view lists them', async () => {
			const said = (await window.rows('.markers-panel')).filter((row) => row.level === 2).map((row) => row.text);
			return problems.every((gap) => said.some((text) => text.includes(gap.message)));
		});
	});

	await steps.step('a click on a lens goes to the next gap', page, async () => {
		const first = uncovered('shell_completions.go')[0] as ShellGap;
		await window.run('View: Toggle Panel Visibility');
		await window.file('shell_completions.go');
		await window.goTo(1);
		const lens = page.locator('.editor-group-container.active .codelens-decoration a', { hasText: 'next gap' });
		await lens.first().click();
		await until('the cursor is on the name of the first gap', async () => {
			const { line, column } = await window.cursor();
			return (
				line === first.line &&
				linesOf(join(go, first.file))
					[line]?.slice(column - 1)
					.startsWith(first.name)
			);
		});
	});

	await steps.step('a hover tells the reason', page, async () => {
		const first = uncovered('shell_completions.go')[0] as ShellGap;
		const said = await window.hover(first.name.replace(/.*\./, ''));
		assert.match(said, /0 of 1 statement/);
		assert.match(said, /lower: .*7 statements short of 60 %|short of 60 %/);
	});

	const figure = (dir: string) => `${Math.round(covls(program, dir).report.summary.percent * 10) / 10} %`;

	await steps.step('status bar, tree, badge, gutters and Test Coverage have the right numbers', page, async () => {
		const { report } = covls(program, go);
		assert.equal(`${goToolCover(go).total} %`, `${(Math.round(report.summary.percent * 10) / 10).toFixed(1)} %`);
		await until('the status bar has the figure', async () => (await window.statusLabel()) === `Coverage ${figure(go)}`);

		await window.run('Testing: Focus on Coverage Gaps View');
		const rows = await until('the tree has rows', async () => {
			const found = await window.rows(tree);
			return found.length > 3 ? found : undefined;
		});
		for (const tier of ['critical', 'high', 'medium', 'lower']) {
			const files = report.files.filter((file) => file.tier === tier);
			const row = rows.find((r) => r.level === 1 && r.label.toLowerCase() === tier);
			if (files.length > 0) {
				assert.equal(
					row?.description,
					files.length === 1 ? '1 file' : `${files.length} files`,
					`files of tier ${tier}`,
				);
			} else {
				assert.equal(row, undefined, `no row for tier ${tier}`);
			}
		}
		const urgent = report.files.filter((file) => file.tier === 'critical').sort((a, b) => b.gap - a.gap)[0];
		assert.equal(
			rows.find((r) => r.level === 2)?.label,
			urgent?.path.replace(/.*\//, ''),
			'the most urgent file comes first',
		);

		const want = uncovered('shell_completions.go');
		await window.file('shell_completions.go');
		await window.goTo(want[0]?.line ?? 1);
		const missed = await until('gutters', async () => {
			const found = await window.gutters('miss');
			return found.length > 0 ? found : undefined;
		});
		assert.ok(missed.includes((want[0]?.line ?? 0) + 1), `the body of ${want[0]?.name} is missed: ${missed}`);
		assert.deepEqual(await window.gutters('hit'), [], 'covered code is not painted');
	});
	console.log(
		await window.offered('Test Coverage'),
		await window.offered('Covls:'),
		await window.offered('Panel'),
		await window.statusLabel(),
	);
	await window.run('View: Show Explorer');
} finally {
	await browser?.close();
	await server?.stop();
	if (process.env['COVLS_KEEP'] === undefined) {
		rmSync(root, { recursive: true, force: true });
	} else {
		console.log(`kept ${root}`);
	}
}
console.log(`${steps.passed} passed, ${steps.failed} failed`);
process.exitCode = steps.failed > 0 || steps.passed === 0 ? 1 : 0;
