import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { covls, lost, typescript } from './projects.mts';
import { until } from './until.mts';
import { Window } from './window.mts';
import { coverageView, gapsPane, picture, serving, tree, type World } from './world.mts';

/** What a person does with projects of other kinds, in one window. */
export async function projectSteps(world: World, go: string): Promise<void> {
	const { steps, root } = world;
	const shop = join(root, 'shop');
	const moved = join(root, 'moved');
	typescript(shop);
	lost(moved);
	const workspace = join(root, 'both.code-workspace');
	writeFileSync(workspace, JSON.stringify({ folders: [{ path: go }], settings: {} }));
	const window = await Window.open(world.context, world.server, workspace);
	const { page } = window;

	const folders = [go];
	/** Adds a folder to the file of the workspace, which VS Code follows as it follows its own dialog. */
	const addFolder = (path: string) => {
		folders.push(path);
		writeFileSync(workspace, JSON.stringify({ folders: folders.map((folder) => ({ path: folder })), settings: {} }));
	};

	await steps.step('a second folder is added, in TypeScript with an LCOV profile', page, async () => {
		await until('the first folder is shown', async () => /^Coverage \d/.test(await window.statusLabel()));
		await window.run('Testing: Focus on Coverage Gaps View');
		await page.locator('.pane-header[aria-label^="Test Explorer"]').click();
		addFolder(shop);
		await window.file('cart.ts');
		await until(
			'the squiggle of the function that no test reaches',
			async () => (await window.squiggles()).join() === '16',
		);
		await until('the gutter', async () => {
			const missed = await window.gutters('miss');
			return [11, 17, 18].every((line) => missed.includes(line));
		});
		assert.match(await window.hover('never'), /0 of 2 lines/);
		await until('a lens', async () =>
			(await window.lenses()).some((lens) => lens.includes('not covered · 0 of 2 lines')),
		);
		await page.locator(`${gapsPane} .pane-header`).hover();
		await page.locator(`${gapsPane} .action-label[aria-label="Collapse All"]`).click();
		await until('the tree has a component for each folder', async () => {
			const names = (await window.rows(tree)).filter((row) => row.level === 1).map((row) => row.label);
			return names.join() === 'cobra,shop';
		});
		await page.locator(`${coverageView} .monaco-list`).focus();
		await page.keyboard.press('End');
		await until('so has Test Coverage', async () =>
			(await window.rows(coverageView)).some((row) => /cart\.ts\s*66\.67%/.test(row.text)),
		);
	});

	await steps.step('the doctor says why nothing is shown, and a click mends it', page, async () => {
		addFolder(moved);
		await window.file('stock.ts');
		await until('the lens says what is wrong', async () =>
			(await window.lenses()).some((lens) => lens.includes('not matched')),
		);
		assert.deepEqual(await window.squiggles(), []);
		await window.run('Covls: Doctor');
		const doctor = await frame(window, 'covls doctor');
		await doctor.locator('a.button').first().waitFor();
		await picture(world, page, 'doctor', '.part.editor');
		await doctor.locator('a.button', { hasText: 'web' }).first().click();
		await until('.covls.toml is written', () => existsSync(join(moved, '.covls.toml')));
		assert.match(readFileSync(join(moved, '.covls.toml'), 'utf8'), /from = "\/builds\/team\/app"/);
		await window.file('stock.ts');
		await until('the marks are there', async () => (await window.squiggles()).length === 1);
		assert.equal(covls(world.program, moved).gaps.length, 1);
	});

	await steps.step('the tree can be filtered by tier and by text', page, async () => {
		await window.run('Testing: Focus on Coverage Gaps View');
		await window.run('Covls: Filter by Text');
		const input = page.locator('.quick-input-widget:visible input.input');
		await input.fill('never');
		await page.keyboard.press('Enter');
		await until('the one component that has it is left', async () => {
			const rows = await window.rows(tree);
			return rows.length > 0 && rows.every((row) => row.level > 1 || row.label === 'shop');
		});
		await until('and what the filter is', async () =>
			/never/.test((await page.locator(`${gapsPane} .pane-header`).textContent()) ?? ''),
		);
		await window.run('Covls: Clear Filter');
		await until('all are back', async () => (await window.rows(tree)).some((row) => row.label === 'cobra'));
	});

	await steps.step('the report is a Markdown preview, and a page with a policy', page, async () => {
		await window.run('Covls: Show Report');
		const preview = await frame(window, 'cobra');
		await until('totals', async () => /statements/.test((await preview.locator('body').textContent()) ?? ''));
		await picture(world, page, 'report', '.part.editor');
		await window.run('Covls: Show Report as a Page');
		const html = await frame(window, 'cobra', '#data');
		const policy = await html.locator('meta[http-equiv="Content-Security-Policy"]').first().getAttribute('content');
		assert.match(policy ?? '', /default-src 'none'/);
		assert.doesNotMatch(policy ?? '', /unsafe|https?:/);
		await until('its script has run', async () =>
			/man_docs\.go/.test((await html.locator('body').textContent()) ?? ''),
		);
	});

	let empty: Window;
	await steps.step('a project without a profile is told how to make one', page, async () => {
		await window.close();
		const bare = join(root, 'bare');
		mkdirSync(bare, { recursive: true });
		writeFileSync(join(bare, 'go.mod'), 'module bare\n\ngo 1.21\n');
		writeFileSync(
			join(bare, 'bare.go'),
			'package bare\n\nfunc Used() int { return 1 }\n\nfunc Unused() int { return 2 }\n',
		);
		writeFileSync(
			join(bare, 'bare_test.go'),
			'package bare\n\nimport "testing"\n\nfunc TestUsed(t *testing.T) {\n\tif Used() != 1 {\n\t\tt.Fail()\n\t}\n}\n',
		);
		empty = await Window.open(world.context, world.server, bare);
		await empty.run('Testing: Focus on Coverage Gaps View');
		await until('the view says where it looked, and what would make one', async () => {
			const rows = (await empty.rows(tree)).map((row) => row.text.replaceAll('\u00a0', ' '));
			return (
				rows.some((row) => /bare.*1 folder searched for \d+ names/.test(row)) &&
				rows.some((row) => row.includes('go test -coverprofile=cover.out ./...'))
			);
		});
		await picture(world, empty.page, 'welcome', gapsPane);
		await empty.page.locator(`${tree} .monaco-list-row`, { hasText: 'Run Tests with Coverage' }).click();
		await until('the task made a profile, which is shown', async () =>
			(await empty.statusLabel()).startsWith('Coverage 50 %'),
		);
		await empty.run('Covls: Create Configuration');
		await until('the settings file is open', () =>
			empty.page.locator('.tab.active[aria-label^=".covls.toml"]').count(),
		);
		await empty.closePanel();
		await picture(world, empty.page, 'toml', '.part.editor');
		assert.ok(existsSync(join(bare, '.covls.toml')));
	});

	await steps.step('a server that is not there is told, with what helps', undefined, async () => {
		const settings = join(root, 'bare/.vscode/settings.json');
		mkdirSync(dirname(settings));
		writeFileSync(settings, '{ "covls.server.path": "/nowhere/covls" }\n');
		await until('a message', async () =>
			(await empty.notifications()).some((text) => text.includes('no program at /nowhere/covls')),
		);
		await empty.page.locator('.notification-list-item .monaco-button', { hasText: 'How to Install' }).waitFor();
		await until('the status bar says so', async () => (await empty.statusLabel()).includes('could not be started'));
		writeFileSync(settings, '{}\n');
		await until('it is back', async () => (await empty.statusLabel()).startsWith('Coverage 50 %'));
		await empty.close();
	});

	await steps.step('before a workspace is trusted nothing is run', undefined, async () => {
		const doubtful = join(root, 'doubtful');
		mkdirSync(doubtful, { recursive: true });
		writeFileSync(join(doubtful, 'go.mod'), 'module doubtful\n\ngo 1.21\n');
		writeFileSync(join(doubtful, 'a.go'), 'package doubtful\n\nfunc A() int { return 1 }\n');
		writeFileSync(join(doubtful, 'cover.out'), 'mode: set\ndoubtful/a.go:3.16,3.28 1 0\n');
		world.server.set({ ...world.settings, 'security.workspace.trust.enabled': true });
		const careful = await Window.open(world.context, world.server, doubtful);
		await until('the profile is read', async () => (await careful.statusLabel()).startsWith('Coverage 0 %'));
		const title = 'Covls: Run Tests with Coverage';
		assert.ok(!(await careful.offered('Covls: Run Tests')).includes(title));
		const path = () => environment(serving(world).pop() ?? 0)['PATH'];
		assert.equal(path(), '', 'the server finds no program that it could run');
		await careful.run('Workspaces: Manage Workspace Trust');
		await careful.page.locator('.workspace-trust-editor .monaco-button', { hasText: 'Trust' }).first().click();
		await until('the server finds programs', () => path());
		await until('and tests can be run', async () => (await careful.offered('Covls: Run Tests')).includes(title));
		await careful.close();
		world.server.set(world.settings);
	});
}

/** The environment of a process. */
function environment(pid: number): Record<string, string> {
	const pairs = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
	return Object.fromEntries(pairs.map((pair) => [pair.split('=')[0], pair.slice(pair.indexOf('=') + 1)]));
}

/** The content of the webview that has some words in it. */
async function frame(window: Window, words: string, selector = 'body'): Promise<FrameLocator> {
	const outer = window.page.locator('iframe.webview.ready');
	const index = await until(`a page with the words ${words}`, async () => {
		for (let i = 0; i < (await outer.count()); i++) {
			const inner = outer.nth(i).contentFrame().locator('iframe#active-frame').contentFrame();
			const has = await inner.locator(selector).count();
			if (has > 0 && (await inner.locator('body').textContent())?.includes(words)) {
				return i + 1;
			}
		}
		return undefined;
	});
	return outer
		.nth(index - 1)
		.contentFrame()
		.locator('iframe#active-frame')
		.contentFrame();
}
