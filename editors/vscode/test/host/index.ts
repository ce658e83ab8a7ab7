// An extension that installs covls, and runs tests beside it in the extension host, when it is told to. Of the
// window's folders the one of projects.mts's typescript has a profile then, and a .covls.toml beside it.
import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Mocha from 'mocha';
import * as vscode from 'vscode';
import type { Outcome } from './outcome';
import { tests } from './tests';

export function activate(context: vscode.ExtensionContext): void {
	context.subscriptions.push(
		vscode.commands.registerCommand('covlsTests.install', install),
		vscode.commands.registerCommand('covlsTests.run', run),
	);
}

/** The folder that the drive and the tests share: that of the workspace's file. */
const shared = () => dirname(vscode.workspace.workspaceFile?.fsPath ?? '');

/** Installs the extension from its file, as "Install from VSIX" does, which is there some seconds later. */
async function install(): Promise<void> {
	const name = readdirSync(shared()).find((name) => name.endsWith('.vsix'));
	await vscode.commands.executeCommand(
		'workbench.extensions.installExtension',
		vscode.Uri.file(join(shared(), name ?? '')),
	);
}

/** Runs the tests, and leaves what came of them beside the file of the workspace. */
async function run(): Promise<void> {
	const mocha = new Mocha({ ui: 'bdd', timeout: 30_000, reporter: class {} as unknown as Mocha.ReporterConstructor });
	mocha.suite.emit('pre-require', globalThis, 'tests', mocha);
	const outcome: Outcome[] = [];
	let said: string | undefined;
	tests((words) => {
		said = words;
	});
	const keep = (test: Mocha.Test, error?: Error) => {
		outcome.push({
			title: test.fullTitle(),
			took: test.duration ?? 0,
			...(error && { error: String(error.stack) }),
			...(said !== undefined && { said }),
		});
		said = undefined;
	};
	await new Promise<void>((resolve) => {
		const runner = mocha.run(() => resolve());
		runner.on(Mocha.Runner.constants.EVENT_TEST_PASS, (test) => keep(test));
		runner.on(Mocha.Runner.constants.EVENT_TEST_FAIL, (test, error) => keep(test, error));
	});
	const file = join(shared(), 'outcome.json');
	writeFileSync(`${file}.part`, JSON.stringify(outcome));
	renameSync(`${file}.part`, file);
}
