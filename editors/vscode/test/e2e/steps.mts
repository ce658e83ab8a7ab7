import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** Runs steps, keeps a picture of each, and counts what became of them. */
export class Steps {
	passed = 0;
	failed = 0;
	readonly shots: string | undefined;
	private readonly only: RegExp;

	constructor(shots: string | undefined, only = '') {
		this.shots = shots;
		this.only = new RegExp(only);
		if (shots !== undefined) {
			mkdirSync(shots, { recursive: true });
		}
	}

	/** Runs a step, if it is wanted; one that fails is told, and the next one is run all the same. It returns whether it did not fail. */
	async step(name: string, page: Page, body: () => Promise<void>): Promise<boolean> {
		if (!this.only.test(name)) {
			return true;
		}
		const { passed } = this;
		const begin = Date.now();
		const tell = (mark: string) => console.log(`${mark} ${name} (${((Date.now() - begin) / 1000).toFixed(1)} s)`);
		try {
			await body();
			this.passed++;
			tell('ok  ');
		} catch (error) {
			this.failed++;
			tell('FAIL');
			console.log(String((error as Error).stack ?? error).replace(/^/gm, '     '));
		}
		if (this.shots !== undefined && !page.isClosed()) {
			const file = `${name.replace(/[^A-Za-z0-9]+/g, '-')}.png`;
			await page
				.screenshot({ path: join(this.shots, file) })
				.catch((error) => console.log(`     no picture: ${error}`));
		}
		return this.passed > passed;
	}
}
