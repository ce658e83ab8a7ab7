import * as vscode from 'vscode';
import type { Client } from './client';
import { localFolders } from './client';
import type { Model } from './model';
import { type Command, gapsRequest, serverCommand } from './protocol';
import { inMessage } from './words';

/** Runs tests with coverage, as a task of VS Code's and in trusted workspaces only. */
export class TestTasks implements vscode.TaskProvider, vscode.Disposable {
	private readonly disposables: vscode.Disposable[];
	private readonly changed = new vscode.EventEmitter<void>();
	/** Fires when a run begins and when it ends. */
	readonly onDidChange = this.changed.event;
	/** Whether tests run. */
	running = false;
	/** The last run, where it did not end well: its exit code and, by Date.now, when it ended. */
	failed: { readonly code: number; readonly at: number } | undefined;

	constructor(
		private readonly client: Client,
		private readonly model: Model,
	) {
		this.disposables = [this.changed, vscode.tasks.registerTaskProvider('covls', this)];
	}

	/**
	 * Runs the tests of a folder, else those around a document, and resolves with the exit code when they
	 * have ended; undefined where there is none, as none was run or it was ended from outside. The user is told
	 * how they ended where that was not well, and which packages are not measured.
	 */
	async run(document: vscode.Uri | undefined, given?: { readonly folder: string }): Promise<number | undefined> {
		if (!vscode.workspace.isTrusted) {
			await offerTrust(vscode.l10n.t('Trust this workspace to run its tests.'));
			return undefined;
		}
		const inside = document?.scheme === 'file' && vscode.workspace.getWorkspaceFolder(document) !== undefined;
		const at = given ?? (inside ? { textDocument: { uri: document.toString() } } : await somewhere());
		if (at === undefined) {
			return undefined;
		}
		const found = await this.client.run<Command | null>(serverCommand.runCommand, at);
		if (found === null) {
			const settings = vscode.l10n.t('Open Settings');
			const chosen = await vscode.window.showWarningMessage(
				vscode.l10n.t('covls knows no command that runs these tests with coverage. Set one as covls.run.command.'),
				settings,
			);
			if (chosen === settings) {
				await vscode.commands.executeCommand('workbench.action.openSettings', 'covls.run.command');
			}
			return undefined;
		}
		const wanted = await agreed(found);
		if (wanted === undefined) {
			return undefined;
		}
		if (found.own !== null) {
			await makeFolder(vscode.Uri.parse(found.cwd));
		}
		const began = Date.now();
		const mine = (e: { execution: vscode.TaskExecution }) => e.execution.task.name === wanted.name;
		const listeners: vscode.Disposable[] = [];
		const ended = new Promise<number | undefined>((resolve) => {
			listeners.push(
				vscode.tasks.onDidEndTaskProcess((e) => mine(e) && resolve(e.exitCode)),
				// A terminal that is closed ends a task without an exit code.
				vscode.tasks.onDidEndTask((e) => mine(e) && setTimeout(() => resolve(undefined), 1000)),
			);
		});
		try {
			this.set(true, undefined);
			const execution = await vscode.tasks.executeTask(wanted);
			const { code, cancelled } = await progress(found, execution, ended);
			this.set(false, cancelled || code === undefined || code === 0 ? undefined : { code, at: Date.now() });
			const within = 'folder' in at ? at.folder : folderOf(document);
			if (!cancelled) {
				void this.tell(code, began, within);
			}
			return code;
		} finally {
			if (this.running) {
				this.set(false, undefined);
			}
			vscode.Disposable.from(...listeners).dispose();
		}
	}

	private set(running: boolean, failed: TestTasks['failed']): void {
		this.running = running;
		this.failed = failed;
		this.changed.fire();
	}

	/** Tells what the run has left out, once its profile was read. */
	private async tell(code: number | undefined, began: number, within: string | undefined): Promise<void> {
		if (code === undefined) {
			return;
		}
		await this.settled(began);
		const gaps = await this.client.ask(gapsRequest, {}).catch(() => undefined);
		const missing = (gaps?.unmeasured ?? []).filter((p) => within === undefined || p.folder === within);
		if (code === 0 && missing.length === 0) {
			vscode.window.setStatusBarMessage(vscode.l10n.t('The tests have passed (exit code 0).'), patience);
			return;
		}
		const names = missing.slice(0, mostNames).map((p) => inMessage(p.package));
		if (missing.length > mostNames) {
			names.push(vscode.l10n.t('{0} more', missing.length - mostNames));
		}
		const parts = [
			code === 0 ? vscode.l10n.t('The tests have passed.') : vscode.l10n.t('The tests ended with exit code {0}.', code),
		];
		if (missing.length > 0) {
			parts.push(vscode.l10n.t('Packages with tests but no coverage: {0}.', names.join(', ')));
		}
		const show = vscode.l10n.t('Show Output');
		if ((await vscode.window.showWarningMessage(parts.join(' '), show)) === show) {
			await vscode.commands.executeCommand('workbench.action.terminal.focus');
		}
	}

