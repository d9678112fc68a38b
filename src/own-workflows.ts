import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { BundleOptions } from '@temporalio/worker';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { compiledFile } from './config/package-paths';
import {
  BUDGET_LEDGER_WORKFLOW,
  DEFINITION_WORKFLOW,
  EXPAND_THOUGHT_WORKFLOW,
  HANDLE_EVENT_WORKFLOW,
  PATTERNS,
} from './contracts/names';
import { shown } from './contracts/nearest-name';
import type { Handlers } from './handlers/handler';
import { importModule, invalidModule } from './handlers/import-module';
import { meaningOf } from './handlers/load-user-handlers';

/** Functions that Workflows of a person's own call as Activities, by name. */
export type OwnActivities = Readonly<Record<string, (...args: never[]) => unknown>>;

const OURS: readonly string[] = [
  ...PATTERNS,
  DEFINITION_WORKFLOW,
  HANDLE_EVENT_WORKFLOW,
  EXPAND_THOUGHT_WORKFLOW,
  BUDGET_LEDGER_WORKFLOW,
];

/**
 * One bundle of Cadenza's Workflows and of those that a module exports: its functions, by name. The module is also loaded
 * outside of the sandbox, to know them. Takes some seconds.
 * @throws CadenzaError `ConfigurationInvalid` where it can not be loaded or bundled, exports no function, or takes a name
 * of Cadenza's
 */
export async function bundleOwnWorkflows(
  workflowsPath: string,
  converters: { payloadConverterPath: string; failureConverterPath?: string },
): Promise<{ workflowBundle: { code: string }; workflows: string[] }> {
  const file = path.resolve(workflowsPath);
  const ours = compiledFile('workflows', 'index.js');
  const exported = await importModule(file, 'Workflows');
  const cadenzas = await importModule(ours, 'Workflows');
  // A module that exports Cadenza's Workflows again is no mistake.
  const workflows = Object.keys(exported).filter(
    (name) => typeof exported[name] === 'function' && exported[name] !== cadenzas[name],
  );
  if (workflows.length === 0) throw invalidModule('Workflows', file, 'exports no function');
  const taken = workflows.find((name) => OURS.includes(name));
  if (taken !== undefined) {
    throw invalidModule('Workflows', file, `"${taken}" is a Workflow of Cadenza's; give yours another name`);
  }
  const said: string[] = [];
  const folder = await mkdtemp(path.join(tmpdir(), 'cadenza-workflows-'));
  try {
    const entry = path.join(folder, 'workflows.js');
    await writeFile(entry, entryOf(ours, file, workflows));
    const { code } = await bundleWorkflowCode({
      workflowsPath: entry,
      workflowInterceptorModules: [compiledFile('workflows', 'run-observer.js')],
      logger: new DefaultLogger('ERROR', ({ message }) => said.push(message)),
      webpackConfigHook: withOneSdk,
      ...converters,
    }).catch((error: unknown) => {
      const reason =
        /^.*(?:Error:|Module not found).*$/m.exec(said.join('\n'))?.[0] ?? String((error as Error).message);
      throw invalidModule('Workflows', file, `can not be bundled: ${reason}`, error);
    });
    return { workflowBundle: { code }, workflows };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Workflows share what the SDK keeps of their run only where they have one copy of it: that of Cadenza. */
const withOneSdk: NonNullable<BundleOptions['webpackConfigHook']> = (config) => ({
  ...config,
  resolve: {
    ...config.resolve,
    alias: {
      ...config.resolve?.alias,
      '@temporalio/workflow': path.dirname(require.resolve('@temporalio/workflow/package.json')),
    },
  },
});

function entryOf(ours: string, own: string, names: readonly string[]): string {
  const exported = names.map((name) => `  ${JSON.stringify(name)}: own[${JSON.stringify(name)}],`);
  return [
    `const own = require(${JSON.stringify(own)});`,
    `module.exports = {`,
    `  ...require(${JSON.stringify(ours)}),`,
    ...exported,
    '};',
  ].join('\n');
}

/**
 * Activities under names that no handler and none of Cadenza's own has.
 * @throws CadenzaError `ConfigurationInvalid`
 */
export function checkOwnActivities(activities: OwnActivities, handlers: Handlers): OwnActivities {
  for (const [name, value] of Object.entries(activities)) {
    const taken = meaningOf(name) ?? (Object.hasOwn(handlers, name) ? 'a handler' : undefined);
    if (taken !== undefined) {
      throw invalidModule('activities', 'createWorker', `"${shown(name)}" is ${taken}; give it another name`);
    }
    if (typeof value !== 'function') {
      throw invalidModule('activities', 'createWorker', `"${shown(name)}" is not a function`);
    }
  }
  return activities;
}
