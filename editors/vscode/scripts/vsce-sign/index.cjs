// vsce loads @vscode/vsce-sign for the signatures of extensions, which nothing here makes or checks. That
// package may be used with Microsoft's products alone, and downloads programs; this one stands in for it.
function refuse() {
	throw new Error('this vsce signs nothing: editors/vscode/scripts/vsce-sign stands in for what would');
}

module.exports = { generateManifest: refuse, verify: refuse, zip: refuse };
