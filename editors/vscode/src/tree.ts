import * as vscode from 'vscode';
import type { Model } from './model';
import {
	type Component,
	type Gap,
	type GapFile,
	type Scope,
	type Status,
	type Tier,
	tiers,
	type Unmeasured,
	type Unseen,
} from './protocol';
import type { Walkthrough } from './walkthrough';
import { counts, literal, percent, short, tierIcon, tierName, unknown } from './words';

/** A row of the tree "Coverage gaps". */
export type Node =
	| {
			readonly kind: 'hint';
			readonly label: string;
			readonly icon: string;
			readonly description: string;
			readonly command?: string;
			readonly args?: readonly unknown[];
			readonly open?: boolean;
			readonly children: Node[];
	  }
	| { readonly kind: 'component'; readonly component: Component; readonly children: Node[] }
	| {
			readonly kind: 'tier';
			readonly id: string;
			readonly tier: Tier;
			readonly parent: Node | undefined;
			readonly children: Node[];
	  }
	| {
			readonly kind: 'file';
			readonly id: string;
			readonly file: GapFile;
			readonly parent: Node;
			readonly children: Node[];
	  }
	| { readonly kind: 'gap'; readonly id: string; readonly gap: Gap; readonly file: GapFile; readonly parent: Node };

/** How many of the most urgent gaps the first row has, and how many functions a row may have that is open at first. */
const mostNext = 10;

/** What the tree shows; kept from session to session. */
interface Filter {
	readonly tiers: readonly Tier[];
	readonly text: string;
	/** Which gaps, by what became of them since the base; a filter that was kept by an older covls has none. */
	readonly scope?: Scope;
}

const everything: Filter = { tiers, text: '', scope: 'all' };
const filterKey = 'covls.filter';

/** The tree "Coverage gaps": component, tier, file, function, the most urgent first. */
export class Tree implements vscode.TreeDataProvider<Node>, vscode.Disposable {
	private readonly changed = new vscode.EventEmitter<undefined>();
	readonly onDidChangeTreeData = this.changed.event;
	private readonly view: vscode.TreeView<Node>;
	private readonly disposables: vscode.Disposable[];
	private filter: Filter;
	private roots: Node[] = [];

	constructor(
		private readonly model: Model,
		private readonly memory: vscode.Memento,
		private readonly walkthrough: Walkthrough,
	) {
		this.filter = memory.get(filterKey, everything);
		this.view = vscode.window.createTreeView('covls.gaps', { treeDataProvider: this, showCollapseAll: true });
		this.disposables = [
			this.changed,
			this.view,
			model.onDidChange(() => this.rebuild()),
			this.view.onDidChangeVisibility(() => this.seen()),
			vscode.commands.registerCommand('covls.filterTiers', () => this.chooseTiers()),
			vscode.commands.registerCommand('covls.filterText', () => this.chooseText()),
			vscode.commands.registerCommand('covls.filterChange', () => this.chooseScope()),
			vscode.commands.registerCommand('covls.clearFilter', () => this.setFilter(everything)),
		];
		if (this.scope !== 'all') {
			void model.list(this.scope);
		}
		this.rebuild();
	}

	private get scope(): Scope {
		return this.filter.scope ?? 'all';
	}

	getChildren(node?: Node): Node[] {
		return node === undefined ? this.roots : 'children' in node ? node.children : [];
	}

	getParent(node: Node): Node | undefined {
		return 'parent' in node ? node.parent : undefined;
	}

	getTreeItem(node: Node): vscode.TreeItem {
		switch (node.kind) {
			case 'hint':
				return hintItem(node);
			case 'component':
				return componentItem(node.component, this.model.listed.components);
			case 'tier':
				return tierItem(node.id, node.tier, node.children, this.opens(node));
			case 'file':
				return fileItem(node);
			case 'gap':
				return gapItem(node);
		}
	}

	dispose(): void {
		vscode.Disposable.from(...this.disposables).dispose();
	}

