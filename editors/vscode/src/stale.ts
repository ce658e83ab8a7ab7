import * as vscode from 'vscode';
import type { TestCoverage } from './coverage';
import type { Model } from './model';

/** How long the keyboard must be quiet before the server is asked again. */
const quiet = 300;

/** Makes functions whose text is no longer what the profile saw look so, in the editors at hand. */
export class StaleMarks implements vscode.Disposable {
	private readonly look: vscode.TextEditorDecorationType;
	private readonly disposables: vscode.Disposable[];
	private readonly timers = new Map<string, NodeJS.Timeout>();
	/** The stale functions of each document, as they were last seen. */
	private readonly seen = new Map<string, string>();

	constructor(
		private readonly model: Model,
		private readonly testCoverage: TestCoverage,
	) {
		this.look = vscode.window.createTextEditorDecorationType({
			textDecoration: 'underline dotted',
			opacity: '0.6',
			overviewRulerColor: new vscode.ThemeColor('editorCodeLens.foreground'),
			overviewRulerLane: vscode.OverviewRulerLane.Left,
		});
		this.disposables = [
			this.look,
			vscode.window.onDidChangeVisibleTextEditors(() => this.all()),
			vscode.workspace.onDidChangeTextDocument((e) => this.later(e.document)),
			vscode.workspace.onDidCloseTextDocument((d) => this.seen.delete(d.uri.toString())),
			model.onDidChange(() => this.all()),
		];
	}

	dispose(): void {
		for (const timer of this.timers.values()) {
			clearTimeout(timer);
		}
		vscode.Disposable.from(...this.disposables).dispose();
	}

	private all(): void {
		for (const editor of vscode.window.visibleTextEditors) {
			this.later(editor.document);
		}
	}

	private later(document: vscode.TextDocument): void {
		if (document.uri.scheme !== 'file') {
			return;
		}
		const key = document.uri.toString();
		clearTimeout(this.timers.get(key));
		this.timers.set(
			key,
			setTimeout(() => {
				this.timers.delete(key);
				void this.draw(document);
			}, quiet),
		);
	}

	private async draw(document: vscode.TextDocument): Promise<void> {
		const editors = vscode.window.visibleTextEditors.filter((editor) => editor.document === document);
		if (editors.length === 0) {
			return;
		}
		const known = this.model.file(document.uri) !== undefined && !this.model.status?.hidden;
		const version = document.version;
		const coverage = known ? await this.model.document(document.uri) : null;
		if (document.version !== version || coverage === undefined) {
			return;
		}
		const stale = (coverage?.functions ?? []).filter((f) => f.stale && f.state !== 'excluded');
		const marks = stale.map((f) => ({
			range: new vscode.Range(
				f.name_range.start.line,
				f.name_range.start.character,
				f.name_range.end.line,
				f.name_range.end.character,
			),
			hoverMessage: vscode.l10n.t('The text of {0} changed since the profile was made: run the tests again.', f.name),
		}));
		for (const editor of editors) {
			editor.setDecorations(this.look, marks);
		}
		const key = document.uri.toString();
		const names = stale.map((f) => f.name).join('\n');
		if (known && names !== (this.seen.get(key) ?? '')) {
			this.seen.set(key, names);
			this.testCoverage.refresh();
		}
	}
}
