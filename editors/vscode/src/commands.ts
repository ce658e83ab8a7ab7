import { isAbsolute, relative } from 'node:path';
import * as vscode from 'vscode';
import type { CodeAction, Location } from 'vscode-languageclient/node';
import { type Client, localFolders } from './client';
import type { TestCoverage } from './coverage';
import type { Model } from './model';
import {
	type Bases,
	codeActionRequest,
	type Gap,
	gapsRequest,
	type RanFunction,
	type Runs,
	serverCommand,
} from './protocol';
import type { Reports } from './report';
import { offerTrust, type TestTasks } from './run';
import type { Node } from './tree';
import type { Walkthrough } from './walkthrough';
import { inMessage, nameOf, tierIcon, tierName } from './words';

/** Everything that the commands of the palette, the lenses and the menus need. */
export interface Parts {
	readonly client: Client;
	readonly model: Model;
	readonly reports: Reports;
	readonly tests: TestTasks;
	readonly testCoverage: TestCoverage;
	readonly walkthrough: Walkthrough;
}

/** Registers the commands. Those with a name of the server's do what it does, and show the answer. */
export function registerCommands(parts: Parts): vscode.Disposable {
	const { client, tests } = parts;
	const commands: Record<string, (...args: never[]) => unknown> = {
		'covls.nextGap': (at?: unknown) => jumpInFile(parts, serverCommand.nextGap, at),
		'covls.previousGap': (at?: unknown) => jumpInFile(parts, serverCommand.previousGap, at),
		'covls.nextGapInWorkspace': (at?: unknown) => jump(parts, serverCommand.nextGapInWorkspace, at ?? here()),
		'covls.mostUrgentGap': () => jump(parts, serverCommand.mostUrgentGap),
		'covls.nextUnseen': () => nextUnseen(parts),
		'covls.nextChangedGap': () => jumpChanged(parts, serverCommand.nextChangedGap),
		'covls.previousChangedGap': () => jumpChanged(parts, serverCommand.previousChangedGap),
		'covls.pickBase': () => pickBase(parts),
		'covls.sinceLastRun': () => sinceLastRun(parts),
		'covls.openGap': (uri: string, gap: Gap) => openGap(parts, uri, gap),
		'covls.openFile': (node: Node) => openFile(node),
		'covls.createTest': async (at?: unknown) => client.run(serverCommand.createTest, await needed(parts, at)),
		'covls.goToTests': async (at?: unknown) => goToTests(parts, await needed(parts, at)),
		'covls.reload': () => reload(parts),
		'covls.toggle': () => client.run(serverCommand.toggle),
		'covls.doctor': () => doctor(parts),
		'covls.explain': (what?: unknown) => explain(parts, what),
		'covls.showReport': () => showReport(parts, 'markdown'),
		'covls.showReportPage': () => showReport(parts, 'html'),
		'covls.addPathMapping': (args?: unknown) => addPathMapping(parts, args),
		'covls.setTier': (what?: unknown) => setTier(parts, what),
		'covls.exclude': (node: Node) => exclude(parts, node),
		'covls.selectProfiles': () => selectProfiles(parts),
		'covls.createConfiguration': () => createConfiguration(parts),
		'covls.runTests': (at?: vscode.Uri | { folder?: string; textDocument?: { uri: string } }) => {
			if (at instanceof vscode.Uri) {
				return tests.run(at);
			}
			return tests.run(
				at?.textDocument === undefined ? activeDocument() : vscode.Uri.parse(at.textDocument.uri),
				at?.folder === undefined ? undefined : { folder: at.folder },
			);
		},
		// VS Code greys rows that run its own command.
		'covls.trust': () => vscode.commands.executeCommand('workbench.trust.manage'),
		'covls.restart': () => client.restart(),
		'covls.showLog': () => client.log.show(),
		'covls.openSettings': () => vscode.commands.executeCommand('workbench.action.openSettings', '@ext:covls.covls'),
	};
	return vscode.Disposable.from(
		...Object.entries(commands).map(([name, run]) =>
			vscode.commands.registerCommand(name, (...args: unknown[]) =>
				told(client, name, () => (run as (...args: unknown[]) => unknown)(...args)),
			),
		),
	);
}

/** LSP's code for what was cancelled, also by somebody who was asked and did not agree. */
const cancelled = -32800;

/** Runs a command, and tells the user where it fails. */
async function told(client: Client, name: string, run: () => unknown): Promise<unknown> {
	try {
		return await run();
	} catch (error) {
		client.log.warn(`${name}: ${String(error)}`);
		if ((error as { code?: unknown }).code === cancelled) {
			return undefined;
		}
		const log = vscode.l10n.t('Show Log');
		const chosen = await vscode.window.showErrorMessage(`covls: ${(error as Error).message}`, log);
		if (chosen === log) {
			client.log.show();
		}
		return undefined;
	}
}

