const EXTRA = /(must NOT have (?:additional|unevaluated) properties).*$/s;
const PATH = /: input((?:\.[^.[:]+|\[\d+\])+):/;

/**
 * Why an answer does not fit a schema, as failures may say it: without what the answer itself has called its fields.
 * `problem` is the evaluator's own sentence, which is for the model.
 */
export function schemaProblem(problem: string, schema: object): string {
  const words = JSON.stringify(schema);
  return problem.replace(EXTRA, '$1').replace(PATH, (whole, path: string) => {
    const names = path.split(/\.|\[\d+\]/).filter((name) => name !== '');
    return names.every((name) => words.includes(JSON.stringify(name))) ? whole : ': a field:';
  });
}
