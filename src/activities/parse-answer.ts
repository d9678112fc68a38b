import { cancellationSignal } from '@temporalio/activity';
import type { OutputParser } from '../contracts/chain.schema';
import type { JsonObject, JsonValue } from '../contracts/json';
import { inspectForeign } from '../core/content/foreign-value';
import { findJson } from '../core/prompts/find-json';
import type { MatchPattern } from '../core/prompts/parse-output';
import { isTextParser, parseOutput } from '../core/prompts/parse-output';
import type { Parsed } from '../core/prompts/parsed';
import { parsed, unparsed } from '../core/prompts/parsed';
import type { ActivityDependencies } from './dependencies';
import type { ScopedContent } from './scoped-content';

type Has = Pick<ActivityDependencies, 'evaluator'>;

/** What is wrong with a value that can not travel on as it is. */
function unfit(value: JsonValue): string | undefined {
  const { tooDeep, infinite } = inspectForeign(value);
  if (tooDeep) return 'is nested too deep';
  return infinite ? 'has a number that is too large' : undefined;
}

/**
 * What a parser makes of an answer. Patterns, expressions and schemas run in the evaluator's process; an expression sees
 * the answer as `text`, and the JSON in it as `json`. @throws CadenzaError `ExpressionLimit`
 */
export async function parseAnswer(text: string, parser: OutputParser, has: Has): Promise<Parsed<JsonValue>> {
  const value = await valueOf(text, parser, has);
  const problem = value.ok ? unfit(value.value) : undefined;
  return problem === undefined ? value : unparsed(problem);
}

async function valueOf(text: string, parser: OutputParser, has: Has): Promise<Parsed<JsonValue>> {
  if (isTextParser(parser)) {
    const match = typeof parser === 'object' ? await matcherFor(parser.regex, text, has) : () => null;
    return parseOutput(text, parser, match);
  }
  const json = findJson(text);
  if ('schema' in parser) return fitting(json, parser.schema, has);
  const [outcome] = await has.evaluator.evaluate(
    [{ expression: parser.jsonata, scope: { text, json: json ?? null } }],
    cancellationSignal(),
  );
  if (!outcome || 'problem' in outcome) return unparsed(`fails its expression: ${outcome?.problem ?? 'no value'}`);
  return outcome.value === null ? unparsed('gives its expression nothing') : parsed(outcome.value);
}

async function matcherFor(regex: string, text: string, { evaluator }: Has): Promise<MatchPattern> {
  const [outcome] = await evaluator.evaluate([{ regex, text }], cancellationSignal());
  const [first] = outcome && 'value' in outcome ? (outcome.value as (string | null)[][]) : [];
  return () => first ?? null;
}

async function fitting(
  json: JsonValue | undefined,
  schema: JsonObject,
  { evaluator }: Has,
): Promise<Parsed<JsonValue>> {
  if (json === undefined) return unparsed('holds no JSON');
  const problem = unfit(json);
  if (problem !== undefined) return unparsed(problem);
  const [outcome] = await evaluator.evaluate([{ schema, value: json }], cancellationSignal());
  if (outcome && 'value' in outcome) return parsed(json);
  return unparsed(`does not fit its schema: ${outcome?.problem ?? 'it could not be checked'}`);
}

/**
 * What a model said, small. Where something in it looks like a content reference all of it is stored as one value: a
 * model can not make a run read what it names.
 */
export function keepForeign(value: JsonValue, content: ScopedContent, limit: number): Promise<JsonValue> {
  return inspectForeign(value).forged ? content.keep(value) : content.shrink(value, limit);
}
