/**
 * What mutation testing changes in a source file: one small thing at a time.
 *
 * - `entries`: removes entries of lists of steps or rules;
 * - `guards`: that, and each `if (…) return …` and each side of an `&&` or `||`;
 * - `changes`: the usual operators of mutation testing. Conditions, comparisons, arithmetic, literals, patterns, statements and
 *   bodies each become something else.
 */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ts from 'typescript';

const { SyntaxKind: Kind } = ts;

/** What each operator becomes. A comparison moves its boundary; turning it round would be noticed with the condition. */
const OTHER_OPERATORS = new Map([
  [Kind.LessThanToken, ['<=']],
  [Kind.LessThanEqualsToken, ['<']],
  [Kind.GreaterThanToken, ['>=']],
  [Kind.GreaterThanEqualsToken, ['>']],
  [Kind.EqualsEqualsEqualsToken, ['!==']],
  [Kind.ExclamationEqualsEqualsToken, ['===']],
  [Kind.PlusToken, ['-']],
  [Kind.MinusToken, ['+']],
  [Kind.AsteriskToken, ['/']],
  [Kind.SlashToken, ['*']],
  [Kind.PercentToken, ['*']],
  [Kind.PlusEqualsToken, ['-=']],
  [Kind.MinusEqualsToken, ['+=']],
  [Kind.AmpersandAmpersandEqualsToken, ['=']],
  [Kind.QuestionQuestionEqualsToken, ['=']],
]);
const OTHER_METHODS = new Map([
  ['min', 'max'],
  ['max', 'min'],
  ['some', 'every'],
  ['every', 'some'],
  ['indexOf', 'lastIndexOf'],
  ['lastIndexOf', 'indexOf'],
  ['startsWith', 'endsWith'],
  ['endsWith', 'startsWith'],
  ['toLowerCase', 'toUpperCase'],
  ['trim', 'toString'],
  ['shift', 'pop'],
  ['push', 'unshift'],
]);

/**
 * Every mutant of a file: the text that takes a place in the source, and a name that does not depend on line numbers. A name
 * that comes more than once gets a number.
 */
export function mutantsOf(root, path, operators) {
  const text = readFileSync(join(root, path), 'utf8');
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const seen = new Map();
  const found = [];
  const add = (node, replacement, what) => {
    const name = `${basename(path)} ${what}`;
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    const numbered = times === 1 ? name : `${name} (${times})`;
    found.push({ path, text, start: node.getStart(), end: node.getEnd(), replacement, name: numbered });
  };
  const visit = (node, within) => {
    if (isOfTypes(node)) return;
    const named = nameOf(node) ?? within;
    addRemovals(node, named, operators, add);
    if (operators === 'changes') addChanges(node, named, add);
    ts.forEachChild(node, (child) => visit(child, named));
  };
  visit(source, '');
  return found;
}