	/** At first the most urgent tier is open. */
	private opens(node: Node & { kind: 'tier' }): boolean {
		const first = this.roots.find((row) => row.kind === 'tier' || row.kind === 'component');
		return node === (first?.kind === 'component' ? first.children[0] : first) && node.tier !== 'ok';
	}

	/** The gaps are seen where the view is open and has some. */
	private seen(): void {
		if (this.view.visible && this.model.status?.state === 'ready') {
			this.walkthrough.did('gaps');
		}
	}

	private rebuild(): void {
		const components = this.model.listed.components
			.map((component) => this.componentNode(component))
			.filter((node) => node.children.length > 0);
		// Where there is one component, its row would say nothing that the rows below don't.
		const only = this.model.listed.components.length === 1 ? components[0] : undefined;
		const rows = only === undefined ? components : only.children;
		const short = rows.filter((row) => row.kind !== 'tier' || row.tier !== 'ok');
		const rest = rows.filter((row) => !short.includes(row));
		const missing = this.model.listed.unmeasured.length > 0 ? [unmeasured(this.model.listed.unmeasured)] : [];
		this.roots = [...next(components), ...unseen(components), ...short, ...missing, ...rest];
		if (this.model.status?.state === 'empty') {
			this.roots = welcome(this.model.status);
		}
		const filtered = this.filter.text !== '' || this.filter.tiers.length < tiers.length || this.scope !== 'all';
		this.view.description = filtered ? filterWords(this.filter) : undefined;
		this.view.message = this.message(filtered);
		void vscode.commands.executeCommand('setContext', 'covls.filtered', filtered);
		this.changed.fire(undefined);
		this.seen();
	}

	private componentNode(component: Component): Node & { kind: 'component' } {
		const root = { kind: 'component' as const, component, children: [] as Node[] };
		for (const { tier, files } of component.tiers) {
			const all = this.filter.tiers.length === tiers.length;
			if (tier === 'unknown' ? !all : !this.filter.tiers.includes(tier)) {
				continue;
			}
			const node = {
				kind: 'tier' as const,
				id: `${component.folder} ${component.name} ${tier}`,
				tier,
				parent: root,
				children: [] as Node[],
			};
			for (const file of files) {
				const row = this.fileNode(file, node);
				if (row !== undefined) {
					node.children.push(row);
				}
			}
			if (node.children.length > 0) {
				root.children.push(node);
			}
		}
		return root;
	}

	private fileNode(file: GapFile, parent: Node & { kind: 'tier' }): Node | undefined {
		const text = this.filter.text.toLowerCase();
		const whole = file.path.toLowerCase().includes(text);
		const gaps = whole ? file.gaps : file.gaps.filter((gap) => gap.name.toLowerCase().includes(text));
		const isGap =
			file.summary.gap > 0 || file.gaps.length > 0 || file.unseen.length > 0 || ['unknown', 'ok'].includes(file.tier);
		if (!isGap || (!whole && gaps.length === 0)) {
			return undefined;
		}
		const id = `${parent.id} ${file.uri ?? file.path}`;
		const node = { kind: 'file' as const, id, file, parent, children: [] as Node[] };
		node.children.push(
			...gaps.map((gap) => ({
				kind: 'gap' as const,
				id: `${id} ${gap.id}`,
				gap,
				file,
				parent: node,
			})),
		);
		return node;
	}

	/** What stands above the tree, where its rows don't say all. */
	private message(filtered: boolean): string | undefined {
		const status = this.model.status;
		if (status === undefined) {
			return undefined;
		}
		if (status.state === 'broken') {
			return status.profiles.map((p) => `${p.path}: ${p.trouble ?? ''}`).join('\n');
		}
		if (status.state === 'ready' && this.roots.every((row) => row.kind === 'tier' && row.tier === 'ok')) {
			if (filtered) {
				const untold = this.scope === 'all' ? null : (status.changed?.why ?? null);
				return untold ?? vscode.l10n.t('Nothing matches the filter.');
			}
			return status.unknown_functions > 0
				? vscode.l10n.t('Every file is at its target, as far as that is known.')
				: vscode.l10n.t('Every file is at its target.');
		}
		return this.model.listed.left ?? undefined;
	}

