// The tests inside the extension host: VS Code calls run in a window that has the project of
// projects.mts's typescript open, with a .covls.toml beside it.
import Mocha from 'mocha';
import { tests } from './tests';

export function run(): Promise<void> {
	const mocha = new Mocha({ ui: 'bdd', timeout: 30_000, reporter: 'spec', color: false });
	mocha.suite.emit('pre-require', globalThis, 'tests', mocha);
	tests();
	return new Promise((resolve, reject) => {
		mocha.run((failures) => (failures > 0 ? reject(new Error(`${failures} tests failed`)) : resolve()));
	});
}
