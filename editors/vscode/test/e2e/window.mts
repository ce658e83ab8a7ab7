import { readFileSync } from 'node:fs';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { patience, until } from './until.mts';

/** A row of a tree: its words, and how deep it stands. */
export interface Row {
	readonly label: string;
	readonly description: string;
	readonly level: number;
	readonly text: string;
	readonly aria: string;
}

/** What could be seen at a moment: words of the status bar, and how many there were of the others. */
export interface Moment {
	readonly status: string;
	readonly rows: number;
	readonly squiggles: number;
	readonly gutters: number;
	readonly panel: boolean;
}

/** A window of VS Code, driven as a person would. */
export class Window {
	readonly page: Page;

	private constructor(page: Page) {
		this.page = page;
	}

	/** Opens a page of VS Code, and waits until it knows its extensions. */
	static async open(context: BrowserContext, url: string): Promise<Window> {
		const page = await context.newPage();
		page.setDefaultTimeout(20_000 * patience);
		const window = new Window(page);
		await page.goto(url, { timeout: 60_000 * patience });
		await window.ready();
		return window;
	}

	/** Starts VS Code again, as its own command does. */
	async reload(): Promise<void> {
		const begun = this.page.waitForEvent('domcontentloaded', { timeout: 60_000 * patience });
		await this.run('Developer: Reload Window');
		await begun;
		await this.ready();
	}

	private async ready(): Promise<void> {
		await this.page.locator('.monaco-workbench').waitFor({ timeout: 60_000 * patience });
		await this.page.waitForFunction(
			() => performance.getEntriesByName('code/didLoadExtensions').length > 0,
			undefined,
			{ timeout: 60_000 * patience, polling: 200 },
		);
	}

	/** Runs a command of the palette by its whole title, as "Covls: Doctor". */
	async run(title: string): Promise<void> {
		await this.choose(`>${title}`, title);
	}

	/** The titles that the palette offers for some words, one of which is known. */
	async offered(words: string, known: string): Promise<string[]> {
		await this.ask(`>${words}`, known);
		const rows = await this.page.locator('.quick-input-list .monaco-list-row').allInnerTexts();
		await this.page.keyboard.press('Escape');
		return rows.map((row) => row.split('\n')[0] ?? '');
	}

	/** Types into the palette until it offers what is wanted first: what it knows comes by its own time. */
	private async ask(text: string, first: string, key = 'F1'): Promise<void> {
		const input = this.page.locator('.quick-input-widget:visible input.input');
		const row = this.page.locator(`.quick-input-list .monaco-list-row[data-index="0"][aria-label^="${first}"]`);
		let wait = 500;
		await until(`the palette offers ${first}`, async () => {
			await this.page.keyboard.press('Escape');
			await this.page.keyboard.press(key);
			await input.waitFor({ timeout: 2000 });
			await input.fill(text);
			// What it offered before has the text for a moment; what it has not got may come later.
			wait *= 1.5;
			await row.waitFor({ timeout: Math.min(wait, 8000) * patience });
			return true;
		});
	}

	/** Takes what the palette offers first for some words. */
	private async choose(text: string, first: string, key?: string): Promise<void> {
		await this.ask(text, first, key);
		await this.page.keyboard.press('Enter');
	}