function activeDocument(): vscode.Uri | undefined {
	const uri = vscode.window.activeTextEditor?.document.uri;
	return uri?.scheme === 'file' ? uri : undefined;
}

/** The cursor, as the server's jumps take it. */
function here(): unknown {
	const editor = vscode.window.activeTextEditor;
	if (editor === undefined || editor.document.uri.scheme !== 'file') {
		return undefined;
	}
	const { line, character } = editor.selection.active;
	return { textDocument: { uri: editor.document.uri.toString() }, position: { line, character } };
}

/** The server shows the place itself, by window/showDocument; the answer tells whether there is one. */
async function jump({ client, walkthrough }: Parts, command: string, at?: unknown): Promise<Location | null> {
	const found = await client.run<Location | null>(command, ...(at === undefined ? [] : [at]));
	if (found === null) {
		void vscode.window.showInformationMessage(vscode.l10n.t('No gaps: tests reach everything that was measured.'));
	} else {
		walkthrough.did('next');
	}
	return found;
}

async function jumpInFile(parts: Parts, command: string, at: unknown): Promise<Location | null> {
	// The title of an editor gives its file.
	const from = at instanceof vscode.Uri ? here() : (at ?? here());
	if (from === undefined) {
		return jump(parts, serverCommand.mostUrgentGap);
	}
	const found = await parts.client.run<Location | null>(command, from);
	if (found === null) {
		const elsewhere = vscode.l10n.t('Go to Most Urgent Gap');
		const chosen = await vscode.window.showInformationMessage(vscode.l10n.t('This file has no gaps.'), elsewhere);
		if (chosen === elsewhere) {
			return jump(parts, serverCommand.mostUrgentGap);
		}
	} else {
		parts.walkthrough.did('next');
	}
	return found;
}

/** A place that a command was given, that of a row of the tree, or the cursor, where there must be one. */
async function needed(parts: Parts, at: unknown): Promise<unknown> {
	const node = at as Node | undefined;
	if (node !== undefined && 'kind' in node && node.kind === 'gap' && node.file.uri !== null) {
		const { uri } = node.file;
		return { textDocument: { uri }, position: await placeOf(parts, uri, node.gap) };
	}
	const from = at instanceof vscode.Uri ? here() : (at ?? here());
	if (from === undefined) {
		throw new Error(vscode.l10n.t('Put the cursor into a function first.'));
	}
	return from;
}

/** The server shows the first of the tests itself. */
async function goToTests({ client }: Parts, at: unknown): Promise<readonly Location[]> {
	const found = await client.run<readonly Location[]>(serverCommand.goToTests, at);
	if (found.length === 0) {
		void vscode.window.showInformationMessage(vscode.l10n.t('No test mentions this function.'));
	}
	return found;
}

async function jumpChanged({ client }: Parts, command: string): Promise<Location | null> {
	const from = here();
	const found = await client.run<Location | null>(command, ...(from === undefined ? [] : [from]));
	if (found === null) {
		void vscode.window.showInformationMessage(vscode.l10n.t('No gaps in what changed since the base.'));
	}
	return found;
}

/** Asks what changes are to be compared with until the session ends. */
async function pickBase({ client }: Parts): Promise<void> {
	const { base, branches, tags } = await client.run<Bases>(serverCommand.pickBase);
	const item = (icon: string, name: string) => ({
		label: `$(${icon}) ${name}`,
		description: name === base ? vscode.l10n.t('now') : '',
		base: name,
	});
	const chosen = await vscode.window.showQuickPick(
		[
			{
				label: `$(home) ${vscode.l10n.t('Default')}`,
				description: vscode.l10n.t('as the settings say'),
				base: '',
			},
			...branches.map((name) => item('git-branch', name)),
			...tags.map((name) => item('tag', name)),
		],
		{ title: vscode.l10n.t('Compare changes with'), matchOnDescription: true },
	);
	if (chosen !== undefined) {
		await client.run(serverCommand.setBase, { base: chosen.base });
	}
}

