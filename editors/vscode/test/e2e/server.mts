import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { until } from './until.mts';

/** VS Code in a browser, with folders of its own for everything that it keeps. */
export class CodeServer {
	readonly port: number;
	private readonly child: ChildProcess;
	private readonly logFile: string;

	private constructor(port: number, child: ChildProcess, logFile: string) {
		this.port = port;
		this.child = child;
		this.logFile = logFile;
	}

	/**
	 * Starts it in a new folder with an extension and with the user's settings. Flags are those of
	 * code-server; trust decides whether workspaces must be trusted first.
	 */
	static async start(
		dir: string,
		vsix: string,
		settings: object,
		flags: string[] = [],
		trust = false,
	): Promise<CodeServer> {
		const user = join(dir, 'user');
		const extensions = join(dir, 'extensions');
		mkdirSync(join(user, 'User'), { recursive: true });
		writeFileSync(join(user, 'User/settings.json'), JSON.stringify(settings));
		writeFileSync(join(dir, 'config.yaml'), '');
		const port = await freePort();
		const folders = ['--config', join(dir, 'config.yaml'), '--user-data-dir', user, '--extensions-dir', extensions];
		const env = {
			...process.env,
			EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: '', itemUrl: '', resourceUrlTemplate: '' }),
			PATH: `${join(dir, 'bin')}:${process.env['PATH']}`,
		};
		execFileSync('code-server', [...folders, '--install-extension', vsix, '--force'], { env, stdio: 'pipe' });
		const logFile = join(dir, 'code-server.log');
		const log = openSync(logFile, 'w');
		const child = spawn(
			'code-server',
			[
				...folders,
				'--auth',
				'none',
				'--bind-addr',
				`127.0.0.1:${port}`,
				'--disable-telemetry',
				'--disable-update-check',
				...(trust ? [] : ['--disable-workspace-trust']),
				'--disable-getting-started-override',
				'--ignore-last-opened',
				...flags,
			],
			{ env, stdio: ['ignore', log, log], detached: true },
		);
		const server = new CodeServer(port, child, logFile);
		await until('code-server answers', async () => {
			if (child.exitCode !== null) {
				throw new Error(`code-server ended: ${server.log()}`);
			}
			return (await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined))?.ok;
		});
		return server;
	}

	url(query: Record<string, string>): string {
		return `http://127.0.0.1:${this.port}/?${new URLSearchParams(query)}`;
	}

	log(): string {
		return readFileSync(this.logFile, 'utf8');
	}

	async stop(): Promise<void> {
		if (this.child.exitCode === null && this.child.pid !== undefined) {
			process.kill(-this.child.pid, 'SIGTERM');
			await once(this.child, 'exit');
		}
	}
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const address = server.address();
	server.close();
	if (address === null || typeof address === 'string') {
		throw new Error('no port');
	}
	return address.port;
}
