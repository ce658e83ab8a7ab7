import * as vscode from 'vscode';
import type { Client } from './client';
import { localFolders } from './client';
import type { Model } from './model';
import type { Status } from './protocol';
import type { TestTasks } from './run';
import { ago, counts, figure, figures, literal, percent, shortOf, tierCounts, unknown } from './words';

interface Look {
	readonly text: string;
	/** What a screen reader says. */
	readonly label: string;
	readonly background?: string;
}

/** The item of the status bar, and the menu behind it. */
export class StatusBar implements vscode.Disposable {
	private readonly item: vscode.StatusBarItem;
	private readonly disposables: vscode.Disposable[];

	constructor(
		private readonly client: Client,
		private readonly model: Model,
		private readonly tests: TestTasks,
	) {
		this.item = vscode.window.createStatusBarItem('covls.status', vscode.StatusBarAlignment.Right, 90);
		this.item.name = vscode.l10n.t('Coverage');
		this.item.command = 'covls.menu';
		this.disposables = [
			this.item,
			model.onDidChangeStatus(() => this.update()),
			tests.onDidChange(() => this.update()),
			vscode.window.onDidChangeActiveTextEditor(() => this.here()),
			vscode.workspace.onDidChangeConfiguration((e) => {
				if (e.affectsConfiguration('covls.statusBar')) {
					this.update();
				}
			}),
			vscode.workspace.onDidChangeWorkspaceFolders(() => this.update()),
			vscode.commands.registerCommand('covls.menu', () => this.menu()),
		];
		// The age of the profiles grows.
		const clock = setInterval(() => this.update(), 60_000);
		this.disposables.push({ dispose: () => clearInterval(clock) });
		this.update();
	}

	dispose(): void {
		vscode.Disposable.from(...this.disposables).dispose();
	}

	private update(): void {
		const status = this.model.status;
		const look = this.look(status);
		this.item.text = look.text;
		this.item.backgroundColor = look.background === undefined ? undefined : new vscode.ThemeColor(look.background);
		this.item.accessibilityInformation = { label: look.label };
		this.item.tooltip =
			status === undefined
				? [look.label, this.client.words].join('\n')
				: tooltip(status, this.client.words, this.runWords(status));
		void vscode.commands.executeCommand('setContext', 'covls.state', status?.state ?? this.client.life);
		this.here();
		void vscode.commands.executeCommand('setContext', 'covls.running', this.client.life === 'running');
		const wanted = vscode.workspace.getConfiguration('covls').get('statusBar.enable', true);
		if (wanted && localFolders().length > 0) {
			this.item.show();
		} else {
			this.item.hide();
		}
	}

	/** Whether the file at hand is one that a profile names decides what the palette offers. */
	private here(): void {
		const uri = vscode.window.activeTextEditor?.document.uri;
		const measured = uri !== undefined && this.model.file(uri) !== undefined;
		void vscode.commands.executeCommand('setContext', 'covls.measured', measured);
	}

	private look(status: Status | undefined): Look {
		if (this.client.life === 'failed') {
			return {
				text: `$(error) ${vscode.l10n.t('covls is not running')}`,
				label: vscode.l10n.t('Coverage: the server could not be started'),
				background: 'statusBarItem.errorBackground',
			};
		}
		const share = figure(status);
		if (this.client.life === 'restarting') {
			return {
				text: `$(sync~spin) ${share} · ${vscode.l10n.t('restarting…')}`,
				label: vscode.l10n.t('Coverage: the server is restarting'),
			};
		}
		if (status === undefined || status.state === 'loading') {
			return {
				text: `$(loading~spin) ${vscode.l10n.t('reading coverage…')}`,
				label: vscode.l10n.t('Coverage: looking for profiles'),
			};
		}
		const run = this.runWords(status);
		if (status.state === 'empty') {
			return {
				text: `$(shield) ${run ?? vscode.l10n.t('no coverage profile')}`,
				label: [vscode.l10n.t('Coverage: no profile found'), ...(run === undefined ? [] : [run])].join(', '),
			};
		}
		if (status.state === 'broken') {
			return {
				text: `$(warning) ${run ?? vscode.l10n.t('unreadable coverage profile')}`,
				label: vscode.l10n.t('Coverage: no profile can be read'),
				background: 'statusBarItem.warningBackground',
			};
		}
		const troubled = status.profiles.filter((profile) => profile.trouble !== null || profile.found === 0).length;
		const facts = run === undefined ? [] : [run];
		/** What there is room for. */
		const words = [...facts];
		if (status.unmeasured > 0) {
			facts.push(missing(status.unmeasured));
			words.push(
				status.unmeasured === 1
					? vscode.l10n.t('1 package not measured')
					: vscode.l10n.t('{0} packages not measured', status.unmeasured),
			);
		}
		if (troubled > 0) {
			const useless =
				troubled === 1
					? vscode.l10n.t('1 profile could not be used')
					: vscode.l10n.t('{0} profiles could not be used', troubled);
			facts.push(useless);
			words.push(useless);
		}
		if (status.stale) {
			facts.push(vscode.l10n.t('a profile is of other code than that on disk'));
			words.push(vscode.l10n.t('code has changed'));
		}
		if (status.hidden) {
			facts.push(vscode.l10n.t('marks are hidden'));
			words.push(vscode.l10n.t('marks hidden'));
		}
		const change = changeWords(status);
		facts.unshift(...change);
		const busy = status.loading || this.tests.running;
		const icon = status.hidden ? '$(eye-closed)' : busy ? '$(sync~spin)' : troubled > 0 ? '$(warning)' : '$(shield)';
		return {
			text: `${icon} ${[share, ...change, ...words.slice(0, 1)].join(' · ')}`,
			label: [vscode.l10n.t('Coverage {0}', share), ...facts].join(', '),
		};
	}

