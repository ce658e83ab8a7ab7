import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'node:util';
import type { BrowserContext } from 'playwright-core';
import { typescript } from './projects.mts';
import { CodeServer } from './server.mts';

const extension = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Runs the tests inside the extension host, in a server of its own, and throws where one fails. */
export async function hostTests(context: BrowserContext, root: string, vsix: string, settings: object): Promise<void> {
	execFileSync('node', ['scripts/build.mjs', '--tests'], { cwd: extension, stdio: ['ignore', 'inherit', 'inherit'] });
	const project = join(root, 'host-project');
	typescript(project);
	writeFileSync(join(project, '.covls.toml'), 'target = 90\n');
	const dir = join(root, 'host');
	mkdirSync(dir);
	const server = await CodeServer.start(dir, vsix, settings, ['--vscode-option', 'enable-smoke-test-driver']);
	const page = await context.newPage();
	try {
		let end: (code: number) => void;
		const ended = new Promise<number>((resolve) => {
			end = resolve;
		});
		// Mocha's lines come with their printf formats; what VS Code says beside them is of no interest.
		await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
			const line = format(...args).replace(/\s+$/, '');
			if (/^\s*(✔|\d+[ )]|at |[+-] |AssertionError|Error)|passing|failing/.test(line)) {
				console.log(`     ${line}`);
			}
		});
		await page.exposeFunction('codeAutomationExit', (code: number) => end(code));
		const remote = (path: string) => `vscode-remote://127.0.0.1:${server.port}${path}`;
		const payload = [
			['extensionDevelopmentPath', remote(join(root, 'unpacked/extension'))],
			['extensionTestsPath', remote(join(extension, 'dist/test/index.js'))],
		];
		await page.goto(server.url({ folder: project, payload: JSON.stringify(payload) }), { timeout: 60_000 });
		const limit = new Promise<number>((resolve) => setTimeout(() => resolve(-1), 180_000).unref());
		const code = await Promise.race([ended, limit]);
		if (code !== 0) {
			throw new Error(code < 0 ? 'the tests in the extension host did not end' : `they ended with ${code}`);
		}
	} finally {
		await page.close();
		await server.stop();
	}
}
