import assert from 'node:assert/strict';
import { readFileSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { add } from './folders.mts';
import { goToolCover, notes, run } from './projects.mts';
import { until } from './until.mts';
import { lineNumbers, tree, type World } from './world.mts';

/** The projects of textSteps, made ahead, as go and git take a while. */
export async function textProjects(root: string): Promise<void> {
	await Promise.all([edited(join(root, 'texts/edited')), ci(join(root, 'texts/ci'))]);
}

/** A repository whose profile is of a text that nobody committed. */
async function edited(dir: string): Promise<void> {
	const project = await notes(dir, 'edited.go');
	await project.commit();
	project.write(project.text.replace('\treturn n\n', '\tn += 2\n\treturn n\n'));
	await project.test();
}

/** A repository of six commits, and ci.out, which is a profile of the first by a name that nobody looks for. */
async function ci(dir: string): Promise<void> {
	const project = await notes(dir, 'ci.go');
	await project.commit();
	await project.test();
	renameSync(join(dir, 'cover.out'), join(dir, 'ci.out'));
	const changes: ((text: string) => string)[] = [
		(text) => `// Package notes counts.\n${text}`,
		(text) => text.replace('half := n / 2', 'half := n / 2\n\thalf += n % 2'),
		(text) => `${text}\nfunc Fresh(n int) int {\n\treturn n - 1\n}\n`,
		(text) => text.replace('func Missed', '// Missed is of no use.\n// No test needs it.\nfunc Missed'),
		(text) => text.replace('n * 2', 'n + n'),
	];
	for (const change of changes) {
		project.write(change(project.text));
		await project.commit();
	}
}

/** What a person sees of profiles whose text is not on disk. The window is loaded anew. */
export async function textSteps({ steps, window, workspace }: World, root: string): Promise<void> {
	const { page } = window;
	const folder = join(root, 'texts');

	/** Holds every view against the one function that is as it was and uncovered, and against what lenses are to say. */
	const shows = async (file: string, lenses: Readonly<Record<string, RegExp>>) => {
		const text = readFileSync(file, 'utf8');
		const missed = lineOf(text, 'Missed');
		await until('lenses are true', async () => {
			const found = await window.lensesByLine();
			for (const [name, words] of Object.entries(lenses)) {
				assert.match(found.get(lineOf(text, name)) ?? '', words, name);
			}
			return true;
		});
		await until('one squiggle, on what is as it was', async () => {
			assert.deepEqual(await window.squiggles('problem'), [missed]);
			// What changed may be said to have been uncovered; of anything else nothing is known.
			assert.deepEqual(await window.squiggles(), [missed, lineOf(text, 'Doubled')]);
			return true;
		});
		const lines = text.split('\n');
		const last = lines.indexOf('}', missed) + 1;
		const painted = Array.from({ length: last - missed + 1 }, (_, i) => missed + i);
		await until('the gutter has no more', async () => {
			assert.deepEqual(await window.gutters('miss'), [lines.indexOf('\treturn 0') + 1, ...painted]);
			return true;
		});
		await until('the status bar says of which text that is', async () =>
			/^Coverage [\d.]+ % of \w+ · [\d.]+ % of \w+, a profile is of other code than that on disk/.test(
				await window.statusLabel(),
			),
		);
		await window.run('Problems: Focus on Problems View');
		await until('Problems has it, and no other', async () => {
			const all = await window.rows('.markers-panel');
			const own = all.slice(all.findIndex((row) => row.level === 1 && row.label === basename(file)) + 1);
			const next = own.findIndex((row) => row.level === 1);
			const rows = own.slice(0, next < 0 ? own.length : next).filter((row) => row.level === 2);
			assert.equal(rows.length, 1, JSON.stringify(rows));
			assert.match(rows[0]?.text ?? '', new RegExp(`^Missed is not tested[^]*\\[Ln ${missed},`));
			return true;
		});
	};

	/** What the status bar says under the mouse. */
	const tooltip = (wanted: RegExp) =>
		until(`the tooltip says ${wanted}`, async () => {
			await page.mouse.move(5, 5);
			await window.status().hover();
			const hover = page.locator('.workbench-hover-container .hover-contents').last();
			await hover.waitFor({ timeout: 5000 });
			const words = (await hover.innerText()).replaceAll('\u00a0', ' ');
			assert.match(words, wanted);
			return words;
		});

	await steps.step('a file that was edited before a restart has marks where they are true', page, async () => {
		const dir = join(folder, 'edited');
		const file = join(dir, 'edited.go');
		const { zero } = await goToolCover(dir, 'example.com/notes');
		// Nothing can be missed in what is empty.
		const uncovered = zero.filter((f) => f.name !== 'Empty');
		assert.deepEqual(
			uncovered.map((f) => f.name),
			['Missed', 'Doubled'],
		);
		await window.run('View: Close All Editors');
		await window.closePanel();
		await add(window, workspace, folder);
		await window.file('edited.go', 1);
		await until('the marks of the text that was tested', async () => {
			assert.deepEqual(await window.squiggles(), lineNumbers(uncovered));
			return true;
		});
		// From the end, so that lines above keep their numbers.
		const was = readFileSync(file, 'utf8');
		const type = async (line: number, text: string) => {
			await page.keyboard.press('Control+Home');
			for (let at = 1; at < line; at++) {
				await page.keyboard.press('ArrowDown');
			}
			await page.keyboard.press('End');
			await page.keyboard.insertText(text);
		};
		await type(was.split('\n').length, '\nfunc Fresh(n int) int { return n - 1 }\n');
		await type(lineOf(was, 'Empty'), '\nprintln()');
		await type(lineOf(was, 'Doubled') + 1, ' + n');
		await type(lineOf(was, 'Halved') + 1, '\nhalf += n % 2');
		await type(1, '\n\nvar One = 1\nvar Two = 2');
		await page.keyboard.press('Control+S');
		const dirty = page.locator('.tab.active.dirty');
		await until('it is saved', async () => {
			assert.equal(readFileSync(file, 'utf8'), expected(was));
			return (await dirty.count()) === 0;
		});
		await window.reload();
		await until('the file is open again', () => page.locator('.tab.active[aria-label^="edited.go"]').count());
		await shows(file, {
			...always,
			package: /· code changed since the run ·/,
			Missed: /^not tested · 3 statements$/,
			Empty: /^changed since the last run$/,
		});
		await tooltip(/cover\.out is of another text, from before the last changes; 3 functions changed, 1 new since/);
		const text = readFileSync(file, 'utf8');
		const [fresh, ...changed] = ['Fresh', 'Empty', 'Doubled', 'Halved'].map((name) => lineOf(text, name));
		await window.goTo(1);
		for (let last = 1; last !== fresh; ) {
			await window.run('Covls: Go to Next New or Changed Function');
			last = await until('the cursor is in the next of them', async () => {
				const { line } = await window.cursor();
				return line > last ? line : undefined;
			});
			assert.ok(last === fresh || changed.includes(last), `line ${last}`);
		}
		await window.run('Testing: Focus on Coverage Gaps View');
		await until('the tree has a row of them', async () =>
			(await window.rows(tree)).some((row) => row.label === 'New or changed' && /^[34] since/.test(row.description)),
		);
	});

	await steps.step('a profile of five commits ago has marks where they are true', page, async () => {
		const dir = join(folder, 'ci');
		const commit = (await run(dir, 'git', 'rev-parse', 'HEAD~5')).slice(0, 7);
		await window.closePanel();
		await window.run('View: Close All Editors');
		await window.file('ci.go', 1);
		renameSync(join(dir, 'ci.out'), join(dir, 'cover.out'));
		await shows(join(dir, 'ci.go'), {
			...always,
			package: new RegExp(`· code changed since ${commit}, 5 commits ago ·`),
			Missed: /^not tested · 2 statements$/,
		});
		await tooltip(new RegExp(`that of ${commit}, 5 commits ago; 2 functions changed, 1 new since`));
	});
}

/** What lenses say in both texts; what changed was covered, or was not. */
const always = {
	Kept: /^1 of 3 statements not tested/,
	Halved: /^(changed since the last run|stale.*)?$/,
	Doubled: /^(changed since the last run|stale .*)$/,
	Fresh: /^new since the last run$/,
};

/** The text that the typing makes. */
const expected = (was: string): string =>
	`${was
		.replace('package notes\n', 'package notes\n\nvar One = 1\nvar Two = 2\n')
		.replace('half := n / 2', 'half := n / 2\n\thalf += n % 2')
		.replace('n * 2', 'n * 2 + n')
		.replace('func Empty() {\n', 'func Empty() {\n\tprintln()\n')}\nfunc Fresh(n int) int { return n - 1 }\n`;

/** The line of a function, or of the package, above which the file's lens stands. */
const lineOf = (text: string, name: string): number =>
	name === 'package' ? 1 : text.split('\n').findIndex((line) => line.startsWith(`func ${name}(`)) + 1;