	/** What is to be said of the tests that covls ran itself; of those that others run nobody tells it anything. */
	private runWords(status: Status): string | undefined {
		if (this.tests.running) {
			return vscode.l10n.t('running tests…');
		}
		const failed = this.tests.failed;
		// A profile that was written later is of another run; what is told of it has no parts of a second.
		if (failed === undefined || status.profiles.some((p) => Date.parse(p.modified) > failed.at + 1000)) {
			return undefined;
		}
		// A shell has these for what it could not start.
		return failed.code === 126 || failed.code === 127
			? vscode.l10n.t('tests could not be run')
			: vscode.l10n.t('tests failed');
	}

	private async menu(): Promise<void> {
		const status = this.model.status;
		const ready = status?.state === 'ready';
		const items: (vscode.QuickPickItem & { command?: string })[] = [];
		const add = (when: boolean, icon: string, label: string, command: string, description?: string) => {
			if (when) {
				items.push({ label: `$(${icon}) ${label}`, command, ...(description === undefined ? {} : { description }) });
			}
		};
		add(ready, 'target', vscode.l10n.t('Go to Most Urgent Gap'), 'covls.mostUrgentGap');
		add(
			ready,
			'list-tree',
			vscode.l10n.t('Show Coverage Gaps'),
			'covls.gaps.focus',
			ready ? gapWords(status) : undefined,
		);
		add(
			ready && this.model.gaps.components.some((c) => c.tiers.some((t) => t.files.some((f) => f.unseen.length > 0))),
			'history',
			vscode.l10n.t('Go to Next New or Changed Function'),
			'covls.nextUnseen',
		);
		const changed = status?.changed ?? null;
		add(
			ready && changed !== null && (changed.total > changed.covered || (changed.lost ?? 0) > 0),
			'git-compare',
			vscode.l10n.t('Go to Next Changed Gap'),
			'covls.nextChangedGap',
			changed === null ? undefined : vscode.l10n.t('since {0}', changed.base),
		);
		add(ready && changed !== null, 'git-branch', vscode.l10n.t('Pick Base'), 'covls.pickBase', changed?.base);
		add(
			ready && status.since_last_run !== null,
			'history',
			vscode.l10n.t('Functions Covered or Lost by the Last Run'),
			'covls.sinceLastRun',
			status?.since_last_run?.text,
		);
		add(ready, 'book', vscode.l10n.t('Show Report'), 'covls.showReport');
		add(
			this.client.life === 'running' && vscode.workspace.isTrusted,
			'play',
			vscode.l10n.t('Run Tests with Coverage'),
			'covls.runTests',
		);
		add(
			ready,
			status?.hidden ? 'eye' : 'eye-closed',
			status?.hidden ? vscode.l10n.t('Show Marks') : vscode.l10n.t('Hide Marks'),
			'covls.toggle',
		);
		add(this.client.life === 'running', 'refresh', vscode.l10n.t('Reload Coverage'), 'covls.reload');
		add(
			this.client.life === 'running',
			'pulse',
			vscode.l10n.t('Doctor'),
			'covls.doctor',
			vscode.l10n.t('why something is shown or not'),
		);
		add(this.client.life === 'running', 'files', vscode.l10n.t('Select Profiles'), 'covls.selectProfiles');
		add(true, 'debug-restart', vscode.l10n.t('Restart Server'), 'covls.restart');
		add(true, 'output', vscode.l10n.t('Show Log'), 'covls.showLog');
		add(true, 'gear', vscode.l10n.t('Settings'), 'covls.openSettings');
		const title = status?.summary
			? figures(status)
					.flatMap((summary) => [percent(summary), counts(summary), shortOf(summary)])
					.concat(unknown(status.unknown_functions))
					.join(' · ')
			: vscode.l10n.t('Coverage');
		const chosen = await vscode.window.showQuickPick(items, { title });
		if (chosen?.command !== undefined) {
			await vscode.commands.executeCommand(chosen.command);
		}
	}
}

