import { runtimeOptions } from '../../../src/telemetry/runtime-options';

test('a Worker tells what the SDK warns of, but not what is meant to be so', () => {
  const written = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const { logger } = runtimeOptions({ logLevel: 'WARN', logFormat: 'text', host: '127.0.0.1' } as never);
  logger?.warn('Query not found when attempting to respond to it');
  logger?.warn('No workflows registered, not polling for workflow tasks');
  logger?.warn('Network error while responding to legacy query');
  const told = written.mock.calls.map(([line]) => String(line));
  written.mockRestore();
  expect(told).toEqual([expect.stringContaining('Network error')]);
});
