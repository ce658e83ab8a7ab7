import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { covls, lost, typescript } from './projects.mts';
import { until } from './until.mts';
import type { Window } from './window.mts';
import { coverageView, gapsPane, picture, program, tree, type Workspace, type World } from './world.mts';

/** What a person does with folders that come to the first one, each of another kind. */
export async function folderSteps({ steps, window, workspace, server, pictures }: World, root: string): Promise<void> {
	const { page } = window;

	await steps.step('a second folder is added, in TypeScript with an LCOV profile', page, async () => {
		const shop = join(root, 'shop');
		typescript(shop);
		await add(window, workspace, shop);
		await window.run('Testing: Focus on Coverage Gaps View');
		await page.locator(`${gapsPane} .pane-header`).hover();
		await page.locator(`${gapsPane} .action-label[aria-label="Collapse All"]`).click();
		await until('the tree has a component for each folder', async () => {
			const names = (await window.rows(tree)).filter((row) => row.level === 1).map((row) => row.label);
			return names.filter((name) => name !== 'Next').join() === 'cobra,shop';
		});
		await window.file('cart.ts');
		await until(
			'the squiggle of the function that no test reaches',
			async () => (await window.squiggles()).join() === '16',
		);
		await until('the gutter', async () => {
			const missed = await window.gutters('miss');
			return [11, 17, 18].every((line) => missed.includes(line));
		});
		await window.hover('never', /2 lines/);
		await until('a lens', async () => (await window.lenses()).some((lens) => lens.includes('not tested · 2 lines')));
		await page.locator(`${coverageView} .monaco-list`).focus();
		await page.keyboard.press('End');
		await until('so has Test Coverage', async () =>
			(await window.rows(coverageView)).some((row) => /cart\.ts\s*66\.67%/.test(row.text)),
		);
	});

	await steps.step('the doctor says why nothing is shown, and a click mends it', page, async () => {
		const moved = join(root, 'moved');
		lost(moved);
		await add(window, workspace, moved);
		await window.file('stock.ts');
		await until('the lens says what is wrong', async () =>
			(await window.lenses()).some((lens) => lens.includes('not matched')),
		);
		assert.deepEqual(await window.squiggles(), []);
		await window.run('Covls: Doctor');
		const doctor = await frame(window, 'covls doctor');
		await doctor.locator('a.button').first().waitFor();
		await picture(pictures, page, 'doctor', '.part.editor');
		await doctor.locator('a.button', { hasText: 'web' }).first().click();
		await until('.covls.toml is written', () => existsSync(join(moved, '.covls.toml')));
		assert.match(readFileSync(join(moved, '.covls.toml'), 'utf8'), /from = "\/builds\/team\/app"/);
		await window.file('stock.ts');
		await until('the marks are there', async () => (await window.squiggles()).length === 1);
		await until('and the lens has their number', async () =>
			(await window.lenses()).some((lens) => lens.includes('50 % covered')),
		);
		assert.equal((await covls(program(server), moved)).gaps.length, 1);
	});

	await steps.step('the tree can be filtered by tier and by text', page, async () => {
		await window.run('Testing: Focus on Coverage Gaps View');
		await window.run('Covls: Filter by Name');
		const input = page.locator('.quick-input-widget:visible input.input');
		await input.fill('never');
		await page.keyboard.press('Enter');
		await until('the one component that has it is left', async () => {
			const rows = await window.rows(tree);
			return rows.length > 0 && rows.every((row) => row.level > 1 || ['Next', 'shop'].includes(row.label));
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
		await window.run('Covls: Show Report as a Page');
		const html = await frame(window, 'cobra', '#data');
		const policy = await html.locator('meta[http-equiv="Content-Security-Policy"]').first().getAttribute('content');
		assert.match(policy ?? '', /default-src 'none'/);
		assert.doesNotMatch(policy ?? '', /unsafe|https?:/);
		await until('its script has run', async () =>
			/man_docs\.go/.test((await html.locator('body').textContent()) ?? ''),
		);
	});
}

/** Adds a folder, and trusts those who wrote it, as VS Code asks then. */
export async function add({ page }: Window, workspace: Workspace, folder: string): Promise<void> {
	workspace.add(folder);
	await page.locator('.monaco-dialog-box .monaco-button', { hasText: 'Yes' }).click();
}

/** The content of the webview that has some words in it. */
export async function frame(window: Window, words: string, selector = 'body'): Promise<FrameLocator> {
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