	private async chooseTiers(): Promise<void> {
		const items = tiers.map((tier) => ({
			label: tierName(tier),
			iconPath: tierIcon(tier),
			tier,
			picked: this.filter.tiers.includes(tier),
		}));
		const chosen = await vscode.window.showQuickPick(items, {
			canPickMany: true,
			title: vscode.l10n.t('Tiers to show'),
		});
		if (chosen !== undefined) {
			await this.setFilter({ ...this.filter, tiers: chosen.length === 0 ? tiers : chosen.map((c) => c.tier) });
		}
	}

	private async chooseText(): Promise<void> {
		const text = await vscode.window.showInputBox({
			title: vscode.l10n.t('Show files and functions whose name contains'),
			value: this.filter.text,
		});
		if (text !== undefined) {
			await this.setFilter({ ...this.filter, text: text.trim() });
		}
	}

	private async chooseScope(): Promise<void> {
		const base = this.model.status?.changed?.base ?? '';
		const items = (['all', 'changed', 'lost'] as const).map((scope) => ({
			label: scopeName(scope),
			description: { all: '', changed: sinceWords(base), lost: sinceWords(base) }[scope],
			picked: scope === this.scope,
			scope,
		}));
		const chosen = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Gaps to show') });
		if (chosen !== undefined) {
			await this.setFilter({ ...this.filter, scope: chosen.scope });
		}
	}

	private async setFilter(filter: Filter): Promise<void> {
		const before = this.scope;
		this.filter = filter;
		if (this.scope !== before) {
			await this.model.list(this.scope);
		}
		await this.memory.update(filterKey, filter);
		this.rebuild();
	}
}

function scopeName(scope: Scope): string {
	return {
		all: vscode.l10n.t('All'),
		changed: vscode.l10n.t('Changed'),
		lost: vscode.l10n.t('Lost'),
	}[scope];
}

function sinceWords(base: string): string {
	return base === '' ? '' : vscode.l10n.t('since {0}', base);
}

/** The gaps of some rows, with those that lead to them. */
function gapsOf(rows: readonly Node[]): (Node & { kind: 'gap' })[] {
	return rows.flatMap((row) => (row.kind === 'gap' ? [row] : 'children' in row ? gapsOf(row.children) : []));
}

/** The row of the most urgent gaps, whatever their files: those of some weight, where there are some. None where there is no gap. */
function next(components: readonly Node[]): Node[] {
	const found = gapsOf(components)
		.filter(({ file }) => file.uri !== null)
		.sort((a, b) => a.gap.order - b.gap.order);
	const weighty = found.filter(({ gap }) => gap.trivial !== true);
	const all = (weighty.length > 0 ? weighty : found).slice(0, mostNext);
	if (all.length === 0) {
		return [];
	}
	const row: Node = {
		kind: 'hint',
		label: vscode.l10n.t('Next'),
		icon: 'target',
		description: vscode.l10n.t('what to test first'),
		open: true,
		children: [],
	};
	row.children.push(...all.map((node) => ({ ...node, id: `next ${node.id}`, parent: row })));
	return [row];
}

/** The row of the functions that are new, or changed, since the tests ran; none where there are none. */
function unseen(components: readonly Node[]): Node[] {
	const files = (rows: readonly Node[]): GapFile[] =>
		rows.flatMap((row) => (row.kind === 'file' ? [row.file] : 'children' in row ? files(row.children) : []));
	const all = files(components).flatMap((file) => file.unseen.map((f) => ({ file, f })));
	if (all.length === 0) {
		return [];
	}
	const called = briefest(all.map(({ f }) => f.name));
	return [
		{
			kind: 'hint',
			label: vscode.l10n.t('New or changed'),
			icon: 'history',
			description: vscode.l10n.t('{0} since the last run', all.length),
			open: all.length <= mostNext,
			children: all.map(({ file, f }) => unseenRow(file, f, called(f.name))),
		},
	];
}

