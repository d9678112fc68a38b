import type { Client } from '@temporalio/client';
import { createRunHandle } from '../../../src/client/run-handle';
import type { Pattern } from '../../../src/contracts/names';

test.each<[Pattern, string | undefined]>([
  ['chain', 'first'],
  ['batch', undefined],
  ['eventRouter', undefined],
  ['treeOfThought', undefined],
])('a handle of %s asks for the run %s: of patterns that continue as new, the newest', (pattern, expected) => {
  const asked: unknown[][] = [];
  const client = { workflow: { getHandle: (...ids: unknown[]) => asked.push(ids) } } as unknown as Client;
  createRunHandle(client, { workflowId: 'w', runId: 'first', pattern });
  expect(asked).toEqual([['w', expected]]);
});
