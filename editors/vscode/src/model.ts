import * as vscode from 'vscode';
import type { Client } from './client';
import {
	coverageRequest,
	type DocumentCoverage,
	type GapFile,
	type Gaps,
	gapsRequest,
	type Scope,
	type Status,
} from './protocol';

/**
 * The last state that the server told, and the files that go with it. What is there stays until
 * something newer is there whole, so that no view is ever empty in between; it goes only when the
 * server says that there is no profile, or is ended for good.
 */
export class Model implements vscode.Disposable {
	status: Status | undefined;
	gaps: Gaps = { components: [], unmeasured: [] };
	/** What the tree lists: gaps, but where it is to have only what changed, or lost its coverage. */
	listed: Gaps = this.gaps;

	/** Which gaps the tree lists, by what became of them since the base. */
	scope: Scope = 'all';
	private files = new Map<string, GapFile>();
	private readonly changed = new vscode.EventEmitter<void>();
	/** Fires when the state or the files are other ones. */
	readonly onDidChange = this.changed.event;
	private readonly told = new vscode.EventEmitter<void>();
	/** Fires whenever the server told something, be it only that it reads profiles again. */
	readonly onDidChangeStatus = this.told.event;
	private readonly disposables: vscode.Disposable[];
	/** Counts what was asked for, so that an answer that was overtaken is dropped. */
	private asked = 0;

	constructor(private readonly client: Client) {
		this.disposables = [
			this.changed,
			this.told,
			client.onDidChangeStatus((status) => void this.take(status)),
			client.onDidChangeLife((life) => {
				if (life === 'off' || life === 'failed') {
					this.asked++;
					this.set(undefined, { components: [], unmeasured: [] });
					return;
				}
				if (life === 'restarting' && this.status !== undefined) {
					this.status = { ...this.status, loading: true };
				}
				this.told.fire();
			}),
		];
	}

	/** Has the tree list only some gaps, by what became of them since the base. */
	async list(scope: Scope): Promise<void> {
		this.scope = scope;
		const listed = await this.askListed(this.gaps);
		if (listed !== undefined && this.scope === scope) {
			this.listed = listed;
			this.changed.fire();
		}
	}

	private askListed(all: Gaps): Promise<Gaps | undefined> {
		return this.scope === 'all' ? Promise.resolve(all) : this.client.ask(gapsRequest, { scope: this.scope });
	}

	/** What is known of a file, undefined where no profile names it. */
	file(uri: vscode.Uri): GapFile | undefined {
		return this.files.get(uri.toString());
	}

	/** The files that are on disk, with where they are. */
	measured(): Iterable<[string, GapFile]> {
		return this.files;
	}

	/**
	 * The coverage of a document as its text is now; null where no profile names it, undefined where nobody
	 * can say. While the server is started again and reads again, it waits.
	 */
	async document(uri: vscode.Uri, token?: vscode.CancellationToken): Promise<DocumentCoverage | null | undefined> {
		const textDocument = { uri: uri.toString() };
		for (;;) {
			const { news, dispose } = this.next(token);
			try {
				const coverage = await this.client.ask(coverageRequest, { textDocument }, token);
				const soon = this.file(uri) !== undefined && (coverage === undefined || this.status?.loading);
				if (coverage || token?.isCancellationRequested || !soon) {
					return coverage;
				}
				await news;
			} finally {
				dispose();
			}
		}
	}

	/** What settles when the server tells something from now on, or when the token is cancelled. */
	private next(token?: vscode.CancellationToken): { news: Promise<void>; dispose: () => void } {
		const listeners: vscode.Disposable[] = [];
		const news = new Promise<void>((resolve) => {
			listeners.push(this.onDidChangeStatus(() => resolve()));
			if (token !== undefined) {
				listeners.push(token.onCancellationRequested(() => resolve()));
			}
		});
		return { news, dispose: () => vscode.Disposable.from(...listeners).dispose() };
	}

	dispose(): void {
		vscode.Disposable.from(...this.disposables).dispose();
	}

	private async take(status: Status): Promise<void> {
		const asked = ++this.asked;
		if (status.state === 'loading' && (this.status?.state === 'ready' || this.status?.state === 'broken')) {
			// A server that was started again has nothing yet: what the one before said holds until then.
			this.status = { ...this.status, loading: true };
			this.told.fire();
			return;
		}
		if (status.state === 'empty' || status.state === 'loading') {
			this.set(status, { components: [], unmeasured: [] });
			return;
		}
		if (status.loading && this.status?.state === status.state && this.status.hidden === status.hidden) {
			this.status = status;
			this.told.fire();
			return;
		}
		try {
			const gaps = await this.client.ask(gapsRequest, { all: true });
			const listed = gaps === undefined ? undefined : await this.askListed(gaps);
			if (gaps !== undefined && asked === this.asked) {
				this.set(status, gaps, listed);
			}
		} catch (error) {
			this.client.log.error(`${gapsRequest}: ${String(error)}`);
			if (asked === this.asked) {
				this.set(status, this.gaps);
			}
		}
	}

	private set(status: Status | undefined, gaps: Gaps, listed: Gaps = gaps): void {
		this.status = status;
		this.gaps = gaps;
		this.listed = listed;
		this.files = new Map();
		for (const component of gaps.components) {
			for (const { files } of component.tiers) {
				for (const file of files) {
					if (file.uri !== null) {
						this.files.set(vscode.Uri.parse(file.uri).toString(), file);
					}
				}
			}
		}
		this.changed.fire();
		this.told.fire();
	}
}
