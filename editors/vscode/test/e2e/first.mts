import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testCobra } from './projects.mts';
import { until } from './until.mts';
import { serving, tree, type World } from './world.mts';

/**
 * What a person does first: installs the extension, looks at a folder that came from somewhere, trusts it, and
 * makes the first profile. Afterwards there is a profile of some of cobra's tests.
 */
export async function firstSteps({ steps, window, workspace, server }: World, go: string) {
	const { page } = window;
	const profile = join(go, 'cover.out');

	const installed = await steps.step('the extension is installed from its file', page, async () => {
		await window.run('Covls Tests: Install');
		const figure = async () => /^Coverage \d/.test(await window.statusLabel());
		try {
			await until('the figure', figure, 20_000);
		} catch {
			// VS Code gives its search for workspaceContains up after seven seconds; a file of a language starts covls, too.
			await window.file('args.go');
			await until('the figure', figure);
			await window.run('View: Close All Editors');
		}
	});
	if (!installed) {
		throw new Error('without the extension the other steps are in vain');
	}

	await steps.step('before a folder is trusted nothing of it is run', page, async () => {
		const title = 'Covls: Run Tests with Coverage';
		const offered = () => window.offered('Covls: R', 'Covls Tests: Run');
		const before = await offered();
		assert.ok(before.includes('Covls: Reload Coverage') && !before.includes(title), before.join());
		const restricted = () => commandLine(serving(server).pop() ?? 0).includes('--restricted');
		assert.ok(restricted(), 'the server starts no program');
		rmSync(profile);
		await window.run('Testing: Focus on Coverage Gaps View');
		await window.widen(560);
		await page.locator(`${tree} .monaco-list-row`, { hasText: 'Trust This Workspace' }).click();
		await page.locator('.workspace-trust-editor .monaco-button', { hasText: 'Trust' }).first().click();
		await until('the server may start programs', () => !restricted());
		await until('tests can be run', async () => (await offered()).includes(title));
		await window.run('View: Close All Editors');
	});

	await steps.step('a project without a profile is told how to make one', page, async () => {
		await window.run('Testing: Focus on Coverage Gaps View');
		await until('the view says where it looked, and what would make one', async () => {
			const rows = (await window.rows(tree)).map((row) => row.text.replaceAll('\u00a0', ' '));
			return (
				rows.some((row) => /cobra.*\d+ folders? searched/.test(row)) &&
				rows.some((row) => row.includes('go test -coverpkg=./... -coverprofile=.covls/cover.out ./...'))
			);
		});
		await page.mouse.move(5, 5);
		await window.widen(350);
		await page.locator(`${tree} .monaco-list-row`, { hasText: 'Run Tests with Coverage' }).click();
		await until('the task made a profile, which is shown', async () => /^Coverage \d/.test(await window.statusLabel()));
		assert.equal(readFileSync(join(go, '.covls/.gitignore'), 'utf8').trim(), '*');
		assert.ok(!existsSync(profile), 'nothing is written where others write');
		await window.run('Covls: Create Configuration');
		await until('the settings file is open', () => page.locator('.tab.active[aria-label^=".covls.toml"]').count());
		await window.closePanel();
		assert.ok(existsSync(join(go, '.covls.toml')));
		rmSync(join(go, '.covls.toml'));
		await window.run('View: Close All Editors');
	});

	await steps.step('a run that fails says so', page, async () => {
		const failing = join(go, 'fails_test.go');
		writeFileSync(failing, 'package cobra\n\nimport "testing"\n\nfunc TestFails(t *testing.T) { t.Fatal() }\n');
		await window.run('Covls: Run Tests with Coverage');
		await window.run('Notifications: Show Notifications');
		await until('its exit code is told', async () =>
			(await window.notifications()).some((text) => text.includes('exit code 1')),
		);
		await window.run('Notifications: Clear All Notifications');
		await window.closePanel();
		rmSync(failing);
		await testCobra(go);
		rmSync(join(go, '.covls'), { recursive: true });
	});

	await steps.step('a server that is not there is told, with what helps', page, async () => {
		workspace.set({ 'covls.server.path': '/nowhere/covls' });
		await until('the status bar says so', async () => (await window.statusLabel()).includes('could not be started'));
		await window.run('Notifications: Show Notifications');
		await until('a message', async () =>
			(await window.notifications()).some((text) => text.includes('no program at /nowhere/covls')),
		);
		await page.locator('.notification-list-item .monaco-button', { hasText: 'How to Install' }).waitFor();
		await window.run('Notifications: Clear All Notifications');
		await testCobra(go, 'Args|Complete');
		workspace.set({});
		await until('it is back', async () => /^Coverage \d/.test(await window.statusLabel()));
	});
}

/** The command line of a process. */
function commandLine(pid: number): string[] {
	return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
}
