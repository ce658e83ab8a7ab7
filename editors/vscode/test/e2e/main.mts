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
			assert.ok(linesOf(join(go, file))[gap.line]?.includes(gap.name), `line ${gap.line} is that of ${gap.name}`);
		}
		// A file with more of them than fit a screen: the Problems view has all.
		await window.file('shell_completions.go');
		const problems = uncovered('shell_completions.go');
		await window.run('View: Toggle Problems (Errors, Warnings, Infos)').catch(() => window.run('View: Show Problems'));
		await until('the Problems view lists them', async () => {
			const said = (await window.rows('.markers-panel')).filter((row) => row.level === 2).map((row) => row.text);
			return problems.every((gap) => said.some((text) => text.includes(gap.message)));
		});
	});
	console.log(
		await window.offered('coverage'),
		await window.offered('Covls:'),
		await window.offered('problems'),
		await window.statusLabel(),
	);
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
