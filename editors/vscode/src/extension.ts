// What is imported first runs first.
import './began';

import type * as vscode from 'vscode';
import { Badges } from './badges';
import { began } from './began';
import { Client } from './client';
import { registerCommands } from './commands';
import { TestCoverage } from './coverage';
import { dress } from './hover';
import { Model } from './model';
import { Reports } from './report';
import { TestTasks } from './run';
import { StaleMarks } from './stale';
import { StatusBar } from './status';
import { SettingsFile } from './toml';
import { Tree } from './tree';
import { Walkthrough } from './walkthrough';

/** What the tests of the extension look at. */
export interface Api {
	readonly client: Client;
	readonly model: Model;
	readonly tree: Tree;
	readonly badges: Badges;
	readonly walkthrough: Walkthrough;
	/** What it took from the first line of the extension's code to the end of its activation, in milliseconds. */
	readonly activation: {
		readonly clock: number;
		/** Of all threads of the extension host. */
		readonly processor: number;
	};
}

/** Ends the server; set while the extension is active. */
let stop: (() => Promise<void>) | undefined;

export async function deactivate(): Promise<void> {
	await stop?.();
	stop = undefined;
}

/** Makes all that is drawn, and starts the server without waiting for it. */
export function activate(context: vscode.ExtensionContext): Api {
	const client = new Client(context);
	stop = () => client.stop();
	const model = new Model(client);
	client.dress = (hover, document) => dress(hover, document, model);
	const reports = new Reports();
	const tests = new TestTasks(client, model);
	const walkthrough = new Walkthrough(context.globalState);
	const testCoverage = new TestCoverage(client, model);
	const tree = new Tree(model, context.workspaceState, walkthrough);
	const badges = new Badges(model);
	context.subscriptions.push(
		registerCommands({ client, model, reports, tests, testCoverage, walkthrough }),
		SettingsFile.register(),
		new StatusBar(client, model, tests),
		new StaleMarks(model, testCoverage),
		model.onDidChange(() => model.status?.state === 'ready' && walkthrough.did('profile')),
		walkthrough,
		testCoverage,
		badges,
		tree,
		tests,
		reports,
		model,
		client,
	);
	// What VS Code starts besides comes first: nobody waits for the server.
	setImmediate(() => void client.start());
	const { user, system } = process.cpuUsage(began.processor);
	const activation = { clock: performance.now() - began.clock, processor: (user + system) / 1000 };
	return { client, model, tree, badges, walkthrough, activation };
}
