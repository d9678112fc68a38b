import { exitStatusOfFailure, exitStatusOfRun, failureInfo } from '../../../src/cli/failure-info';
import { CadenzaError } from '../../../src/contracts/failures';

const RUN = { workflowId: 'a', runId: 'b', pattern: 'pipeline' } as const;

it('keeps a typed failure as it is', () => {
  const error = new CadenzaError('InvalidInput', 'steps[0].name: is required', { field: 'steps[0].name' });
  expect(failureInfo(error)).toEqual({ type: 'InvalidInput', message: error.message, field: 'steps[0].name' });
});

it('says of a server that is away that it does not answer, however deep that is wrapped', () => {
  const error = new Error('Failed to query', { cause: Object.assign(new Error('14 UNAVAILABLE'), { code: 14 }) });
  expect(failureInfo(error).type).toBe('ServerUnavailable');
});

it('makes one line of an unknown error and says where to report it', () => {
  const { type, message } = failureInfo(new TypeError('x is not a function\n    at somewhere'));
  expect(type).toBe('Internal');
  expect(message).toMatch(/^TypeError: x is not a function: this is a defect.*report/);
  expect(message).not.toContain('\n');
});

it.each([
  [{ ...RUN, status: 'completed' } as const, 0],
  [{ ...RUN, status: 'partial' } as const, 0],
  [{ ...RUN, status: 'running' } as const, 0],
  [{ ...RUN, status: 'cancelled' } as const, 1],
  [{ ...RUN, status: 'failed', error: { type: 'RateLimited', message: '' } } as const, 1],
  [{ ...RUN, status: 'failed', error: { type: 'UnknownHandler', message: '' } } as const, 2],
  [{ ...RUN, status: 'failed', error: { type: 'InvalidInput', message: '' }, result: {} } as const, 1],
])('exits for %j with %d', (envelope, status) => {
  expect(exitStatusOfRun(envelope)).toBe(status);
});

it('exits with 2 for what the caller can undo and with 1 for the rest', () => {
  const types = ['RunNotFound', 'DocumentMissing', 'ConfigurationInvalid', 'ServerUnavailable', 'Internal'] as const;
  expect(types.map((type) => exitStatusOfFailure({ type }))).toEqual([2, 2, 2, 1, 1]);
});
