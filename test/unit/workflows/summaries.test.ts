import ts from 'typescript';
import { filesIn, read } from '../docs/pages';

/** Calls that leave an event in the history, with the options that hold its summary. */
const OPTIONS: Record<string, (args: readonly ts.Expression[]) => ts.Expression | undefined> = {
  sleep: ([, options]) => options,
  condition: ([, , options]) => options,
  proxyActivities: ([options]) => options,
  proxyLocalActivities: ([options]) => options,
  executeChild: ([, options]) => options,
  startChild: ([, options]) => options,
};

/** Where a call of a file has no summary: `file:line`. */
function missingIn(file: string, source = read(file)): string[] {
  const missing: string[] = [];
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const look = (node: ts.Node): void => {
    ts.forEachChild(node, look);
    if (!ts.isCallExpression(node) || !ts.isIdentifier(node.expression)) return;
    const optionsOf = OPTIONS[node.expression.text];
    // Without a time a condition is no timer.
    if (!optionsOf || (node.expression.text === 'condition' && node.arguments.length < 2)) return;
    const options = optionsOf(node.arguments);
    // Options that are made elsewhere in the file are told by the name of their field there.
    const told = options && ts.isObjectLiteralExpression(options) ? options.getText() : options && source;
    if (told === undefined || !/\b(?:summary|staticSummary)\b/.test(told)) {
      missing.push(`${file}:${tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`);
    }
  };
  look(tree);
  return missing;
}

test('each timer, Activity and child that a Workflow starts has a summary for the Temporal UI', () => {
  expect(filesIn('src/workflows', '.ts').flatMap((file) => missingIn(file))).toEqual([]);
  const bare =
    'sleep(5);\ncondition(() => x, 5);\ncondition(() => x);\nproxyActivities({});\nexecuteChild(x, { args });';
  expect(missingIn('bare.ts', bare)).toEqual(['bare.ts:1', 'bare.ts:2', 'bare.ts:4', 'bare.ts:5']);
});
