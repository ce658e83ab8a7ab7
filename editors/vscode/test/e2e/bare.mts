import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bare } from './projects.mts';
import { until } from './until.mts';
import { Window } from './window.mts';
import { gapsPane, picture, serving, tree, type World } from './world.mts';

/** What a person does with a folder that came from somewhere: looks, trusts it, and makes the first profile. */
export async function bareSteps({ steps, root, pictures, ...world }: World): Promise<void> {
	const dir = join(root, 'bare');
	bare(dir);
	const profile = join(dir, 'cover.out');
	writeFileSync(profile, 'mode: set\nbare/bare.go:5.20,5.32 1 0\n');
	world.server.set({ ...world.settings, 'security.workspace.trust.enabled': true });
	const window = await Window.open(world.context, world.server, dir);
	const { page } = window;

	await steps.step('before a folder is trusted nothing of it is run', page, async () => {
		await until('the profile is read', async () => (await window.statusLabel()).startsWith('Coverage 0 %'));
		const title = 'Covls: Run Tests with Coverage';
		assert.ok(!(await window.offered('Covls: Run Tests')).includes(title));
		const path = () => environment(serving(world.server).pop() ?? 0)['PATH'];
		assert.equal(path(), '', 'the server finds no program that it could run');
		rmSync(profile);
		await window.run('Testing: Focus on Coverage Gaps View');
		await window.widen(560);
		await page.locator(`${tree} .monaco-list-row`, { hasText: 'Trust This Workspace' }).click();
		await page.locator('.workspace-trust-editor .monaco-button', { hasText: 'Trust' }).first().click();
		await until('the server finds programs', () => path());
		await until('and tests can be run', async () => (await window.offered('Covls: Run Tests')).includes(title));
		await window.run('View: Close All Editors');
	});

	await steps.step('a project without a profile is told how to make one', page, async () => {
		await window.run('Testing: Focus on Coverage Gaps View');
		await until('the view says where it looked, and what would make one', async () => {
			const rows = (await window.rows(tree)).map((row) => row.text.replaceAll('\u00a0', ' '));
			return (
				rows.some((row) => /bare.*1 folder searched for \d+ names/.test(row)) &&
				rows.some((row) => row.includes('go test -coverprofile=cover.out ./...'))
			);
		});
		await picture(pictures, page, 'welcome', gapsPane);
		await page.locator(`${tree} .monaco-list-row`, { hasText: 'Run Tests with Coverage' }).click();
		await until('the task made a profile, which is shown', async () =>
			(await window.statusLabel()).startsWith('Coverage 50 %'),
		);
		await window.run('Covls: Create Configuration');
		await until('the settings file is open', () => page.locator('.tab.active[aria-label^=".covls.toml"]').count());
		await window.closePanel();
		await picture(pictures, page, 'toml', '.part.editor');
		assert.ok(existsSync(join(dir, '.covls.toml')));
	});

	await steps.step('a server that is not there is told, with what helps', page, async () => {
		const settings = join(dir, '.vscode/settings.json');
		mkdirSync(dirname(settings));
		writeFileSync(settings, '{ "covls.server.path": "/nowhere/covls" }\n');
		await until('the status bar says so', async () => (await window.statusLabel()).includes('could not be started'));
		await window.run('Notifications: Show Notifications');
		await until('a message', async () =>
			(await window.notifications()).some((text) => text.includes('no program at /nowhere/covls')),
		);
		await page.locator('.notification-list-item .monaco-button', { hasText: 'How to Install' }).waitFor();
		writeFileSync(settings, '{}\n');
		await until('it is back', async () => (await window.statusLabel()).startsWith('Coverage 50 %'));
	});
	await window.close();
}

/** The environment of a process. */
function environment(pid: number): Record<string, string> {
	const pairs = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
	return Object.fromEntries(pairs.map((pair) => [pair.split('=')[0], pair.slice(pair.indexOf('=') + 1)]));
}
