// Prints the functions of texts as tree-sitter's grammars have them: a line of JSON for each file of standard input.
//
//	node oracle.mjs LANGUAGE GRAMMARS < list of files
//
// GRAMMARS is a folder with node_modules that has web-tree-sitter and tree-sitter-wasms.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

const [, , language, grammars] = process.argv;
const require = createRequire(join(grammars, 'x.js'));
const { Parser, Language } = require('web-tree-sitter');

/** The name that the declarator of a function of C or C++ has; of one that a macro begins, what the macro makes. */
function declared(node) {
	let at = node.childForFieldName('declarator');
	let params = null;
	while (at !== null) {
		switch (at.type) {
			case 'function_declarator':
				params = at.childForFieldName('parameters') ?? params;
				at = at.childForFieldName('declarator');
				continue;
			case 'qualified_identifier':
			case 'template_function':
			case 'template_method':
			case 'dependent_name':
				at = at.childForFieldName('name') ?? at.lastNamedChild;
				continue;
			case 'operator_cast':
				return squeezed(at.text.slice(0, at.childForFieldName('declarator').startIndex - at.startIndex) + at.childForFieldName('declarator').text.split('(')[0]);
			case 'pointer_declarator':
			case 'reference_declarator':
			case 'array_declarator':
			case 'attributed_declarator':
			case 'parenthesized_declarator':
				at = at.childForFieldName('declarator') ?? at.namedChildren.find((c) => c.type.endsWith('declarator') || c.type.endsWith('identifier') || c.type.endsWith('name'));
				at ??= null;
				continue;
		}
		break;
	}
	const name = squeezed(at?.text ?? '');
	if (node.childForFieldName('type') === null && params !== null && at.type !== 'destructor_name') {
		const first = /^\(\s*([\w$]+|"(?:[^"\\]|\\.)*")\s*[,)]/.exec(params.text);
		if (/^(TYPED_)?TEST(_F|_P)?$/.test(name) && is.wasm !== 'c') {
			return 'TestBody';
		}
		if (/^[A-Z0-9_]+$/.test(name) && first !== null) {
			for (let up = node.parent; up !== null; up = up.parent) {
				if (up.childForFieldName('name')?.text.replace(/<.*/s, '') === name) {
					return name;
				}
			}
			return `${name}(${first[1]})`;
		}
	}
	return name;
}

/** A name without the spaces that do not matter. */
function squeezed(name) {
	return name.trim().replace(/\s+/g, ' ').replace(/ (?=\W)|(?<=\W) /g, '');
}

/** Whether the preprocessor never leaves a part of a text of C. */
function isDead(node) {
	const never = (n) => n?.type === 'preproc_if' && n.childForFieldName('condition')?.text === '0';
	return never(node) || (node.type === 'preproc_else' && node.parent.childForFieldName('condition')?.text === '1');
}

