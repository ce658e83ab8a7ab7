import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import type { Said } from './projects.mts';
import type { CodeServer } from './server.mts';
import type { Steps } from './steps.mts';
import type { Window } from './window.mts';

/** What all steps share. */
export interface World {
	readonly window: Window;
	readonly workspace: Workspace;
	readonly server: CodeServer;
	readonly steps: Steps;
	/** Where the pictures of the README go; undefined where none are wanted. */
	readonly pictures: string | undefined;
}

/** Takes a picture for the README, of the whole window or of the elements that a selector finds. */
export async function picture(folder: string | undefined, page: Page, name: string, selector?: string): Promise<void> {
	if (folder === undefined) {
		return;
	}
	const path = join(folder, `${name}.png`);
	if (selector === undefined) {
		await page.screenshot({ path, animations: 'disabled' });
	} else {
		// Of a tree, what is below its last row is left out.
		const box = await page.locator(selector).first().boundingBox();
		assert.ok(box, `${selector} is drawn`);
		const rows = page.locator(`${selector} .monaco-list-row`);
		const ends = await rows.evaluateAll((all) => all.map((row) => row.getBoundingClientRect().bottom + 8));
		const height = Math.min(box.height, ends.length === 0 ? box.height : Math.max(...ends) - box.y);
		await page.screenshot({ path, animations: 'disabled', clip: { ...box, height } });
	}
}

/** A workspace of folders, by its file, which VS Code follows as it follows its own dialog. */
export class Workspace {
	readonly file: string;
	private readonly folders: string[] = [];

	constructor(file: string) {
		this.file = file;
	}

	add(folder: string): void {
		this.folders.push(folder);
		this.set({});
	}

	/** Sets the workspace's settings. */
	set(settings: object): void {
		writeFileSync(this.file, JSON.stringify({ folders: this.folders.map((path) => ({ path })), settings }));
	}
}

/** The view "Coverage Gaps", and its tree. */
export const gapsPane = '.pane:has(.pane-header[aria-label^="Coverage Gaps"])';
export const tree = `${gapsPane} .customview-tree`;

/** VS Code's own Test Coverage view. */
export const coverageView = '.pane:has(.pane-header[aria-label^="Test Coverage"])';

export const lineNumbers = (of: readonly { line: number }[]): number[] => of.map((f) => f.line).sort((a, b) => a - b);

/** A function's name without its receiver. */
export const shortName = (name: string): string => name.replace(/.*\./, '');

/** The figure of a report as the status bar has it: cut, not rounded. */
export function figure({ report: { summary } }: Said): string {
	const { covered, total } = summary.statements ?? summary.lines ?? { covered: 0, total: 1 };
	return `${Math.floor((covered * 1000) / total) / 10} %`;
}

/** The server's program, of the extension that is installed. */
export function program({ extensions }: CodeServer): string {
	const name = readdirSync(extensions).find((folder) => folder.startsWith('covls.covls-'));
	assert.ok(name, 'the extension is installed');
	return join(extensions, name, 'server/covls');
}

/** The processes that run the server's program for a VS Code, the newest last. */
export function serving(server: CodeServer): number[] {
	const installed = program(server);
	return readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name))
		.filter((pid) => {
			try {
				return readlinkSync(`/proc/${pid}/exe`).startsWith(installed);
			} catch {
				return false;
			}
		})
		.map(Number)
		.sort((a, b) => started(a) - started(b));
}

/** When a process began, in ticks since the machine did. */
function started(pid: number): number {
	return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /, '').split(' ')[19]);
}
