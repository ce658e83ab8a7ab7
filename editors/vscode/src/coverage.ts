import * as vscode from 'vscode';
import type { Client } from './client';
import type { Model } from './model';
import type { DocumentCoverage, GapFile } from './protocol';

/**
 * When the first run is said again. VS Code's explorer is made to show coverage a while after the
 * window is there, and misses a run that is older (it is its listener that fails, in 1.88 to 1.139).
 */
const lateListeners = [6_000, 20_000];

/**
 * Feeds VS Code's own Test Coverage: a run of tests that never happened carries what the profiles
 * say. Each change of the profiles is a new such run, which takes the place of the one before when
 * it ends, so that nothing is empty in between and no view comes to the front.
 */
export class TestCoverage implements vscode.Disposable {
	private readonly disposables: vscode.Disposable[];
	/** Whether a run of this extension is what VS Code shows. */
	private shown = false;
	/** What the last run said. */
	private last = '';
	/** Settled when VS Code's Test Coverage listens. */
	private listening: Promise<void> | undefined;
	private repeats: NodeJS.Timeout[] = [];

	constructor(
		client: Client,
		private readonly model: Model,
	) {
		this.disposables = [
			model.onDidChange(() => {
				// While the server is away its last word holds.
				if (client.life !== 'restarting' && client.life !== 'starting') {
					this.publish(false);
				}
			}),
			vscode.workspace.onDidChangeConfiguration((e) => {
				if (e.affectsConfiguration('covls.testCoverage')) {
					this.publish(true);
				}
			}),
		];
	}

	/** Says anew what is covered, as after a function became stale. */
	refresh(): void {
		this.publish(true);
	}

	dispose(): void {
		for (const timer of this.repeats) {
			clearTimeout(timer);
		}
		vscode.Disposable.from(...this.disposables).dispose();
	}

	private publish(anyway: boolean): void {
		const status = this.model.status;
		const changed = this.model.scope === 'changed';
		const files = status === undefined || status.hidden ? [] : wanted(this.model.measured(), changed);
		if (files.length === 0 && !this.shown) {
			return;
		}
		const now = JSON.stringify([
			status?.profiles.map((p) => [p.path, p.modified]),
			files.map(([uri, file]) => [uri, file.summary, file.changed]),
			changed,
		]);
		if (now === this.last && !anyway) {
			return;
		}
		this.last = now;
		this.shown = files.length > 0;
		if (this.listening === undefined) {
			this.listening = wake();
			this.repeats = lateListeners.map((wait) => setTimeout(() => this.publish(true), wait));
		}
		void this.listening.then(() => {
			// Something newer may have been published meanwhile.
			if (now === this.last) {
				this.send(files, changed);
			}
		});
	}

	/**
	 * The controller is there for that moment only: VS Code's Test Explorer says of one without tests, as this is, that no
	 * tests were found, and offers other extensions. What is told of the run stays, and VS Code goes on asking for its details.
	 */
	private send(files: readonly [string, GapFile][], changed: boolean): void {
		const controller = vscode.tests.createTestController('covls', vscode.l10n.t('Coverage (covls)'));
		const profile = controller.createRunProfile(
			vscode.l10n.t('Run Tests with Coverage'),
			vscode.TestRunProfileKind.Coverage,
			() => vscode.commands.executeCommand<void>('covls.runTests'),
		);
		profile.loadDetailedCoverage = async (_run, file, token) => {
			const coverage = await this.model.document(file.uri, token);
			if (coverage == null) {
				return [];
			}
			return changed ? changes(coverage) : details(coverage, wants(file.uri, 'testCoverage.showCovered', false));
		};
		const request = new vscode.TestRunRequest(undefined, undefined, profile);
		const run = controller.createTestRun(request, changed ? vscode.l10n.t('Coverage of what changed') : vscode.l10n.t('Coverage from profiles'), false);
		for (const [uri, file] of files) {
			run.addCoverage(fileCoverage(vscode.Uri.parse(uri), changed && file.changed !== null ? file.changed : file.summary));
		}
		run.end();
		controller.dispose();
	}
}

/**
 * Makes VS Code listen to runs: what keeps the coverage there comes to life when something first asks
 * for it, and a run that ended before that is lost.
 */
async function wake(): Promise<void> {
	try {
		await vscode.commands.executeCommand('testing.coverage.close');
	} catch {
		// A version without that command shows the run all the same once an editor is open.
	}
}

/**
 * The files of the folders whose coverage is to be shown, or of them what changed; a folder is asked once, as there may be ten
 * thousand files.
 */
function wanted(files: Iterable<[string, GapFile]>, changed: boolean): [string, GapFile][] {
	const shown = new Map<string, boolean>();
	return [...files].filter(([text, file]) => {
		if (file.tier === 'unknown' || (changed && file.changed === null)) {
			return false; // 0 of 0 would be shown as 100 %
		}
		const uri = vscode.Uri.parse(text);
		const folder = vscode.workspace.getWorkspaceFolder(uri)?.uri ?? uri;
		const key = folder.toString();
		const known = shown.get(key) ?? wants(folder, 'testCoverage.enable', true);
		shown.set(key, known);
		return known;
	});
}

function wants(uri: vscode.Uri, setting: string, otherwise: boolean): boolean {
	return vscode.workspace.getConfiguration('covls', uri).get(setting, otherwise);
}

/**
 * What a file has, in the unit of its profile. Of functions and branches nothing is said, as VS Code would show a mean of
 * all three, which is no figure of covls or of anybody's tool.
 */
function fileCoverage(uri: vscode.Uri, of: { readonly covered: number; readonly total: number }): vscode.FileCoverage {
	return new vscode.FileCoverage(uri, new vscode.TestCoverageCount(of.covered, of.total));
}

/** The statements, or lines, that are new since the base, covered or not. */
function changes(coverage: DocumentCoverage): vscode.FileCoverageDetail[] {
	return coverage.changed.map(({ range, state }) => new vscode.StatementCoverage(state === 'covered', toRange(range)));
}

/**
 * Covered code is left out unless it is wanted, so that only gaps are painted; what lies in a gap is
 * told, as it would be painted with it.
 */
function details(coverage: DocumentCoverage, covered: boolean): vscode.FileCoverageDetail[] {
	const out: vscode.FileCoverageDetail[] = [];
	const lines = new Map(coverage.branches.map((branch) => [branch.line, branch.ways]));
	let gap: vscode.Range | undefined;
	for (const region of coverage.regions) {
		const range = toRange(region.range);
		const inside = gap?.contains(range) ?? false;
		if (region.state === 'uncovered' && !inside) {
			gap = range;
		}
		const ways = lines.get(range.start.line);
		lines.delete(range.start.line);
		const missed = ways?.some((way) => way.count === 0) ?? false;
		if (region.state === 'uncovered' || missed || covered || inside) {
			const branches = ways?.map((way) => new vscode.BranchCoverage(way.count ?? true));
			out.push(new vscode.StatementCoverage(region.count ?? region.state === 'covered', range, branches));
		}
	}
	for (const f of coverage.functions) {
		if (
			f.state !== 'excluded' &&
			f.state !== 'new' &&
			f.state !== 'unknown' &&
			(!f.stale || coverage.stale_look === 'keep')
		) {
			const ran = f.count ?? f.state !== 'uncovered';
			out.push(new vscode.DeclarationCoverage(f.name, ran, toRange(f.name_range)));
		}
	}
	return out;
}

function toRange(range: {
	start: { line: number; character: number };
	end: { line: number; character: number };
}): vscode.Range {
	return new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character);
}
