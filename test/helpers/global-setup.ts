import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readEnvironment } from '../../src/config/environment';
import { anyFreePort } from '../../src/embedded/free-port';
import { ensureTemporalServer } from '../../src/embedded/temporal-server';

/** The part of Jest's own configuration that is read here. */
type GlobalConfig = { testPathPatterns: { patterns: string[] } };

const WITHOUT_SERVER = ['unit', 'property', 'replay'];

/**
 * Starts the one Temporal server of a Jest run, by the product's own code, away from the ports of a person's own.
 * Not for projects that need none, and not where CADENZA_TEST_TEMPORAL_ADDRESS names one that runs.
 */
export default async function globalSetup(globalConfig: GlobalConfig): Promise<void> {
  if (process.env.CADENZA_TEST_TEMPORAL_ADDRESS || needsNoServer(process.argv, globalConfig)) return;
  const home = mkdtempSync(path.join(tmpdir(), 'cadenza-test-'));
  // Set first: the teardown also clears up after a start that failed.
  process.env.CADENZA_TEST_HOME = home;
  const say = (message: string) => process.stderr.write(`${message}\n`);
  const server = await ensureTemporalServer({
    home,
    cacheDir: readEnvironment().cache,
    port: await anyFreePort(),
    uiPort: await anyFreePort(),
    detached: false,
    // So that what continues as new does so within a test: 4,096 outside.
    settings: ['limit.historyCount.suggestContinueAsNew=150'],
    say,
  });
  process.env.CADENZA_TEST_TEMPORAL_ADDRESS = server.address;
  process.env.CADENZA_TEST_TEMPORAL_UI = server.uiUrl;
}

function needsNoServer(argv: readonly string[], globalConfig: GlobalConfig): boolean {
  const projects = selectedProjects(argv);
  if (projects.length > 0) return projects.every((name) => WITHOUT_SERVER.includes(name));
  const paths = globalConfig.testPathPatterns.patterns;
  return paths.length > 0 && paths.every((pattern) => WITHOUT_SERVER.some((name) => pattern.includes(`test/${name}`)));
}

function selectedProjects(argv: readonly string[]): string[] {
  const start = argv.findIndex((word) => word.split('=')[0] === '--selectProjects');
  if (start < 0) return [];
  const first = argv[start]?.split('=')[1];
  const rest = argv.slice(start + 1);
  const end = rest.findIndex((word) => word.startsWith('-'));
  return [...(first ? [first] : []), ...(end < 0 ? rest : rest.slice(0, end))];
}
