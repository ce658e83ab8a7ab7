import * as vscode from 'vscode';
import type { Model } from './model';
import { counts, short, tierBadge, tierName, unknown } from './words';

/** Badges shows the tier of a file in the explorer, unless the user switched that off. */
export class Badges implements vscode.FileDecorationProvider, vscode.Disposable {
	private readonly changed = new vscode.EventEmitter<undefined>();
	readonly onDidChangeFileDecorations = this.changed.event;
	private readonly disposables: vscode.Disposable[];

	constructor(private readonly model: Model) {
		this.disposables = [
			this.changed,
			model.onDidChange(() => this.changed.fire(undefined)),
			vscode.workspace.onDidChangeConfiguration((e) => {
				if (e.affectsConfiguration('covls.explorer.badges')) {
					this.changed.fire(undefined);
				}
			}),
			vscode.window.registerFileDecorationProvider(this),
		];
	}

	provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
		if (uri.scheme !== 'file' || this.model.status?.hidden) {
			return undefined;
		}
		const file = this.model.file(uri);
		if (file === undefined || file.tier === 'ok' || file.tier === 'unknown') {
			return undefined;
		}
		if (!vscode.workspace.getConfiguration('covls', uri).get('explorer.badges', true)) {
			return undefined;
		}
		return new vscode.FileDecoration(
			tierBadge(file.tier),
			[
				vscode.l10n.t('{0}: {1}, {2}', tierName(file.tier), counts(file.summary), short(file.summary)),
				...unknown(file.unknown_functions),
			].join(' · '),
		);
	}

	dispose(): void {
		vscode.Disposable.from(...this.disposables).dispose();
	}
}
