// Draws what a person sees first, to be looked at: several projects, in dark and in light, in a narrow window and in a
// wide one.
//
//   node test/e2e/looks.mts [--update] FOLDER [PROJECT…]
//
// --update writes the pictures of the README and of the walkthrough, but for the doctor's, which main.mts makes.
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { frame } from './folders.mts';
import { cobra, run, testCobra, typescript } from './projects.mts';
import { CodeServer } from './server.mts';
import { until } from './until.mts';
import { Window } from './window.mts';
import { gapsPane, picture, tree } from './world.mts';

const extension = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const { values: flags, positionals } = parseArgs({
	options: { update: { type: 'boolean' } },
	allowPositionals: true,
});
const [folder, ...wanted] = positionals;
if (folder === undefined) {
	throw new Error('want the folder for the pictures');
}
mkdirSync(folder, { recursive: true });

/** Nothing of VS Code's own is changed but what asks questions, or needs the network. */
const settings = {
	'workbench.startupEditor': 'none',
	'security.workspace.trust.enabled': false,
	'telemetry.telemetryLevel': 'off',
	'chat.disableAIFeatures': true,
	'workbench.secondarySideBar.defaultVisibility': 'hidden',
	'editor.hover.delay': 50,
	// The lens above a function is to be seen in the picture of its hover.
	'editor.hover.above': flags.update !== true,
};

const root = mkdtempSync(join(tmpdir(), 'covls-looks-'));
const put = (dir: string, name: string, text: string) => {
	mkdirSync(dirname(join(dir, name)), { recursive: true });
	writeFileSync(join(dir, name), text);
};

interface Project {
	/** The name of its folder. */
	readonly called: string;
	/** What is opened in it. */
	readonly file: string;
	/** Makes it, with its profile. */
	make(dir: string): Promise<void>;
	/** Whether its tests are run then. */
	readonly run?: boolean;
}

const projects: Record<string, Project> = {
	healthy: {
		called: 'cobra',
		file: 'completions.go',
		make: async (dir) => {
			await cobra(dir);
			await testCobra(dir);
		},
	},
	empty: { called: 'cobra', file: 'completions.go', make: cobra },
	failed: {
		called: 'cobra',
		file: 'completions.go',
		run: true,
		make: async (dir) => {
			await cobra(dir);
			await testCobra(dir);
			put(dir, 'fails_test.go', 'package cobra\n\nimport "testing"\n\nfunc TestFails(t *testing.T) { t.Fatal() }\n');
		},
	},
	small: {
		called: 'shelf',
		file: 'store/store.go',
		make: async (dir) => {
			shelf(dir);
			await run(dir, 'git', 'init', '-q');
			await run(dir, 'git', 'add', '.');
			await run(dir, 'git', '-c', 'user.name=x', '-c', 'user.email=x@example.com', 'commit', '-qm', 'shelf');
			await run(dir, 'go', 'test', '-coverpkg=./...', '-coverprofile=cover.out', './...');
			appendFileSync(
				join(dir, 'store/store.go'),
				'\n// Clear takes all away.\nfunc (s *Store) Clear() {\n\ts.books = nil\n}\n',
			);
		},
	},
	monorepo: {
		called: 'shop',
		file: 'api/store/store.go',
		make: async (dir) => {
			put(
				dir,
				'.covls.toml',
				'[[component]]\nname = "api"\ninclude = ["api/**"]\n\n[[component]]\nname = "web"\ninclude = ["web/**"]\n',
			);
			const api = join(dir, 'api');
			shelf(api);
			await run(api, 'go', 'test', '-coverpkg=./...', '-coverprofile=cover.out', './...');
			typescript(join(dir, 'web'));
		},
	},
};

/** A small module with few tests, without a profile. */
function shelf(dir: string): void {
	cpSync(join(extension, 'test/e2e/testdata/shelf'), dir, { recursive: true });
}

const vsix = (
	await run(extension, 'node', 'scripts/pack.mjs', '--out', root, `${process.platform}-${process.arch}`)
).split('  ')[0] as string;
const server = await CodeServer.start(join(root, 'code'), settings);
const paths = await run(extension, join(extension, '../../scripts/setup-browser.sh'), '--paths');
const browser = await chromium.launch({
	executablePath: paths.split('\n')[0] as string,
	args: ['--no-sandbox', '--disable-gpu'],
});
try {
	await run(root, 'code-server', '--extensions-dir', server.extensions, '--install-extension', vsix);
	const user = join(root, 'code/user/User/settings.json');
	for (const [name, project] of Object.entries(projects)) {
		if (wanted.length > 0 && !wanted.includes(name)) {
			continue;
		}
		const dir = join(root, name, project.called);
		mkdirSync(dir, { recursive: true });
		await project.make(dir);
		for (const theme of ['Dark', 'Light']) {
			writeFileSync(user, JSON.stringify({ ...settings, 'workbench.colorTheme': `Default ${theme} Modern` }));
			await look(name, project, dir, theme);
		}
	}
} finally {
	await Promise.allSettled([browser.close(), server.stop()]);
	console.log(readFileSync(join(root, 'code/code-server.log'), 'utf8').split('\n').slice(-3).join('\n'));
	rmSync(root, { recursive: true, force: true });
}

