// Prints how many ways lead through the functions of texts of JavaScript and TypeScript, by the TypeScript compiler: a line of
// JSON for each file of standard input. Its argument is the folder of the package typescript, of a version before 7.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'

const ts = createRequire(import.meta.url)(process.argv[2])
const K = ts.SyntaxKind
const forks = new Set([
  K.IfStatement, K.ConditionalExpression, K.ForStatement, K.ForInStatement, K.ForOfStatement, K.WhileStatement, K.DoStatement, K.CatchClause, K.CaseClause,
])
const joins = new Set([
  K.AmpersandAmpersandToken, K.BarBarToken, K.QuestionQuestionToken, K.AmpersandAmpersandEqualsToken, K.BarBarEqualsToken, K.QuestionQuestionEqualsToken,
])
const isFunction = (n) => ts.isFunctionLike(n) && n.body

function ways(of) {
  let n = 1
  const left = []
  const push = (child) => { left.push(child) }
  of.forEachChild(push)
  while (left.length) {
    const x = left.pop()
    if (isFunction(x)) continue
    if (forks.has(x.kind) || (x.kind === K.BinaryExpression && joins.has(x.operatorToken.kind))) n++
    x.forEachChild(push)
  }
  return n
}

for (const file of readFileSync(0, 'utf8').split('\n')) {
  if (!file) continue
  const tree = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true)
  const answer = { file, ways: [] }
  const left = tree.parseDiagnostics.length ? [] : [tree]
  const push = (child) => { left.push(child) }
  while (left.length) {
    const x = left.pop()
    if (isFunction(x)) {
      const first = x.modifiers?.findLast((m) => m.kind === K.Decorator)
      const start = first ? (x.modifiers.find((m) => m.pos >= first.end) ?? x.name ?? x).getStart(tree) : x.getStart(tree)
      answer.ways.push([tree.getLineAndCharacterOfPosition(start).line + 1, ways(x)])
    }
    x.forEachChild(push)
  }
  console.log(JSON.stringify(answer))
}