/** What changed since the base, in a word or two: "changed 2/5"; none where nothing did. */
function changeWords({ changed }: Status): string[] {
	if (changed === null) {
		return [];
	}
	return [
		...(changed.total > 0 ? [vscode.l10n.t('changed {0}/{1}', changed.covered, changed.total)] : []),
		...(changed.unmeasured > 0 ? [notMeasured(changed.unmeasured)] : []),
		...(changed.lost !== null && changed.lost > 0 ? [vscode.l10n.t('lost {0}', changed.lost)] : []),
	];
}

function notMeasured(files: number): string {
	return files === 1 ? vscode.l10n.t('1 file not measured') : vscode.l10n.t('{0} files not measured', files);
}

function gapWords(status: Status): string {
	// Tests that do not count may run them.
	if (status.profiles.some((profile) => profile.some_tests)) {
		return status.uncovered_functions === 1
			? vscode.l10n.t('1 function not run by the tests in the profile')
			: vscode.l10n.t('{0} functions not run by the tests in the profile', status.uncovered_functions);
	}
	if (status.profiles.some((profile) => profile.own_tests)) {
		return status.uncovered_functions === 1
			? vscode.l10n.t('1 function not tested by its own package')
			: vscode.l10n.t('{0} functions not tested by their own packages', status.uncovered_functions);
	}
	return status.uncovered_functions === 1
		? vscode.l10n.t('1 untested function')
		: vscode.l10n.t('{0} untested functions', status.uncovered_functions);
}

function missing(packages: number): string {
	return packages === 1
		? vscode.l10n.t('1 package with tests has no coverage: did they fail?')
		: vscode.l10n.t('{0} packages with tests have no coverage: did they fail?', packages);
}

/** Profiles that the tooltip lists. */
const mostProfiles = 10;

function tooltip(status: Status, server: string, run: string | undefined): vscode.MarkdownString {
	const tip = new vscode.MarkdownString('', true);
	const line = (text: string) => tip.appendMarkdown(`${text}\n\n`);
	if (run !== undefined) {
		line(literal(run));
	}
	const all = figures(status);
	for (const summary of all) {
		line([`**${literal(percent(summary))}**`, literal(counts(summary)), literal(shortOf(summary))].join(' · '));
	}
	if (all.length > 0) {
		line(literal(vscode.l10n.t('Files: {0}', tierCounts(status.tiers))));
		line(literal([gapWords(status), ...unknown(status.unknown_functions)].join(' · ')));
	}
	const { changed } = status;
	const change = changeWords(status);
	if (changed !== null && change.length > 0) {
		line(`$(git-compare) ${literal(change.join(' · '))} · ${literal(vscode.l10n.t('since {0}', changed.base))}`);
	}
	if (changed !== null && changed.unknown > 0) {
		line(
			literal(
				changed.unknown === 1
					? vscode.l10n.t('1 function changed that the last run of the tests does not know')
					: vscode.l10n.t('{0} functions changed that the last run of the tests does not know', changed.unknown),
			),
		);
	}
	if (changed !== null && changed.why !== null) {
		line(`$(git-compare) ${literal(changed.why)}`);
	}
	if (status.since_last_run !== null) {
		line(`$(history) ${literal(status.since_last_run.text)}`);
	}
	if (status.unmeasured > 0) {
		line(`$(question) ${literal(missing(status.unmeasured))}`);
	}
	if (status.state === 'empty') {
		line(literal(vscode.l10n.t('No coverage profile was found.')));
	}
	if (status.folders.length > 1) {
		for (const folder of status.folders) {
			line(
				`$(folder) ${literal(folder.name)}: ${literal([figure(folder), ...unknown(folder.unknown_functions)].join(' · '))}`,
			);
		}
	}
	// Those with trouble come first.
	const profiles = [...status.profiles].sort((a, b) => Number(b.trouble !== null) - Number(a.trouble !== null));
	for (const profile of profiles.slice(0, mostProfiles)) {
		const found =
			profile.found < profile.files ? `, ${vscode.l10n.t('{0} of {1} files found', profile.found, profile.files)}` : '';
		line(
			`$(${profile.trouble === null ? 'file' : 'warning'}) ${literal(profile.path)} · ${literal(ago(profile.modified) + found)}`,
		);
		if (profile.trouble !== null) {
			line(literal(profile.trouble));
		}
		if (profile.own_tests) {
			line(
				literal(
					vscode.l10n.t('It counts for each package only its own tests. With {0}, all tests count.', '-coverpkg'),
				),
			);
		}
		if (profile.some_tests) {
			line(literal(`${vscode.l10n.t('It')} ${profile.tests_note}`));
		}
		if (profile.text !== '') {
			line(`$(history) ${literal(profile.text)}`);
		}
		if (profile.own_total !== '') {
			line(literal(profile.own_total));
		}
	}
	if (profiles.length > mostProfiles) {
		line(literal(vscode.l10n.t('and {0} more profiles', profiles.length - mostProfiles)));
	}
	if (status.hidden) {
		line(`$(eye-closed) ${literal(vscode.l10n.t('Marks are hidden.'))}`);
	}
	if (server !== '') {
		line(literal(server));
	}
	return tip;
}