/** Lists what the runs of the session have covered and lost; a choice is opened. */
async function sinceLastRun({ client }: Parts): Promise<void> {
	const { runs } = await client.run<Runs>(serverCommand.sinceLastRun);
	type Item = vscode.QuickPickItem & { at?: RanFunction };
	const rows = (icon: string, all: readonly RanFunction[]): Item[] =>
		all.map((f) => ({
			label: `$(${icon}) ${f.name}`,
			description: f.path,
			detail: vscode.l10n.t('{0} of {2}, now {1}', f.was, f.now, f.total),
			at: f,
		}));
	const items = runs.flatMap((run): Item[] => [
		{ label: run.text, kind: vscode.QuickPickItemKind.Separator },
		...rows('error', run.lost_functions),
		...rows('pass', run.covered_functions),
	]);
	if (items.length === 0) {
		void vscode.window.showInformationMessage(
			vscode.l10n.t('No run of the tests in this session has covered a function, or lost one.'),
		);
		return;
	}
	const chosen = await vscode.window.showQuickPick(items, { title: runs[0]?.text ?? '', matchOnDescription: true });
	if (chosen?.at !== undefined) {
		await open(chosen.at.uri, new vscode.Position(chosen.at.line, 0));
	}
}

async function nextUnseen({ client }: Parts): Promise<Location | null> {
	const from = here();
	const found = await client.run<Location | null>(serverCommand.nextUnseen, ...(from === undefined ? [] : [from]));
	if (found === null) {
		void vscode.window.showInformationMessage(vscode.l10n.t('No function is new or changed since the last run.'));
	}
	return found;
}

/** Where a gap is in the text of now, else where the profile saw it. */
async function placeOf({ client }: Parts, uri: string, gap: Gap): Promise<{ line: number; character: number }> {
	const textDocument = { uri };
	const now = (await client.ask(gapsRequest, { textDocument }))?.components
		.flatMap((component) => component.tiers)
		.flatMap((tier) => tier.files)
		.flatMap((file) => file.gaps)
		.find((g) => g.id === gap.id);
	return now?.range?.start ?? gap.range?.start ?? { line: gap.line, character: 0 };
}

/** Opens a file at a gap. */
async function openGap(parts: Parts, uri: string, gap: Gap): Promise<void> {
	const start = await placeOf(parts, uri, gap);
	await open(uri, new vscode.Position(start.line, start.character));
	parts.walkthrough.did('next');
}

async function open(uri: string, at: vscode.Position): Promise<void> {
	await vscode.window.showTextDocument(vscode.Uri.parse(uri), { selection: new vscode.Range(at, at) });
}

async function openFile(node: Node): Promise<void> {
	if (node.kind === 'file' && node.file.uri !== null) {
		await vscode.window.showTextDocument(vscode.Uri.parse(node.file.uri));
	}
}

/** Another extension's run takes the place of what the profiles say in Test Coverage: this brings that back too. */
async function reload({ client, testCoverage }: Parts): Promise<void> {
	await vscode.window.withProgress(
		{ location: vscode.ProgressLocation.Window, title: vscode.l10n.t('covls: reading all profiles again') },
		() => client.run(serverCommand.reload),
	);
	testCoverage.refresh();
}

/** What the server answers to the doctor's command; the fixes are mappings that would find lost files. */
interface Diagnosis {
	readonly content: string;
	readonly fixes: readonly {
		readonly title: string;
		readonly from: string;
		readonly to: string;
		readonly profile?: string;
		readonly uri: string;
	}[];
}

const doctorTitle = () => vscode.l10n.t('Coverage doctor');

async function doctor(parts: Parts, reveal = true): Promise<void> {
	const { client, reports } = parts;
	const answer = await client.run<string | Diagnosis>(serverCommand.doctor);
	const { content, fixes } = typeof answer === 'string' ? { content: answer, fixes: [] } : answer;
	const buttons = fixes.map(({ title, from, to, profile, uri }) => ({
		label: title,
		// Whoever presses it has read what is written.
		press: () =>
			told(client, serverCommand.addPathMapping, () =>
				writePathMapping(parts, { from, to, profile, uri, confirmed: true }),
			),
	}));
	await reports.showMarkdownPage(doctorTitle(), content, buttons, reveal);
}

/** The file that a command speaks of: a row of the tree, an entry of the explorer, or the one at hand. */
function fileOf(what: unknown): string | undefined {
	if (what instanceof vscode.Uri) {
		return what.toString();
	}
	const node = what as Node | { textDocument?: { uri?: string } } | undefined;
	if (node !== undefined && 'kind' in node && (node.kind === 'file' || node.kind === 'gap')) {
		return node.file.uri ?? undefined;
	}
	if (node !== undefined && 'textDocument' in node) {
		return node.textDocument?.uri;
	}
	return activeDocument()?.toString();
}