// For each language: its grammar (of tree-sitter-wasms, or the file of another package), the nodes that are functions, with how
// each is named if that is not its field "name" (null is none) and where it ends if that is not its end, whether only those with
// a field "body" count, what stands before them and is no part of them, and what the grammar does not look into.
// For each language: its grammar (of tree-sitter-wasms, or the file of another package), the nodes that are functions, with how each is named if that is not its field "name" (null
// is none) and where it ends if that is not its end, whether only those with a field "body" count, what stands before them
// and is no part of them, and what the grammar does not look into.
const script = {
	funcs: { function_declaration: {}, generator_function_declaration: {}, method_definition: { name: keyed }, function_expression: { name: exported }, function: { name: exported } },
	body: true,
	marks: ['decorator'],
};
const languages = {
	javascript: { wasm: 'javascript', ...script },
	typescript: { wasm: 'typescript', ...script },
	typescriptreact: { wasm: 'tsx', ...script },
	elixir: { wasm: 'elixir', funcs: { call: { name: elixirName } }, marks: [] },
	lua: { wasm: 'lua', funcs: { function_definition_statement: { name: lastName }, local_function_definition_statement: {} }, marks: [] },
	python: { wasm: 'python', funcs: { function_definition: { end: statement } }, marks: [] },
	c: {
		wasm: 'c', funcs: { function_definition: { name: declared } }, body: true, isDark: isDead,
		marks: ['attribute_declaration', 'attribute_specifier', 'ms_declspec_modifier'],
	},
	cpp: {
		wasm: 'cpp', funcs: { function_definition: { name: declared } }, body: true, isDark: isDead,
		marks: ['attribute_declaration', 'attribute_specifier', 'ms_declspec_modifier'],
	},
	dart: {
		wasm: 'dart',
		funcs: Object.fromEntries(
			['method_signature', 'function_signature', 'getter_signature', 'setter_signature'].map((type) => [
				type,
				{ name: dartName, end: (n) => dartBody(n).endPosition },
			]),
		),
		marks: ['annotation'],
	},
	scala: {
		wasm: 'scala',
		funcs: { function_definition: { name: (n) => n.childForFieldName('name').text.replaceAll('`', '') } },
		body: true,
		marks: ['annotation'],
	},
	swift: {
		wasm: 'swift',
		funcs: {
			function_declaration: { name: (n) => child(n, 'function_body') ? n.children[n.children.findIndex((c) => c.type === 'func') + 1].text.replaceAll('`', '') : null },
			init_declaration: { name: (n) => child(n, 'function_body') ? 'init' : null },
			deinit_declaration: { name: (n) => child(n, 'function_body') ? 'deinit' : null },
			property_declaration: { name: (n) => swiftWhole(child(n, 'computed_property')) && `${swiftProperty(n)}.get` },
			subscript_declaration: { name: (n) => swiftWhole(child(n, 'computed_property')) && 'subscript.get' },
			computed_getter: { name: (n) => child(n, '{') ? `${swiftProperty(n.parent.parent)}.get` : null },
			computed_setter: { name: (n) => child(n, '{') ? `${swiftProperty(n.parent.parent)}.set` : null },
			computed_modify: { name: (n) => child(n, '{') ? `${swiftProperty(n.parent.parent)}._modify` : null },
			willset_clause: { name: (n) => child(n, '{') ? `${swiftProperty(n.parent.parent)}.willSet` : null },
			didset_clause: { name: (n) => child(n, '{') ? `${swiftProperty(n.parent.parent)}.didSet` : null },
		},
		marks: ['attribute'],
	},
	csharp: {
		wasm: 'c_sharp',
		funcs: {
			method_declaration: { name: (n) => bodied(n) && n.childForFieldName('name').text },
			constructor_declaration: { name: (n) => bodied(n) && n.childForFieldName('name').text },
			destructor_declaration: { name: (n) => bodied(n) && `~${n.childForFieldName('name').text}` },
			local_function_statement: { name: (n) => bodied(n) && n.childForFieldName('name').text },
			operator_declaration: { name: (n) => bodied(n) && `operator ${n.children.slice(n.children.findIndex((c) => c.type === 'operator') + 1, n.children.findIndex((c) => c.type === 'parameter_list')).map((c) => c.text).join('')}` },
			conversion_operator_declaration: { name: (n) => bodied(n) && `${n.children.find((c) => c.type === 'implicit' || c.type === 'explicit')?.text} operator ${(n.childForFieldName('type') ?? n.children[n.children.findIndex((c) => c.type === 'operator') + 1]).text.replace(/\s+/g, '').replaceAll(',', ', ')}` },
			accessor_declaration: {
				name: (n) => bodied(n) && `${csharpProperty(n.parent.parent)}.${n.children.find((c) => ['get', 'set', 'init', 'add', 'remove'].includes(c.text))?.text}`,
			},
			property_declaration: { name: (n) => child(n, 'arrow_expression_clause') ? `${csharpProperty(n)}.get` : null },
			indexer_declaration: { name: (n) => child(n, 'arrow_expression_clause') ? `${csharpProperty(n)}.get` : null },
		},
		marks: ['attribute_list'],
	},
	shellscript: { wasm: 'tree-sitter-bash/tree-sitter-bash.wasm', funcs: { function_definition: {} }, marks: [] },
	ruby: { wasm: 'ruby', funcs: { method: {}, singleton_method: {} }, marks: [] },
	kotlin: {
		wasm: 'kotlin',
		funcs: {
			function_declaration: {
				name: (n) => (child(n, 'function_body') === undefined ? null : (child(n, 'simple_identifier')?.text ?? '').replaceAll('`', '')),
			},
			secondary_constructor: { name: (n) => (child(n, '{') === undefined ? null : 'constructor') },
			getter: { name: (n) => kotlinAccessor(n, 'get') },
			setter: { name: (n) => kotlinAccessor(n, 'set') },
		},
		marks: ['annotation'],
	},
	java: {
		wasm: 'java',
		funcs: { method_declaration: {}, constructor_declaration: {}, compact_constructor_declaration: {} },
		body: true,
		marks: ['annotation', 'marker_annotation'],
	},
	php: {
		wasm: 'php', funcs: { function_definition: {}, method_declaration: {} }, body: true, marks: ['attribute_list'],
	},
	rust: { wasm: 'rust', funcs: { function_item: {} }, body: true, marks: [], dark: ['token_tree', 'macro_definition'] },
};