function unseenRow(file: GapFile, f: Unseen, label: string): Node {
	const why = f.why === 'new' ? vscode.l10n.t('new') : vscode.l10n.t('changed');
	return {
		kind: 'hint',
		label,
		icon: 'symbol-function',
		description: `${why} · ${file.path}`,
		...(file.uri === null ? {} : { command: 'covls.openGap', args: [file.uri, { id: '', ...f }] }),
		children: [],
	};
}

/** The row of the packages that have tests and are in no profile: their tests may have failed. */
function unmeasured(packages: readonly Unmeasured[]): Node {
	return {
		kind: 'hint',
		label: vscode.l10n.t('Not measured'),
		icon: 'question',
		description: vscode.l10n.t('packages with tests but no coverage'),
		children: packages.map((p) => ({
			kind: 'hint',
			label: p.path,
			icon: 'package',
			description: p.message,
			command: 'revealInExplorer',
			args: [vscode.Uri.parse(p.uri)],
			children: [],
		})),
	};
}

function filterWords(filter: Filter): string {
	const words = filter.tiers.length < tiers.length ? filter.tiers.map(tierName) : [];
	if (filter.scope !== undefined && filter.scope !== 'all') {
		words.unshift(scopeName(filter.scope));
	}
	if (filter.text !== '') {
		words.push(`“${filter.text}”`);
	}
	return words.join(', ');
}