async function explain({ client, reports }: Parts, what: unknown): Promise<void> {
	const uri = fileOf(what);
	if (uri === undefined) {
		void vscode.window.showInformationMessage(vscode.l10n.t('Open a file first.'));
		return;
	}
	const text = await client.run<string | null>(serverCommand.explain, { textDocument: { uri } });
	const name = nameOf(uri);
	if (text === null) {
		void vscode.window.showInformationMessage(vscode.l10n.t('No coverage profile names {0}.', name));
		return;
	}
	await reports.showMarkdown(vscode.l10n.t('Coverage of {0}', name), text);
}

async function showReport({ client, reports, walkthrough }: Parts, format: 'markdown' | 'html'): Promise<void> {
	const title = vscode.l10n.t('Coverage report');
	const answer = await client.run<{ content: string }>(serverCommand.showReport, { format });
	if (format === 'html') {
		reports.showPage(title, answer.content);
	} else {
		await reports.showMarkdown(title, answer.content);
	}
	walkthrough.did('report');
}

/** Of what is given nothing is confirmed, as others may have given it: the server asks before it writes. */
async function addPathMapping(parts: Parts, given: unknown): Promise<void> {
	let args: PathMapping;
	if (given !== undefined) {
		const { from, to, profile, uri } = given as PathMapping;
		args = { from, to, profile, uri };
	} else {
		const folder = await chooseFolder();
		const title = vscode.l10n.t('Add Path Mapping');
		const from =
			folder === undefined
				? undefined
				: await vscode.window.showInputBox({
						title: `${title} (1/2)`,
						prompt: vscode.l10n.t('How paths in the profile begin, such as /builds/team/app'),
						validateInput: (text) => (text.trim() === '' ? vscode.l10n.t('Enter how the paths begin.') : undefined),
					});
		const to =
			from === undefined
				? undefined
				: await vscode.window.showInputBox({
						title: `${title} (2/2)`,
						prompt: vscode.l10n.t('The matching folder in {0}', folder?.name ?? ''),
						value: '.',
						validateInput: (text) => (text.trim() === '' ? vscode.l10n.t('Enter the folder.') : undefined),
					});
		if (folder === undefined || from === undefined || to === undefined) {
			return;
		}
		args = { from: from.trim(), to: to.trim(), uri: folder.uri.toString(), confirmed: true };
	}
	await writePathMapping(parts, args);
}

/** What the server takes; it asks the user unless that was done. */
interface PathMapping {
	readonly from: string;
	readonly to: string;
	readonly profile?: string | undefined;
	readonly uri?: string | undefined;
	readonly confirmed?: true;
}

async function writePathMapping(parts: Parts, args: PathMapping): Promise<void> {
	const { client, reports } = parts;
	await client.run(serverCommand.addPathMapping, args);
	if (reports.shows(doctorTitle())) {
		await client.run(serverCommand.reload);
		await doctor(parts, false);
	}
}

async function setTier({ client, walkthrough }: Parts, what: unknown): Promise<void> {
	const uri = fileOf(what);
	if (uri === undefined) {
		return;
	}
	const choices = (['critical', 'high', 'medium', 'lower'] as const).map((tier) => ({
		label: tierName(tier),
		iconPath: tierIcon(tier),
		rule: { tier } as object,
	}));
	const chosen = await vscode.window.showQuickPick(
		[
			...choices,
			{
				label: vscode.l10n.t('Leave out of coverage'),
				iconPath: new vscode.ThemeIcon('circle-slash'),
				rule: { exclude: true },
			},
		],
		{
			title: vscode.l10n.t('Tier of {0}, as a rule in .covls.toml', nameOf(uri)),
		},
	);
	if (chosen === undefined) {
		return;
	}
	const why = await vscode.window.showInputBox({
		title: vscode.l10n.t('Why?'),
		prompt: vscode.l10n.t('Optional. The reason is kept with the rule and shown with the file.'),
	});
	if (why === undefined) {
		return;
	}
	const rule = why.trim() === '' ? chosen.rule : { ...chosen.rule, why: why.trim() };
	const at = await client.run<Location>(serverCommand.addRule, { uri, rule, confirmed: true });
	walkthrough.did('settings');
	await open(at.uri, new vscode.Position(at.range.start.line, at.range.start.character));
}

