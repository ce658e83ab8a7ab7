import * as vscode from 'vscode';

/** What a step of the walkthrough is about; package.json has each as the context that contextOf gives. */
export type Step = 'profile' | 'gaps' | 'next' | 'report' | 'settings';

/** The context that becomes true when a step was done. */
export const contextOf = (step: Step): string => `covls.done.${step}`;

const key = 'covls.done';

/**
 * VS Code comes to know the walkthroughs of extensions some seconds after their page was first opened, by its own time.
 * How often what was done is told from then on, and how many times.
 */
const again = { every: 1_000, times: 60 };

/**
 * Ticks the steps of the walkthrough by what has happened. VS Code ticks a step when its context becomes true while it
 * knows the walkthrough; a context that was true before it never ticks. So each is true for a moment only: when
 * something happens, and again and again when a page is opened that may be the walkthrough, or is open at the start.
 */
export class Walkthrough implements vscode.Disposable {
	private readonly disposables: vscode.Disposable[];
	private readonly steps: Set<Step>;
	private readonly told = new vscode.EventEmitter<Step>();
	/** Fires when VS Code was told of a step that was done. */
	readonly onDidTell = this.told.event;
	private timer: NodeJS.Timeout | undefined;

	constructor(private readonly memory: vscode.Memento) {
		this.steps = new Set(memory.get<Step[]>(key, []));
		const { tabGroups } = vscode.window;
		this.disposables = [
			this.told,
			tabGroups.onDidChangeTabs(({ opened, changed }) => {
				if ([...opened, ...changed].some((tab) => tab.isActive && mayBePage(tab))) {
					this.repeat();
				}
			}),
		];
		if (tabGroups.all.some(({ activeTab }) => activeTab !== undefined && mayBePage(activeTab))) {
			this.repeat();
		}
	}

	/** The steps that were done, in this session or an earlier one. */
	get done(): ReadonlySet<Step> {
		return this.steps;
	}

	/** Says that a step was done. */
	did(step: Step): void {
		if (this.steps.has(step)) {
			return;
		}
		this.steps.add(step);
		void this.memory.update(key, [...this.steps]);
		void this.tell(step);
	}

	dispose(): void {
		clearInterval(this.timer);
		vscode.Disposable.from(...this.disposables).dispose();
	}

	private repeat(): void {
		clearInterval(this.timer);
		let left = again.times;
		this.timer = setInterval(() => {
			if (--left === 0) {
				clearInterval(this.timer);
			}
			for (const step of this.steps) {
				void this.tell(step);
			}
		}, again.every);
	}

	private async tell(step: Step): Promise<void> {
		for (const value of [true, false]) {
			await vscode.commands.executeCommand('setContext', contextOf(step), value);
		}
		this.told.fire(step);
	}
}

/** Of an editor of VS Code's own, as the walkthrough is, nothing is told. */
function mayBePage(tab: vscode.Tab): boolean {
	return tab.input === undefined;
}
