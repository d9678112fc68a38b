import { isCadenzaError } from '../../../src/contracts/failures';
import type { CadenzaError } from '../../../src/contracts/failures';
import type { PinnedModel } from '../../../src/contracts/model';
import type { BuiltinModels } from '../../../src/gateway/builtin-models';
import { createGateway } from '../../../src/gateway/create-gateway';
import type { GatewayOptions } from '../../../src/gateway/create-gateway';
import type { Gateway } from '../../../src/gateway/gateway';
import { loadRegistry } from '../../../src/gateway/registry';

/** Marked secrets: none may ever stand in a message. */
export const SECRET_KEY = 'sk-SECRETKEY1234567890abcdef';
export const SECRET_TEXT = 'SECRETTEXT the merger closes on Friday';
export const SECRET_BODY = 'SECRETBODY from the provider';

/** Built-in models that must not be asked. */
export const noBuiltin: BuiltinModels = {
  process: () => Promise.reject(new Error('the built-in models were asked')),
  close: () => Promise.resolve(),
};

/** A gateway whose provider `scripted` is the endpoint at `url`; `provider` adds to its line. */
export function gatewayTo(url: string, options: Partial<GatewayOptions> & { provider?: string } = {}): Gateway {
  const text = `
providers:
  scripted: { type: openai, baseUrl: "${url}", apiKeyEnv: SCRIPTED_KEY${options.provider ? `, ${options.provider}` : ''} }
models:
  big: { provider: scripted, model: big-1, price: { input: 1, output: 2 } }
tasks: { default: big }
`;
  const environment = options.environment ?? { SCRIPTED_KEY: SECRET_KEY };
  const registry = options.registry ?? loadRegistry({ text, environment });
  return createGateway({ builtin: noBuiltin, ...options, registry, environment });
}

export function modelOf(gateway: Gateway, name = 'big'): PinnedModel {
  const model = gateway.pins.models[name];
  if (!model) throw new Error(`no model ${name}`);
  return model;
}

/** The typed failure of a promise; checks that nothing marked secret stands anywhere in it. */
export async function failureOf(promise: Promise<unknown>): Promise<CadenzaError> {
  const error = await promise.then(
    () => new Error('was accepted'),
    (reason: unknown) => reason,
  );
  if (!isCadenzaError(error)) throw error;
  const all = `${error.message} ${error.stack} ${JSON.stringify(error, Object.getOwnPropertyNames(error))}`;
  expect(all).not.toMatch(/SECRET(?:KEY|TEXT|BODY)/);
  return error;
}

/** The typed failure of a function. */
export function refusalOf(work: () => unknown): Promise<CadenzaError> {
  return failureOf(Promise.resolve().then(work));
}
