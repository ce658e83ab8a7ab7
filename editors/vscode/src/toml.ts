import * as vscode from 'vscode';
import schema from '../schemas/covls.schema.json';

/** The parts of a JSON schema that .covls.toml's has. */
interface Schema {
	readonly type?: string | readonly string[];
	readonly description?: string;
	readonly default?: unknown;
	readonly enum?: readonly string[];
	readonly items?: Schema;
	readonly properties?: Readonly<Record<string, Schema>>;
}

/**
 * Completes names and values in .covls.toml by its schema. What is wrong in the file the server
 * says, as it does to every editor.
 */
export class SettingsFile implements vscode.CompletionItemProvider {
	static register(): vscode.Disposable {
		const where = { scheme: 'file', pattern: '**/.covls.toml' };
		return vscode.languages.registerCompletionItemProvider(where, new SettingsFile(), '[', '.', '=', '"', ' ');
	}

	provideCompletionItems(document: vscode.TextDocument, position: vscode.Position): vscode.CompletionItem[] {
		const before = document.lineAt(position.line).text.slice(0, position.character);
		if (/^\s*\[/.test(before)) {
			return tableItems(before, document, position);
		}
		const table = lookup(schema, tableAbove(document, position.line));
		const value = /^\s*([\w.-]+)\s*=\s*("?)[^"]*$/.exec(before);
		if (value !== null) {
			return valueItems(lookup(table, (value[1] as string).split('.')), value[2] === '"');
		}
		return /^\s*[\w.-]*$/.test(before) ? keyItems(table, before.trim()) : [];
	}
}

/** The names of the table that a line stands in; none at the top. */
function tableAbove(document: vscode.TextDocument, line: number): string[] {
	for (let n = line - 1; n >= 0; n--) {
		const header = /^\s*\[\[?\s*([\w.-]+)\s*\]/.exec(document.lineAt(n).text);
		if (header !== null) {
			return (header[1] as string).split('.');
		}
	}
	return [];
}

function lookup(from: Schema | undefined, names: readonly string[]): Schema | undefined {
	return names.reduce<Schema | undefined>((at, name) => {
		const next = at?.properties?.[name];
		return next?.items?.properties === undefined ? next : next.items;
	}, from);
}

/** The tables, "[name]", and the lists of tables, "[[name]]". */
function tableItems(before: string, document: vscode.TextDocument, at: vscode.Position): vscode.CompletionItem[] {
	const out: vscode.CompletionItem[] = [];
	const twice = /^\s*\[\[/.test(before);
	// All that stands in the brackets gives way, and those that an editor closed by itself.
	const rest = /^[\w.-]*\]*/.exec(document.lineAt(at.line).text.slice(at.character))?.[0].length ?? 0;
	const range = new vscode.Range(at.line, before.search(/[^\s[]|$/), at.line, at.character + rest);
	const add = (name: string, of: Schema, list: boolean) => {
		const item = new vscode.CompletionItem(list ? `[[${name}]]` : `[${name}]`, vscode.CompletionItemKind.Module);
		item.filterText = name;
		item.range = range;
		item.insertText = list && !twice ? `[${name}]]` : `${name}${list ? ']]' : ']'}`;
		describe(item, of);
		out.push(item);
	};
	const walk = (of: Schema, prefix: string) => {
		for (const [name, property] of Object.entries(of.properties ?? {})) {
			if (property.items?.properties !== undefined) {
				add(prefix + name, property, true);
			} else if (property.properties !== undefined && !twice) {
				add(prefix + name, property, false);
				walk(property, `${prefix}${name}.`);
			}
		}
	};
	walk(schema, '');
	return out;
}

function keyItems(table: Schema | undefined, before: string): vscode.CompletionItem[] {
	const prefix = before.includes('.') ? before.slice(0, before.lastIndexOf('.') + 1) : '';
	const from = prefix === '' ? table : lookup(table, prefix.slice(0, -1).split('.'));
	return Object.entries(from?.properties ?? {}).flatMap(([name, property]) => {
		if (property.items?.properties !== undefined) {
			return [];
		}
		const item = new vscode.CompletionItem(name, vscode.CompletionItemKind.Property);
		item.insertText = property.properties === undefined ? `${name} = ` : `${name}.`;
		item.command = { command: 'editor.action.triggerSuggest', title: '' };
		describe(item, property);
		return [item];
	});
}

function valueItems(of: Schema | undefined, quoted: boolean): vscode.CompletionItem[] {
	const values = of?.enum?.map((value) => (quoted ? value : JSON.stringify(value))) ?? [];
	if (of?.type === 'boolean') {
		values.push('true', 'false');
	} else if (values.length === 0 && of?.default !== undefined && !quoted && typeof of.default !== 'object') {
		values.push(JSON.stringify(of.default));
	}
	return values.map((value) => {
		const item = new vscode.CompletionItem(value, vscode.CompletionItemKind.Value);
		if (JSON.stringify(of?.default) === (quoted ? JSON.stringify(value) : value)) {
			item.detail = vscode.l10n.t('default');
		}
		return item;
	});
}

function describe(item: vscode.CompletionItem, of: Schema): void {
	if (of.description !== undefined) {
		item.documentation = of.description;
	}
	if (of.default !== undefined) {
		item.detail = vscode.l10n.t('default: {0}', JSON.stringify(of.default));
	}
}
