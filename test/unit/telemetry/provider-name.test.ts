import { providerNameOf } from '../../../src/telemetry/traces/provider-name';

test.each([
  ['mine', 'api.openai.com', 'openai'],
  ['mine', 'API.OpenAI.com', 'openai'],
  ['mine', 'our-resource.openai.azure.com', 'azure.ai.openai'],
  ['mine', 'europe-west4-aiplatform.googleapis.com', 'gcp.vertex_ai'],
  ['mine', 'api.openai.com.evil.example', 'mine'],
  ['mine', '127.0.0.1', 'mine'],
  ['local', undefined, 'local'],
])('the provider %s at %s is called %s in traces', (registered, host, name) => {
  expect(providerNameOf(registered, host)).toBe(name);
});
