import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, promisify } from 'node:util';
import { typescript } from './projects.mts';
import type { World } from './world.mts';

const extension = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** Runs the tests inside the extension host, in a server that has the driver of VS Code's own tests, and throws where one fails. */
export async function hostTests({ context, root, server }: World): Promise<void> {
	await promisify(execFile)('node', ['scripts/build.mjs', '--tests'], { cwd: extension });
	const project = join(root, 'host-project');
	typescript(project);
	writeFileSync(join(project, '.covls.toml'), 'target = 90\n');
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
	}
}
