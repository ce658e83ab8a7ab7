// Drives the extension in a real VS Code in a real browser, as a person would, and holds what is seen
// against what go's own tools and covls in a shell say.
//
//   node test/e2e/main.mts [--shots FOLDER] [--update] [--only WORD]
//
// --shots keeps a picture of each step, --update writes the pictures of the README.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { cobraSteps } from './cobra.mts';
import { hostTests } from './host.mts';
import { projectSteps } from './others.mts';
import { cobra, testCobra } from './projects.mts';
import { CodeServer } from './server.mts';
import { Steps } from './steps.mts';
import type { World } from './world.mts';

const extension = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const { values: flags } = parseArgs({
	options: { shots: { type: 'string' }, only: { type: 'string' }, update: { type: 'boolean' } },
});

/** The user's settings: nothing of VS Code's own that is in the way, and no waiting. */
const settings = {
	'workbench.startupEditor': 'none',
	'workbench.tips.enabled': false,
	'workbench.secondarySideBar.defaultVisibility': 'hidden',
	'workbench.colorTheme': 'Default Dark Modern',
	'chat.disableAIFeatures': true,
	'telemetry.telemetryLevel': 'off',
	'extensions.ignoreRecommendations': true,
	'git.openRepositoryInParentFolders': 'never',
	'editor.minimap.enabled': false,
	'editor.hover.delay': 50,
	'editor.lightbulb.enabled': 'off',
	'window.menuBarVisibility': 'compact',
	'files.simpleDialog.enable': true,
	'files.autoSave': 'off',
	'security.workspace.trust.enabled': false,
	'security.workspace.trust.startupPrompt': 'never',
	'security.workspace.trust.banner': 'never',
	'covls.diagnostics.severity.medium': 'information',
	'covls.diagnostics.severity.lower': 'information',
};

function packed(dir: string): { vsix: string; program: string } {
	const target = `${process.platform}-${process.arch}`;
	execFileSync('node', [join(extension, 'scripts/pack.mjs'), '--out', dir, target], {
		stdio: ['ignore', 'inherit', 'inherit'],
	});
	const vsix = join(dir, `covls-${target}.vsix`);
	execFileSync('unzip', ['-q', '-o', vsix, 'extension/*', '-d', join(dir, 'unpacked')]);
	return { vsix, program: join(dir, 'unpacked/extension/server/covls') };
}

function browserPath(): string {
	for (const name of [
		process.env['COVLS_CHROMIUM'],
		'chromium',
		'chromium-browser',
		'google-chrome',
		'google-chrome-stable',
	]) {
		if (name !== undefined && name !== '') {
			try {
				return execFileSync('sh', ['-c', `command -v "${name}"`], { encoding: 'utf8' }).trim();
			} catch {
				// the next one
			}
		}
	}
	throw new Error('there is no Chromium: run scripts/setup-vscode.sh');
}

const root = mkdtempSync(join(tmpdir(), 'covls-vscode-'));
const steps = new Steps(flags.shots, flags.only);
let server: CodeServer | undefined;
let browser: Browser | undefined;

try {
	const { vsix, program } = packed(root);
	const go = join(root, 'cobra');
	cobra(go);
	testCobra(go, 'Args|Complete');
	mkdirSync(join(root, 'code'));
	server = await CodeServer.start(join(root, 'code'), vsix, settings);
	browser = await chromium.launch({
		executablePath: browserPath(),
		args: [
			'--no-sandbox',
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
		],
	});
	const context = await browser.newContext({ viewport: { width: 1360, height: 860 }, locale: 'en' });
	const pictures = flags.update ? join(extension, 'images') : undefined;
	const world: World = { program, server, context, steps, settings, root, pictures };
	await steps.step('tests in the extension host', undefined, () => hostTests(context, root, vsix, settings));
	await cobraSteps(world, go);
	await projectSteps(world, go);
} catch (error) {
	steps.failed++;
	console.log(error);
} finally {
	await browser?.close();
	await server?.stop();
	if (process.env['COVLS_KEEP'] === undefined) {
		rmSync(root, { recursive: true, force: true });
	} else {
		console.log(`kept ${root}`);
	}
}
console.log(`${steps.passed} passed, ${steps.failed} failed`);
process.exitCode = steps.failed > 0 || steps.passed === 0 ? 1 : 0;