/** A function without a name of its own that a module exports is called default, and any other is a value. */
function exported(node) {
	return node.parent?.type === 'export_statement' ? (node.childForFieldName('name')?.text ?? 'default') : null;
}

/** A name that may be in quotes. */
function keyed(node) {
	const name = node.childForFieldName('name');
	return name?.type === 'string' ? name.text.slice(1, -1) : (name?.text ?? '');
}

/** The first child of a type. */
function child(node, type) {
	return node.children.find((c) => c.type === type);
}

/** The name of an accessor of a property in Kotlin; null of one without a body. */
function kotlinAccessor(node, what) {
	if (child(node, 'function_body') === undefined) {
		return null;
	}
	let property = node.parent;
	if (property.type !== 'property_declaration') {
		property = node;
		while (property !== null && property.type !== 'property_declaration') {
			property = property.previousNamedSibling;
		}
	}
	return `${(child(child(property, 'variable_declaration'), 'simple_identifier').text ?? '').replaceAll('`', '')}.${what}`;
}

/** true of a function of C# that has a body, null of others. */
function bodied(node) {
	return child(node, 'block') !== undefined || child(node, 'arrow_expression_clause') !== undefined ? true : null;
}

/** The name of a property, event or indexer of C#. */
function csharpProperty(node) {
	return node.type === 'indexer_declaration' ? 'this[]' : (node.childForFieldName('name')?.text ?? '');
}

/** true of a computed property of Swift that has no accessors, null of others. */
function swiftWhole(node) {
	return node !== undefined && !node.children.some((c) => c.type.startsWith('computed_')) ? true : null;
}

/** The name of a property of Swift. */
function swiftProperty(node) {
	return node.type === 'subscript_declaration' ? 'subscript' : (child(node, 'pattern')?.text ?? '').replaceAll('`', '');
}

/** The body of the function of Dart whose signature a node is. */
function dartBody(node) {
	if (node.parent.type === 'lambda_expression') {
		return node.parent.childForFieldName('body');
	}
	let next = node.nextNamedSibling;
	while (next?.type === 'comment' || next?.type === 'documentation_comment') {
		next = next.nextNamedSibling;
	}
	return next?.type === 'function_body' ? next : undefined;
}