/** Puts the marker that leaves a function out of coverage above it, which is a code action of the server's. */
async function exclude(parts: Parts, node: Node): Promise<void> {
	const { client } = parts;
	if (node.kind !== 'gap' || node.file.uri === null) {
		return;
	}
	const uri = vscode.Uri.parse(node.file.uri);
	await openGap(parts, node.file.uri, node.gap);
	const editor = vscode.window.activeTextEditor;
	if (editor?.document.uri.toString() !== uri.toString()) {
		return;
	}
	const at = editor.selection.active;
	const range = { start: { line: at.line, character: at.character }, end: { line: at.line, character: at.character } };
	const actions = await client.ask(codeActionRequest, {
		textDocument: { uri: node.file.uri },
		range,
		context: { diagnostics: [], only: ['refactor'] },
	});
	const action = actions?.find((a): a is CodeAction => 'edit' in a && a.edit !== undefined);
	if (action?.edit === undefined) {
		const name = inMessage(node.gap.name);
		void vscode.window.showInformationMessage(
			vscode.l10n.t('covls has no comment that leaves {0} out of coverage.', name),
		);
		return;
	}
	const edit = await client.edit(action.edit);
	if (edit !== undefined) {
		await vscode.workspace.applyEdit(edit);
	}
}

async function chooseFolder(): Promise<vscode.WorkspaceFolder | undefined> {
	const folders = localFolders();
	return folders.length > 1 ? vscode.window.showWorkspaceFolderPick() : folders[0];
}

/** Lets the user choose among the files that have the name of a profile, and keeps the choice. */
async function selectProfiles({ model }: Parts): Promise<void> {
	if (!vscode.workspace.isTrusted) {
		await offerTrust(vscode.l10n.t('Trust this workspace to select its profiles: the choice is kept in its settings.'));
		return;
	}
	const folder = await chooseFolder();
	if (folder === undefined) {
		return;
	}
	const config = vscode.workspace.getConfiguration('covls', folder.uri);
	const names = config.inspect<string[]>('profiles')?.defaultValue ?? [];
	const found = await vscode.workspace.findFiles(
		new vscode.RelativePattern(folder, `{${names.join(',')}}`),
		'**/{node_modules,.git}/**',
		1000,
	);
	const read = new Set(
		(model.status?.profiles ?? [])
			.map((profile) => vscode.Uri.parse(profile.uri))
			// A profile that lies in another folder of the workspace is not this one's.
			.filter((uri) => [undefined, folder].includes(vscode.workspace.getWorkspaceFolder(uri)))
			.map((uri) => uri.toString()),
	);
	const all = new Set([...found.map((uri) => uri.toString()), ...read]);
	const items: (vscode.QuickPickItem & { uri?: vscode.Uri; all?: boolean })[] = [...all].sort().map((text) => {
		const uri = vscode.Uri.parse(text);
		return { label: vscode.workspace.asRelativePath(uri, false), uri, picked: read.has(text) };
	});
	const browse = vscode.l10n.t('Browse…');
	items.push({ label: '', kind: vscode.QuickPickItemKind.Separator }, { label: `$(folder-opened) ${browse}` });
	const chosen = await vscode.window.showQuickPick(items, {
		canPickMany: true,
		title: vscode.l10n.t('Profiles to read'),
		placeHolder: vscode.l10n.t('Select none to read all with a usual name'),
	});
	if (chosen === undefined) {
		return;
	}
	const uris = chosen.flatMap((item) => (item.uri === undefined ? [] : [item.uri]));
	if (chosen.some((item) => item.uri === undefined)) {
		const more = await vscode.window.showOpenDialog({
			canSelectMany: true,
			canSelectFiles: true,
			// Go's GOCOVERDIR is a folder.
			canSelectFolders: true,
			defaultUri: folder.uri,
			openLabel: vscode.l10n.t('Read'),
		});
		if (more === undefined) {
			return;
		}
		uris.push(...more);
	}
	const paths = uris.map((uri) => {
		const path = relative(folder.uri.fsPath, uri.fsPath);
		return (path.startsWith('..') || isAbsolute(path) ? uri.fsPath : path).replaceAll('\\', '/');
	});
	const target =
		localFolders().length > 1 ? vscode.ConfigurationTarget.WorkspaceFolder : vscode.ConfigurationTarget.Workspace;
	await config.update('profiles', paths.length === 0 ? undefined : paths, target);
}

async function createConfiguration({ client, walkthrough }: Parts): Promise<void> {
	const folder = await chooseFolder();
	if (folder === undefined) {
		return;
	}
	const file = vscode.Uri.joinPath(folder.uri, '.covls.toml');
	try {
		await vscode.workspace.fs.stat(file);
		await vscode.window.showTextDocument(file);
		walkthrough.did('settings');
		return;
	} catch {
		// There is none yet.
	}
	const at = await client.run<Location>(serverCommand.createConfiguration, {
		uri: folder.uri.toString(),
		confirmed: true,
	});
	walkthrough.did('settings');
	await open(at.uri, new vscode.Position(at.range.start.line, at.range.start.character));
}
