import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { covls } from './projects.mts';
import type { CodeServer } from './server.mts';
import type { Steps } from './steps.mts';

/** What the steps share. */
export interface World {
	/** The covls program of the packed extension. */
	readonly program: string;
	readonly server: CodeServer;
	readonly context: BrowserContext;
	readonly steps: Steps;
	/** The user's settings. */
	readonly settings: object;
	/** A folder that is removed in the end. */
	readonly root: string;
	/** Where the pictures of the README go; undefined where none are wanted. */
	readonly pictures: string | undefined;
}

/** Takes a picture for the README, of the whole window or of the elements that a selector finds. */
export async function picture(world: World, page: Page, name: string, selector?: string): Promise<void> {
	if (world.pictures === undefined) {
		return;
	}
	const path = join(world.pictures, `${name}.png`);
	if (selector === undefined) {
		await page.screenshot({ path, animations: 'disabled' });
	} else {
		await page.locator(selector).first().screenshot({ path, animations: 'disabled' });
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

/** The figure of a folder as the status bar has it. */
export function figure(world: World, dir: string): string {
	return `${Math.round(covls(world.program, dir).report.summary.percent * 10) / 10} %`;
}

/** The processes that run a program of the extension's, the newest last. */
export function serving(world: World): number[] {
	const installed = join(world.root, 'code/extensions/covls.covls-');
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
