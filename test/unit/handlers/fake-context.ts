import { createHash } from 'node:crypto';
import type { DocumentReference } from '../../../src/contracts/content';
import type { TaskInput } from '../../../src/contracts/model';
import type { HandlerContext } from '../../../src/handlers/handler';

type Asked = { task: string; input: TaskInput; options: unknown };

/** A context whose store holds the given documents and whose models give the given answers, in order. */
export function createFakeContext({
  answers = [] as unknown[],
  signal = new AbortController().signal,
  room = 1_000_000,
} = {}) {
  const contents = new Map<string, Uint8Array>();
  const asked: Asked[] = [];
  const put = (name: string, bytes: Uint8Array | string, mediaType = 'application/octet-stream'): DocumentReference => {
    const content = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    const ref = `sha256:${createHash('sha256').update(content).digest('hex')}` as const;
    contents.set(ref, content);
    return { ref, bytes: content.byteLength, mediaType, name };
  };
  const context: HandlerContext = {
    signal,
    workflowId: 'pipeline-1',
    step: 'step',
    attempt: 1,
    read: (reference) => {
      const bytes = contents.get(reference.ref);
      return bytes ? Promise.resolve(bytes) : Promise.reject(new Error(`nothing stored under ${reference.ref}`));
    },
    ask: (task, input, options) => {
      asked.push({ task, input, options });
      if (asked.length > answers.length) throw new Error(`no more answers (${answers.length} given)`);
      return Promise.resolve({ model: 'fake', result: answers[asked.length - 1] as never });
    },
    roomFor: () => Promise.resolve(room),
    log: () => undefined,
  };
  return { context, put, asked };
}
