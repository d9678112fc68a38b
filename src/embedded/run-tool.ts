import { spawn } from 'node:child_process';

/** How a tool ended: `ok`, or the last line it wrote, or that it took too long. */
export type ToolResult = { ok: true; output: string } | { ok: false; reason: string; timedOut: boolean };

/**
 * Runs a tool to its end, never longer than `timeoutMs`, with only the variables that tools need: paths, proxies and
 * what configures Go. Never throws.
 */
export function runTool(
  command: string,
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; timeoutMs: number },
): Promise<ToolResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { env: toolEnvironment(options.env), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
    }, options.timeoutMs);
    const finish = (result: ToolResult) => {
      clearTimeout(timer);
      resolve(result);
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output = (output + text).slice(-20_000)));
    }
    child.once('error', (error) => finish({ ok: false, reason: error.message, timedOut }));
    child.once('close', (code, signal) => {
      if (code === 0) return finish({ ok: true, output });
      const end = timedOut ? `no end after ${options.timeoutMs / 1000} s` : (signal ?? `exit status ${code}`);
      finish({ ok: false, reason: lastLine(output) ?? end, timedOut });
    });
  });
}

/** What a tool needs to find its files and the network. Keys stay here. */
export function toolEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const needed =
    /^(PATH|HOME|TMPDIR|TEMP|TMP|XDG_.*|GO[A-Z0-9_]*|CGO_.*|SSL_CERT_.*|(https?|no|all)_proxy|SystemRoot)$/i;
  return Object.fromEntries(Object.entries(env).filter(([name]) => needed.test(name)));
}

function lastLine(text: string): string | undefined {
  return text.trim().split('\n').at(-1)?.trim() || undefined;
}