	/** Resolves when a profile was read that is newer than a moment, or when none has come for a while. */
	private settled(since: number): Promise<void> {
		const read = () => {
			const status = this.model.status;
			// What is told of a profile has no parts of a second.
			return status?.loading === false && status.profiles.some((p) => Date.parse(p.modified) >= since - 1000);
		};
		if (read()) {
			return Promise.resolve();
		}
		return new Promise((resolve) => {
			const done = () => {
				clearTimeout(late);
				listener.dispose();
				resolve();
			};
			const late = setTimeout(done, patience);
			const listener = this.model.onDidChangeStatus(() => read() && done());
		});
	}

	async provideTasks(): Promise<vscode.Task[]> {
		const out: vscode.Task[] = [];
		for (const folder of localFolders()) {
			const found = await this.client
				.run<Command | null>(serverCommand.runCommand, { folder: folder.uri.toString() })
				.catch(() => null);
			if (found !== null) {
				out.push(task(found, { alone: true }));
			}
		}
		return out;
	}

	resolveTask(given: vscode.Task): vscode.Task | undefined {
		return given.execution === undefined ? undefined : given;
	}

	dispose(): void {
		vscode.Disposable.from(...this.disposables).dispose();
	}
}

/** Says what runs until it has ended, and ends it where the user wants that. */
async function progress(
	found: Command,
	execution: vscode.TaskExecution,
	ended: Promise<number | undefined>,
): Promise<{ code: number | undefined; cancelled: boolean }> {
	const title = vscode.l10n.t('Running tests: {0}', inMessage(found.own ?? found.command));
	return vscode.window.withProgress(
		{ location: vscode.ProgressLocation.Notification, title, cancellable: true },
		async (_, token) => {
			token.onCancellationRequested(() => execution.terminate());
			return { code: await ended, cancelled: token.isCancellationRequested };
		},
	);
}

/** Says what is not done in a workspace that is not trusted, and leads to where it can be. */
export async function offerTrust(message: string): Promise<void> {
	const trust = vscode.l10n.t('Manage Workspace Trust');
	if ((await vscode.window.showWarningMessage(message, trust)) === trust) {
		await vscode.commands.executeCommand('workbench.trust.manage');
	}
}

/** The one folder there is, or the one that the user chooses. */
async function somewhere(): Promise<{ folder: string } | undefined> {
	const folders = localFolders();
	const folder = folders.length > 1 ? await vscode.window.showWorkspaceFolderPick() : folders[0];
	return folder === undefined ? undefined : { folder: folder.uri.toString() };
}

function folderOf(document: vscode.Uri | undefined): string | undefined {
	return document === undefined ? undefined : vscode.workspace.getWorkspaceFolder(document)?.uri.toString();
}

/** Names that a message lists, and how many milliseconds it waits for what a run has written. */
const mostNames = 5;
const patience = 5000;

/** The task, if need be with what the user agrees to install first. */
async function agreed(found: Command): Promise<vscode.Task | undefined> {
	if (found.lacks === null) {
		return task(found);
	}
	const text = vscode.l10n.t('Coverage may not work here: {0}.', inMessage(found.lacks));
	const anyway = vscode.l10n.t('Run Anyway');
	if (found.install === null) {
		return (await vscode.window.showWarningMessage(text, anyway)) === anyway ? task(found) : undefined;
	}
	const install = vscode.l10n.t('Run {0} First', inMessage(found.install));
	switch (await vscode.window.showWarningMessage(text, install, anyway)) {
		case install:
			return task(found, { first: found.install });
		case anyway:
			return task(found);
		default:
			return undefined;
	}
}

/** The folder for the profiles of covls's own runs, which no repository takes in. */
const folder = '.covls';
const windows = process.platform === 'win32';

/** What makes the folder in a shell, for tasks that VS Code starts by itself. */
const prepare = windows
	? `(if not exist ${folder} mkdir ${folder}) & (echo *>${folder}\\.gitignore)`
	: `mkdir -p ${folder} && echo '*' >${folder}/.gitignore`;

/** Makes the folder ahead, so that the terminal has nothing but the command. */
async function makeFolder(cwd: vscode.Uri): Promise<void> {
	const ignored = vscode.Uri.joinPath(cwd, folder, '.gitignore');
	await vscode.workspace.fs.createDirectory(vscode.Uri.joinPath(cwd, folder));
	await vscode.workspace.fs.writeFile(ignored, new TextEncoder().encode('*\n'));
}

/** The task; first is what runs before the tests, and one that is alone makes the folder itself. */
function task(found: Command, { first, alone }: { first?: string; alone?: boolean } = {}): vscode.Task {
	const cwd = vscode.Uri.parse(found.cwd);
	const within = vscode.workspace.getWorkspaceFolder(cwd);
	const lines = first === undefined ? [] : [first];
	lines.push(...(found.own === null ? [found.command] : alone ? [prepare, found.own] : [found.own]));
	// What joins lines, and how a folder is made, is another thing in every shell of Windows.
	const shell = windows ? { executable: 'cmd.exe', shellArgs: ['/d', '/c'] } : {};
	const out = new vscode.Task(
		{ type: 'covls', language: found.language },
		within ?? vscode.TaskScope.Workspace,
		vscode.l10n.t('run tests with coverage ({0})', found.language),
		'covls',
		new vscode.ShellExecution(lines.join(' && '), { cwd: cwd.fsPath, ...shell }),
		[],
	);
	out.group = vscode.TaskGroup.Test;
	out.presentationOptions = { reveal: vscode.TaskRevealKind.Always, focus: false, clear: true };
	return out;
}
