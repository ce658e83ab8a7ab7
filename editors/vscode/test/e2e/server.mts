import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { plain, run } from './projects.mts';
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

	/** Puts an extension by its folder among the others, while nobody has looked at them yet. */
	place(extension: string): void {
		cpSync(extension, join(this.extensions, 'covls-tests-0.0.0'), { recursive: true });
	}

	/** Starts it in a new folder, with the user's settings. */
	static async start(dir: string, settings: object): Promise<CodeServer> {
		const user = join(dir, 'user');
		const extensions = extensionsOf(dir);
		mkdirSync(join(user, 'User'), { recursive: true });
		writeFileSync(join(user, 'User/settings.json'), JSON.stringify(settings));
		writeFileSync(join(dir, 'config.yaml'), '');
		const port = await freePort();
		const folders = ['--config', join(dir, 'config.yaml'), '--user-data-dir', user, '--extensions-dir', extensions];
		// What an earlier run left in the user's cache is not to be known here, but for what go built.
		const caches = {
			GOCACHE: (await run('/', 'go', 'env', 'GOCACHE')).trim(),
			XDG_CACHE_HOME: join(dir, 'cache'),
		};
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
			],
			{ env: { ...env, ...caches }, stdio: ['ignore', log, log], detached: true },
		);
		const server = new CodeServer(port, child, dir);
		await until('code-server answers', async () => {
			if (child.exitCode !== null) {
				throw new Error(`code-server ended: ${server.log()}`);
			}
			return (await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined))?.ok;
		});
		// It reads its larger part when the first page is asked for.
		await fetch(server.url({}));
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

/** There is no market to ask, and what a login shell would set is not wanted: programs are found where these tests find them. */
const env = {
	...plain,
	VSCODE_CLI: '1',
	EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: '', itemUrl: '', resourceUrlTemplate: '' }),
};

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
