import * as vscode from 'vscode';
import type { Client } from './client';
import { localFolders } from './client';
import { serverCommand } from './protocol';

/** What "Run Tests with Coverage" runs; the server knows it from the settings and the language. */
interface RunCommand {
	readonly command: string;
	readonly cwd: string;
	readonly language: string;
}

/** Runs tests with coverage, as a task of VS Code's and in trusted workspaces only. */
export class TestTasks implements vscode.TaskProvider, vscode.Disposable {
	private readonly disposables: vscode.Disposable[];

	constructor(private readonly client: Client) {
		this.disposables = [vscode.tasks.registerTaskProvider('covls', this)];
	}

	/**
	 * Runs the tests of a folder, else those around a document, and resolves with the exit code when they
	 * have ended; undefined where there is none, as none was run or it was ended from outside.
	 */
	async run(document: vscode.Uri | undefined, given?: { readonly folder: string }): Promise<number | undefined> {
		if (!vscode.workspace.isTrusted) {
			await offerTrust(vscode.l10n.t('covls runs no tests in a workspace that is not trusted.'));
			return undefined;
		}
		const inside = document?.scheme === 'file' && vscode.workspace.getWorkspaceFolder(document) !== undefined;
		const at = given ?? (inside ? { textDocument: { uri: document.toString() } } : await somewhere());
		if (at === undefined) {
			return undefined;
		}
		const found = await this.client.run<RunCommand | null>(serverCommand.runCommand, at);
		if (found === null) {
			const settings = vscode.l10n.t('Open Settings');
			const chosen = await vscode.window.showWarningMessage(
				vscode.l10n.t(
					'covls knows no command that runs the tests here with coverage; the setting covls.run.command names one.',
				),
				settings,
			);
			if (chosen === settings) {
				await vscode.commands.executeCommand('workbench.action.openSettings', 'covls.run.command');
			}
			return undefined;
		}
		const wanted = task(found);
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
			await vscode.tasks.executeTask(wanted);
			return await ended;
		} finally {
			vscode.Disposable.from(...listeners).dispose();
		}
	}

	async provideTasks(): Promise<vscode.Task[]> {
		const out: vscode.Task[] = [];
		for (const folder of localFolders()) {
			const found = await this.client
				.run<RunCommand | null>(serverCommand.runCommand, { folder: folder.uri.toString() })
				.catch(() => null);
			if (found !== null) {
				out.push(task(found));
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

function task(found: RunCommand): vscode.Task {
	const cwd = vscode.Uri.parse(found.cwd);
	const folder = vscode.workspace.getWorkspaceFolder(cwd);
	const out = new vscode.Task(
		{ type: 'covls', language: found.language },
		folder ?? vscode.TaskScope.Workspace,
		vscode.l10n.t('run tests with coverage ({0})', found.language),
		'covls',
		new vscode.ShellExecution(found.command, { cwd: cwd.fsPath }),
		[],
	);
	out.group = vscode.TaskGroup.Test;
	out.presentationOptions = { reveal: vscode.TaskRevealKind.Always, focus: false, clear: true };
	return out;
}