function nameOf(node) {
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  const isNamed =
    ts.isVariableDeclaration(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isGetAccessorDeclaration(node) ||
    ts.isPropertyDeclaration(node);
  return isNamed ? node.name?.getText() : undefined;
}

const isOfTypes = (node) =>
  ts.isTypeNode(node) ||
  ts.isInterfaceDeclaration(node) ||
  ts.isTypeAliasDeclaration(node) ||
  ts.isImportDeclaration(node);

const short = (node) => node.getText().replace(/\s+/g, ' ').slice(0, 90);

function addRemovals(node, named, operators, add) {
  if (ts.isVariableDeclaration(node) && /(?:Steps|RULES)$/.test(node.name.getText()))
    if (node.initializer && ts.isArrayLiteralExpression(node.initializer))
      for (const entry of node.initializer.elements)
        add(entry, '...[]', `${node.name.getText()}: ${short(entry)}`);
  if (operators === 'entries') return;
  if (ts.isIfStatement(node) && node.elseStatement === undefined && ts.isReturnStatement(node.thenStatement))
    add(node, ';', `${named}: if (${short(node.expression)})`);
  if (ts.isBinaryExpression(node) && /^(?:&&|\|\||\?\?)$/.test(node.operatorToken.getText())) {
    add(node, node.left.getText(), `${named}: without right of ${short(node)}`);
    if (node.operatorToken.kind !== Kind.QuestionQuestionToken)
      add(node, node.right.getText(), `${named}: without left of ${short(node)}`);
  }
}

function addChanges(node, named, add) {
  const change = (part, replacement) =>
    add(part, replacement, `${named}: ${short(part)} → ${replacement.replace(/\s+/g, ' ').slice(0, 90)}`);
  changeCondition(node, change);
  changeOperator(node, named, add);
  changeLiteral(node, change);
  changeStatement(node, change);
}

/** What a condition decides: each way always taken. */
function changeCondition(node, change) {
  if (ts.isIfStatement(node)) {
    const isGuard = node.elseStatement === undefined && ts.isReturnStatement(node.thenStatement);
    if (!isGuard) change(node.expression, 'false');
    change(node.expression, 'true');
  }
  if (ts.isConditionalExpression(node)) {
    change(node.condition, 'true');
    change(node.condition, 'false');
  }
  if (ts.isWhileStatement(node) || (ts.isForStatement(node) && node.condition))
    change(node.expression ?? node.condition, 'false');
}

function changeOperator(node, named, add) {
  if (ts.isBinaryExpression(node)) {
    const [left, right] = [node.left.getText(), node.right.getText()];
    for (const other of OTHER_OPERATORS.get(node.operatorToken.kind) ?? [])
      add(node, `${left} ${other} ${right}`, `${named}: ${other} in ${short(node)}`);
  }
  if (ts.isPrefixUnaryExpression(node) && node.operator === Kind.ExclamationToken)
    add(node, node.operand.getText(), `${named}: without ! in ${short(node)}`);
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
    const other = OTHER_METHODS.get(node.expression.name.text);
    if (other !== undefined) add(node.expression.name, other, `${named}: ${other} in ${short(node)}`);
  }
  if (node.questionDotToken && (ts.isPropertyAccessExpression(node) || ts.isCallExpression(node)))
    add(
      node.questionDotToken,
      ts.isCallExpression(node) ? '' : '.',
      `${named}: without ?. in ${short(node)}`,
    );
}

function changeLiteral(node, change) {
  if (node.kind === Kind.TrueKeyword) change(node, 'false');
  if (node.kind === Kind.FalseKeyword) change(node, 'true');
  if (ts.isStringLiteral(node)) change(node, node.text === '' ? "'odd'" : "''");
  if (ts.isTemplateExpression(node) || ts.isNoSubstitutionTemplateLiteral(node)) change(node, '``');
  if (ts.isArrayLiteralExpression(node) && node.elements.length > 0) change(node, '[]');
  if (ts.isObjectLiteralExpression(node) && node.properties.length > 0) change(node, '({})');
  if (ts.isRegularExpressionLiteral(node)) for (const other of otherPatterns(node.text)) change(node, other);
}

/** A pattern without an anchor, without a flag, with a class turned round, with a quantifier that takes other counts. */
function otherPatterns(text) {
  const end = text.lastIndexOf('/');
  const [pattern, flags] = [text.slice(1, end), text.slice(end + 1)];
  const others = new Set();
  if (pattern.startsWith('^')) others.add(`/${pattern.slice(1)}/${flags}`);
  if (pattern.endsWith('$')) others.add(`/${pattern.slice(0, -1)}/${flags}`);
  if (flags !== '') others.add(`/${pattern}/`);
  for (const { index } of pattern.matchAll(/(?<!\\)\[(?!\^)/g))
    others.add(`/${pattern.slice(0, index)}[^${pattern.slice(index + 1)}/${flags}`);
  for (const { index, 0: mark } of pattern.matchAll(/(?<=[\])])[+*?]/g))
    others.add(`/${pattern.slice(0, index)}${mark === '+' ? '*' : ''}${pattern.slice(index + 1)}/${flags}`);
  return others;
}

/** A statement or a body that does nothing. */
function changeStatement(node, change) {
  if (ts.isExpressionStatement(node)) change(node, ';');
  if (ts.isThrowStatement(node) && !ts.isIfStatement(node.parent)) change(node, ';');
  if (ts.isArrowFunction(node) && !ts.isBlock(node.body) && node.body.getText() !== 'undefined')
    change(node.body, 'undefined');
}
