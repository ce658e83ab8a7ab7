import { createHash, randomUUID } from 'node:crypto';
import * as vscode from 'vscode';

/** A link of a page that does something. */
export interface Button {
	readonly label: string;
	press(): unknown;
}

/** What a link of a page runs, with the name of its button. */
const pressCommand = '_covls.pressButton';

/** Texts that the server wrote for people, shown as Markdown previews and as pages. */
export class Reports implements vscode.TextDocumentContentProvider, vscode.Disposable {
	private readonly texts = new Map<string, string>();
	private readonly changed = new vscode.EventEmitter<vscode.Uri>();
	readonly onDidChange = this.changed.event;
	private readonly pages = new Map<string, vscode.WebviewPanel>();
	/** The buttons of pages, by names that nobody can guess: a text in the page can't press one. */
	private readonly buttons = new Map<string, { readonly page: string; readonly button: Button }>();
	private readonly disposables: vscode.Disposable[];

	constructor() {
		this.disposables = [
			this.changed,
			vscode.workspace.registerTextDocumentContentProvider('covls', this),
			vscode.commands.registerCommand(pressCommand, (name: unknown) => this.buttons.get(String(name))?.button.press()),
		];
	}

	provideTextDocumentContent(uri: vscode.Uri): string {
		return (
			this.texts.get(uri.path) ?? vscode.l10n.t('This is from an earlier session. Run the command again to see it.')
		);
	}

	/** Shows Markdown in VS Code's preview; one preview a title, which is brought up to date. */
	async showMarkdown(title: string, text: string): Promise<void> {
		const uri = vscode.Uri.from({ scheme: 'covls', path: `/${title.replaceAll('/', '∕')}.md` });
		this.texts.set(uri.path, text);
		this.changed.fire(uri);
		await vscode.commands.executeCommand('markdown.showPreview', uri);
	}

	/** Whether a page of that title is open. */
	shows(title: string): boolean {
		return this.pages.has(title);
	}

	/**
	 * Shows a page. Where it says itself what may run in it (the report: its own script and style, by
	 * their hashes) that holds; else it runs no script. Either way it loads nothing, and none of its links
	 * runs a command but to press a button. A page that is open is brought to the front unless `reveal`
	 * is false.
	 */
	showPage(title: string, html: string, reveal = true): void {
		const own = html.includes('http-equiv="Content-Security-Policy"');
		let panel = this.pages.get(title);
		if (panel === undefined) {
			panel = vscode.window.createWebviewPanel('covls.page', title, vscode.ViewColumn.Active, {
				enableScripts: own,
				retainContextWhenHidden: own,
				enableCommandUris: [pressCommand],
				enableFindWidget: true,
				localResourceRoots: [],
			});
			panel.onDidDispose(() => {
				this.pages.delete(title);
				this.forget(title);
			});
			this.pages.set(title, panel);
		} else {
			panel.webview.options = { enableScripts: own, enableCommandUris: [pressCommand], localResourceRoots: [] };
			if (reveal) {
				panel.reveal();
			}
		}
		panel.webview.html = own ? html : withPolicy(html);
	}

	/** Shows Markdown as a page, with buttons above it. */
	async showMarkdownPage(title: string, text: string, buttons: readonly Button[], reveal = true): Promise<void> {
		const body = await vscode.commands.executeCommand<string>('markdown.api.render', text);
		this.forget(title);
		const links = buttons.map((button) => {
			const name = randomUUID();
			this.buttons.set(name, { page: title, button });
			const target = `command:${pressCommand}?${encodeURIComponent(JSON.stringify([name]))}`;
			return `<p><a class="button" href="${escaped(target)}">${escaped(button.label)}</a></p>`;
		});
		const html = `<!DOCTYPE html><html lang="${vscode.env.language}"><head><style>${style}</style></head><body>${links.join('')}${body}</body></html>`;
		this.showPage(title, html, reveal);
	}

	private forget(page: string): void {
		for (const [name, button] of this.buttons) {
			if (button.page === page) {
				this.buttons.delete(name);
			}
		}
	}

	dispose(): void {
		for (const panel of [...this.pages.values()]) {
			panel.dispose();
		}
		vscode.Disposable.from(...this.disposables).dispose();
	}
}

const style = `
body { max-width: 60em; padding: 0 1em 2em; line-height: 1.5; }
pre { overflow-x: auto; padding: 0.6em; background: var(--vscode-textCodeBlock-background); }
code { font-family: var(--vscode-editor-font-family); }
.button { display: inline-block; padding: 0.3em 0.9em; border-radius: 2px; text-decoration: none;
  color: var(--vscode-button-foreground); background: var(--vscode-button-background); }
.button:hover { background: var(--vscode-button-hoverBackground); }
.button:focus { outline: 1px solid var(--vscode-focusBorder); outline-offset: 2px; }
`;

function escaped(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Puts the policy first in the page's head; styles are allowed by what they say, not by where they are. */
export function withPolicy(html: string): string {
	const hashes = [...html.matchAll(/<style[^>]*>([\s\S]*?)<\/style>/gi)].map(
		([, style]) =>
			`'sha256-${createHash('sha256')
				.update(style as string)
				.digest('base64')}'`,
	);
	const policy = `default-src 'none'; img-src data:; style-src ${hashes.join(' ') || "'none'"}; base-uri 'none'; form-action 'none'`;
	const meta = `<meta http-equiv="Content-Security-Policy" content="${policy}">`;
	return /<head[^>]*>/i.test(html)
		? html.replace(/<head[^>]*>/i, (head) => head + meta)
		: `<!DOCTYPE html><html><head>${meta}</head><body>${html}</body></html>`;
}
