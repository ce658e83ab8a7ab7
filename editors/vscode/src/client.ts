import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import type { LanguageClientOptions, WorkspaceEdit } from 'vscode-languageclient/node';
import type { Language } from './language';
import { type Request, type Status, statusNotification } from './protocol';
import { settingsAt } from './settings';

/** What the server's process is doing. */
export type Life = 'off' | 'starting' | 'running' | 'restarting' | 'failed';

const instructions = 'https://github.com/covls/covls#install';

/** Of the states of a language client, those that matter here; its library is only read later. */
const state = { running: 2, failed: 4 };

/** A server that dies this often within the window is not started again. */
const crashes = { most: 5, window: 180_000 };

/**
 * The connection to `covls serve`. It starts the server when there is a folder to serve, starts it
 * again when it dies, and passes on what it says of its state.
 */
export class Client implements vscode.Disposable {
	readonly log: vscode.LogOutputChannel;

	private readonly lifeChanged = new vscode.EventEmitter<Life>();
	readonly onDidChangeLife = this.lifeChanged.event;
	private readonly statusChanged = new vscode.EventEmitter<Status>();
	readonly onDidChangeStatus = this.statusChanged.event;

	private language: Language | undefined;
	private current: Life = 'off';
	/** The process that serves, for tests that end it. */
	private process: ChildProcess | undefined;
	/** When the server died, by Date.now. */
	private deaths: number[] = [];
	private told = false;
	/** The server that runs, or why none does, in words for a person. */
	private about = '';
	/** Ends the wait before a restart. */
	private hurry: ((again: boolean) => void) | undefined;
	/** Starts and stops happen one behind the other. */
	private queue: Promise<void> = Promise.resolve();
	private trace: Trace | undefined;
	private readonly disposables: vscode.Disposable[] = [];

	/** What becomes of a hover of the server's before it is shown. */
	dress: (hover: vscode.Hover, document: vscode.TextDocument) => vscode.Hover = (hover) => hover;

	constructor(private readonly context: vscode.ExtensionContext) {
		this.log = vscode.window.createOutputChannel('covls', { log: true });
		this.disposables.push(
			this.log,
			this.lifeChanged,
			this.statusChanged,
			vscode.workspace.onDidChangeConfiguration((e) => {
				if (e.affectsConfiguration('covls.server')) {
					void this.restart();
				}
			}),
			vscode.workspace.onDidChangeWorkspaceFolders(() => void this.start()),
			vscode.workspace.onDidGrantWorkspaceTrust(() => void this.restart()),
		);
	}

	get life(): Life {
		return this.current;
	}

	/** The program and version of the server that runs, or why there is none. */
	get words(): string {
		return this.about;
	}

	get pid(): number | undefined {
		return this.process?.pid;
	}

	/** Starts the server where it does not run and there is something to serve. */
	start(): Promise<void> {
		return this.enqueue(async () => {
			if (this.language === undefined && localFolders().length > 0) {
				await this.launch();
			}
		});
	}

	/** Ends the server, if it runs, and starts it anew. */
	restart(): Promise<void> {
		this.hurry?.(false);
		return this.enqueue(async () => {
			this.deaths = [];
			this.told = false;
			const again = localFolders().length > 0;
			await this.end(again ? 'restarting' : 'off');
			if (again) {
				await this.launch();
			}
		});
	}

	/** Asks the server; undefined where there is no server to ask. */
	ask<P, R>(request: Request<P, R>, params: P, token?: vscode.CancellationToken): Promise<R | undefined> {
		// The library takes a token that is undefined for one more parameter.
		const more = token === undefined ? [] : [token];
		return this.with((language) => language.sendRequest<R>(request, params, ...more));
	}

	/** An edit of the server's as one of VS Code's; undefined where there is no server. */
	edit(edit: WorkspaceEdit): Promise<vscode.WorkspaceEdit | undefined> {
		return this.with((language) => language.protocol2CodeConverter.asWorkspaceEdit(edit));
	}

	private async with<T>(use: (language: Language) => Promise<T>): Promise<T | undefined> {
		await this.queue;
		if (this.language === undefined || this.current !== 'running') {
			return undefined;
		}
		try {
			return await use(this.language);
		} catch (error) {
			if ((await library()).lost(error)) {
				return undefined;
			}
			throw error;
		}
	}

	/** Runs one of the server's own commands. It rejects where the server refuses or is not there. */
	async run<T>(command: string, ...args: unknown[]): Promise<T> {
		const answer = await this.with(async (language) => ({
			value: await language.sendRequest<T>('workspace/executeCommand', { command, arguments: args }),
		}));
		if (answer === undefined) {
			throw new Error(vscode.l10n.t('The covls server is not running.'));
		}
		return answer.value;
	}

