import path from 'node:path';
import { readEnvironment } from '../../config/environment';
import type { FailureInfo } from '../../contracts/failures';
import type { ModelTask } from '../../contracts/names';
import { EXIT } from '../../contracts/run';
import { installLocalModel } from '../../embedded/local-model/install-local-model';
import { describeModels, openGateway } from '../../worker';
import { failureInfo } from '../failure-info';
import { takeInterrupt } from '../interrupt';
import { cleanLine } from '../render/clean-text';
import { fit, table, wrapped } from '../render/layout';
import { shownSeconds } from '../render/numbers';
import type { Terminal } from '../terminal';

export type ModelsOptions = { models?: string; json?: boolean };
type Described = Awaited<ReturnType<typeof describeModels>>['models'][number];

/** `cadenza models`: which models there are, what for, and whether they could be used now. */
export async function listModels(terminal: Terminal, { models, json = false }: ModelsOptions): Promise<number> {
  const described = await describeModels(readEnvironment(), fileOf(models));
  if (json) terminal.printJson(described);
  else {
    const { columns, resultPaint: paint } = terminal;
    const header = ['  model', 'provider', 'id', 'price in/out', 'tasks'];
    const rows = described.models.map(modelRow);
    const [first = '', ...lines] = table([header, ...rows.map(({ cells }) => cells)], columns);
    terminal.print([
      ...wrapped(described.found, columns, 0),
      paint.bold(first),
      ...lines.flatMap((line, index) => {
        const why = rows[index]?.why;
        return [
          why === undefined ? line : paint.dim(line),
          ...(why === undefined ? [] : [paint.yellow(fit(`    ${why}`, columns))]),
        ];
      }),
      ...(described.missingTasks.length > 0 ? [`No model for: ${described.missingTasks.join(', ')}`] : []),
    ]);
  }
  return EXIT.ok;
}

/** `cadenza models check`: one small request to each model. Fails where one that serves a task gives no answer. */
export async function checkModels(terminal: Terminal, { models, json = false }: ModelsOptions): Promise<number> {
  const environment = readEnvironment();
  const described = await describeModels(environment, fileOf(models));
  const interrupt = takeInterrupt();
  const { gateway, close } = await openGateway(environment, fileOf(models));
  const checks: Check[] = [];
  try {
    for (const model of described.models) {
      const pinned = gateway.pins.models[model.name];
      const startedAt = Date.now();
      const ask = async () => {
        if (!model.ready || !pinned) return;
        await gateway.process(taskFor(model), QUESTION, {
          model: pinned,
          signal: AbortSignal.any([interrupt.signal, AbortSignal.timeout(120_000)]),
          settings: { maxOutputTokens: 64 },
        });
      };
      const error = await ask().then(() => undefined, failureInfo);
      checks.push({ model, seconds: (Date.now() - startedAt) / 1000, error });
      if (interrupt.signal.aborted) return EXIT.interrupted;
      if (!json) terminal.print([checkLine(checks.at(-1) as Check, terminal)]);
    }
  } finally {
    await close();
  }
  if (json) terminal.printJson({ models: checks.map(checkDocument) });
  return checks.some(hasFailed) ? EXIT.failed : EXIT.ok;
}

/** `cadenza models install local`: the small model that runs on this machine. */
export async function installLocal(terminal: Terminal, { json = false }: { json?: boolean }): Promise<number> {
  const status = await installLocalModel({
    cacheDir: readEnvironment().cache,
    say: terminal.say,
    ...(terminal.isLive && {
      progress: ({ what, done, total }) => {
        const megabytes = (bytes: number) => Math.round(bytes / 1e6);
        const of = total === undefined ? '' : ` of ${megabytes(total)}`;
        terminal.draw([fit(`  ${cleanLine(what)}: ${megabytes(done)}${of} MB`, terminal.columns)]);
      },
    }),
  }).finally(() => terminal.draw([]));
  if (json) terminal.printJson(status);
  return EXIT.ok;
}

type Check = { model: Described; seconds: number; error: FailureInfo | undefined };

/** Short, and good for every task. */
const QUESTION = {
  text: 'The train to Lisbon leaves at nine. It is on time.',
  labels: ['travel', 'food'],
  targetLanguage: 'German',
};

/** The task it serves; a model without one is asked what most models can do. */
function taskFor({ tasks, name, model, provider }: Described): ModelTask {
  if (tasks[0]) return tasks[0];
  if (provider === 'builtin') return 'classification';
  return /embed/i.test(`${name} ${model}`) ? 'embedding' : 'generation';
}

/** The demo model is not there unless somebody wanted it: that alone is no failure. */
function hasFailed({ model, error }: Check): boolean {
  if (error) return true;
  return !model.ready && model.tasks.length > 0 && model.provider !== 'local';
}

function checkLine({ model, seconds, error }: Check, { columns, resultPaint: paint }: Terminal): string {
  const name = cleanLine(model.name);
  if (!model.ready)
    return `${paint.dim('–')} ${fit(`${name}: ${cleanLine(model.reason ?? 'not ready')}`, columns - 2)}`;
  if (!error) return `${paint.green('✓')} ${fit(`${name} answered in ${shownSeconds(seconds)}`, columns - 2)}`;
  return `${paint.red('✗')} ${name}: ${error.type}: ${cleanLine(error.message)}`;
}

function checkDocument({ model, seconds, error }: Check): object {
  const { name, ready, reason } = model;
  if (!ready) return { name, ok: false, reason };
  return error ? { name, ok: false, error } : { name, ok: true, seconds };
}

function modelRow({ name, provider, model, price, tasks, ready, reason }: Described) {
  const cost = price ? `$${price.input}/$${price.output}` : '';
  const cells = [`  ${cleanLine(name)}`, cleanLine(provider), fit(cleanLine(model), 28), cost, tasks.join(', ')];
  return { cells, why: ready ? undefined : cleanLine(reason ?? 'not ready') };
}

function fileOf(models: string | undefined): string | undefined {
  return models === undefined ? undefined : path.resolve(models);
}
