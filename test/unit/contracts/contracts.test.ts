import { parse } from 'yaml';
import { check } from '../../../src/contracts/check-input.schema';
import { isContentReference, isDocumentReference } from '../../../src/contracts/content';
import { envelopeSchema } from '../../../src/contracts/envelope.schema';
import { eventSchema } from '../../../src/contracts/event.schema';
import { CadenzaError, FAILURES, isCadenzaError } from '../../../src/contracts/failures';
import * as names from '../../../src/contracts/names';
import { registrySchema } from '../../../src/contracts/registry.schema';
import { exitStatusFor, RUN_STATUSES } from '../../../src/contracts/run';

describe('names', () => {
  test('patterns are the workflow types of the design', () => {
    expect([...names.PATTERNS]).toEqual([
      'pipeline',
      'routeToModel',
      'ensemble',
      'cascade',
      'chain',
      'treeOfThought',
      'eventRouter',
      'batch',
    ]);
    expect(names.TASK_QUEUE).toBe('cadenza');
    expect(names.workflowIdFor('chain', '1-2')).toBe('chain-1-2');
  });

  test('the five handlers of document_analysis keep their names', () => {
    expect([...names.BUILT_IN_HANDLERS]).toEqual([
      'extract_text',
      'classify',
      'extract_entities',
      'generate_summary',
      'validate',
    ]);
  });

  test('step names and reserved ones are those of the design', () => {
    expect(names.STEP_NAME_PATTERN.source).toBe('^[A-Za-z_][A-Za-z0-9_]*$');
    expect([...names.RESERVED_STEP_NAMES]).toEqual(['input', 'initial_input', 'problem', 'thought', 'state', 'path']);
  });
});

describe('statuses', () => {
  test('are those of the design and each has its exit status', () => {
    expect(Object.fromEntries(RUN_STATUSES.map((status) => [status, exitStatusFor(status)]))).toEqual({
      running: 0,
      paused: 0,
      completed: 0,
      partial: 0,
      failed: 1,
      cancelled: 1,
      terminated: 1,
      timed_out: 1,
    });
  });
});

describe('model registry', () => {
  const example = parse(`
providers:
  openai: { type: openai, baseUrl: https://api.openai.com/v1, apiKeyEnv: OPENAI_API_KEY, requestsPerMinute: 500, tokensPerMinute: 200000 }
  ollama: { type: openai, baseUrl: http://127.0.0.1:11434/v1 }
models:
  gpt4:            { provider: openai, model: gpt-4.1, price: { input: 2.00, output: 8.00 }, fallback: [local_llm] }
  gpt35_turbo:     { provider: openai, model: gpt-4.1-mini, price: { input: 0.40, output: 1.60 } }
  ada_embedding:   { provider: openai, model: text-embedding-3-small, price: { input: 0.02, output: 0 } }
  fast_classifier: { provider: builtin, model: classifier }
  sentiment_model: { provider: builtin, model: sentiment }
  local_llm:       { provider: local, model: smollm2-135m-instruct }
tasks: { classification: fast_classifier, generation: gpt4, embedding: ada_embedding, summarization: gpt35_turbo, translation: gpt4, sentiment: sentiment_model, extraction: gpt4, default: gpt4 }
`) as object;

  test('accepts the example of the design', () => {
    expect(check(registrySchema, example, 'models.yaml').tasks).toMatchObject({ default: 'gpt4' });
  });

  test.each([
    [{ models: {}, tasks: { clasification: 'x' } }, 'clasification'],
    [{ models: { a: { provider: 'x' } } }, 'models.a.model: is required'],
    [{ models: { a: { provider: 'x', model: 'y', price: { input: -1, output: 0 } } } }, 'models.a.price.input'],
    [{ providers: { o: { type: 'openai', baseUrl: 'file:///etc/passwd' } }, models: {} }, 'providers.o.baseUrl'],
  ])('refuses %j', (registry, message) => {
    expect(() => check(registrySchema, registry, 'models.yaml')).toThrow(message);
  });
});

describe('envelope', () => {
  test('a run that failed part-way shows both what it has and why', () => {
    const envelope = {
      workflowId: 'pipeline-1',
      runId: 'r',
      pattern: 'pipeline',
      status: 'failed',
      result: { results: {} },
      error: { type: 'DocumentCorrupt', message: 'invoice.pdf is damaged' },
    };
    expect(check(envelopeSchema, envelope, 'envelope')).toEqual(envelope);
  });

  test('refuses a status that is not in the list', () => {
    const envelope = { workflowId: 'x', runId: 'r', pattern: 'chain', status: 'done' };
    expect(() => check(envelopeSchema, envelope, 'envelope')).toThrow('known: running');
  });
});

describe('events', () => {
  const event = { id: '1', type: 'document.uploaded', source: 'shop', time: '2026-01-01T00:00:00Z', data: { a: 1 } };

  test('are CloudEvents', () => {
    expect(check(eventSchema, event, 'event')).toEqual({ ...event, specversion: '1.0', hops: 0 });
  });

  test('a type with a wildcard is refused in an event', () => {
    expect(() => check(eventSchema, { ...event, type: 'document.*' }, 'event')).toThrow('type');
  });
});

describe('content references', () => {
  const reference = { ref: `sha256:${'a'.repeat(64)}`, bytes: 1, mediaType: 'text/plain' };

  test('are told from other objects by their exact shape', () => {
    expect(isContentReference(reference)).toBe(true);
    expect(isDocumentReference(reference)).toBe(false);
    expect(isDocumentReference({ ...reference, name: 'a.pdf' })).toBe(true);
    expect(isContentReference({ ...reference, extra: 1 })).toBe(false);
    expect(isContentReference({ ...reference, ref: 'sha256:../../etc/passwd' })).toBe(false);
  });
});

describe('failures', () => {
  test('carry whether they are worth another attempt', () => {
    expect(new CadenzaError('RateLimited', 'x').retryable).toBe(true);
    expect(new CadenzaError('AuthenticationFailed', 'x').retryable).toBe(false);
    expect(new CadenzaError('AuthenticationFailed', 'x', { retryable: true }).retryable).toBe(true);
  });

  test('are recognised across copies of the module', () => {
    const foreign = Object.assign(new Error('x'), { name: 'CadenzaError', type: 'RateLimited' });
    expect(isCadenzaError(foreign)).toBe(true);
    expect(isCadenzaError(Object.assign(new Error('x'), { name: 'CadenzaError', type: 'Nonsense' }))).toBe(false);
  });

  test('each row says in one sentence what happened', () => {
    for (const row of Object.values(FAILURES)) expect(row.cause).toMatch(/^[A-Z].*\.$/);
  });
});