/** The name of the function of Dart whose signature a node is, null of one without a body. */
function dartName(node) {
	if (!dartBody(node) || node.parent.type === 'method_signature') {
		return null;
	}
	const is = node.type === 'method_signature' ? node.namedChildren.find((c) => c.type.endsWith('_signature')) : node;
	const name = is.childForFieldName('name')?.text ?? '';
	switch (is.type) {
		case 'getter_signature':
			return `${name}.get`;
		case 'setter_signature':
			return `${name}.set`;
		case 'operator_signature':
			return `operator ${is.text.replace(/^[^]*?\boperator\s*/, '').replace(/\s*\([^]*$/, '')}`;
		case 'constructor_signature':
		case 'factory_constructor_signature':
		case 'constant_constructor_signature':
			return is.text.replace(/\([^]*$/, '').replace(/^(?:const|factory)\s+/, '').trim();
	}
	return name;
}

const is = languages[language];
await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(require.resolve(is.wasm.includes('/') ? is.wasm : `tree-sitter-wasms/out/tree-sitter-${is.wasm}.wasm`)));

/** The node where a definition starts behind its marks. */
function begin(node) {
	for (const child of node.children) {
		if (is.marks.includes(child.type) || child.isExtra) {
			continue;
		}
		if (child.type !== 'modifiers') {
			return child;
		}
		const inner = child.children.find((c) => !is.marks.includes(c.type) && !c.isExtra);
		if (inner !== undefined) {
			return inner;
		}
	}
	return node;
}

/** The c of a.b:c. */
function lastName(node) {
	return node.childForFieldName('name').text.split(/[.:]/).at(-1).trim();
}

/** What a call of def defines, if it has a body. */
function elixirName(node) {
	if (!/^def(p|macro|macrop)?$/.test(node.childForFieldName('target')?.text)) {
		return null;
	}
	const given = node.children.find((c) => c.type === 'arguments');
	const keys = given?.namedChildren.find((c) => c.type === 'keywords');
	if (!node.children.some((c) => c.type === 'do_block') && !keys?.namedChildren.some((c) => c.firstChild.text.startsWith('do:'))) {
		return null;
	}
	for (let head = given.firstNamedChild; ; head = head.childForFieldName('left') ?? head.firstNamedChild) {
		switch (head.type) {
			case 'block':
				continue;
			case 'binary_operator':
				if (head.childForFieldName('operator').text === 'when') {
					continue;
				}
				return head.childForFieldName('operator').text;
			case 'unary_operator':
				return head.childForFieldName('operator').text;
			case 'call':
				return head.childForFieldName('target').text;
			default:
				return head.text;
		}
	}
}

/** Where the last statement of a body ends: comments behind it may be in it. */
function statement(node) {
	for (let last = node; last !== undefined; last = last.children.findLast((c) => !c.isExtra && c.endIndex > c.startIndex)) {
		node = last;
	}
	return node.endPosition;
}

function functions(tree) {
	const out = [];
	const dark = [];
	const stack = [tree.rootNode];
	while (stack.length > 0) {
		const node = stack.pop();
		if (is.dark?.includes(node.type) || is.isDark?.(node)) {
			dark.push([node.startPosition.row + 1, node.endPosition.row + 1]);
			continue;
		}
		const how = is.funcs[node.type];
		if (how !== undefined && node.isNamed && !node.isMissing && (!is.body || node.childForFieldName('body') !== null)) {
			const name = how.name === undefined ? (node.childForFieldName('name')?.text ?? '') : how.name(node);
			if (name !== null) {
				let last = node.endPosition;
				if (how.end !== undefined) {
					last = how.end(node);
				}
				out.push([name, begin(node).startPosition.row + 1, last.row + (last.column === 0 && last.row > node.startPosition.row ? 0 : 1)]);
			}
		}
		for (let i = node.childCount - 1; i >= 0; i--) {
			stack.push(node.child(i));
		}
	}
	return { funcs: out, dark };
}

for await (const file of createInterface({ input: process.stdin })) {
	const text = readFileSync(file, 'utf8');
	let answer = { file, broken: true, funcs: [], dark: [] };
	try {
		const tree = parser.parse(text);
		answer = { file, broken: tree.rootNode.hasError, ...functions(tree) };
		tree.delete();
	} catch (error) {
		answer.error = String(error);
		parser.reset();
	}
	process.stdout.write(`${JSON.stringify(answer)}\n`);
}
