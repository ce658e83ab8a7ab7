// Makes the settings of package.json and their descriptions in package.nls.json from the schema of
// .covls.toml, beside the extension's own, which stand in own-settings.json.
//
//   node scripts/settings.mjs           writes both files
//   node scripts/settings.mjs --check   fails where they are not what this would write
import { readFileSync, writeFileSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const read = (name) => JSON.parse(readFileSync(new URL(name, root), 'utf8'));

/** Settings of the machine or the whole window, and those that can differ from folder to folder. */
const folder = 'resource';

/**
 * Settings that start programs, or lead out of the workspace, which the server takes from an editor: a
 * workspace that is not trusted can't set them.
 */
const restricted = ['covls.changed.baseline', 'covls.path', 'covls.profiles', 'covls.run.command', 'covls.server.path'];

function leaves(schema, prefix, out) {
	for (const [name, property] of Object.entries(schema.properties)) {
		const key = `${prefix}.${name}`;
		if (property.type === 'object' && property.properties !== undefined) {
			leaves(property, key, out);
		} else {
			// A number that may be left open is an empty field.
			const open = property.default === undefined ? { default: null, type: [property.type, 'null'] } : {};
			const words = key in meanings ? { enumDescriptions: meanings[key] } : {};
			out[key] = { scope: folder, ...property, ...open, ...words };
		}
	}
	return out;
}

/** What the values of a setting mean, where its description does not say it. */
const meanings = {
	'covls.stale': [
		'Dim them, and call the function stale.',
		'Hide them until the tests have run again.',
		'Leave them as they are.',
	],
	'covls.diagnostics.scope': [
		'Open files.',
		'Open files, and the 20 most urgent functions elsewhere.',
		'All files that a profile names.',
	],
	'covls.lens.functions': ['Functions that are not fully covered.', 'All functions.', 'No function.'],
};

/** A schema whose descriptions, at any depth, are keys of package.nls.json. */
function translated(schema, key, nls) {
	if (Array.isArray(schema) || typeof schema !== 'object' || schema === null) {
		return schema;
	}
	return Object.fromEntries(
		Object.entries(schema).map(([name, value]) => {
			if (name === 'description' && typeof value === 'string') {
				nls[key] = value;
				return [name, `%${key}%`];
			}
			return [name, translated(value, ['items', 'properties'].includes(name) ? key : `${key}.${name}`, nls)];
		}),
	);
}

const schema = read('schemas/covls.schema.json');
const own = read('scripts/own-settings.json');
const all = leaves(schema, 'covls', {});
const groups = [
	['settings.general', (key) => key in own],
	[
		'settings.coverage',
		(key) => /^covls\.(profiles|exclude|target|path|component|rule|stale|settle|run|cache)/.test(key),
	],
	['settings.marks', (key) => /^covls\.(diagnostics|lens|changed|hints|hover|fade)/.test(key)],
	['settings.limits', () => true],
];

const nls = Object.fromEntries(
	Object.entries(read('package.nls.json')).filter(
		([key]) => !(key.startsWith('covls.') && !key.startsWith('covls.command.')),
	),
);
const left = { ...own, ...all };
const configuration = groups.map(([title, belongs], order) => {
	const properties = {};
	for (const key of Object.keys(left).filter(belongs)) {
		const { description, enumDescriptions, ...rest } = left[key];
		nls[key] = description;
		properties[key] = { ...translated(rest, key, nls), markdownDescription: `%${key}%` };
		if (enumDescriptions !== undefined) {
			properties[key].enumDescriptions = enumDescriptions.map((text, i) => {
				nls[`${key}.${rest.enum[i]}`] = text;
				return `%${key}.${rest.enum[i]}%`;
			});
		}
		delete left[key];
	}
	return { title: `%${title}%`, order, properties };
});

const manifest = read('package.json');
manifest.contributes.configuration = configuration;
manifest.capabilities.untrustedWorkspaces.restrictedConfigurations = restricted;

let wrong = false;
for (const [name, value] of [
	['package.json', manifest],
	['package.nls.json', nls],
]) {
	if (process.argv.includes('--check')) {
		if (JSON.stringify(read(name)) !== JSON.stringify(value)) {
			console.error(`${name} is not what the schema says: run npm run settings`);
			wrong = true;
		}
	} else {
		writeFileSync(new URL(name, root), `${JSON.stringify(value, null, '\t')}\n`);
	}
}
process.exitCode = wrong ? 1 : 0;
