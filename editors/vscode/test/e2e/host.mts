import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Outcome } from '../host/outcome.ts';
import { until } from './until.mts';
import type { World } from './world.mts';

const extension = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Builds the extension that holds the tests, and returns its folder. */
export async function testExtension(): Promise<string> {
	await promisify(execFile)('node', ['scripts/build.mjs', '--tests'], { cwd: extension });
	copyFileSync(join(extension, 'test/host/package.json'), join(extension, 'dist/test/package.json'));
	return join(extension, 'dist/test');
}

/** Runs the tests inside the extension host, where the TypeScript project alone has a profile, and throws where one fails. */
export async function hostTests({ window, workspace }: World, go: string, root: string): Promise<void> {
	rmSync(join(go, 'cover.out'));
	rmSync(join(root, 'moved/lcov.info'));
	writeFileSync(join(root, 'shop/.covls.toml'), 'target = 90\n');
	await window.run('Covls Tests: Run');
	const file = join(dirname(workspace.file), 'outcome.json');
	await until('the tests have ended', () => existsSync(file), 120_000);
	const outcome: Outcome[] = JSON.parse(readFileSync(file, 'utf8'));
	for (const { title, took, error, said } of outcome) {
		const notes = [...(took > 200 ? [`${took} ms`] : []), ...(said === undefined ? [] : [said])];
		console.log(`     ${error === undefined ? '✔' : '✘'} ${title}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`);
		if (error !== undefined) {
			console.log(error.replace(/^/gm, '       '));
		}
	}
	const failed = outcome.filter((test) => test.error !== undefined).length;
	if (failed > 0 || outcome.length === 0) {
		throw new Error(`${failed} of ${outcome.length} tests failed`);
	}
}
