import assert from 'node:assert/strict';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { covls, goToolCover, type ShellGap, testCobra } from './projects.mts';
import { until } from './until.mts';
import { linesOf } from './window.mts';
import {
	coverageView,
	figure,
	gapsPane,
	lineNumbers,
	program,
	serving,
	shortName,
	tree,
	type World,
} from './world.mts';

/** What a person does with cobra, whose profile is that of some of its tests. */
export async function cobraSteps({ steps, window, ...world }: World, go: string): Promise<void> {
	const { page } = window;
	const ask = async () => {
		const [said, cover] = await Promise.all([covls(program(world.server), go), goToolCover(go)]);
		return { ...said, cover };
	};
	let truth = await ask();

	/** The functions of a file of which covls and `go tool cover` agree that nothing of them ran. */
	const uncovered = (file: string): ShellGap[] => {
		const gaps = truth.gaps.filter((gap) => gap.file === file);
		const zero = truth.cover.zero.filter((f) => f.file === file);
		assert.deepEqual(lineNumbers(gaps), lineNumbers(zero), `covls and go tool cover on ${file}`);
		assert.ok(gaps.length > 0, `${file} has uncovered functions`);
		return gaps.sort((a, b) => a.line - b.line);
	};
	const shell = 'shell_completions.go';

	await steps.step('squiggles and Problems are the uncovered functions', page, async () => {
		const file = 'active_help.go';
		const want = uncovered(file);
		await window.file(file, want[0]?.line);
		const lines = await until('a squiggle for each uncovered function', async () => {
			const found = await window.squiggles();
			return found.length === want.length ? found : undefined;
		});
		assert.deepEqual(lines, lineNumbers(want));
		for (const gap of want) {
			assert.ok(
				linesOf(join(go, file))[gap.line]?.includes(shortName(gap.name)),
				`line ${gap.line} is that of ${gap.name}`,
			);
		}
		// A file with more of them than fit a screen: the Problems view has all, and no other.
		await window.file(shell);
		const problems = uncovered(shell);
		await window.run('Problems: Focus on Problems View');
		await until('the Problems view lists them', async () => {
			const said = (await window.rows('.markers-panel')).filter((row) => row.text.includes('is not tested'));
			const expected = [...want, ...problems].map((gap) => gap.message);
			return said.length >= 5 && said.every((row) => expected.some((message) => row.text.includes(message)));
		});
		const all = truth.gaps.filter((gap) => [file, shell].includes(gap.file)).length;
		await until('the status bar counts them', async () => {
			const label = await page.locator('.statusbar-item[id="status.problems"] a').first().getAttribute('aria-label');
			const numbers = [...(label ?? '').matchAll(/(\d+)/g)].map(([n]) => Number(n));
			return numbers.reduce((a, b) => a + b, 0) === all;
		});
	});

	await steps.step('a click on a lens goes to the next gap', page, async () => {
		const first = uncovered(shell)[0] as ShellGap;
		await window.closePanel();
		await window.file(shell, 1);
		await page
			.locator('.editor-group-container.active .codelens-decoration a', { hasText: 'next gap' })
			.first()
			.click();
		await until('the cursor is on the name of the first gap', async () => {
			const { line, column } = await window.cursor();
			return (
				line === first.line &&
				linesOf(join(go, shell))
					[line]?.slice(column - 1)
					.startsWith(shortName(first.name))
			);
		});
	});

	await steps.step('a hover tells the reason', page, async () => {
		const first = uncovered(shell)[0] as ShellGap;
		const said = await window.hover(shortName(first.name), /Why this tier\?/);
		await page.locator('.monaco-hover .action', { hasText: 'Quick Fix' }).waitFor();
		assert.equal(said.split('ot tested').length, 2, `it is said once: ${said}`);
		await page.locator('.monaco-hover a', { hasText: 'Why this tier?' }).click();
		await until('the sum behind the tier is shown', () => page.locator(`.tab.active[aria-label*="${shell}"]`).count());
		await window.run('View: Close All Editors');
	});

	await steps.step('the walkthrough and the report open and close', page, async () => {
		// What opens late would take the focus from what follows.
		await window.pick('Welcome: Open Walkthrough...', 'Find what no test reaches');
		await until('the walkthrough is shown', () =>
			page.locator('.getting-started-step[data-step-id^="covls.covls#start#"]').count(),
		);
		await window.run('Covls: Show Report');
		await until('the report is shown', () => page.locator('.tab.active[aria-label*="Coverage report"]').count());
		await window.run('View: Close All Editors');
		await until('all are closed', async () => (await page.locator('.editor-group-container .tab').count()) === 0);
	});

	/** Holds every view against what covls says in a shell. */
	const allViews = async (file: string) => {
		const { report, cover } = truth;
		assert.ok(Math.abs(Number(cover.total) - report.summary.percent) <= 0.051, 'go tool cover agrees');
		await until(
			`the status bar says ${figure(truth)}`,
			async () => (await window.statusLabel()) === `Coverage ${figure(truth)}`,
		);

		const tiers = ['critical', 'high', 'medium', 'lower'].flatMap((tier) => {
			const files = report.files.filter((f) => f.tier === tier).length;
			return files === 0 ? [] : [`${tier} ${files === 1 ? '1 file' : `${files} files`}`];
		});
		await page.locator(`${gapsPane} .pane-header`).hover();
		await page.locator(`${gapsPane} .action-label[aria-label="Collapse All"]`).click();
		await until(`the tree has ${tiers}`, async () => {
			const rows = await window.rows(tree);
			const got = rows.filter((row) => row.level === 1).map((row) => `${row.label.toLowerCase()} ${row.description}`);
			// Before them stands what to test next, behind them what is at its target.
			return (
				got[0]?.startsWith('next') && tiers.every((words) => got.includes(words)) && got.length <= tiers.length + 3
			);
		});

		await until('the Test Coverage view has the percentages', async () => {
			const rows = (await window.rows(`${coverageView} .test-coverage-list, ${coverageView}`)).map((row) => row.text);
			const folder = rows.find((text) => text.startsWith('cobra'));
			const one = report.files.find((f) => f.path === 'active_help.go');
			const figureOf = rows.find((text) => text.startsWith('active_help.go'));
			return folder?.includes(report.summary.percent.toFixed(2)) && figureOf?.includes(one?.percent.toFixed(2) ?? '?');
		});

		const want = uncovered(file);
		await window.file(file, want[0]?.line);
		await until('the gutter shows what was missed', async () =>
			(await window.gutters('miss')).includes((want[0]?.line ?? 0) + 1),
		);
		assert.deepEqual(await window.gutters('hit'), [], 'covered code is not painted');
	};

	await steps.step('status bar, tree, gutters and Test Coverage have the right numbers', page, async () => {
		await window.run('Testing: Focus on Coverage Gaps View');
		await window.widen(460);
		assert.equal(
			await page.locator('.pane-header[aria-label^="Test Explorer"]').count(),
			0,
			'no list of tests that are not there',
		);
		await allViews('cobra.go');
		// An editor that loses the focus does not ask for its lenses.
		await until('lenses', async () => (await window.lenses()).length > 1);
		for (const row of ['Critical', 'Next']) {
			await page.locator(`${tree} .monaco-list-row`, { hasText: row }).first().locator('.monaco-tl-twistie').click();
		}
		await window.hover('OnInitialize', /covered/);
		await page.mouse.move(5, 5);
	});

	await steps.step("VS Code's own command goes to the next uncovered line", page, async () => {
		const from = 85;
		await window.goTo(from);
		const missed = await window.gutters('miss');
		await window.run('Test: Go to Next Uncovered Line');
		await until('the cursor is in one that was missed', async () => {
			const { line } = await window.cursor();
			return line > from && missed.includes(line);
		});
	});

	await steps.step('coverage that another run took away comes back', page, async () => {
		await window.run('Test: Clear Coverage');
		await until('no gutter is painted', async () => (await window.gutters('miss')).length === 0);
		await window.run('Covls: Reload Coverage');
		await until('the gutter is back', async () => (await window.gutters('miss')).length > 0);
	});

	await steps.step('the explorer has badges and percentages', page, async () => {
		const { report } = truth;
		await window.run('View: Show Explorer');
		let looked = 0;
		for (const tier of [...new Set(report.files.map((f) => f.tier))].filter((t) => t !== 'ok')) {
			// Of the files in the first folder there are rows without scrolling.
			const file = report.files.find((f) => f.tier === tier && /^[a-f][^/]*$/.test(f.path));
			if (file === undefined) {
				continue;
			}
			const row = page.locator(`.explorer-folders-view .monaco-list-row[aria-label^="${file.path}"]`);
			const percent = file.percent.toFixed(0);
			await until(`${file.path} has its percentage`, async () => {
				const said = await row.locator('.test-coverage-bars .tpc').textContent({ timeout: 5000 });
				return said !== null && Math.abs(Number(said.replace('%', '')) - Number(percent)) <= 1;
			});
			const badge = { critical: '◆', high: '▲', medium: '■', lower: '▼' }[tier] ?? '?';
			await until(`${file.path} has the badge ${badge}`, async () =>
				row.locator('.monaco-icon-label').evaluate((label, mark) => {
					return [...label.querySelectorAll('*'), label].some((part) =>
						['::after', '::before'].some((side) => getComputedStyle(part, side).content.includes(mark)),
					);
				}, badge),
			);
			looked++;
		}
		assert.ok(looked >= 2, 'files of two tiers have rows');
	});

	await steps.step('a test run changes all of it, with no empty moment', page, async () => {
		await window.run('Testing: Focus on Coverage Gaps View');
		await window.file('cobra.go', 114);
		await until(
			'marks',
			async () => (await window.squiggles()).length > 0 && (await window.gutters('miss')).length > 0,
		);
		const before = figure(truth);
		const seen = await window.watch(tree);
		await testCobra(go);
		truth = await ask();
		const after = figure(truth);
		assert.notEqual(after, before);
		await until('the new figure', async () => (await window.statusLabel()) === `Coverage ${after}`);
		await allViews('cobra.go');
		const moments = await seen();
		assert.ok(moments.length > 20);
		for (const moment of moments) {
			assert.match(moment.status, /^Coverage \d/, JSON.stringify(moment));
			for (const part of ['rows', 'squiggles', 'gutters'] as const) {
				assert.ok(moment[part] > 0, `no ${part}: ${JSON.stringify(moment)}`);
			}
			assert.equal(moment.panel, false, 'nothing came to the front');
		}
	});

	await steps.step('a mark stays on its function while text is typed above it', page, async () => {
		await window.file('cobra.go', 114);
		const before = await window.squiggles();
		assert.ok(before.length > 0);
		await page.keyboard.press('Home');
		await page.keyboard.type('var one = 1\nvar two = 2\n');
		await until('the marks moved by two lines', async () => {
			const now = await window.squiggles();
			return (
				now.filter((line) => line >= 114).every((line) => before.includes(line - 2)) &&
				now.includes(116) &&
				!now.includes(114)
			);
		});
		await until('so did the gutter', async () => {
			const missed = await window.gutters('miss');
			return missed.includes(117) && !missed.includes(115);
		});
	});

	await steps.step('a function whose text changed looks stale', page, async () => {
		await window.goTo(118);
		await page.keyboard.press('Home');
		await page.keyboard.type('_ = 1\n');
		await until('the lens says stale', async () => (await window.lenses()).some((lens) => lens.startsWith('stale')));
		await until('its name is drawn stale', async () =>
			page
				.locator('.editor-group-container.active .view-line span')
				.evaluateAll((spans) =>
					spans.some(
						(span) => span.textContent?.includes('Gt') && getComputedStyle(span).textDecorationStyle === 'dotted',
					),
				),
		);
		await window.run('File: Revert File');
		await until(
			'nothing is stale any more',
			async () => !(await window.lenses()).some((lens) => lens.startsWith('stale')),
		);
	});

	await steps.step('a file that is checked out in another text keeps its marks, and says so', page, async () => {
		const several = truth.cover.zero
			.map((f) => f.file)
			.filter((file, i, all) => all.indexOf(file) < i && !file.includes('/'));
		const file = several[0] ?? 'cobra.go';
		const was = readFileSync(join(go, file), 'utf8');
		const want = lineNumbers(uncovered(file));
		const [last] = want.slice(-1);
		await window.file(file, 1);
		// The last of them is edited, too: nobody knows of that any more.
		const lines = was.split('\n');
		lines.splice(last as number, 0, '\t_ = 1');
		writeFileSync(join(go, file), `// One.\n// Two.\n// Three.\n${lines.join('\n')}`);
		const first = want[0] as number;
		try {
			await until('the lens says of which text the profile is', async () =>
				(await window.lenses()).some((lens) => lens.includes('code changed since the run')),
			);
			await window.goTo(first + 3);
			await until('the mark moved by three lines', async () => (await window.squiggles()).includes(first + 3));
			await window.goTo((last as number) + 3);
			await until('the one that changed is stale', async () =>
				(await window.lenses()).some((lens) => lens.startsWith('stale')),
			);
			if (steps.shots !== undefined) {
				await page.screenshot({ path: join(steps.shots, 'another-text.png') });
			}
		} finally {
			writeFileSync(join(go, file), was);
		}
		await window.goTo(first);
		await until('back again the mark is where it was', async () => (await window.squiggles()).includes(first));
		await until(
			'and nothing is stale',
			async () => !(await window.lenses()).some((lens) => lens.startsWith('stale') || lens.includes('code changed')),
		);
		await until('so says the status', async () => (await window.statusLabel()) === `Coverage ${figure(truth)}`);
		await until('so says the gutter', async () => (await window.gutters('miss')).length > 0);
	});

	await steps.step('a server that is killed comes back, and says so once', page, async () => {
		const pids = serving(world.server);
		assert.equal(pids.length, 1);
		const seen = await window.watch(tree);
		process.kill(pids[0] as number, 'SIGKILL');
		await until(
			'a message',
			async () => (await window.notifications()).filter((text) => text.includes('started again')).length === 1,
		);
		await until('another server', () => serving(world.server).some((pid) => pid !== pids[0]));
		await until('the figure', async () => (await window.statusLabel()) === `Coverage ${figure(truth)}`);
		await until('the marks', async () => (await window.squiggles()).length > 0);
		const second = serving(world.server);
		assert.equal(second.length, 1);
		await window.run('Covls: Restart Server');
		await until('a third server', async () => {
			const now = serving(world.server);
			return now.length === 1 && now[0] !== second[0] && (await window.statusLabel()) === `Coverage ${figure(truth)}`;
		});
		await until('lenses, which come from it', async () => (await window.lenses()).length > 1);
		for (const moment of await seen()) {
			assert.ok(moment.rows > 0 && moment.gutters > 0, `something was gone meanwhile: ${JSON.stringify(moment)}`);
		}
		await window.run('Notifications: Clear All Notifications');
	});

	await steps.step('a server that can not be started again is told', page, async () => {
		const [pid] = serving(world.server);
		const file = program(world.server);
		renameSync(file, `${file}.away`);
		process.kill(pid as number, 'SIGKILL');
		await until('the status bar says so', async () => (await window.statusLabel()).includes('could not be started'));
		await until('a message', async () =>
			(await window.notifications()).some((text) => text.includes('could not be started again')),
		);
		renameSync(`${file}.away`, file);
		await page.locator('.notification-list-item .monaco-button', { hasText: 'Restart' }).first().click();
		await until('the figure', async () => (await window.statusLabel()) === `Coverage ${figure(truth)}`);
		await window.run('Notifications: Clear All Notifications');
	});
}
