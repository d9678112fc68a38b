import { Client } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';
import { defaultPayloadConverter } from '@temporalio/common';
import { isCadenzaError } from '../contracts/failures';

/**
 * The same client, but what it has no key for reads as null: so a run with a memo that nobody can read any more hides no
 * other run of a list, and can be cancelled.
 */
export function withReadableMemo(client: Client): Client {
  const { namespace, identity, interceptors, loadedDataConverter } = client.options;
  const payloadCodecs = loadedDataConverter.payloadCodecs.map(lenient);
  return new Client({
    connection: client.connection,
    namespace,
    identity,
    interceptors,
    dataConverter: { payloadCodecs },
  });
}

function lenient(codec: PayloadCodec): PayloadCodec {
  return {
    encode: (payloads, context) => codec.encode(payloads, context),
    async decode(payloads, context) {
      const decoded = payloads.map((payload) =>
        codec.decode([payload], context).catch((error: unknown) => {
          if (isCadenzaError(error)) return [defaultPayloadConverter.toPayload(null)];
          throw error;
        }),
      );
      return (await Promise.all(decoded)).flat();
    },
  };
}
