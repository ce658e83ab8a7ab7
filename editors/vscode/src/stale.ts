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
	/**
	 * Documents that were edited since Test Coverage was told of them. VS Code moves what it painted as
	 * text is typed, but keeps the places of before for an editor that comes back.
	 */
	private readonly edited = new Set<vscode.TextDocument>();
	private visible = new Set<vscode.TextDocument>();

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
			vscode.window.onDidChangeVisibleTextEditors((editors) => {
				const documents = new Set(editors.map((editor) => editor.document));
				this.tell((document) => documents.has(document) && !this.visible.has(document));
				this.visible = documents;
				this.all();
			}),
			vscode.workspace.onDidChangeTextDocument((e) => {
				if (e.contentChanges.length > 0 && this.model.file(e.document.uri) !== undefined) {
					this.edited.add(e.document);
				}
				this.later(e.document);
			}),
			vscode.workspace.onDidSaveTextDocument((document) => this.tell((edited) => edited === document)),
			vscode.workspace.onDidCloseTextDocument((document) => this.edited.delete(document)),
			model.onDidChange(() => this.all()),
		];
	}

	/**
	 * Has Test Coverage ask again where one of the edited documents is of interest. Not while somebody
	 * types: each time counts as a run of tests for VS Code.
	 */
	private tell(interesting: (document: vscode.TextDocument) => boolean): void {
		if ([...this.edited].some(interesting)) {
			this.edited.clear();
			this.testCoverage.refresh();
		}
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
		const coverage = known ? await this.model.document(document.uri).catch(() => undefined) : null;
		if (document.version !== version || coverage === undefined) {
			return;
		}
		const functions = coverage?.stale_look === 'dim' ? coverage.functions : [];
		const stale = functions.filter((f) => f.stale && f.state !== 'excluded');
		const marks = stale.map((f) => ({
			range: new vscode.Range(
				f.name_range.start.line,
				f.name_range.start.character,
				f.name_range.end.line,
				f.name_range.end.character,
			),
			hoverMessage: vscode.l10n.t('{0} has changed since the profile was made: run the tests again.', f.name),
		}));
		for (const editor of editors) {
			editor.setDecorations(this.look, marks);
		}
	}
}