	/** Runs a command that offers a list, and takes what is there for some words. */
	async pick(title: string, words: string): Promise<void> {
		const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: words }).first();
		await until(`${title} offers ${words}`, async () => {
			await this.run(title);
			const input = this.page.locator('.quick-input-widget:visible input.input');
			await input.waitFor({ timeout: 5000 });
			// The palette itself goes first.
			await row.waitFor({ timeout: 1000 }).catch(() => input.fill(words));
			await row.waitFor({ timeout: 3000 });
			await row.click();
			return true;
		});
	}

	/** Opens a file of the workspace by its path, at a line. */
	async file(path: string, line?: number): Promise<void> {
		const name = path.slice(path.lastIndexOf('/') + 1);
		await this.choose(line === undefined ? path : `${path}:${line}`, name, 'Control+P');
		await until(`${name} is open`, () => this.page.locator(`.tab.active[aria-label^="${name}"]`).count());
		await this.page.locator('.editor-group-container.active .monaco-editor .view-line:visible').first().waitFor();
		if (line !== undefined) {
			await until(`the cursor is in line ${line}`, async () => (await this.cursor()).line === line);
		}
	}

	/** Goes to a line of the file at hand. A file that is read again right then moves the cursor: it is asked for again. */
	async goTo(line: number): Promise<void> {
		const there = async () => (await this.cursor()).line === line;
		for (let left = 3; left > 0; left--) {
			await this.choose(`:${line}`, `Go to line ${line}`, 'Control+G');
			try {
				await until(`the cursor is in line ${line}`, there, left > 1 ? 10_000 : undefined);
				return;
			} catch (error) {
				if (left === 1) {
					throw error;
				}
			}
		}
	}

	/** The cursor by the status bar. */
	async cursor(): Promise<{ line: number; column: number }> {
		const text = await this.page.locator('.statusbar-item[id="status.editor.selection"]').innerText();
		const found = /Ln (\d+), Col (\d+)/.exec(text);
		return { line: Number(found?.[1]), column: Number(found?.[2]) };
	}

	/** The item of covls in the status bar, in the words of a screen reader. */
	status(): Locator {
		return this.page.locator('.statusbar-item[id="covls.covls.covls.status"]');
	}

	async statusLabel(): Promise<string> {
		return (await this.status().locator('a').first().getAttribute('aria-label')) ?? '';
	}

	/** The rows of a tree that are drawn. */
	async rows(tree: string): Promise<Row[]> {
		return this.page.locator(`${tree} .monaco-list-row`).evaluateAll((rows) =>
			rows
				.map((row) => ({ row, top: row.getBoundingClientRect().top }))
				.sort((a, b) => a.top - b.top)
				.map(({ row }) => ({
					label: row.querySelector('.label-name')?.textContent ?? '',
					description: row.querySelector('.label-description')?.textContent ?? '',
					level: Number(row.getAttribute('aria-level')),
					text: (row as HTMLElement).innerText,
					aria: row.getAttribute('aria-label') ?? '',
				})),
		);
	}

	/** Drags the right edge of the side bar. */
	async widen(to: number): Promise<void> {
		const box = await this.page.locator('.part.sidebar').boundingBox();
		const edge = (box?.x ?? 0) + (box?.width ?? 0);
		await this.page.mouse.move(edge, 400);
		await this.page.mouse.down();
		await this.page.mouse.move(to, 400, { steps: 4 });
		await this.page.mouse.up();
	}

	/** Drags the upper edge of a view of the side bar. */
	async heighten(pane: string, to: number): Promise<void> {
		const box = await this.page.locator(pane).boundingBox();
		const x = (box?.x ?? 0) + 60;
		await this.page.mouse.move(x, box?.y ?? 0);
		await this.page.mouse.down();
		await this.page.mouse.move(x, to, { steps: 4 });
		await this.page.mouse.up();
	}

	/** The numbers of the lines that carry a squiggle; hints are dots, and not among those of the kind "problem". */
	async squiggles(kind: 'any' | 'problem' = 'any'): Promise<number[]> {
		const wanted = `[class*="squiggly-"]${kind === 'problem' ? ':not(.squiggly-hint)' : ''}`;
		return this.page.locator('.editor-group-container.active .monaco-editor').evaluate((editor, selector) => {
			const lines = new Map<number, number>();
			for (const margin of editor.querySelectorAll('.margin-view-overlays > div')) {
				const number = Number(margin.querySelector('.line-numbers')?.textContent);
				lines.set(Math.round(margin.getBoundingClientRect().top), number);
			}
			const out: number[] = [];
			for (const mark of editor.querySelectorAll(selector)) {
				const line = mark.closest('.view-overlays > div');
				out.push(lines.get(Math.round(line?.getBoundingClientRect().top ?? -1)) ?? -1);
			}
			return out.sort((a, b) => a - b);
		}, wanted);
	}

	/** The numbers of the lines whose gutter says that they were missed, or hit. */
	async gutters(kind: 'miss' | 'hit'): Promise<number[]> {
		return this.page
			.locator(`.editor-group-container.active .monaco-editor .line-numbers.coverage-deco-${kind}`)
			.evaluateAll((numbers) => numbers.map((n) => Number(n.textContent)).sort((a, b) => a - b));
	}

	/** The words of the lenses that are drawn. */
	async lenses(): Promise<string[]> {
		return this.page.locator('.editor-group-container.active .codelens-decoration').allInnerTexts();
	}

	/** The words of the lenses that are drawn, by the number of the line below. */
	async lensesByLine(): Promise<Map<number, string>> {
		const found = await this.page.locator('.editor-group-container.active .monaco-editor').evaluate((editor) => {
			const lines = [...editor.querySelectorAll('.margin-view-overlays .line-numbers')].map((number) => ({
				line: Number(number.textContent),
				top: number.getBoundingClientRect().top,
			}));
			lines.sort((a, b) => a.top - b.top);
			return [...editor.querySelectorAll<HTMLElement>('.codelens-decoration')].map((lens) => {
				const { top, height } = lens.getBoundingClientRect();
				const below = lines.find((number) => number.top > top + height / 2);
				return [below?.line ?? -1, lens.innerText.replaceAll('\u00a0', ' ').trim()] as const;
			});
		});
		return new Map(found);
	}

	/**
	 * Moves the mouse onto the first name in the text that is this word, and returns what the hover says
	 * when it says what is wanted: its parts come one by one.
	 */
	async hover(words: string, wanted = /./): Promise<string> {
		const spot = this.page
			.locator('.editor-group-container.active .view-line span span', { hasText: new RegExp(`^\\W*${words}\\W*$`) })
			.first();
		const hover = this.page.locator('.monaco-hover:not(.hidden) .hover-contents');
		return until(`a hover over ${words}`, async () => {
			await this.page.mouse.move(5, 5);
			await spot.hover();
			await hover.first().waitFor({ timeout: 5000 });
			const text = (await hover.allInnerTexts()).join('\n').replaceAll('\u00a0', ' ').trim();
			return /^Loading/.test(text) || !wanted.test(text) ? undefined : text;
		});
	}

	/**
	 * Begins to look, as often as the page lets it, whether what the extension shows is there, and
	 * returns what ends that and tells what was seen.
	 */
	async watch(tree: string): Promise<() => Promise<Moment[]>> {
		await this.page.evaluate((treeSelector) => {
			const seen: Moment[] = [];
			const look = () =>
				seen.push({
					status: document.querySelector('[id="covls.covls.covls.status"] a')?.getAttribute('aria-label') ?? '',
					rows: document.querySelectorAll(`${treeSelector} .monaco-list-row`).length,
					squiggles: document.querySelectorAll('.monaco-editor [class*="squiggly-"]').length,
					gutters: document.querySelectorAll('.coverage-deco-miss').length,
					panel: document.querySelector('.part.panel')?.checkVisibility() ?? false,
				});
			Object.assign(globalThis, { covlsSeen: seen, covlsTimer: setInterval(look, 20) });
		}, tree);
		return () =>
			this.page.evaluate(() => {
				const { covlsTimer, covlsSeen } = globalThis as unknown as { covlsTimer: number; covlsSeen: Moment[] };
				clearInterval(covlsTimer);
				return covlsSeen;
			});
	}

	/** Closes the panel, where it is open. */
	async closePanel(): Promise<void> {
		if (await this.page.locator('.part.panel').isVisible()) {
			await this.page.keyboard.press('Control+J');
			await this.page.locator('.part.panel').waitFor({ state: 'hidden' });
		}
	}

	/** What the messages say that came up, or stand in the list of them where that is open. */
	async notifications(): Promise<string[]> {
		return this.page
			.locator(':is(.notifications-toasts, .notifications-center) .notification-list-item-message')
			.allInnerTexts();
	}
}

/** Reads lines of a file, the first being number 1. */
export function linesOf(file: string): string[] {
	return ['', ...readFileSync(file, 'utf8').split('\n')];
}