	/** Ends the server; it settles when that is done. */
	stop(): Promise<void> {
		this.hurry?.(false);
		return this.enqueue(() => this.end());
	}

	dispose(): void {
		this.trace?.dispose();
		vscode.Disposable.from(...this.disposables).dispose();
	}

	private enqueue(work: () => Promise<void>): Promise<void> {
		this.queue = this.queue.then(work).catch((error) => this.log.error(error as Error));
		return this.queue;
	}

	/** Settles when the server runs, or is not going to; not at once, so that nobody asks in a circle. */
	private async untilBack(): Promise<void> {
		do {
			await new Promise((resolve) => setTimeout(resolve, 100));
		} while (this.current === 'restarting' || this.current === 'starting');
	}

	private set(life: Life): void {
		if (life !== this.current) {
			this.current = life;
			this.lifeChanged.fire(life);
		}
	}

	private async launch(): Promise<void> {
		const command = serverPath(this.context);
		if (typeof command !== 'string') {
			this.about = command.reason;
			this.set('failed');
			void this.tellMissing(command.reason);
			return;
		}
		this.about = '';
		this.set('starting');
		this.trace?.dispose();
		this.trace = new Trace(this.log);
		const options: LanguageClientOptions = {
			// A profile may name files of any language, and the server keeps quiet about the others.
			documentSelector: [{ scheme: 'file' }],
			outputChannel: this.log,
			traceOutputChannel: this.trace.channel,
			initializationFailedHandler: () => false,
			// What the server shows has no links to commands: one that is there was not made by it.
			markdown: { isTrusted: false },
			middleware: {
				provideHover: async (document, position, token, next) => {
					const hover = await next(document, position, token);
					return hover ? this.dress(hover, document) : hover;
				},
				workspace: {
					configuration: (params) =>
						params.items.map((item) => settingsAt(item.scopeUri ? vscode.Uri.parse(item.scopeUri) : undefined)),
				},
			},
		};
		const { Language } = await library();
		const language = new Language(() => this.spawn(command), options, {
			died: () => this.died(),
			untilBack: () => this.untilBack(),
		});
		language.onNotification(statusNotification, (status: Status) => this.statusChanged.fire(status));
		language.onDidChangeState(({ newState }) => {
			if (this.language !== language) {
				return;
			}
			if (newState === state.running) {
				this.set('running');
			} else if (newState === state.failed && this.current === 'restarting') {
				this.language = undefined;
				this.fail(vscode.l10n.t('The covls server could not be started again.'));
			}
		});
		this.language = language;
		try {
			await language.start();
		} catch (error) {
			this.language = undefined;
			this.process?.kill();
			this.log.error(error as Error);
			this.fail(vscode.l10n.t('covls could not be started: {0}', String((error as Error).message)));
			return;
		}
		this.about = `covls ${language.initializeResult?.serverInfo?.version ?? ''}`;
		this.log.info(`serving with ${this.about}, ${command}`);
		if (command !== bundled(this.context)) {
			this.about += ` · ${command}`;
		}
		this.set('running');
	}

	private fail(message: string): void {
		this.about = message;
		this.set('failed');
		void this.tellBroken(message);
	}

	/** Ends the server, if it runs; what was shown stays where it is to be started again. */
	private async end(next: 'off' | 'restarting' = 'off'): Promise<void> {
		const language = this.language;
		this.language = undefined;
		if (language !== undefined) {
			try {
				await language.dispose();
			} catch (error) {
				this.log.warn(`ending the server: ${String(error)}`);
				this.process?.kill();
			}
		}
		this.set(next);
	}

	private async spawn(command: string): Promise<ChildProcess> {
		const args = vscode.workspace.isTrusted ? ['serve'] : ['serve', '--restricted'];
		const child = spawn(command, args, { stdio: 'pipe', windowsHide: true });
		await new Promise<void>((resolve, reject) => {
			child.once('spawn', resolve);
			child.once('error', reject);
		});
		child.on('exit', (code, signal) => {
			this.log.info(`the server ended: ${signal ?? `exit code ${code}`}`);
		});
		this.process = child;
		return child;
	}

	/**
	 * Whether a server that ended is to be started again: after a wait, which is longer each time, and
	 * not where it can't live.
	 */
	private async died(): Promise<boolean> {
		const now = Date.now();
		this.deaths = [...this.deaths.filter((at) => now - at < crashes.window), now];
		if (this.current === 'starting') {
			return false;
		}
		if (this.deaths.length > crashes.most) {
			this.language = undefined;
			this.fail(
				vscode.l10n.t(
					'The covls server stopped {0} times within three minutes and is not started again.',
					this.deaths.length,
				),
			);
			return false;
		}
		this.set('restarting');
		if (!this.told) {
			this.told = true;
			void this.tellRestart();
		}
		const wait = Math.min(250 * 2 ** (this.deaths.length - 1), 8000);
		const again = await new Promise<boolean>((resolve) => {
			const timer = setTimeout(() => resolve(true), wait);
			this.hurry = (start) => {
				clearTimeout(timer);
				resolve(start);
			};
		});
		this.hurry = undefined;
		return again;
	}