/** The rows of a workspace without a profile: where covls looked, and what the user can do. */
function welcome(status: Status): Node[] {
	const row = (label: string, icon: string, more: Partial<Extract<Node, { kind: 'hint' }>> = {}): Node => ({
		kind: 'hint',
		label,
		icon,
		description: '',
		children: [],
		...more,
	});
	const action = (label: string, icon: string, command: string, description = '', args: unknown[] = []) =>
		row(label, icon, { command, description, args });
	const rows = [row(vscode.l10n.t('No coverage profile was found'), 'info')];
	for (const { uri, name, make_profile: make } of status.folders) {
		if (make === null) {
			continue;
		}
		const line = (vscode.workspace.isTrusted ? make.own : null) ?? make.command;
		const command = status.folders.length > 1 ? `${name}: ${line}` : line;
		rows.push(
			vscode.workspace.isTrusted
				? action(vscode.l10n.t('Run Tests with Coverage'), 'play', 'covls.runTests', command, [{ folder: uri }])
				: row(vscode.l10n.t('Run your tests with coverage'), 'terminal', { description: command }),
		);
	}
	if (!vscode.workspace.isTrusted) {
		rows.push(action(vscode.l10n.t('Trust This Workspace'), 'shield', 'covls.trust'));
	}
	if (status.folders.every((folder) => folder.make_profile === null)) {
		rows.push(
			action(
				vscode.l10n.t('How to Run Tests with Coverage'),
				'book',
				'workbench.action.openWalkthrough',
				vscode.l10n.t('in any language'),
				['covls.covls#start'],
			),
		);
	}
	for (const folder of status.folders) {
		const names = folder.patterns.map((pattern) => row(pattern.replace(/^\*\*\//, ''), 'file'));
		const place = row(vscode.Uri.parse(folder.uri).fsPath, 'folder');
		const looked = row(vscode.l10n.t('Names looked for'), 'list-flat', {
			description: `${names.length}`,
			children: names,
		});
		rows.push(row(folder.name, 'search', { description: searched(folder, names.length), children: [place, looked] }));
	}
	rows.push(
		action(vscode.l10n.t('Select Profiles'), 'files', 'covls.selectProfiles'),
		action(vscode.l10n.t('Why is nothing shown?'), 'pulse', 'covls.doctor'),
	);
	return rows;
}

function searched(folder: Status['folders'][number], names: number): string {
	switch (folder.searched_dirs) {
		case 0:
			return names === 1 ? vscode.l10n.t('1 path looked for') : vscode.l10n.t('{0} paths looked for', names);
		case 1:
			return vscode.l10n.t('1 folder searched');
		default:
			return vscode.l10n.t('{0} folders searched', folder.searched_dirs);
	}
}

function hintItem(node: Extract<Node, { kind: 'hint' }>): vscode.TreeItem {
	const item = new vscode.TreeItem(
		node.label,
		node.children.length === 0
			? vscode.TreeItemCollapsibleState.None
			: node.open === true
				? vscode.TreeItemCollapsibleState.Expanded
				: vscode.TreeItemCollapsibleState.Collapsed,
	);
	item.iconPath = new vscode.ThemeIcon(node.icon);
	item.description = node.description;
	item.tooltip = node.description === '' ? node.label : `${node.label}: ${node.description}`;
	item.accessibilityInformation = { label: item.tooltip };
	if (node.command !== undefined) {
		item.command = { command: node.command, title: node.label, arguments: [...(node.args ?? [])] };
	}
	return item;
}

/** What belongs to no named component is called by its folder, or is the rest of it. */
function componentName(component: Component, all: readonly Component[]): string {
	if (component.name !== '') {
		return component.name;
	}
	const uri = vscode.Uri.parse(component.folder);
	const folder = vscode.workspace.getWorkspaceFolder(uri)?.name ?? uri.path.slice(uri.path.lastIndexOf('/') + 1);
	const alone = all.filter((other) => other.folder === component.folder).length === 1;
	return alone ? folder : vscode.l10n.t('Rest of {0}', folder);
}

function componentItem(component: Component, all: readonly Component[]): vscode.TreeItem {
	const name = componentName(component, all);
	const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Expanded);
	item.id = `${component.folder} ${component.name}`;
	item.iconPath = new vscode.ThemeIcon('package');
	const more = unknown(component.unknown_functions);
	item.description = [percent(component.summary), short(component.summary), ...more].join(' · ');
	item.tooltip = `${name}\n${[counts(component.summary), short(component.summary), ...more].join(', ')}`;
	item.accessibilityInformation = {
		label: vscode.l10n.t('component {0}, {1}, {2}', name, counts(component.summary), short(component.summary)),
	};
	item.contextValue = 'component';
	return item;
}

function tierItem(id: string, tier: Tier, files: readonly Node[], open: boolean): vscode.TreeItem {
	const item = new vscode.TreeItem(
		tierName(tier),
		open ? vscode.TreeItemCollapsibleState.Expanded : vscode.TreeItemCollapsibleState.Collapsed,
	);
	item.id = id;
	item.iconPath = tierIcon(tier);
	item.description = files.length === 1 ? vscode.l10n.t('1 file') : vscode.l10n.t('{0} files', files.length);
	item.accessibilityInformation = { label: vscode.l10n.t('tier {0}, {1}', tierName(tier), item.description) };
	item.contextValue = 'tier';
	return item;
}

function fileItem(node: Extract<Node, { kind: 'file' }>): vscode.TreeItem {
	const { file } = node;
	const gaps = node.children.length;
	const name = file.path.slice(file.path.lastIndexOf('/') + 1);
	const item = new vscode.TreeItem(
		name,
		gaps > 0 ? vscode.TreeItemCollapsibleState.Collapsed : vscode.TreeItemCollapsibleState.None,
	);
	item.id = node.id;
	item.iconPath = new vscode.ThemeIcon('file-code');
	const folder = file.path.slice(0, Math.max(0, file.path.length - name.length - 1));
	const figures = file.tier === 'unknown' ? [] : [counts(file.summary), short(file.summary)];
	const more = unknown(file.unknown_functions);
	const facts = [
		percent(file.summary),
		...figures.slice(1),
		...more,
		...(file.stale ? [vscode.l10n.t('code has changed')] : []),
		...(folder ? [folder] : []),
	];
	item.description = facts.join(' · ');
	const lines = [[...figures, ...more].join(', '), file.reason, file.why ?? ''].map(literal);
	item.tooltip = new vscode.MarkdownString([`**${literal(file.path)}**`, ...lines].join('\n\n'));
	item.accessibilityInformation = {
		label: [
			vscode.l10n.t('{0}, tier {1}', file.path, tierName(file.tier)),
			...figures,
			...more,
			vscode.l10n.t('{0} functions not covered', gaps),
		].join(', '),
	};
	if (file.uri === null) {
		item.contextValue = 'file.lost';
		item.command = { command: 'covls.doctor', title: vscode.l10n.t('Doctor') };
		return item;
	}
	item.contextValue = 'file';
	if (gaps === 0) {
		item.command = { command: 'covls.openFile', title: vscode.l10n.t('Open File'), arguments: [node] };
	}
	return item;
}

function amountOf(unit: 'statements' | 'lines', n: number): string {
	if (unit === 'statements') {
		return n === 1 ? vscode.l10n.t('1 statement') : vscode.l10n.t('{0} statements', n);
	}
	return n === 1 ? vscode.l10n.t('1 line') : vscode.l10n.t('{0} lines', n);
}

/** A method of Go with its type: Stack.Pop for (*Stack).Pop. */
function brief(name: string): string {
	return name.replace(/^\(\*?([^()]+)\)\./, '$1.');
}

/** What methods are called without their types, as a row has little room; with them where two would be called the same. */
function briefest(names: readonly string[]): (name: string) => string {
	const short = (of: string) => brief(of).replace(/^[\w$]+\.(?=[\w$]+$)/, '');
	const seen = new Map<string, number>();
	for (const name of names) {
		seen.set(short(name), (seen.get(short(name)) ?? 0) + 1);
	}
	return (name) => ((seen.get(short(name)) ?? 0) > 1 ? brief(name) : short(name));
}

function changeName(change: 'new' | 'changed' | 'lost'): string {
	return {
		new: vscode.l10n.t('new'),
		changed: vscode.l10n.t('changed'),
		lost: vscode.l10n.t('lost'),
	}[change];
}

function gapItem({ id, file, gap, parent }: Extract<Node, { kind: 'gap' }>): vscode.TreeItem {
	const rows = 'children' in parent ? parent.children : [];
	const names = rows.flatMap((row) => (row.kind === 'gap' ? [row.gap.name] : []));
	const item = new vscode.TreeItem(briefest(names)(gap.name) || gap.message, vscode.TreeItemCollapsibleState.None);
	item.id = id;
	item.iconPath = new vscode.ThemeIcon(gap.shape === 'function' ? 'symbol-function' : 'symbol-snippet');
	const amount = gap.statements === 0 ? vscode.l10n.t('never called') : amountOf(file.summary.unit, gap.statements);
	// Below its file it need not say which.
	const where = parent.kind === 'file' ? [] : [file.path.slice(file.path.lastIndexOf('/') + 1)];
	const change = gap.change === '' ? [] : [changeName(gap.change)];
	item.description = [...change, amount, ...(gap.kind === '' ? [] : [gap.kind]), ...where].join(' · ');
	item.tooltip = `${gap.message}\n${file.path}:${gap.line + 1}`;
	item.accessibilityInformation = { label: gap.message };
	if (file.uri !== null) {
		item.contextValue = gap.shape === 'function' && file.path.endsWith('.go') ? 'gap.markable' : 'gap';
		item.command = { command: 'covls.openGap', title: vscode.l10n.t('Go to Function'), arguments: [file.uri, gap] };
	}
	return item;
}
