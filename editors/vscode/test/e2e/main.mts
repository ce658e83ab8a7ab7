// Drives the extension in a real VS Code in a real browser, as a person would, and holds what is seen
// against what go's own tools and covls in a shell say.
//
//   node test/e2e/main.mts [--shots FOLDER] [--update] [--only PATTERN]
//
// --shots keeps a picture of each step, --update writes the pictures of the README. All is done in one
// window: to load another takes as long as a third of the steps. --only runs the steps whose names match; those that
// they build on have to be among them. COVLS_PATIENCE=5 makes all waits five times as long, for a machine that is busy.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { changedProject, changedSteps } from './changed.mts';
import { cobraSteps } from './cobra.mts';
import { firstSteps } from './first.mts';
import { folderSteps } from './folders.mts';
import { hostTests, testExtension } from './host.mts';
import { cobra, run, testCobra } from './projects.mts';
import { CodeServer } from './server.mts';
import { Steps } from './steps.mts';
import { textProjects, textSteps } from './texts.mts';
import { Window } from './window.mts';
import { Workspace } from './world.mts';

const extension = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const { values: flags } = parseArgs({
	options: { shots: { type: 'string' }, update: { type: 'boolean' }, only: { type: 'string' } },
});

/** The user's settings: nothing of VS Code's own that is in the way, and no waiting. */
const settings = {
	'workbench.startupEditor': 'none',
	'workbench.tips.enabled': false,
	'workbench.secondarySideBar.defaultVisibility': 'hidden',
	'workbench.colorTheme': 'Default Dark Modern',
	// Round corners and floating parts are drawn by a software renderer here, which takes a third of the time.
	'workbench.experimental.modernUI': flags.update === true,
	'chat.disableAIFeatures': true,
	'telemetry.telemetryLevel': 'off',
	'extensions.ignoreRecommendations': true,
	'git.enabled': false,
	'editor.minimap.enabled': false,
	'editor.hover.delay': 50,
	'editor.lightbulb.enabled': 'off',
	'editor.cursorBlinking': 'solid',
	'editor.occurrencesHighlight': 'off',
	'editor.stickyScroll.enabled': false,
	'editor.inlayHints.enabled': 'off',
	'breadcrumbs.enabled': false,
	// Of what fades or moves every frame is drawn.
	'workbench.reduceMotion': 'on',
	'workbench.tree.renderIndentGuides': 'none',
	'terminal.integrated.shellIntegration.enabled': false,
	'terminal.integrated.gpuAcceleration': 'off',
	'window.menuBarVisibility': 'compact',
	'files.simpleDialog.enable': true,
	'files.autoSave': 'off',
	// A third host for extensions that run in a browser, and downloads of types, are of no use here.
	'extensions.webWorker': false,
	'typescript.disableAutomaticTypeAcquisition': true,
	'typescript.tsserver.useSyntaxServer': 'always',
	'security.workspace.trust.startupPrompt': 'never',
	'security.workspace.trust.banner': 'never',
	// The Problems view is compared with what stands in open files.
	'covls.diagnostics.scope': 'open',
	// The functions of these projects are small.
	'covls.diagnostics.weight': 1,
};

/** Packs the extension for this machine, as it is given away. */
async function packed(dir: string): Promise<void> {
	const target = `${process.platform}-${process.arch}`;
	console.log((await run(extension, 'node', 'scripts/pack.mjs', '--out', dir, target)).trimEnd());
}

async function browserPath(): Promise<string> {
	const paths = await run(extension, join(extension, '../../scripts/setup-browser.sh'), '--paths');
	return paths.split('\n')[0] as string;
}

async function launched(): Promise<Browser> {
	return chromium.launch({
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
}

const root = mkdtempSync(join(tmpdir(), 'covls-vscode-'));
const steps = new Steps(flags.shots, flags.only);
const browsing = launched();
const serving = CodeServer.start(join(root, 'code'), settings);

try {
	const go = join(root, 'cobra');
	const workspace = new Workspace(join(root, 'all.code-workspace'));
	workspace.add(go);
	const [browser, server, tests] = await Promise.all([browsing, serving, testExtension(), cobra(go)]);
	server.place(tests);
	const context = await browser.newContext({ viewport: { width: 1360, height: 860 }, locale: 'en' });
	const opened = Window.open(context, server.url({ workspace: workspace.file }));
	const [window, , , , changed] = await Promise.all([
		opened,
		packed(root),
		testCobra(go, 'Args|Complete'),
		textProjects(root),
		changedProject(root),
	]);
	const world = { window, steps, server, workspace, pictures: flags.update ? join(extension, 'images') : undefined };
	await firstSteps(world, go);
	await cobraSteps(world, go);
	await folderSteps(world, root);
	await steps.step('tests in the extension host', window.page, () => hostTests(world, go, root));
	await textSteps(world, root);
	await changedSteps(world, root, changed);
} catch (error) {
	steps.failed++;
	console.log(error);
} finally {
	const ends = [browsing.then((browser) => browser.close()), serving.then((server) => server.stop())];
	await Promise.allSettled(ends);
	if (process.env['COVLS_KEEP'] === undefined) {
		rmSync(root, { recursive: true, force: true });
	} else {
		console.log(`kept ${root}`);
	}
}
console.log(`${steps.passed} passed, ${steps.failed} failed`);
process.exitCode = steps.failed > 0 || steps.passed === 0 ? 1 : 0;
