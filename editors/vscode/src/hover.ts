import * as vscode from 'vscode';
import type { Model } from './model';

/** The command that a hover's link runs, and the only one that one may run. */
const command = 'covls.explain';

/**
 * The server's hover as VS Code shows it: without what a diagnostic at the same place says right above it, and, on the
 * name of a function, with a link to the sum behind the tier of its file.
 */
export function dress(hover: vscode.Hover, document: vscode.TextDocument, model: Model): vscode.Hover {
	const range = hover.range;
	if (range === undefined) {
		return hover;
	}
	const said = vscode.languages
		.getDiagnostics(document.uri)
		.some((d) => d.source === 'covls' && d.code === 'uncovered' && d.range.isEqual(range));
	const contents: (vscode.MarkdownString | string)[] = hover.contents.flatMap((part) => {
		const text = typeof part === 'string' ? part : 'value' in part ? part.value : '';
		const rest = said && text.startsWith('**Not ') ? afterFirst(text) : text;
		return rest === '' ? [] : [new vscode.MarkdownString(rest)];
	});
	const tier = model.file(document.uri)?.tier;
	const name = range.isSingleLine && /^[\p{L}\p{N}_$]+$/u.test(document.getText(range));
	if (name && tier !== undefined && tier !== 'unknown') {
		contents.push(why(document.uri));
	}
	return new vscode.Hover(contents, range);
}

/** What stands behind the first paragraph. */
function afterFirst(text: string): string {
	const end = text.indexOf('\n\n');
	return end < 0 ? '' : text.slice(end).trim();
}

/** A link that the extension makes itself: no word of it is of a file or a profile. */
function why(uri: vscode.Uri): vscode.MarkdownString {
	const args = encodeURIComponent(JSON.stringify([{ textDocument: { uri: uri.toString() } }]));
	const words = new vscode.MarkdownString(`[${vscode.l10n.t('Why this tier?')}](command:${command}?${args})`);
	words.isTrusted = { enabledCommands: [command] };
	return words;
}
