import * as vscode from 'vscode';

/** The settings that are the extension's own; all others are the server's. */
const own = ['server', 'trace', 'testCoverage', 'explorer', 'statusBar'];

/**
 * What the user has set under `covls.*` for a place, and nothing that is only a default: the
 * server lets an editor's value win over a `.covls.toml`, which a default must not do.
 */
export function settingsAt(scope: vscode.Uri | undefined): Record<string, unknown> {
	const config = vscode.workspace.getConfiguration('covls', scope ?? null);
	const out: Record<string, unknown> = {};
	for (const key of serverKeys()) {
		const found = config.inspect(key);
		const isSet = [found?.globalValue, found?.workspaceValue, found?.workspaceFolderValue].some(
			(value) => value !== undefined && value !== null,
		);
		if (isSet) {
			put(out, key.split('.'), plain(config.get(key)));
		}
	}
	return out;
}

/** The keys of the server's settings without "covls.", as package.json declares them. */
function serverKeys(): string[] {
	const declared: unknown = vscode.extensions.getExtension('covls.covls')?.packageJSON;
	const properties = (declared as { contributes: { configuration: { properties: object }[] } }).contributes
		.configuration;
	return properties
		.flatMap((section) => Object.keys(section.properties))
		.map((key) => key.slice('covls.'.length))
		.filter((key) => !own.includes(key.split('.')[0] ?? ''));
}

function put(into: Record<string, unknown>, path: string[], value: unknown): void {
	let at = into;
	for (const name of path.slice(0, -1)) {
		at[name] ??= {};
		at = at[name] as Record<string, unknown>;
	}
	at[path[path.length - 1] as string] = value;
}

/** VS Code hands out proxies, which can't be sent. */
function plain(value: unknown): unknown {
	return value === undefined ? null : JSON.parse(JSON.stringify(value));
}
