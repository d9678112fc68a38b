import { runCommandLine } from '../../src/cli/program';
import { createTerminal } from '../../src/cli/terminal';
import type { CliResult } from './run-cli';
import { neutralVariables } from './run-cli';

export type InsideOptions = { variables?: Record<string, string>; cwd?: string };

/**
 * Runs a command line in this process, as `main.ts` would: for what a command says and how it ends, where a process of
 * its own, which loads everything anew, would test nothing more. One at a time; standard input is not there.
 */
export async function runInside(args: readonly string[], options: InsideOptions = {}): Promise<CliResult> {
  let [stdout, stderr] = ['', ''];
  const terminal = createTerminal(
    { write: (text: string) => (stderr += text) },
    { write: (text: string) => (stdout += text) },
    {},
  );
  const [folder, variables] = [process.cwd(), { ...process.env }];
  replaceVariables({ ...neutralVariables(), ...options.variables });
  if (options.cwd !== undefined) process.chdir(options.cwd);
  try {
    const code = await runCommandLine(args, terminal);
    return { code, stdout, stderr, json: <T>() => JSON.parse(stdout) as T };
  } finally {
    process.chdir(folder);
    replaceVariables(variables);
  }
}

/** In place: who reads variables may have kept the object. */
function replaceVariables(variables: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (!(name in variables)) delete process.env[name];
  Object.assign(process.env, variables);
}