/** Draws a project in a theme. */
async function look(name: string, project: Project, dir: string, theme: string): Promise<void> {
	const context = await browser.newContext({ viewport: { width: 1600, height: 900 }, locale: 'en' });
	const window = await Window.open(context, server.url({ folder: dir }));
	const { page } = window;
	const shot = async (what: string) => {
		for (const width of [700, 1600]) {
			await page.setViewportSize({ width, height: 900 });
			await page.waitForTimeout(1500);
			await page.screenshot({ path: join(folder as string, `${name}-${what}-${theme.toLowerCase()}-${width}.png`) });
		}
	};
	const images = flags.update ? join(extension, 'images') : undefined;
	const keep = (name: string, selector?: string) =>
		picture(images, page, theme === 'Dark' ? name : `${name}-light`, selector);
	try {
		await window.file(project.file, 1);
		if (name === 'empty') {
			await until('no profile', async () => (await window.statusLabel()).includes('no profile found'));
			await window.run('Testing: Focus on Coverage Gaps View');
			await shot('first');
			await window.widen(560);
			await keep('welcome', gapsPane);
			await window.widen(350);
			await window.run('Covls: Create Configuration');
			await until('the settings file', () => page.locator('.tab.active[aria-label^=".covls.toml"]').count());
			await keep('toml', '.part.editor');
			rmSync(join(dir, '.covls.toml'));
			return;
		}
		await until('the figure', async () => /^Coverage \d/.test(await window.statusLabel()));
		await window.run('Testing: Focus on Coverage Gaps View');
		await until('rows', async () => (await window.rows(tree)).length > 2);
		if (project.run === true) {
			await window.run('Covls: Run Tests with Coverage');
			await page.waitForTimeout(4000);
			await shot('running');
			await until('it failed', async () => (await window.statusLabel()).includes('tests failed'));
			await shot('first');
			return;
		}
		await shot('first');
		await page.locator(`${tree} .monaco-list-row[aria-level="2"]`).first().click();
		await page.waitForTimeout(3000);
		const rows = await window.rows(tree);
		const label = (rows.find((row) => row.level === 2)?.label ?? '').replace(/.*\./, '');
		console.log(
			name,
			JSON.stringify(
				rows.map((row) => `${row.level} ${row.label} | ${row.description}`),
				undefined,
				1,
			),
		);
		console.log(name, 'status', await window.statusLabel(), '/', await window.status().innerText());
		console.log(name, 'lenses', await window.lenses());
		console.log(name, 'hover', await window.hover(label));
		await page.screenshot({ path: join(folder as string, `${name}-hover-${theme.toLowerCase()}.png`) });
		if (name === 'healthy' && images === undefined) {
			await around(window, (what) =>
				page.screenshot({ path: join(folder as string, `${name}-${what}-${theme.toLowerCase()}.png`) }),
			);
		}
		if (name === 'healthy') {
			await page.setViewportSize({ width: 1360, height: 860 });
			await window.run('View: Close All Editors');
			await window.widen(450);
			await window.heighten(gapsPane, 440);
			await window.file('bash_completions.go', 701);
			// An editor that loses the focus, as to the hover, does not ask for its lenses.
			await until('its lens', async () => (await window.lenses()).some((lens) => /5 statements/.test(lens)));
			await window.hover('GenBashCompletionFile', /Why this tier/);
			await page.locator('.monaco-hover .action', { hasText: 'Quick Fix' }).waitFor();
			await keep('window');
			await keep('editor', '.part.editor');
			await page.mouse.move(5, 5);
			await page.locator('.pane-header[aria-label^="Test Coverage"]').click();
			await page.mouse.move(5, 5);
			await page.waitForTimeout(1000);
			await keep('tree', gapsPane);
			await window.run('Covls: Show Report');
			await frame(window, 'statements');
			await page.waitForTimeout(1500);
			await keep('report', '.part.editor');
		}
	} catch (error) {
		console.log(name, error);
		await page.screenshot({ path: join(folder as string, `${name}-trouble-${theme.toLowerCase()}.png`) });
	} finally {
		await context.close();
	}
}

/** What lies behind a click: menus, lists, settings, the walkthrough. */
async function around(window: Window, shot: (what: string) => Promise<unknown>): Promise<void> {
	const { page } = window;
	const settled = () => page.waitForTimeout(1500);
	const step = async (what: string, ...acts: (() => Promise<unknown>)[]) => {
		try {
			for (const act of acts) {
				await act();
			}
			await settled();
			await shot(what);
		} catch (error) {
			console.log(what, error);
		}
		await page.keyboard.press('Escape');
		await page.mouse.move(5, 5);
	};
	await step(
		'partly',
		() => window.file('command.go', 1482),
		() => window.hover('UseLine'),
	);
	await step(
		'model',
		() => window.file('bash_completions.go', 700),
		() => window.hover('GenBashCompletionFile'),
	);
	await step(
		'actions',
		() => window.file('bash_completions.go', 701),
		() => page.keyboard.press('Control+.'),
	);
	await step('more', () => page.locator('.editor-actions .codicon-toolbar-more').first().click());
	await step('status-menu', () => window.status().click());
	await step('status-tooltip', () => window.status().hover());
	await step('row-menu', () =>
		page.locator(`${tree} .monaco-list-row[aria-level="2"]`).last().click({ button: 'right' }),
	);
	await step(
		'view-menu',
		() => page.locator(`${gapsPane} .pane-header`).hover(),
		() => page.locator(`${gapsPane} .pane-header .codicon-toolbar-more, ${gapsPane} .codicon-more`).first().click(),
	);
	await step('problems', () => window.run('Problems: Focus on Problems View'));
	await window.closePanel();
	await step('explorer', () => window.run('View: Show Explorer'));
	await step('explorer-menu', () =>
		page.locator('.explorer-folders-view .monaco-list-row[aria-label^="command.go"]').click({ button: 'right' }),
	);
	await step('settings', () => window.run('Covls: Open Settings'));
	await step('settings-marks', () => page.locator('.settings-toc-container .monaco-list-row').nth(3).click());
	await step('walkthrough', () => window.pick('Welcome: Open Walkthrough...', 'Find what no test reaches'));
	await window.run('Testing: Focus on Coverage Gaps View');
	await window.run('View: Close All Editors');
}
