import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from './until.mts';

/** VS Code in a browser, with folders of its own for everything that it keeps. */
export class CodeServer {
	readonly port: number;
	/** The folder of its extensions. */
	readonly extensions: string;
	private readonly child: ChildProcess;
	/** Where it keeps everything. */
	private readonly dir: string;

	private constructor(port: number, child: ChildProcess, dir: string) {
		this.port = port;
		this.child = child;
		this.dir = dir;
		this.extensions = extensionsOf(dir);
	}

	/** Changes the user's settings, for windows that are opened from now on. */
	set(settings: object): void {
		writeFileSync(join(this.dir, 'user/User/settings.json'), JSON.stringify(settings));
	}

	/** Starts it in a new folder with an extension, the user's settings, and more flags of code-server's. */
	static async start(dir: string, vsix: string, settings: object, flags: string[] = []): Promise<CodeServer> {
		const user = join(dir, 'user');
		const extensions = extensionsOf(dir);
		mkdirSync(join(user, 'User'), { recursive: true });
		writeFileSync(join(user, 'User/settings.json'), JSON.stringify(settings));
		writeFileSync(join(dir, 'config.yaml'), '');
		const port = await freePort();
		const folders = ['--config', join(dir, 'config.yaml'), '--user-data-dir', user, '--extensions-dir', extensions];
		const env = {
			...process.env,
			EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: '', itemUrl: '', resourceUrlTemplate: '' }),
		};
		await promisify(execFile)('code-server', [...folders, '--install-extension', vsix, '--force'], { env });
		const log = openSync(join(dir, 'code-server.log'), 'w');
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
				'--disable-getting-started-override',
				'--ignore-last-opened',
				...flags,
			],
			{ env, stdio: ['ignore', log, log], detached: true },
		);
		const server = new CodeServer(port, child, dir);
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
		return readFileSync(join(this.dir, 'code-server.log'), 'utf8');
	}

	async stop(): Promise<void> {
		if (this.child.exitCode === null && this.child.pid !== undefined) {
			process.kill(-this.child.pid, 'SIGTERM');
			await once(this.child, 'exit');
		}
	}
}

const extensionsOf = (dir: string): string => join(dir, 'extensions');

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
