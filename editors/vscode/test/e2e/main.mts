// Drives the extension in a real VS Code in a real browser, as a person would, and holds what is seen
// against what go's own tools and covls in a shell say.
//
//   node test/e2e/main.mts [--shots FOLDER] [--update] [--only WORD]
//
// --shots keeps a picture of each step, --update writes the pictures of the README.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { bareSteps } from './bare.mts';
import { activation, cobraSteps } from './cobra.mts';
import { folderSteps } from './folders.mts';
import { hostTests } from './host.mts';
import { cobra, run, testCobra } from './projects.mts';
import { CodeServer } from './server.mts';
import { Steps } from './steps.mts';
import { Window } from './window.mts';
import { Workspace, type World } from './world.mts';

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
	// A third host for extensions that run in a browser, and downloads of types, are of no use here.
	'extensions.webWorker': false,
	'typescript.disableAutomaticTypeAcquisition': true,
	'security.workspace.trust.enabled': false,
	'security.workspace.trust.startupPrompt': 'never',
	'security.workspace.trust.banner': 'never',
	'covls.diagnostics.severity.medium': 'information',
	'covls.diagnostics.severity.lower': 'information',
};

/** Packs the extension for this machine, as it is given away. */
async function packed(dir: string): Promise<{ vsix: string; program: string }> {
	const target = `${process.platform}-${process.arch}`;
	console.log((await run(extension, 'node', 'scripts/pack.mjs', '--out', dir, target)).trimEnd());
	const vsix = join(dir, `covls-${target}.vsix`);
	await run(dir, 'unzip', '-q', '-o', vsix, 'extension/*', '-d', join(dir, 'unpacked'));
	return { vsix, program: join(dir, 'unpacked/extension/server/covls') };
}

/** Copies cobra into a folder, with the profile of some of its tests. */
async function project(dir: string): Promise<string> {
	await cobra(dir);
	await testCobra(dir, 'Args|Complete');
	return dir;
}

function serve(name: string, vsix: string, flags: string[] = []): Promise<CodeServer> {
	mkdirSync(join(root, name));
	const server = CodeServer.start(join(root, name), vsix, settings, flags);
	servers.push(server);
	return server;
}

async function browserPath(): Promise<string> {
	const paths = await run(extension, join(extension, '../../scripts/setup-browser.sh'), '--paths');
	return paths.split('\n')[0] as string;
}

/** A window with cobra, and more folders later. */
async function folders(world: World, window: Window, workspace: Workspace, go: string): Promise<void> {
	await cobraSteps(world, window, go);
	await folderSteps(world, window, workspace);
	await window.close();
}

/** A window with one folder, in the VS Code that has run the tests in its extension host. */
async function folder(world: World): Promise<void> {
	await steps.step('tests in the extension host', undefined, () => hostTests(world));
	await bareSteps(world);
}

const root = mkdtempSync(join(tmpdir(), 'covls-vscode-'));
const steps = new Steps(flags.shots, flags.only);
const servers: Promise<CodeServer>[] = [];
let browser: Browser | undefined;

try {
	const [{ vsix, program }, go] = await Promise.all([packed(root), project(join(root, 'cobra'))]);
	const server = await serve('code', vsix);
	browser = await chromium.launch({
		executablePath: await browserPath(),
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
	// Each has a window of its own: of two pages in one, the one behind is not drawn.
	const look = { viewport: { width: 1360, height: 860 }, locale: 'en' };
	const [one, other] = [await browser.newContext(look), await browser.newContext(look)];
	const world = { program, steps, settings, root, pictures: flags.update ? join(extension, 'images') : undefined };
	const first = { ...world, context: one, server };
	const workspace = new Workspace(join(root, 'all.code-workspace'));
	workspace.add(go);
	const window = await Window.open(one, server, workspace.file);
	await activation(first, window);
	const driven = serve('host', vsix, ['--vscode-option', 'enable-smoke-test-driver']);
	await Promise.all([
		folders(first, window, workspace, go),
		driven.then((server) => folder({ ...world, context: other, server })),
	]);
} catch (error) {
	steps.failed++;
	console.log(error);
} finally {
	await browser?.close();
	for (const server of await Promise.allSettled(servers)) {
		if (server.status === 'fulfilled') {
			await server.value.stop();
		}
	}
	if (process.env['COVLS_KEEP'] === undefined) {
		rmSync(root, { recursive: true, force: true });
	} else {
		console.log(`kept ${root}`);
	}
}
console.log(`${steps.passed} passed, ${steps.failed} failed`);
process.exitCode = steps.failed > 0 || steps.passed === 0 ? 1 : 0;