	private async tellRestart(): Promise<void> {
		const showLog = vscode.l10n.t('Show Log');
		const chosen = await vscode.window.showWarningMessage(
			vscode.l10n.t('The covls server stopped unexpectedly and is started again.'),
			showLog,
		);
		if (chosen === showLog) {
			this.log.show();
		}
	}

	private async tellBroken(message: string): Promise<void> {
		const restart = vscode.l10n.t('Restart');
		const showLog = vscode.l10n.t('Show Log');
		const chosen = await vscode.window.showErrorMessage(message, restart, showLog);
		if (chosen === restart) {
			await this.restart();
		} else if (chosen === showLog) {
			this.log.show();
		}
	}

	private async tellMissing(reason: string): Promise<void> {
		const how = vscode.l10n.t('How to Install');
		const settings = vscode.l10n.t('Open Settings');
		this.log.error(reason);
		const chosen = await vscode.window.showErrorMessage(reason, how, settings);
		if (chosen === how) {
			await vscode.env.openExternal(vscode.Uri.parse(instructions));
		} else if (chosen === settings) {
			await vscode.commands.executeCommand('workbench.action.openSettings', 'covls.server.path');
		}
	}
}

/** The language client, whose code is only read when there is a server to start, as it takes a while. */
function library(): Promise<typeof import('./language')> {
	return import('./language');
}

/** Folders on a disk; the server can read no others. */
export function localFolders(): vscode.WorkspaceFolder[] {
	return (vscode.workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === 'file');
}

const program = process.platform === 'win32' ? 'covls.exe' : 'covls';

/** The server that the extension brings. */
function bundled(context: vscode.ExtensionContext): string {
	return context.asAbsolutePath(join('server', program));
}

/** serverPath finds the program, or the reason why there is none. */
function serverPath(context: vscode.ExtensionContext): string | { reason: string } {
	const set = vscode.workspace.getConfiguration('covls').get<string>('server.path', '').trim();
	if (set !== '') {
		const path = expand(set);
		return runs(path)
			? path
			: { reason: vscode.l10n.t('There is no program at {0} (setting covls.server.path).', path) };
	}
	const own = bundled(context);
	if (runs(own)) {
		return own;
	}
	return (
		onPath(program) ?? {
			reason: vscode.l10n.t(
				'This covls extension brings no server for {0}-{1}, and there is no covls on the PATH.',
				process.platform,
				process.arch,
			),
		}
	);
}

function onPath(program: string): string | undefined {
	return (process.env['PATH'] ?? '')
		.split(delimiter)
		.filter((dir) => isAbsolute(dir))
		.map((dir) => join(dir, program))
		.find(runs);
}

function expand(path: string): string {
	const folder = localFolders()[0]?.uri.fsPath ?? '';
	if (!/[\\/]/.test(path)) {
		return onPath(path) ?? path;
	}
	const out = path
		.replace(/^~(?=$|[\\/])/, homedir())
		.replaceAll('${userHome}', homedir())
		.replaceAll('${workspaceFolder}', folder);
	return isAbsolute(out) ? out : join(folder, out);
}

function runs(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return statSync(path).isFile();
	} catch {
		return false;
	}
}

/**
 * Trace lets the setting `covls.trace.server` decide what is traced; the language client itself
 * goes by the log level of the channel, which is not known to people and not kept.
 */
class Trace implements vscode.Disposable {
	private readonly levelChanged = new vscode.EventEmitter<vscode.LogLevel>();
	private readonly listener: vscode.Disposable;
	readonly channel: vscode.LogOutputChannel;

	constructor(log: vscode.LogOutputChannel) {
		const wanted = () => vscode.workspace.getConfiguration('covls').get<string>('trace.server', 'off') !== 'off';
		this.listener = vscode.workspace.onDidChangeConfiguration((e) => {
			if (e.affectsConfiguration('covls.trace.server')) {
				this.levelChanged.fire(this.channel.logLevel);
			}
		});
		this.channel = new Proxy(log, {
			get: (target, name) => {
				switch (name) {
					case 'logLevel':
						return wanted() ? vscode.LogLevel.Trace : vscode.LogLevel.Info;
					case 'onDidChangeLogLevel':
						return this.levelChanged.event;
					case 'trace':
						return (message: string, ...args: unknown[]) => target.info(message, ...args);
					default: {
						const value: unknown = Reflect.get(target, name);
						return typeof value === 'function' ? value.bind(target) : value;
					}
				}
			},
		});
	}

	dispose(): void {
		this.listener.dispose();
		this.levelChanged.dispose();
	}
}
