import type { PayloadConverter } from '@temporalio/common';
import { defaultPayloadConverter } from '@temporalio/common';

/** What stands for a payload that is none: no contract takes a text where its whole input should be. */
const UNREADABLE = 'a payload that is not JSON';

/**
 * Temporal's own converter, but for what it can not read: any client can start a Workflow or signal one with cut JSON or
 * another encoding. Thrown, that would fail the Workflow's task for ever; so it is refused as any other wrong input.
 * What can not be decrypted never comes here: it waits for its key. The file is named by its path, as `failure-converter.ts` is.
 */
export const payloadConverter: PayloadConverter = {
  toPayload: (value, context, hint) => defaultPayloadConverter.toPayload(value, context, hint),
  fromPayload(payload, context, hint) {
    try {
      return defaultPayloadConverter.fromPayload(payload, context, hint);
    } catch {
      return UNREADABLE as never;
    }
  },
};
