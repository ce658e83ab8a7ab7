import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { add } from './folders.mts';
import { type Notes, notes, run } from './projects.mts';
import { until } from './until.mts';
import { tree, type World } from './world.mts';

/** A repository whose work comes from origin/main, and which was tested. */
export async function changedProject(root: string): Promise<Notes> {
	const dir = join(root, 'changed');
	const project = await notes(dir, 'changed.go');
	await project.commit();
	await run(dir, 'git', 'update-ref', 'refs/remotes/origin/main', 'HEAD');
	await project.test();
	return project;
}

/** A function is typed without a test, saved, run without a test, and then with one: what a person sees each time. */
export async function changedSteps({ steps, window, workspace }: World, root: string, project: Notes): Promise<void> {
	const { page } = window;
	const dir = join(root, 'changed');
	const file = join(dir, 'changed.go');

	/** What the lens above a function says; "" where there is none. */
	const lens = (name: string, wanted: RegExp) =>
		until(`the lens of ${name} says ${wanted}`, async () => {
			const text = await page.locator('.editor-group-container.active .view-lines').innerText();
			assert.ok(text.includes(name), 'the function is in view');
			const all = [...(await window.lensesByLine())];
			const line = readFileSync(file, 'utf8')
				.split('\n')
				.findIndex((row) => row.startsWith(`func ${name}(`));
			const words = all.find(([at]) => at === (line < 0 ? lines : line + 1))?.[1] ?? '';
			assert.match(words, wanted, JSON.stringify(all));
			return true;
		});
	/** Where the function is typed. */
	let lines = 0;

	await steps.step('changed: a function is typed, and nobody knows it yet', page, async () => {
		await window.closePanel();
		await window.run('View: Close All Editors');
		await add(window, workspace, dir);
		lines = readFileSync(file, 'utf8').split('\n').length + 1;
		await window.file('changed.go', 1);
		await page.keyboard.press('Control+End');
		await page.keyboard.insertText('\nfunc Fresh(n int) int { return n - 1 }\n');
		await lens('Fresh', /^new since the last run$/);
	});

	await steps.step('changed: it is saved, and nobody knows it yet', page, async () => {
		await page.keyboard.press('Control+S');
		await until('it is on disk', () => readFileSync(file, 'utf8').includes('Fresh'));
		await lens('Fresh', /^new since the last run$/);
	});

	await steps.step('changed: the tests run, and none reaches it', page, async () => {
		await project.test();
		await lens('Fresh', /^new, not tested · 1 statement$/);
		await until('the status bar says so', async () => /, changed 0\/1/.test(await window.statusLabel()));
		await window.run('Testing: Focus on Coverage Gaps View');
		await window.pick('Covls: Filter by Change', 'Changed');
		await until('the tree has what changed alone', async () => {
			const rows = await window.rows(tree);
			return (
				rows.some((row) => row.label === 'Fresh' && /^new · /.test(row.description)) &&
				!rows.some((row) => row.label === 'Missed')
			);
		});
		await window.file('changed.go', 1);
		await until('Test Coverage has what changed alone', async () => String(await window.gutters('miss')) === String([lines]));
		await window.run('Covls: Clear Filter');
		await until('Test Coverage has all again', async () => (await window.gutters('miss')).length > 1);
		await window.run('Covls: Go to Next Changed Gap');
		await until('the cursor is in it', async () => (await window.cursor()).line === lines);
	});

	await steps.step('changed: it has a test, and the last run covered it', page, async () => {
		const tests = join(dir, 'notes_test.go');
		writeFileSync(
			tests,
			`${readFileSync(tests, 'utf8')}\nfunc TestFresh(t *testing.T) {\n\tif Fresh(2) != 1 {\n\t\tt.Fail()\n\t}\n}\n`,
		);
		await project.test();
		await lens('Fresh', /^$/);
		await until('the status bar says so', async () => /, changed 1\/1/.test(await window.statusLabel()));
		await window.pick('Covls: Show Functions Covered or Lost by the Last Run', 'Fresh');
		await until('its file is open', () => page.locator('.tab.active[aria-label^="changed.go"]').count());
	});
}
