// Prints the functions of texts of JavaScript and TypeScript as the TypeScript compiler has them: a line of JSON for each file of
// standard input.
//
//	node oracle_typescript.mjs FOLDER < list of files
//
// FOLDER has node_modules with typescript. Functions that stand as values are left out, and declarations without a body.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

const ts = createRequire(join(process.argv[2], 'x.js'))('typescript');
const kinds = ts.SyntaxKind;

/** What a function is called: as it stands in the text, without quotes. */
function called(node, file) {
	switch (node.kind) {
		case kinds.Constructor:
			return 'constructor';
		case kinds.FunctionDeclaration:
			return node.name?.text ?? 'default';
	}
	switch (node.name.kind) {
		case kinds.StringLiteral:
		case kinds.NoSubstitutionTemplateLiteral:
			return node.name.getText(file).slice(1, -1);
	}
	return node.name.getText(file);
}

/** Where a function begins behind its decorators and the words that export it. */
function begins(node, file) {
	if (node.kind === kinds.FunctionDeclaration && !node.name) {
		return node.modifiers.find((m) => m.kind === kinds.DefaultKeyword).getStart(file);
	}
	const words = (node.modifiers ?? []).filter((m) => m.kind !== kinds.Decorator);
	for (const word of words) {
		if (node.kind !== kinds.FunctionDeclaration || word.kind === kinds.AsyncKeyword) {
			return word.getStart(file);
		}
	}
	for (const child of node.getChildren(file)) {
		if (child.kind !== kinds.SyntaxList && child.kind !== kinds.JSDoc) {
			return child.getStart(file);
		}
		if (child.kind === kinds.SyntaxList && child.pos >= (node.modifiers?.end ?? 0)) {
			return child.getStart(file);
		}
	}
	return node.getStart(file);
}

const functions = new Set([kinds.FunctionDeclaration, kinds.MethodDeclaration, kinds.Constructor, kinds.GetAccessor, kinds.SetAccessor]);

for await (const path of createInterface({ input: process.stdin })) {
	if (path === '') {
		continue;
	}
	const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
	const Funcs = [];
	const line = (at) => file.text.slice(0, at).split('\n').length;
	const left = [file];
	while (left.length > 0) {
		const node = left.pop();
		if (functions.has(node.kind) && node.body) {
			Funcs.push([called(node, file), line(begins(node, file)), line(node.end - 1)]);
		}
		node.forEachChild((child) => {
			left.push(child);
		});
	}
	console.log(JSON.stringify({ File: path, Broken: file.parseDiagnostics.length > 0, Funcs }));
}
