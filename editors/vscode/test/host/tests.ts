import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Api } from '../../src/extension';
import { contextOf, type Step } from '../../src/walkthrough';

/** Waits until the answer is true; what VS Code does comes by its own time. */
async function until(what: string, ask: () => boolean | Promise<boolean>): Promise<void> {
	const end = Date.now() + 20_000;
	while (!(await ask())) {
		if (Date.now() > end) {
			throw new Error(`waited in vain: ${what}`);
		}
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

/** Declares the tests; say takes words of the one that runs. */
export function tests(say: (words: string) => void): void {
	const extension = vscode.extensions.getExtension<Api>('covls.covls');
	assert.ok(extension, 'the extension is there');
	const folder = vscode.workspace.workspaceFolders?.find(({ name }) => name === 'shop')?.uri as vscode.Uri;
	const cart = vscode.Uri.joinPath(folder, 'src/cart.ts');
	let api: Api;

	before(async () => {
		api = await extension.activate();
		await until('there are the figures of this folder', () => {
			const summary = api.model.status?.summary;
			return summary?.total === 9 && summary.target === 90;
		});
	});

	describe('the extension', () => {
		it('has every command that it names, and no other', async () => {
			const declared = (extension.packageJSON.contributes.commands as { command: string }[]).map((c) => c.command);
			const registered = (await vscode.commands.getCommands(true)).filter((name) => /^covls\.[A-Za-z]+$/.test(name));
			assert.deepEqual(registered.sort(), declared.sort());
		});

		it('is activated in less than 300 ms', () => {
			// The clock goes on while VS Code, which starts then, has the processor.
			const { clock, processor } = api.activation;
			say(`it took ${clock.toFixed()} ms, of the processor ${processor.toFixed()} ms`);
			assert.ok(processor < 300, `${processor} ms of the processor`);
		});

		it('binds no keys', () => {
			assert.equal(extension.packageJSON.contributes.keybindings, undefined);
		});
	});

	describe('the status', () => {
		it('has the figures of the profile', () => {
			const status = api.model.status;
			assert.equal(status?.summary?.covered, 6);
			assert.equal(status?.summary?.total, 9);
			assert.equal(status?.uncovered_functions, 1);
			assert.deepEqual(status?.languages, ['typescript']);
		});

		it('tells what is hidden, and that it is shown again', async () => {
			await vscode.commands.executeCommand('covls.toggle');
			await until('the marks are hidden', () => api.model.status?.hidden === true);
			await vscode.commands.executeCommand('covls.toggle');
			await until('the marks are back', () => api.model.status?.hidden === false);
		});
	});

	describe('a server that died', () => {
		it('is asked again when it is back and has read the profile', async () => {
			process.kill(api.client.pid ?? 0, 'SIGKILL');
			await until('it is away', () => api.client.life !== 'running');
			const coverage = await api.model.document(cart);
			assert.equal(coverage?.functions.length, 3);
		});
	});

	describe('settings', () => {
		it('that are only defaults do not win over .covls.toml', () => {
			assert.equal(vscode.workspace.getConfiguration('covls').get('stale'), 'dim');
			assert.equal(vscode.workspace.getConfiguration('covls').get('target'), null);
			assert.equal(api.model.status?.summary?.target, 90);
		});

		it('of the workspace do', async () => {
			const config = vscode.workspace.getConfiguration('covls', folder);
			await config.update('target', 75, vscode.ConfigurationTarget.Workspace);
			await until('the target is that of the workspace', () => api.model.status?.summary?.target === 75);
			await config.update('target', undefined, vscode.ConfigurationTarget.Workspace);
			await until('the target is that of the file', () => api.model.status?.summary?.target === 90);
		});

		it('that are wrong change nothing else', async () => {
			const config = vscode.workspace.getConfiguration('covls', folder);
			await config.update('target', 'all', vscode.ConfigurationTarget.Workspace);
			await config.update('stale', 'keep', vscode.ConfigurationTarget.Workspace);
			await vscode.commands.executeCommand('covls.reload');
			assert.equal(api.model.status?.summary?.target, 90);
			await config.update('target', undefined, vscode.ConfigurationTarget.Workspace);
			await config.update('stale', undefined, vscode.ConfigurationTarget.Workspace);
		});
	});

	describe('providers', () => {
		before(async () => {
			await vscode.window.showTextDocument(cart);
		});

		it('hover with a link to the sum behind the tier', async () => {
			const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
				'vscode.executeHoverProvider',
				cart,
				new vscode.Position(15, 18),
			);
			const text = hovers.flatMap((h) => h.contents).map((c) => (typeof c === 'string' ? c : c.value));
			assert.match(text.join('\n'), /Why this tier\?/);
		});

		it('have a lens for the file and for each function that is not fully covered', async () => {
			const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
				'vscode.executeCodeLensProvider',
				cart,
				10,
			);
			const ours = lenses.filter((lens) => /lines? (below|not tested)|not tested ·/.test(lens.command?.title ?? ''));
			assert.deepEqual(
				ours.map((lens) => lens.range.start.line).sort((a, b) => a - b),
				[0, 8, 15],
			);
		});

		it('have a diagnostic for each uncovered function', async () => {
			await until('the diagnostic', () => vscode.languages.getDiagnostics(cart).length === 1);
			const [found] = vscode.languages.getDiagnostics(cart);
			assert.equal(found?.source, 'covls');
			assert.deepEqual(found?.range, new vscode.Range(15, 16, 15, 21));
		});

		it('give a badge to a file that is short of its target', () => {
			const badge = api.badges.provideFileDecoration(cart);
			assert.match(badge?.badge ?? '', /^[◆▲■▼]$/);
			assert.match(badge?.tooltip ?? '', /6 of 9 lines/);
			assert.equal(api.badges.provideFileDecoration(vscode.Uri.joinPath(folder, 'package.json')), undefined);
		});

		it('give no badge where the user wants none', async () => {
			const config = vscode.workspace.getConfiguration('covls', folder);
			await config.update('explorer.badges', false, vscode.ConfigurationTarget.Workspace);
			assert.equal(api.badges.provideFileDecoration(cart), undefined);
			await config.update('explorer.badges', undefined, vscode.ConfigurationTarget.Workspace);
		});
	});

	describe('the walkthrough', () => {
		type Contributed = {
			id: string;
			description: string;
			completionEvents: string[];
			media: { image: Record<string, string> };
		};
		const [{ id, steps }] = extension.packageJSON.contributes.walkthroughs as [{ id: string; steps: Contributed[] }];

		it('waits for contexts that the extension sets, and for nothing else', () => {
			const events = Object.fromEntries(steps.map((step) => [step.id, step.completionEvents]));
			const done = steps.map((step) => [step.id, [`onContext:${contextOf(step.id as Step)}`]]);
			assert.deepEqual(events, Object.fromEntries(done));
		});

		it('knows all that was done before', () => {
			// The drive has done each of them by hand.
			assert.deepEqual([...api.walkthrough.done].sort(), steps.map((step) => step.id).sort());
		});

		it('offers commands that there are, and pictures for every kind of theme', async () => {
			const commands = new Set(await vscode.commands.getCommands(true));
			for (const step of steps) {
				const offered = [...step.description.matchAll(/\(command:([\w.]+)/g)].map(([, name]) => name as string);
				assert.ok(offered.length > 0, step.id);
				assert.deepEqual(
					offered.filter((name) => !commands.has(name)),
					[],
				);
				for (const kind of ['dark', 'light', 'hc', 'hcLight']) {
					const picture = vscode.Uri.joinPath(extension.extensionUri, step.media.image[kind] ?? 'none');
					assert.ok((await vscode.workspace.fs.stat(picture)).size > 0, picture.fsPath);
				}
			}
		});

		it('is told again of each when its page is opened', async () => {
			const told = new Set<string>();
			const listener = api.walkthrough.onDidTell((step) => told.add(step));
			await vscode.commands.executeCommand('workbench.action.openWalkthrough', `${extension.id}#${id}`);
			await until('all are told', () => steps.every((step) => told.has(step.id)));
			listener.dispose();
			await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
		});
	});

	describe('a settings file', () => {
		const settings = vscode.Uri.joinPath(folder, 'other/.covls.toml');
		const labels = async (line: number, character: number) => {
			const list = await vscode.commands.executeCommand<vscode.CompletionList>(
				'vscode.executeCompletionItemProvider',
				settings,
				new vscode.Position(line, character),
			);
			return list.items.map((item) => (typeof item.label === 'string' ? item.label : item.label.label));
		};

		before(async () => {
			const text =
				'sta\nstale = \nlens.\n[diagnostics]\nseverity.high = ""\n[\n[[rule]]\n\nunknown = 1\n[diagnostics.s]\n';
			await vscode.workspace.fs.writeFile(settings, new TextEncoder().encode(text));
			await vscode.window.showTextDocument(settings);
		});

		it('is completed by its schema', async () => {
			const top = await labels(0, 3);
			assert.ok(top.includes('stale') && top.includes('target') && !top.includes('rule'), top.join());
			assert.deepEqual((await labels(1, 8)).slice(0, 3).sort(), ['"dim"', '"hide"', '"keep"']);
			assert.deepEqual((await labels(2, 5)).sort(), ['enable', 'functions']);
			assert.ok((await labels(4, 17)).includes('warning'));
			const tables = await labels(5, 1);
			assert.ok(tables.includes('[[component]]') && tables.includes('[diagnostics.severity]'), tables.join());
			assert.ok((await labels(7, 0)).includes('at_least'));
		});

		it('has the name of a table replaced as a whole', async () => {
			const list = await vscode.commands.executeCommand<vscode.CompletionList>(
				'vscode.executeCompletionItemProvider',
				settings,
				new vscode.Position(9, 14),
			);
			const item = list.items.find((i) => i.label === '[diagnostics.severity]');
			assert.equal(item?.insertText, 'diagnostics.severity]');
			const range = item?.range as vscode.Range;
			assert.deepEqual([range.start.character, range.end.character], [1, 15]);
		});

		it('is marked where it is wrong', async () => {
			const text = 'targt = 80\nstale = "dim"\n';
			await vscode.workspace.fs.writeFile(settings, new TextEncoder().encode(text));
			await until('a diagnostic with the cure', () => {
				const found = vscode.languages.getDiagnostics(settings);
				return found.length === 1 && /did you mean "target"/.test(found[0]?.message ?? '');
			});
			await vscode.workspace.fs.delete(vscode.Uri.joinPath(settings, '..'), { recursive: true });
		});
	});

	describe('the tree', () => {
		it('has tier, file and function, with words for a screen reader', () => {
			const [next, tier] = api.tree.getChildren();
			assert.equal(next && api.tree.getTreeItem(next).label, 'Next');
			assert.equal(tier?.kind, 'tier');
			assert.equal(tier && api.tree.getTreeItem(tier).collapsibleState, vscode.TreeItemCollapsibleState.Expanded);
			const [file] = api.tree.getChildren(tier);
			assert.equal(file?.kind, 'file');
			const [gap] = api.tree.getChildren(file);
			assert.ok(tier && file && gap);
			assert.equal(api.tree.getTreeItem(gap).label, 'never');
			assert.equal(api.tree.getParent(gap), file);
			for (const node of [tier, file, gap]) {
				assert.ok(api.tree.getTreeItem(node).accessibilityInformation?.label);
			}
		});

		it('goes to a function where it is now', async () => {
			const editor = await vscode.window.showTextDocument(cart);
			await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), '\n\n\n'));
			const [, tier] = api.tree.getChildren();
			const [file] = api.tree.getChildren(tier);
			const [gap] = api.tree.getChildren(file);
			const command = gap && api.tree.getTreeItem(gap).command;
			await vscode.commands.executeCommand(command?.command ?? '', ...(command?.arguments ?? []));
			assert.deepEqual(vscode.window.activeTextEditor?.selection.active, new vscode.Position(18, 16));
			await vscode.commands.executeCommand('workbench.action.files.revert');
		});
	});

	describe('commands', () => {
		it('go from gap to gap', async () => {
			const editor = await vscode.window.showTextDocument(cart);
			editor.selection = new vscode.Selection(0, 0, 0, 0);
			await vscode.commands.executeCommand('covls.nextGap');
			assert.equal(vscode.window.activeTextEditor?.selection.active.line, 10);
			await vscode.commands.executeCommand('covls.nextGap');
			assert.equal(vscode.window.activeTextEditor?.selection.active.line, 15);
			await vscode.commands.executeCommand('covls.previousGap');
			assert.equal(vscode.window.activeTextEditor?.selection.active.line, 10);
		});

		it('explain a file, and set its tier by a rule', async () => {
			await vscode.commands.executeCommand('covls.explain', cart);
			await until(
				'a preview',
				() => vscode.window.tabGroups.activeTabGroup.activeTab?.label.includes('cart.ts') ?? false,
			);
			const rule = { uri: cart.toString(), rule: { tier: 'lower', why: 'it counts' }, confirmed: true };
			await api.client.run('covls.addRule', rule);
			await until('the tier is the rule’s', () => api.model.file(cart)?.tier === 'lower');
			assert.equal(api.model.file(cart)?.why, 'it counts');
		});
	});
}
