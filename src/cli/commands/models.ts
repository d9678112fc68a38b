import path from 'node:path';
import { readEnvironment } from '../../config/environment';
import type { FailureInfo } from '../../contracts/failures';
import type { ModelTask } from '../../contracts/names';
import { EXIT } from '../../contracts/run';
import { installLocalModel } from '../../embedded/local-model/install-local-model';
import { describeModels, findModels, openGateway } from '../../machine-models';
import { failureInfo } from '../failure-info';
import { takeInterrupt } from '../interrupt';
import { cleanLine } from '../render/clean-text';
import { column, fit, table, widthOf, wrapped } from '../render/layout';
import { shownSeconds } from '../render/numbers';
import type { Paint } from '../render/paint';
import type { Terminal } from '../terminal';

export type ModelsOptions = { models?: string; json?: boolean };
type Described = Awaited<ReturnType<typeof describeModels>>['models'][number];

/** `cadenza models`: which models there are, what for, and whether they could be used now. */
export async function listModels(terminal: Terminal, { models, json = false }: ModelsOptions): Promise<number> {
  const described = await describeModels(readEnvironment(), fileOf(models));
  if (json) terminal.printJson(described);
  else {
    const { columns, resultPaint: paint } = terminal;
    terminal.print([
      ...wrapped(described.found, columns, 0),
      ...modelLines(described.models, columns, paint),
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
  const { registry } = await findModels(environment, fileOf(models));
  const { gateway, close } = openGateway(environment, registry);
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
      if (!json) terminal.print(checkLines(checks.at(-1) as Check, terminal));
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

function checkLines({ model, seconds, error }: Check, { columns, resultPaint: paint }: Terminal): string[] {
  const [mark, said] = !model.ready
    ? [paint.dim('–'), `: ${model.reason ?? 'not ready'}`]
    : error
      ? [paint.red('✗'), `: ${error.type}: ${error.message}`]
      : [paint.green('✓'), ` answered in ${shownSeconds(seconds)}`];
  return wrapped(cleanLine(`${model.name}${said}`), columns, 2, `${mark} `);
}

function checkDocument({ model, seconds, error }: Check): object {
  const { name, ready, reason } = model;
  if (!ready) return { name, ok: false, reason };
  return error ? { name, ok: false, error } : { name, ok: true, seconds };
}

/** Narrower than this there is no room for a table. */
const TABLE_COLUMNS = 60;

/** A line a model, with the tasks it serves beside it; why one is not ready stands below it. */
function modelLines(models: readonly Described[], columns: number, paint: Paint): string[] {
  if (columns < TABLE_COLUMNS) return models.flatMap((model) => narrowLines(model, columns, paint));
  const hasPrices = models.some(({ price }) => price !== undefined && price.input + price.output > 0);
  const cellsOf = ({ name, provider, model, price }: Described) => [
    cleanLine(name),
    cleanLine(provider),
    fit(cleanLine(model), 26),
    ...(hasPrices ? [price ? `$${price.input}/$${price.output}` : ''] : []),
  ];
  const header = ['model', 'provider', 'id', ...(hasPrices ? ['USD/M tokens'] : [])];
  const rows = table([header, ...models.map(cellsOf)], columns);
  const width = Math.min(columns - 20, Math.max(...rows.map(widthOf)));
  const [first = '', ...lines] = rows.map((row) => `${column(row, width)}  `);
  return [
    paint.bold(`${first}tasks`),
    ...models.flatMap(({ tasks, ready, reason }, index) => [
      ...wrapped(tasks.join(', '), columns, width + 2, lines[index] ?? '').map(ready ? String : paint.dim),
      ...(ready ? [] : wrapped(cleanLine(reason ?? 'not ready'), columns, 2).map(paint.yellow)),
    ]),
  ];
}

function narrowLines({ name, provider, model, price, tasks, ready, reason }: Described, columns: number, paint: Paint) {
  const isPaid = price !== undefined && price.input + price.output > 0;
  const facts = [`${provider} ${model}`, ...(isPaid ? [`$${price.input}/$${price.output} a million tokens`] : [])];
  return [
    ...wrapped(cleanLine(name), columns, 2, '').map(paint.bold),
    ...wrapped(cleanLine(facts.join(', ')), columns, 2),
    ...(tasks.length === 0 ? [] : wrapped(tasks.join(', '), columns, 2)),
    ...(ready ? [] : wrapped(cleanLine(reason ?? 'not ready'), columns, 2).map(paint.yellow)),
  ];
}

function fileOf(models: string | undefined): string | undefined {
  return models === undefined ? undefined : path.resolve(models);
}
