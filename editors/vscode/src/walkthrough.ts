import * as vscode from 'vscode';

/** What a step of the walkthrough is about; package.json has each as the context `covls.done.STEP`. */
export type Step = 'profile' | 'gaps' | 'next' | 'report' | 'settings';

const key = 'covls.done';

/**
 * After a tab of VS Code's own was opened, its walkthroughs come to know those of extensions by their own time. In
 * milliseconds.
 */
const moments = [200, 1_000, 4_000, 10_000, 20_000, 40_000];

/**
 * Ticks the steps of the walkthrough by what has happened. VS Code ticks a step when its context becomes true while it
 * knows the walkthrough, which is from when its page is first opened on; a context that was true before it never ticks. So
 * each is true for a moment only: when something happens, and again when a page is opened that may be the walkthrough.
 */
export class Walkthrough implements vscode.Disposable {
	private readonly disposables: vscode.Disposable[];
	private readonly done: Set<Step>;
	private timers: NodeJS.Timeout[] = [];

	constructor(private readonly memory: vscode.Memento) {
		this.done = new Set(memory.get<Step[]>(key, []));
		this.disposables = [
			vscode.window.tabGroups.onDidChangeTabs(({ opened, changed }) => {
				// Of an editor of VS Code's own nothing is told.
				if ([...opened, ...changed].some((tab) => tab.isActive && tab.input === undefined)) {
					this.again();
				}
			}),
		];
	}

	/** Says that a step was done. */
	did(step: Step): void {
		if (this.done.has(step)) {
			return;
		}
		this.done.add(step);
		void this.memory.update(key, [...this.done]);
		void this.tick(step);
	}

	dispose(): void {
		this.stop();
		vscode.Disposable.from(...this.disposables).dispose();
	}

	private again(): void {
		this.stop();
		this.timers = moments.map((wait) =>
			setTimeout(() => {
				for (const step of this.done) {
					void this.tick(step);
				}
			}, wait),
		);
	}

	private stop(): void {
		for (const timer of this.timers) {
			clearTimeout(timer);
		}
	}

	private async tick(step: Step): Promise<void> {
		for (const value of [true, false]) {
			await vscode.commands.executeCommand('setContext', `covls.done.${step}`, value);
		}
	}
}
